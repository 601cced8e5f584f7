//! What a newcomer to OAuth 1.0a types wrongly: each time what happened, why, and what to type next.

use crate::support::{Home, fed};

const SECRETS: [&str; 5] = ["--consumer-key", "k", "--consumer-secret", "s", "--quiet"];

/// Runs `oauth1 sign` with the secrets and these options, and looks for the words, the last of which is the help.
fn check(args: &[&str], code: i32, said: &[&str]) {
    let run = Home::new().check(&[&["oauth1", "sign"], args].concat(), code, said);
    assert_eq!(run.out, "");
}

#[test]
fn a_wrong_address_is_told_apart_from_a_wrong_request() {
    let sign = |args: &[&str], said: &[&str]| check(&[args, &SECRETS].concat(), 2, said);
    sign(&["https://api.example/x"], &["<URL>", "Usage: countersign oauth1 sign"]);
    sign(&["GET", "api.example/x"], &["no scheme http or https at byte 0", "give the whole address"]);
    sign(&["GET", "https://api.example/x y"], &["a space at byte 21", "mend the request"]);
    sign(&["GET", "https://api.example/x#part"], &["a fragment at byte 21", "mend the request"]);
    sign(&["POST", "https://api.example/x", "-d", "a=%zz"], &["byte 2 of the form body", "mend the request"]);
    sign(
        &["GET", "https://api.example/x?oauth_token=t"],
        &["stands apart", "take oauth_token out of address and body"],
    );
    sign(
        &["GET", "http://api.example/", "--signature-method", "plaintext"],
        &["PLAINTEXT needs https", "HMAC-SHA1"],
    );
}

#[test]
fn what_has_an_option_of_its_own_is_pointed_to_it() {
    for (param, option) in [
        ("oauth_nonce=x", "--nonce S"),
        ("oauth_timestamp=1", "--timestamp N"),
        ("oauth_token=x", "--token TOKEN"),
        ("oauth_callback=x", "--callback URL"),
        ("oauth_verifier=x", "--verifier S"),
        ("oauth_version=1.0", "--no-version"),
        ("oauth_body_hash=x", "--body-hash"),
        ("realm=x", "--realm S"),
        ("oauth_signature=x", "leave it out"),
    ] {
        let args = ["GET", "https://api.example/", "--param", param];
        check(&[&args[..], &SECRETS].concat(), 2, &["not one to add by hand", option]);
    }
    let args = ["GET", "https://api.example/", "--timestamp", "0"];
    check(
        &[&args[..], &SECRETS].concat(),
        2,
        &["oauth_timestamp has a value that cannot be used", "--timestamp N"],
    );
    let args = ["GET", "https://api.example/", "--param", "=x"];
    check(&[&args[..], &SECRETS].concat(), 2, &["--param takes NAME=VALUE", "--param scope=read"]);
}

#[test]
fn missing_credentials_are_asked_for() {
    let get = ["GET", "https://api.example/"];
    check(&get, 3, &["no account is stored here", "--consumer-key KEY --consumer-secret SECRET"]);
    check(&[&get[..], &["-a", "nobody"]].concat(), 3, &["there is no account \"nobody\"", "login"]);
    check(
        &[&get[..], &["--consumer-key", "k"]].concat(),
        2,
        &["--consumer-secret SECRET, or --private-key FILE"],
    );
    check(&[&get[..], &["--consumer-secret", "s"]].concat(), 2, &["--consumer-key <KEY>"]);
    check(&[&get[..], &SECRETS, &["--signature-method", "MD5"]].concat(), 2, &["HMAC-SHA1", "try '--help'"]);
}

#[test]
fn a_method_may_be_typed_in_any_case() {
    let args = ["oauth1", "sign", "GET", "https://api.example/", "--signature-method", "hmac-sha256"];
    let signed = Home::new().ok(&[&args[..], &SECRETS].concat());
    assert!(signed.contains("oauth_signature_method=\"HMAC-SHA256\""), "{signed}");
}

#[test]
fn nothing_to_verify_is_called_that() {
    let home = Home::new();
    let args = [&["oauth1", "verify"][..], &SECRETS].concat();
    for nothing in [&b""[..], b"\n", b"\r\n\r\n"] {
        fed(&mut home.command(&args), nothing).check(
            &args,
            2,
            &["there is nothing in it", "give a request line"],
        );
    }
    fed(&mut home.command(&args), b"GET / HTTP/1.1\n\n").check(
        &args,
        2,
        &["no Host field", "--header 'Host:"],
    );
}
