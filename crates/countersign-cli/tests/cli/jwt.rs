//! `jwt`: a token signed, checked and shown, and what is refused.

use std::{fs, path::Path};

use countersign_token::json::Value;

use crate::support::{Home, Misbehaving, fed, get, json, page, text};

const CLAIMS: &str = r#"{"iss":"https://issuer.example","sub":"alice","aud":"me"}"#;

/// One of the keys of the vectors, in the form of this name.
fn key(id: &str, form: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testkit/vectors/jwt/keys.json");
    let file = Value::parse(&fs::read(path).unwrap()).unwrap();
    let keys = get(&file, "keys").as_array().unwrap();
    let key = get(keys.iter().find(|key| text(key, "id") == id).unwrap(), form);
    key.as_text().map_or_else(|| key.to_json().expose().to_owned(), ToOwned::to_owned)
}

/// One of the files of the vectors, in binary.
fn binary(id: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testkit/vectors/jwt/keys.json");
    let file = Value::parse(&fs::read(path).unwrap()).unwrap();
    let files = get(&file, "files").as_array().unwrap();
    let base64 = text(files.iter().find(|file| text(file, "id") == id).unwrap(), "base64");
    let base64url = base64.trim_end_matches('=').replace('+', "-").replace('/', "_");
    countersign_jwt::base64url::decode(base64url).unwrap()
}

