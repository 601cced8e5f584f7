//! The file that a developer console offers for download.

use std::{error::Error as _, fs, path::PathBuf};

use countersign_client::{ErrorKind, LoginOptions};

fn file(name: &str, content: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("countersign-secrets-{}-{name}.json", std::process::id()));
    fs::write(&path, content).unwrap();
    path
}

fn check(name: &str, content: &str, expected: &str) {
    let path = file(name, content.as_bytes());
    let error = LoginOptions::from_client_secrets(&path).unwrap_err();
    fs::remove_file(&path).unwrap();
    assert_eq!(error.kind(), &ErrorKind::Configuration, "{name}");
    let message = error.source().unwrap().to_string();
    assert_eq!(message, format!("client secrets file {path:?} {expected}"), "{name}");
}

const GOOD: &str = r#"{"installed":{"client_id":"demo","client_secret":"s3cret","auth_uri":"https://as.example/o/auth",
    "token_uri":"https://as.example/token","redirect_uris":["urn:ietf:wg:oauth:2.0:oob","http://localhost/back"]}}"#;

#[test]
fn both_kinds_are_read() {
    for (name, content) in [("installed", GOOD.to_owned()), ("web", GOOD.replace("installed", "web"))] {
        let path = file(name, content.as_bytes());
        let options = LoginOptions::from_client_secrets(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let shown = format!("{options:?}");
        for part in ["https://as.example/token", "\"https://as.example\"", "demo", "SecretPost", "\"/back\""]
        {
            assert!(shown.contains(part), "{part} is not in {shown}");
        }
        assert!(!shown.contains("s3cret"));
    }
}

#[test]
fn what_is_wrong_is_named() {
    check("empty", "", "cannot be understood");
    check("html", "<html>", "cannot be understood");
    check("array", "[]", "has neither a member \"installed\" nor \"web\"");
    check("other", r#"{"client_id":"demo"}"#, "has neither a member \"installed\" nor \"web\"");
    check(
        "service",
        r#"{"type":"service_account","client_id":"7"}"#,
        "is the key of a service account: download the OAuth client instead",
    );
    check("id", &GOOD.replace("client_id", "id"), "lacks the text member \"client_id\"");
    check("number", &GOOD.replace("\"demo\"", "7"), "lacks the text member \"client_id\"");
    check("uri", &GOOD.replace("token_uri", "uri"), "lacks the text member \"token_uri\"");
    check(
        "clear",
        &GOOD.replace("https://as.example/token", "http://as.example/token"),
        "has an address that cannot be used",
    );
    check("big", &format!("{}{}", GOOD, " ".repeat(64 * 1024)), "is larger than 64 KiB");
}

#[test]
fn a_file_that_is_not_there_is_named_with_the_system_s_reason() {
    let error = LoginOptions::from_client_secrets("/nonexistent/client_secret.json").unwrap_err();
    let source = error.source().unwrap();
    assert_eq!(source.to_string(), "client secrets file \"/nonexistent/client_secret.json\" cannot be read");
    assert!(source.source().unwrap().downcast_ref::<std::io::Error>().is_some());
}
