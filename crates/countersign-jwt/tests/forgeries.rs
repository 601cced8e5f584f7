//! Forged tokens, each made of one that was accepted a line before: none is accepted, by whatever library.
#![cfg(all(feature = "aws-lc-rs", feature = "ring", feature = "rustcrypto", feature = "verify"))]

#[path = "forgeries/court.rs"]
mod court;

use core::time::Duration;
use std::collections::BTreeMap;

use countersign_jwt::{
    Algorithm, ClaimFault, Error, Expected, Header, Jwk, Segment, Signer, TokenFault, base64url,
};
use court::{AUDIENCE, CLAIMS, Court, ISSUER, NOW, Party, compact, text};

const TOKEN: fn(TokenFault) -> Error = |fault| Error::Token { fault };
const CLAIM: fn(&'static str, ClaimFault) -> Error = |name, fault| Error::Claim { name, fault };

#[test]
fn no_forgery_is_accepted() {
    let mut court = Court::new();
    algorithms(&mut court);
    key_types(&mut court);
    header_parameters(&mut court);
    encodings(&mut court);
    segments(&mut court);
    signatures(&mut court);
    claim_types(&mut court);
    claim_values(&mut court);
    times(&mut court);
    texts(&mut court);
    let counts = court.counts();
    let total: usize = counts.values().sum();
    println!("{counts:#?}\n{total} forgeries");
    let expected = BTreeMap::from([
        ("algorithm", 312),
        ("claim of a wrong type", 151),
        ("claim with a wrong value", 35),
        ("encoding", 342),
        ("header parameter", 309),
        ("key type", 119),
        ("segments", 136),
        ("signature", 133),
        ("text that is no object", 28),
        ("times", 23),
    ]);
    assert_eq!(counts, &expected);
    assert!(total >= 400);
}

fn algorithms(court: &mut Court) {
    for party in court.parties() {
        let good = party.token(CLAIMS);
        let forge = |name: &str, signature: &[u8]| {
            let header = format!(r#"{{"alg":{name},"kid":"{}"}}"#, party.key_id());
            compact(&header, CLAIMS, |_| signature.to_vec())
        };
        let own = party.signature(&good);
        for name in ["none", "None", "NONE", "nOnE", "nonE", "", "RS1", "HS1", "ES256K", "A128KW", "dir"] {
            for signature in [&own[..], &[]] {
                court.refuse("algorithm", party, &good, &forge(&format!("\"{name}\""), signature));
            }
        }
        let name = party.algorithm().as_str();
        for name in [
            format!("\"{}\"", name.to_lowercase()),
            format!("\" {name}\""),
            format!("\"{name}\\u0000\""),
            format!("[\"{name}\"]"),
            format!("{{\"{name}\":1}}"),
            "null".to_owned(),
            "256".to_owned(),
            "true".to_owned(),
        ] {
            court.refuse("algorithm", party, &good, &forge(&name, &own));
        }
        // The algorithm left out, or there twice.
        for header in [r#"{"typ":"JWT"}"#.to_owned(), format!(r#"{{"alg":"{name}","alg":"{name}"}}"#)] {
            court.refuse("algorithm", party, &good, &party.raw(&header, CLAIMS));
        }
        for other in Algorithm::ALL.into_iter().filter(|other| *other != party.algorithm()) {
            court.refuse("algorithm", party, &good, &forge(&format!("\"{other}\""), &own));
        }
    }
}

fn key_types(court: &mut Court) {
    for party in court.parties() {
        let good = party.token(CLAIMS);
        // Another key under the name of this one.
        for other in court.parties().into_iter().filter(|other| other.key_id() != party.key_id()) {
            let header = format!(r#"{{"alg":"{}","kid":"{}"}}"#, other.algorithm(), party.key_id());
            court.refuse("key type", party, &good, &other.raw(&header, CLAIMS));
        }
        let Some(public) = party.public() else { continue };
        // The public key, which everybody has, as the secret of HS256.
        let material: Vec<Vec<u8>> = vec![
            public.to_json().into_bytes(),
            public.thumbprint().into_bytes(),
            party.public_pem().as_bytes().to_vec(),
            party.public_pem().trim_end().as_bytes().to_vec(),
            base64url::decode(
                public.to_value().as_object().unwrap().iter().nth(1).unwrap().1.as_text().unwrap(),
            )
            .unwrap_or_else(|| vec![0; 32]),
            vec![0; 32],
        ];
        for secret in material {
            let header = format!(r#"{{"alg":"HS256","kid":"{}"}}"#, party.key_id());
            court.refuse(
                "key type",
                party,
                &good,
                &compact(&header, CLAIMS, |text| court::hmac(&secret, text)),
            );
        }
        // A key that says what it is for is for nothing else.
        for (name, value) in [("alg", "\"HS256\""), ("use", "\"enc\""), ("key_ops", "[\"sign\"]")] {
            let jwk = public.to_json().replacen('{', &format!("{{\"{name}\":{value},"), 1);
            let keys = format!(r#"{{"keys":[{jwk}]}}"#);
            court.refuse_with_keys("key type", party, &good, &keys, &good, &Error::UnknownKey);
        }
    }
}

fn header_parameters(court: &mut Court) {
    for party in court.parties() {
        let good = party.token(CLAIMS);
        let with = |member: &str| {
            format!(r#"{{"alg":"{}","kid":"{}",{member}}}"#, party.algorithm(), party.key_id())
        };
        // Signed by the right key, so that it is the header alone that is at fault.
        for (name, value) in [
            ("crit", "[]"),
            ("crit", "[\"exp\"]"),
            ("crit", "[\"b64\"]"),
            ("crit", "[\"alg\"]"),
            ("crit", "[\"http://example.com/UNDEFINED\"]"),
            ("crit", "\"exp\""),
            ("crit", "null"),
            ("b64", "false"),
            ("b64", "true"),
            ("b64", "\"false\""),
            ("zip", "\"DEF\""),
            ("enc", "\"A128GCM\""),
        ] {
            let forged = party.raw(&with(&format!("\"{name}\":{value}")), CLAIMS);
            court.refuse_as("header parameter", party, &good, &forged, &TOKEN(TokenFault::Parameter(name)));
        }
        for kind in [
            "at+jwt",
            "application/at+jwt",
            "dpop+jwt",
            "oauth-authz-req+jwt",
            "client-authentication+jwt",
            "logout+jwt",
            "oauth-id-jag+jwt",
            "JWE",
            "JWT ",
            "",
        ] {
            let forged = party.raw(&with(&format!("\"typ\":\"{kind}\"")), CLAIMS);
            court.refuse_as("header parameter", party, &good, &forged, &TOKEN(TokenFault::Type));
        }
        for (name, value) in [("typ", "1"), ("typ", "[\"JWT\"]"), ("typ", "null")] {
            let forged = party.raw(&with(&format!("\"{name}\":{value}")), CLAIMS);
            court.refuse_as("header parameter", party, &good, &forged, &TOKEN(TokenFault::Parameter(name)));
        }
        for value in ["1", "null", "[\"a\"]", "{}"] {
            let header = format!(r#"{{"alg":"{}","kid":{value}}}"#, party.algorithm());
            let forged = party.raw(&header, CLAIMS);
            court.refuse_as("header parameter", party, &good, &forged, &TOKEN(TokenFault::Parameter("kid")));
        }
        for name in ["../../../../dev/null", "' UNION SELECT 'x", "\\u0000", "", "nobody"] {
            let header = format!(r#"{{"alg":"{}","kid":"{name}"}}"#, party.algorithm());
            court.refuse_as(
                "header parameter",
                party,
                &good,
                &party.raw(&header, CLAIMS),
                &Error::UnknownKey,
            );
        }
        // The stranger's own key in the header, in every way to put it there.
        let stranger = court::stranger(party.algorithm());
        let Some(public) = stranger.public() else { continue };
        let public = Jwk::clone(public).with_key_id(party.key_id());
        for member in [
            format!("\"jwk\":{}", public.to_json()),
            "\"jku\":\"https://stranger.example/keys\"".to_owned(),
            "\"x5u\":\"https://stranger.example/certificate\"".to_owned(),
            "\"x5c\":[\"MIIB\"]".to_owned(),
            format!("\"x5t#S256\":\"{}\"", public.thumbprint()),
            "\"iss\":\"https://issuer.example\"".to_owned(),
        ] {
            let forged = stranger.raw(&with(&member), CLAIMS);
            court.refuse_as("header parameter", party, &good, &forged, &Error::Signature);
        }
    }
}

fn encodings(court: &mut Court) {
    for party in court.parties() {
        let good = party.token(CLAIMS);
        let header = party.header();
        // Both segments are of a length that leaves bits over.
        let (header, claims) = (base64url::encode(header), base64url::encode(CLAIMS));
        let signed = |header: &str, claims: &str| {
            let message = format!("{header}.{claims}");
            format!("{message}.{}", base64url::encode(party.sign(message.as_bytes())))
        };
        for (which, spoiled) in spoil(&header)
            .into_iter()
            .map(|text| (Segment::Header, text))
            .chain(spoil(&claims).into_iter().map(|text| (Segment::Claims, text)))
        {
            let forged = match which {
                Segment::Header => signed(&spoiled, &claims),
                _ => signed(&header, &spoiled),
            };
            court.refuse_as("encoding", party, &good, &forged, &TOKEN(TokenFault::Encoding(which)));
        }
        let (message, signature) = good.rsplit_once('.').unwrap();
        for spoiled in spoil(signature) {
            let forged = format!("{message}.{spoiled}");
            court.refuse_as(
                "encoding",
                party,
                &good,
                &forged,
                &TOKEN(TokenFault::Encoding(Segment::Signature)),
            );
        }
        for around in
            [format!(" {good}"), format!("Bearer {good}"), format!("\u{feff}{good}"), format!("\"{good}\"")]
        {
            court.refuse("encoding", party, &good, &around);
        }
    }
}

/// The same bytes, or about the same, written as they must not be.
fn spoil(text: &str) -> Vec<String> {
    let middle = text.len() / 2;
    let (head, tail) = text.split_at(middle);
    let mut spoiled = vec![
        format!("{text}="),
        format!("{text}=="),
        format!("{text}\n"),
        format!("{text} "),
        format!("{head} {tail}"),
        format!("{head}\r\n{tail}"),
        format!("{head}%2B{tail}"),
        format!("{head}+{}", &tail[1..]),
        format!("{head}/{}", &tail[1..]),
        format!("{head}\0{tail}"),
        format!("{head}é{tail}"),
    ];
    // The letters that differ from the last one in the bits that are left over.
    let left = match text.len() % 4 {
        2 => 16,
        3 => 4,
        _ => 1,
    };
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = alphabet.iter().position(|letter| Some(letter) == text.as_bytes().last()).unwrap();
    for bits in 1..left.min(3) {
        spoiled.push(format!("{}{}", &text[..text.len() - 1], char::from(alphabet[last + bits])));
    }
    spoiled
}

fn segments(court: &mut Court) {
    for party in court.parties() {
        let good = party.token(CLAIMS);
        let parts: Vec<&str> = good.split('.').collect();
        let [header, claims, signature] = parts[..] else { unreachable!() };
        for forged in [
            String::new(),
            header.to_owned(),
            format!("{header}.{claims}"),
            format!("{good}."),
            format!(".{good}"),
            format!("{good}.{signature}"),
            format!("{header}..{claims}.{signature}"),
            format!("{header}.{claims}.{signature}.{signature}.{signature}"),
            ".".repeat(10_000),
            format!(r#"{{"payload":"{claims}","protected":"{header}","signature":"{signature}"}}"#),
        ] {
            court.refuse_as("segments", party, &good, &forged, &TOKEN(TokenFault::Segments));
        }
        for forged in [
            format!("{header}.{claims}."),
            format!("{header}..{signature}"),
            format!(".{claims}.{signature}"),
            "..".to_owned(),
            format!("{claims}.{header}.{signature}"),
            format!("{header}.{signature}.{claims}"),
        ] {
            court.refuse("segments", party, &good, &forged);
        }
        // Well signed, and longer than anything that is looked at.
        let long = CLAIMS.replacen('{', &format!(r#"{{"x":"{}","#, "x".repeat(16 * 1024)), 1);
        let forged = party.token(&long);
        let fault = TokenFault::TooLong { length: forged.len() };
        court.refuse_as("segments", party, &good, &forged, &TOKEN(fault));
    }
}

fn signatures(court: &mut Court) {
    for party in court.parties() {
        let good = party.token(CLAIMS);
        let (message, _) = good.rsplit_once('.').unwrap();
        let own = party.signature(&good);
        let with = |signature: &[u8]| format!("{message}.{}", base64url::encode(signature));
        let mut forged = vec![
            Vec::new(),
            vec![0; own.len()],
            vec![0xff; own.len()],
            own[..own.len() - 1].to_vec(),
            own[1..].to_vec(),
            [&own[..], &[0]].concat(),
            [&[0], &own[..]].concat(),
            [&own[..], &own[..]].concat(),
            own.iter().rev().copied().collect(),
        ];
        for position in [0, 1, own.len() / 2, own.len() - 1] {
            let mut flipped = own.clone();
            flipped[position] ^= 1;
            forged.push(flipped);
        }
        match party.algorithm() {
            Algorithm::Es256 | Algorithm::Es384 => {
                let (r, s) = own.split_at(own.len() / 2);
                let zero = vec![0; r.len()];
                let one = [&zero[1..], &[1]].concat();
                forged.extend([
                    [&zero, s].concat(),
                    [r, &zero].concat(),
                    [&one[..], &one[..]].concat(),
                    [s, r].concat(),
                    court::asn1(r, s),
                ]);
            }
            Algorithm::EdDsa => forged.push(court::plus_order(&own)),
            Algorithm::Rs256 => forged.push(court.party(Algorithm::Ps256).sign(message.as_bytes())),
            Algorithm::Ps256 => forged.push(court.party(Algorithm::Rs256).sign(message.as_bytes())),
            _ => {}
        }
        for signature in forged {
            court.refuse_as("signature", party, &good, &with(&signature), &Error::Signature);
        }
        // The signature of one token under another, and claims changed under a signature.
        for claims in [CLAIMS.replace("alice", "mallory"), CLAIMS.replace(":", ": ")] {
            let other = party.token(&claims);
            let (other, _) = other.rsplit_once('.').unwrap();
            let forged = format!("{other}.{}", base64url::encode(&own));
            court.refuse_as("signature", party, &good, &forged, &Error::Signature);
        }
    }
}

/// One party is enough where the signature holds and what was signed is at fault.
fn claim_types(court: &mut Court) {
    let party = court.party(Algorithm::EdDsa);
    let good = party.token(CLAIMS);
    let not_text = ["null", "true", "false", "1", "1.5", "[]", "{}", "[\"x\"]", "{\"x\":1}"];
    let not_time = [
        "null",
        "true",
        "false",
        "\"1700000300\"",
        "\"\"",
        "[]",
        "{}",
        "[1700000300]",
        "-1",
        "1e300",
        "-1.5",
        "253402300800",
        "99999999999999999999999",
    ];
    let not_texts = ["null", "true", "1", "\"x\"", "{}", "[1]", "[null]", "[[\"x\"]]", "[\"x\",1]"];
    let not_audience = ["null", "true", "1", "{}", "[1]", "[null]", "[[\"me\"]]", "[\"me\",1]", "{\"me\":1}"];
    let texts = ["iss", "sub", "jti", "nonce", "acr", "azp", "at_hash", "c_hash", "sid"];
    let cases = texts.map(|name| (name, &not_text[..])).into_iter().chain([
        ("aud", &not_audience[..]),
        ("exp", &not_time[..]),
        ("nbf", &not_time[..]),
        ("iat", &not_time[..]),
        ("auth_time", &not_time[..]),
        ("amr", &not_texts[..]),
    ]);
    for (name, values) in cases {
        for value in values {
            let forged = party.token(&court::with_claim(name, value));
            court.refuse_as(
                "claim of a wrong type",
                party,
                &good,
                &forged,
                &CLAIM(name, ClaimFault::Mistyped),
            );
        }
    }
}

fn claim_values(court: &mut Court) {
    let party = court.party(Algorithm::EdDsa);
    let good = party.token(CLAIMS);
    let refuse = |court: &mut Court, name: &'static str, value: &str, fault: ClaimFault| {
        let forged = party.token(&court::with_claim(name, value));
        court.refuse_as("claim with a wrong value", party, &good, &forged, &CLAIM(name, fault));
    };
    for value in [
        "https://issuer.example/",
        "https://issuer.example.evil.example",
        "https://issuer.exampl",
        "https://ISSUER.example",
        "http://issuer.example",
        "issuer.example",
        " https://issuer.example",
        "https://issuer.example\\u0000",
        "",
    ] {
        refuse(court, "iss", &format!("\"{value}\""), ClaimFault::Mismatch);
    }
    for value in [
        "\"you\"",
        "\"ME\"",
        "\"me \"",
        "\"m\"",
        "\"me2\"",
        "\"me,you\"",
        "\"me you\"",
        "\"\"",
        "[]",
        "[\"you\"]",
        "[\"you\",\"me2\"]",
        "[\"\"]",
    ] {
        refuse(court, "aud", value, ClaimFault::Mismatch);
    }
    for name in ["iss", "aud", "exp"] {
        let forged = party.token(&court::without_claim(name));
        court.refuse_as("claim with a wrong value", party, &good, &forged, &CLAIM(name, ClaimFault::Missing));
    }
    // Of an ID token: the nonce and the authorized party.
    let expected = Expected::from_issuer(ISSUER).for_client(AUDIENCE).with_nonce("n-1").with_claim("sub");
    let identity = court::with_claim("nonce", "\"n-1\"");
    let good = party.token(&identity);
    for (name, claims, fault) in [
        ("nonce", identity.replace("n-1", "n-2"), ClaimFault::Mismatch),
        ("nonce", identity.replace("n-1", ""), ClaimFault::Mismatch),
        ("nonce", identity.replace("nonce", "once"), ClaimFault::Missing),
        ("sub", identity.replace("sub", "bus"), ClaimFault::Missing),
        ("azp", identity.replacen('{', r#"{"azp":"you","#, 1), ClaimFault::Mismatch),
        ("azp", identity.replace(r#""aud":"me""#, r#""aud":["me","you"]"#), ClaimFault::Missing),
        ("azp", identity.replace(r#""aud":"me""#, r#""aud":["me","you"],"azp":"you""#), ClaimFault::Mismatch),
    ] {
        let forged = party.token(&claims);
        court.refuse_when("claim with a wrong value", party, &expected, &good, &forged, &CLAIM(name, fault));
    }
    // For nobody in particular: an audience that is there names somebody else.
    let expected = Expected::from_issuer(ISSUER);
    let good = party.token(&court::without_claim("aud"));
    for value in ["\"you\"", "\"\"", "[]", "[\"you\"]"] {
        let forged = party.token(&court::with_claim("aud", value));
        let fault = CLAIM("aud", ClaimFault::Mismatch);
        court.refuse_when("claim with a wrong value", party, &expected, &good, &forged, &fault);
    }
}

fn times(court: &mut Court) {
    let party = court.party(Algorithm::EdDsa);
    let good = party.token(CLAIMS);
    let at = |seconds: i64| (NOW + seconds).to_string();
    for (name, value, fault) in [
        ("exp", at(-60), ClaimFault::Expired),
        ("exp", at(-61), ClaimFault::Expired),
        ("exp", at(-86_400), ClaimFault::Expired),
        ("exp", "0".to_owned(), ClaimFault::Expired),
        ("exp", "0.5".to_owned(), ClaimFault::Expired),
        ("exp", format!("{}.999", NOW - 60), ClaimFault::Expired),
        ("exp", "1.6e9".to_owned(), ClaimFault::Expired),
        ("nbf", at(61), ClaimFault::NotYet),
        ("nbf", format!("{}.5", NOW + 60), ClaimFault::NotYet),
        ("nbf", at(86_400), ClaimFault::NotYet),
        ("nbf", "1.8e9".to_owned(), ClaimFault::NotYet),
        ("iat", at(61), ClaimFault::NotYet),
        ("iat", format!("{}.5", NOW + 60), ClaimFault::NotYet),
        ("iat", at(86_400), ClaimFault::NotYet),
    ] {
        let forged = party.token(&court::with_claim(name, &value));
        court.refuse_as("times", party, &good, &forged, &CLAIM(name, fault));
    }
    let minute = Duration::from_secs(60);
    let expected =
        Expected::from_issuer(ISSUER).for_audience(AUDIENCE).made_within(minute).over_within(minute * 5);
    for (name, value, fault) in [
        ("iat", at(-121), ClaimFault::TooLong),
        ("iat", "0".to_owned(), ClaimFault::TooLong),
        ("exp", at(361), ClaimFault::TooLong),
        ("exp", "253402300799".to_owned(), ClaimFault::TooLong),
    ] {
        let forged = party.token(&court::with_claim(name, &value));
        court.refuse_when("times", party, &expected, &good, &forged, &CLAIM(name, fault));
    }
    let forged = party.token(&court::without_claim("iat"));
    let missing = CLAIM("iat", ClaimFault::Missing);
    court.refuse_when("times", party, &expected, &good, &forged, &missing);
    let expected = Expected::from_issuer(ISSUER).for_audience(AUDIENCE).with_leeway(Duration::ZERO);
    for (name, value, fault) in [
        ("exp", at(0), ClaimFault::Expired),
        ("exp", at(-1), ClaimFault::Expired),
        ("nbf", at(1), ClaimFault::NotYet),
        ("iat", at(1), ClaimFault::NotYet),
    ] {
        let forged = party.token(&court::with_claim(name, &value));
        court.refuse_when("times", party, &expected, &good, &forged, &CLAIM(name, fault));
    }
}

fn texts(court: &mut Court) {
    let party: &Party = court.party(Algorithm::EdDsa);
    let good = party.token(CLAIMS);
    let twice = |member: &str| CLAIMS.replacen('{', &format!("{{{member},"), 1);
    let deep = format!(r#"{{"x":{}{},"#, "[".repeat(100), "]".repeat(100));
    for claims in [
        twice(r#""exp":9999999999"#),
        twice(r#""iss":"https://issuer.example""#),
        twice(r#""aud":"you""#),
        twice(r#""sub":"mallory""#),
        twice(r#""x":{"a":1,"a":2}"#),
        twice(r#""\u0065xp":9999999999"#),
        String::new(),
        "null".to_owned(),
        "true".to_owned(),
        "1".to_owned(),
        "\"text\"".to_owned(),
        format!("[{CLAIMS}]"),
        format!("{CLAIMS}{CLAIMS}"),
        format!("{CLAIMS}x"),
        format!("\u{feff}{CLAIMS}"),
        CLAIMS[..CLAIMS.len() - 1].to_owned(),
        CLAIMS.replacen('{', &deep, 1),
        CLAIMS.replace('"', "'"),
        CLAIMS.replacen('{', "{,", 1),
    ] {
        let fault = TOKEN(TokenFault::Json(Segment::Claims));
        court.refuse_as("text that is no object", party, &good, &party.token(&claims), &fault);
    }
    let header = text(&party.header()).trim_end().to_owned();
    for header in [
        String::new(),
        "null".to_owned(),
        "[]".to_owned(),
        format!("[{header}]"),
        format!("{header}{header}"),
        header.replacen('{', r#"{"kid":"x","#, 1),
        header.replacen('{', r#"{"x":{"a":1,"a":2},"#, 1),
        header[..header.len() - 1].to_owned(),
    ] {
        let fault = TOKEN(TokenFault::Json(Segment::Header));
        court.refuse_as("text that is no object", party, &good, &party.raw(&header, CLAIMS), &fault);
    }
    // Not UTF-8.
    let mut claims = CLAIMS.as_bytes().to_vec();
    let position = CLAIMS.find("alice").unwrap();
    claims[position] = 0xff;
    let message = format!("{}.{}", base64url::encode(party.header()), base64url::encode(claims));
    let forged = format!("{message}.{}", base64url::encode(party.sign(message.as_bytes())));
    let fault = TOKEN(TokenFault::Json(Segment::Claims));
    court.refuse_as("text that is no object", party, &good, &forged, &fault);
}

/// What the header may be built with is not among what changes how it is read.
#[test]
fn our_own_headers_hold_nothing_of_it() {
    let court = Court::new();
    for party in court.parties() {
        let token = countersign_jwt::sign(&Header::jwt(), &court::claims(), party.signer()).unwrap();
        assert_eq!(court.verify(party, token.expose()).map(|_| ()), Ok(()), "{}", party.signer().algorithm());
    }
}
