//! Eight parties, each with a key of another algorithm, and who is to be convinced: one set of all their keys
//! for each library.

use std::{collections::BTreeMap, fs, path::Path, rc::Rc};

use aws_lc_rs::hmac;
use countersign_jwt::{
    Algorithm, Backend, Claims, Error, Expected, Jwk, KeySet, PrivateKey, Signer, SigningKey, Verified,
    VerifyingKey, base64url,
};
use countersign_token::{Secret, Timestamp};
use serde_json::Value;

pub(crate) const NOW: i64 = 1_700_000_000;
pub(crate) const ISSUER: &str = "https://issuer.example";
pub(crate) const AUDIENCE: &str = "me";
pub(crate) const CLAIMS: &str =
    r#"{"iss":"https://issuer.example","sub":"alice","aud":"me","exp":1700000300,"iat":1700000000}"#;

const SECRET: &str = "a shared secret of more than thirty-two bytes";
const BACKENDS: [Backend; 3] = [Backend::AwsLcRs, Backend::Ring, Backend::RustCrypto];

pub(crate) fn claims() -> Claims {
    Claims::from_json(CLAIMS).unwrap()
}

/// The claims with one more, or another value for one.
pub(crate) fn with_claim(name: &str, value: &str) -> String {
    let mut members = without_claim(name);
    members.truncate(members.len() - 1);
    format!("{members},\"{name}\":{value}}}")
}

/// The claims with one fewer.
pub(crate) fn without_claim(name: &str) -> String {
    let members: Vec<_> = CLAIMS[1..CLAIMS.len() - 1]
        .split(',')
        .filter(|member| !member.starts_with(&format!("\"{name}\":")))
        .collect();
    format!("{{{}}}", members.join(","))
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A token of texts as they are.
pub(crate) fn compact(header: &str, claims: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let message = format!("{}.{}", base64url::encode(header), base64url::encode(claims));
    let signature = sign(message.as_bytes());
    format!("{message}.{}", base64url::encode(signature))
}

pub(crate) fn hmac(secret: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message).as_ref().to_vec()
}

/// The two numbers of an ECDSA signature in ASN.1, as TLS has them.
pub(crate) fn asn1(r: &[u8], s: &[u8]) -> Vec<u8> {
    let number = |number: &[u8]| {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let mut content = number[zeros..].to_vec();
        if content[0] >= 0x80 {
            content.insert(0, 0);
        }
        [&[2, u8::try_from(content.len()).unwrap()], &content[..]].concat()
    };
    let content = [number(r), number(s)].concat();
    [&[0x30, u8::try_from(content.len()).unwrap()], &content[..]].concat()
}

/// An Ed25519 signature with the order of the group added to its number, which a lax library accepts.
pub(crate) fn plus_order(signature: &[u8]) -> Vec<u8> {
    let order = b"\xed\xd3\xf5\x5c\x1a\x63\x12\x58\xd6\x9c\xf7\xa2\xde\xf9\xde\x14\
        \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10";
    let mut carry = 0;
    let mut sum = signature.to_vec();
    for (to, add) in sum[32..].iter_mut().zip(order) {
        let total = u16::from(*to) + u16::from(*add) + carry;
        *to = total.to_le_bytes()[0];
        carry = total >> 8;
    }
    sum
}

pub(crate) struct Party {
    key: SigningKey,
    public_pem: String,
}

impl Party {
    fn new(key: &PrivateKey, algorithm: Algorithm, public_pem: &str) -> Self {
        let key = SigningKey::new(key, algorithm, Backend::AwsLcRs).unwrap();
        Self { key: key.with_key_id(algorithm.as_str()), public_pem: public_pem.to_owned() }
    }

    pub(crate) fn signer(&self) -> &SigningKey {
        &self.key
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.key.algorithm()
    }

    pub(crate) fn key_id(&self) -> &str {
        self.key.key_id().unwrap()
    }