/// A home with a private key in it, the set of its public one, and claims.
fn home(id: &str) -> Home {
    let home = Home::new();
    home.write("key.pem", &key(id, "pem"));
    home.write("public.pem", &key(id, "public_pem"));
    home.write("keys.json", &format!(r#"{{"keys":[{}]}}"#, key(id, "public")));
    home.write("claims.json", CLAIMS);
    home
}

const SIGN: [&str; 8] = ["jwt", "sign", "--key", "key.pem", "--claims", "claims.json", "--expires-in", "5m"];

fn signed(home: &Home, more: &[&str]) -> String {
    home.ok(&[&SIGN[..], more].concat()).trim_end().to_owned()
}

#[test]
fn what_is_signed_is_verified_and_shown() {
    for (id, algorithm) in [("rsa", "RS256"), ("p256", "ES256"), ("p384", "ES384"), ("ed25519", "EdDSA")] {
        let home = home(id);
        let token = signed(&home, &[]);
        for with in [["--jwks", "keys.json"], ["--key", "public.pem"]] {
            let args = [
                "jwt",
                "verify",
                &token,
                with[0],
                with[1],
                "--issuer",
                "https://issuer.example",
                "--audience",
                "me",
            ];
            let run = home.check(&args, 0, &[&format!("the token holds: {algorithm}"), "holds until 2"]);
            let claims = Value::parse(run.out.as_bytes()).unwrap();
            assert_eq!(text(&claims, "sub"), "alice");
        }
        let run = home.check(&["jwt", "decode", &token], 0, &["nothing of it was verified"]);
        assert!(
            run.out.starts_with(&format!(
                "{{\n  \"alg\": \"{algorithm}\",\n  \"typ\": \"JWT\"\n}}\n{{\n  \"iss\""
            )),
            "{run:?}"
        );
        let document = home.json(&["jwt", "decode", &token]);
        assert_eq!(text(get(&document, "claims"), "aud"), "me");
        assert_eq!(get(&document, "verified").to_json().expose(), "false");
    }
}

#[test]
fn a_token_and_claims_come_by_standard_input() {
    let home = home("ed25519");
    let args = ["jwt", "sign", "--key", "key.pem", "--claims", "-"];
    let run = fed(&mut home.command(&args), CLAIMS.as_bytes());
    run.check(&args, 0, &[]);
    let args = ["jwt", "verify", "-", "--jwks", "keys.json", "--without-expiry"];
    fed(&mut home.command(&args), run.out.as_bytes()).check(
        &args,
        0,
        &["aud is not checked without --audience"],
    );
    home.write("token", &run.out);
    assert_eq!(home.ok(&["jwt", "decode", "@token"]), home.ok(&["jwt", "decode", run.out.trim_end()]));
}

#[test]
fn a_document_says_all_of_it() {
    let home = home("p256");
    home.write("key.jwk", &key("p256", "private").replacen('{', r#"{"kid":"k1","#, 1));
    let args = [
        "jwt",
        "sign",
        "--key",
        "key.jwk",
        "--claims",
        "claims.json",
        "--type",
        "at+jwt",
        "--expires-in",
        "60",
    ];
    let document = home.json(&args);
    assert_eq!((text(&document, "algorithm"), text(&document, "key_id")), ("ES256", "k1"));
    assert_eq!(text(get(&document, "public_key"), "kid"), "k1");
    let token = text(&document, "token");
    let document = home.json(&["jwt", "verify", token, "--jwks", "keys.json", "--type", "at+jwt"]);
    assert_eq!(get(&document, "verified").to_json().expose(), "true");
    assert_eq!(get(&document, "error").to_json().expose(), "null");
    assert_eq!(text(get(&document, "header"), "kid"), "k1");
    let refused =
        home.run(&["jwt", "verify", token, "--jwks", "keys.json", "--type", "logout+jwt", "--json"]);
    assert_eq!(refused.code, Some(9), "{refused:?}");
    let document = Value::parse(refused.out.as_bytes()).unwrap();
    assert_eq!(text(&document, "error"), "the token was made for another purpose, by its type");
    assert_eq!(text(get(&document, "claims"), "sub"), "alice");
}

#[test]
fn what_does_not_hold_ends_with_9() {
    let home = home("ed25519");
    home.write("others.json", &format!(r#"{{"keys":[{}]}}"#, key("p256", "public")));
    home.write("nobody.json", r#"{"keys":[]}"#);
    let token = signed(&home, &["--key-id", "k"]);
    let check = |token: &str, more: &[&str], said: &str| {
        let run = home.check(
            &[&["jwt", "verify", token][..], more].concat(),
            9,
            &["the token is not accepted", said],
        );
        assert_eq!(run.out, "");
    };
    let changed = format!("{}A{}", &token[..token.len() - 9], &token[token.len() - 8..]);
    let changed = if changed == token { token.replacen('.', ".A", 1) } else { changed };
    check(&changed, &["--jwks", "keys.json"], "the signature of the token does not hold");
    check(&token, &["--jwks", "others.json"], "no key has the name");
    check(&token, &["--jwks", "nobody.json"], "no key has the name");
    check(
        &token,
        &["--key", "public.pem", "--issuer", "https://other.example"],
        "the claim iss of the token",
    );
    check(&token, &["--key", "public.pem", "--audience", "you"], "the claim aud of the token");
    check(&token, &["--key", "public.pem", "--nonce", "n"], "the claim nonce of the token is missing");
    check(&token, &["--key", "public.pem", "--algorithm", "rs256"], "the algorithm of the token");
    check(
        &token,
        &["--key", "public.pem", "--at", "2100-01-01T00:00:00Z"],
        "the claim exp of the token is over",
    );
    check(&token, &["--key", "public.pem", "--at", "0"], "the claim iat of the token is still to come");
    check("a.b", &["--key", "public.pem"], "three segments");
    check("eyJhbGciOiJub25lIn0.e30.", &["--key", "public.pem"], "the algorithm of the token");
    let untimed = home.ok(&["jwt", "sign", "--key", "key.pem", "--claims", "claims.json"]);
    check(untimed.trim_end(), &["--key", "public.pem"], "the claim exp of the token is missing");
    home.ok(&["jwt", "verify", untimed.trim_end(), "--key", "public.pem", "--without-expiry"]);
}

#[test]
fn a_shared_secret_is_no_public_key() {
    let home = home("rsa");
    let secret = "0123456789abcdef0123456789abcdef";
    home.write("secret", secret);
    let args = ["jwt", "sign", "--secret", "@secret", "--claims", "claims.json", "--expires-in", "1m"];
    let token = home.ok(&args);
    home.ok(&["jwt", "verify", token.trim_end(), "--secret", "@secret"]);
    let public =
        home.check(&["jwt", "verify", token.trim_end(), "--key", "public.pem"], 9, &["--secret SECRET"]);
    assert_eq!(public.out, "");
    home.write("short", "0123456789");
    let args = ["jwt", "sign", "--secret", "@short", "--claims", "claims.json"];
    home.check(&args, 3, &["a key of 80 bits is too short to be safe"]);
}

#[test]
fn keys_are_fetched_from_an_address() {
    let home = home("ed25519");
    let set = fs::read_to_string(home.path("keys.json")).unwrap();
    let server = Misbehaving::start(move |_, asked| match asked.target.as_str() {
        "/keys" => json("200 OK", &set),
        "/page" => page("200 OK", "text/html", "<html>"),
        _ => page("404 Not Found", "text/plain", "no"),
    });
    let token = signed(&home, &[]);
    let verify = |path: &str, code, said: &str| {
        let address = format!("{}{path}", server.url());
        home.check(&["jwt", "verify", &token, "--jwks", &address], code, &[said]);
    };
    verify("/keys", 0, "the token holds");
    verify("/page", 3, "holds no JWK set");
    verify("/none", 1, "the server answered 404");
    home.check(&["jwt", "verify", &token, "--jwks", "http://192.0.2.1/keys"], 6, &["could not be fetched"]);
}

#[test]
fn a_file_that_is_no_key_is_named() {
    let home = home("rsa");
    home.write("robot.json", r#"{"type":"service_account","private_key":"x"}"#);
    for (file, said) in [
        ("public.pem", "a public key, and a private one is needed"),
        ("robot.json", "jq -r .private_key"),
        ("claims.json", "no JWK"),
        ("keys.json", "a set of JWKs"),
    ] {
        home.check(&["jwt", "sign", "--key", file, "--claims", "claims.json"], 3, &[said]);
    }
    home.check(
        &["jwt", "verify", "a.b.c", "--key", "key.pem"],
        3,
        &["a private key, and a public one is needed"],
    );
    home.check(&["jwt", "sign", "--key", "key.pem", "--claims", "key.pem"], 2, &["not a JSON object"]);
    home.check(
        &["jwt", "sign", "--key", "key.pem", "--claims", "claims.json", "--algorithm", "ES256"],
        2,
        &["RSA"],
    );
    home.check(&["jwt", "decode", "ya29.opaque"], 1, &["no token that can be read"]);
}

/// DER is no text, and is read all the same; and so is what a command prints.
#[test]
fn a_key_is_read_in_every_way() {
    let home = home("ed25519");
    fs::write(home.path("key.der"), binary("ed25519-pkcs8-der")).unwrap();
    for way in ["key.der", "cmd:cat key.pem", "@key.pem"] {
        let args = ["jwt", "sign", "--key", way, "--claims", "claims.json", "--expires-in", "60"];
        let token = home.ok(&args);
        home.ok(&["jwt", "verify", token.trim_end(), "--key", "public.pem"]);
    }
}