    pub(crate) fn public(&self) -> Option<&Jwk> {
        self.key.public_key()
    }

    pub(crate) fn public_pem(&self) -> &str {
        &self.public_pem
    }

    /// Of a length that base64 leaves bits over with.
    pub(crate) fn header(&self) -> Vec<u8> {
        let mut header = format!(r#"{{"alg":"{}","kid":"{}"}}"#, self.algorithm(), self.key_id());
        while header.len() % 3 != 1 {
            header.push(' ');
        }
        header.into_bytes()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.key.sign(message).unwrap()
    }

    pub(crate) fn raw(&self, header: &str, claims: &str) -> String {
        compact(header, claims, |message| self.sign(message))
    }

    pub(crate) fn token(&self, claims: &str) -> String {
        self.raw(&text(&self.header()), claims)
    }

    pub(crate) fn signature(&self, token: &str) -> Vec<u8> {
        base64url::decode(token.rsplit_once('.').unwrap().1).unwrap()
    }
}

/// Somebody with a key of his own for this algorithm.
pub(crate) fn stranger(algorithm: Algorithm) -> Party {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testkit/vectors/jwt");
    let seed: Value = serde_json::from_slice(&fs::read(path.join("seed_jwt.json")).unwrap()).unwrap();
    let key = match algorithm {
        Algorithm::Hs256 => PrivateKey::from_secret(&Secret::new("x".repeat(32))),
        Algorithm::Es256 | Algorithm::Es384 | Algorithm::EdDsa => {
            let kinds = [
                countersign_jwt::KeyKind::P256,
                countersign_jwt::KeyKind::P384,
                countersign_jwt::KeyKind::Ed25519,
            ];
            let kind = kinds.into_iter().find(|kind| algorithm.suits(*kind)).unwrap();
            PrivateKey::generate(kind, &testkit::entropy::Counting::new(1))
        }
        _ => PrivateKey::from_pem(seed["keys"]["synthetic_rsa2048_pkcs8"].as_str().unwrap()),
    };
    Party::new(&key.unwrap(), algorithm, "")
}

pub(crate) struct Court {
    parties: BTreeMap<Algorithm, Rc<Party>>,
    keys: Vec<KeySet>,
    counts: BTreeMap<&'static str, usize>,
}

impl Court {
    pub(crate) fn new() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testkit/vectors/jwt/keys.json");
        let file: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let mut parties = BTreeMap::new();
        for key in file["keys"].as_array().unwrap() {
            let private = PrivateKey::from_pem(key["pem"].as_str().unwrap()).unwrap();
            for name in key["algorithms"].as_array().unwrap() {
                let algorithm = Algorithm::from_name(name.as_str().unwrap()).unwrap();
                let party = Party::new(&private, algorithm, key["public_pem"].as_str().unwrap());
                parties.insert(algorithm, Rc::new(party));
            }
        }
        let secret = PrivateKey::from_secret(&Secret::new(SECRET)).unwrap();
        parties.insert(Algorithm::Hs256, Rc::new(Party::new(&secret, Algorithm::Hs256, "")));
        assert_eq!(parties.len(), Algorithm::ALL.len());
        let keys = BACKENDS.map(|backend| {
            // The RSA parties have one key, which is published once for each of them and for nothing else.
            let public = parties.values().filter_map(|party| {
                let jwk = party.public()?.clone().for_algorithm(party.algorithm());
                Some(VerifyingKey::new(&jwk, backend).unwrap())
            });
            public.collect()
        });
        Self { parties, keys: keys.into(), counts: BTreeMap::new() }
    }

    pub(crate) fn parties(&self) -> Vec<&'static Party> {
        self.parties.keys().map(|algorithm| self.party(*algorithm)).collect()
    }

    /// Kept for the rest of the program, so that forging does not borrow from the court.
    pub(crate) fn party(&self, algorithm: Algorithm) -> &'static Party {
        Box::leak(Box::new(self.parties[&algorithm].clone()))
    }

    pub(crate) fn counts(&self) -> &BTreeMap<&'static str, usize> {
        &self.counts
    }

    fn expected(party: &Party, expected: Expected) -> Expected {
        // The secret is accepted where a secret is the key, and only there.
        if party.algorithm().is_symmetric() { expected.signed_by([Algorithm::Hs256]) } else { expected }
    }

    /// The one secret, or all the public keys: what a forger would have mixed up.
    fn keys(&self, party: &Party) -> Vec<KeySet> {
        if party.algorithm().is_symmetric() {
            BACKENDS
                .map(|backend| VerifyingKey::from_secret(&Secret::new(SECRET), backend).unwrap().into())
                .into()
        } else {
            self.keys.clone()
        }
    }

    pub(crate) fn verify(&self, party: &Party, token: &str) -> Result<Verified, Error> {
        let expected = Self::expected(party, Expected::from_issuer(ISSUER).for_audience(AUDIENCE));
        let keys = self.keys(party);
        expected.verify(token, &keys[0], Timestamp::from_unix(NOW))
    }

    /// Convinced by the one, and not by the other.
    fn judge(
        &mut self,
        class: &'static str,
        expected: &Expected,
        keys: &[KeySet],
        [good, forged]: [&str; 2],
        error: Option<&Error>,
    ) {
        assert_ne!(good, forged, "{class}: not forged");
        let now = Timestamp::from_unix(NOW);
        for keys in keys {
            let accepted = expected.verify(good, keys, now);
            assert!(accepted.is_ok(), "{class}: the token to start from: {accepted:?}\n{good}");
            let refused = expected.verify(forged, keys, now);
            let refused = refused.map(|_| ()).expect_err(&format!("{class}: accepted\n{forged}"));
            assert!(
                error.is_none_or(|error| *error == refused),
                "{class}: {refused:?}, not {error:?}\n{forged}"
            );
        }
        *self.counts.entry(class).or_default() += 1;
    }

    pub(crate) fn refuse(&mut self, class: &'static str, party: &Party, good: &str, forged: &str) {
        let expected = Self::expected(party, Expected::from_issuer(ISSUER).for_audience(AUDIENCE));
        let keys = self.keys(party);
        self.judge(class, &expected, &keys, [good, forged], None);
    }

    pub(crate) fn refuse_as(
        &mut self,
        class: &'static str,
        party: &Party,
        good: &str,
        forged: &str,
        error: &Error,
    ) {
        let expected = Expected::from_issuer(ISSUER).for_audience(AUDIENCE);
        self.refuse_when(class, party, &expected, good, forged, error);
    }

    pub(crate) fn refuse_when(
        &mut self,
        class: &'static str,
        party: &Party,
        expected: &Expected,
        good: &str,
        forged: &str,
        error: &Error,
    ) {
        let expected = Self::expected(party, expected.clone());
        let keys = self.keys(party);
        // A secret has no name, so that no name is unknown; the rest of the token is refused all the same.
        let named = *error != Error::UnknownKey || !party.algorithm().is_symmetric();
        if named {
            self.judge(class, &expected, &keys, [good, forged], Some(error));
        }
    }

    /// The same token with keys that are for something else.
    pub(crate) fn refuse_with_keys(
        &mut self,
        class: &'static str,
        party: &Party,
        good: &str,
        keys: &str,
        forged: &str,
        error: &Error,
    ) {
        assert!(self.verify(party, good).is_ok());
        let expected = Expected::from_issuer(ISSUER).for_audience(AUDIENCE);
        for backend in BACKENDS {
            let keys = KeySet::from_json(keys, backend).unwrap();
            let refused = expected.verify(forged, &keys, Timestamp::from_unix(NOW)).map(|_| ());
            assert_eq!(refused, Err(error.clone()), "{class}: {forged}");
        }
        *self.counts.entry(class).or_default() += 1;
    }
}
