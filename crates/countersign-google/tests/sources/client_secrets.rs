use countersign_flow::ClientAuthentication;
use countersign_google::{ClientKind, ClientSecrets, ErrorKind, FileKind, TrustedHosts};
use testkit::{directory::Directory, vectors::Suite};

use crate::support::{google, service_account_file};

const GOOD: &str = r#"{"installed": {
    "client_id": "demo.apps.googleusercontent.com", "project_id": "demo", "client_secret": "s3cret",
    "auth_uri": "https://accounts.google.com/o/oauth2/v2/auth",
    "token_uri": "https://oauth2.googleapis.com/token",
    "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
    "redirect_uris": ["http://localhost"]
}}"#;

fn check(json: &str, expected: ErrorKind) {
    let error = ClientSecrets::from_json(json, &google()).unwrap_err();
    assert_eq!(error.kind(), expected, "{json}");
    assert!(!error.is_transient());
}

#[test]
fn a_file_of_the_console_is_a_client_and_its_server() {
    for (file, kind) in
        [(GOOD.to_owned(), ClientKind::Installed), (GOOD.replace("installed", "web"), ClientKind::Web)]
    {
        let client = ClientSecrets::from_json(&file, &google()).unwrap();
        assert_eq!(client.kind, kind);
        assert_eq!(client.server.issuer, "https://accounts.google.com");
        assert_eq!(client.server.token_endpoint.as_str(), "https://oauth2.googleapis.com/token");
        let revocation = client.server.revocation_endpoint.unwrap();
        assert_eq!(revocation.as_str(), "https://oauth2.googleapis.com/revoke");
        assert_eq!(client.registration.id.as_str(), "demo.apps.googleusercontent.com");
        let ClientAuthentication::SecretPost(secret) = &client.registration.authentication else {
            panic!("the form")
        };
        assert!(secret.ct_eq("s3cret"));
        assert_eq!(client.redirect_uris, ["http://localhost"]);
        assert_eq!(client.project.as_deref(), Some("demo"));
    }
    // A byte order mark is no reason to refuse; a public client has no secret.
    assert!(ClientSecrets::from_json(format!("\u{feff}{GOOD}"), &google()).is_ok());
    let public = GOOD.replace(r#""client_secret": "s3cret","#, "");
    let client = ClientSecrets::from_json(public, &google()).unwrap();
    assert!(matches!(client.registration.authentication, ClientAuthentication::None));
}

#[test]
fn what_is_wrong_is_said() {
    let member = |name| ErrorKind::Member { name };
    let without = |name: &str| {
        let mut file: serde_json::Value = serde_json::from_str(GOOD).unwrap();
        file["installed"].as_object_mut().unwrap().remove(name);
        file.to_string()
    };
    for name in ["client_id", "auth_uri", "token_uri"] {
        check(&without(name), member(name));
    }
    check(&without("client_secret").replace("installed", "web"), member("client_secret"));
    check(&GOOD.replace(r#""s3cret""#, "7"), member("client_secret"));
    check(&GOOD.replace(r#"["http://localhost"]"#, r#"[7]"#), member("redirect_uris"));
    check(
        &GOOD.replace("demo.apps.googleusercontent.com", "[[INSERT CLIENT ID HERE]]"),
        ErrorKind::Placeholder { name: "client_id" },
    );
    check(
        &GOOD.replace("https://oauth2.googleapis.com/token", "http://oauth2.googleapis.com/token"),
        ErrorKind::Endpoint { name: "token_uri" },
    );
    for host in ["attacker.example", "googleapis.com.attacker.example", "notgoogleapis.com", "googleapis.com"]
    {
        check(&GOOD.replace("oauth2.googleapis.com", host), ErrorKind::UnexpectedHost { name: "token_uri" });
    }
    let wanted = FileKind::ClientSecrets;
    check(&service_account_file().to_string(), ErrorKind::Kind { wanted, found: FileKind::ServiceAccount });
    check(
        r#"{"type":"authorized_user","client_id":"a"}"#,
        ErrorKind::Kind { wanted, found: FileKind::AuthorizedUser },
    );
    check(r#"{"other":{}}"#, ErrorKind::Kind { wanted, found: FileKind::Unknown });
    check(r#"{"web":{},"installed":{}}"#, member("installed"));
    check(&format!(r#"{{"web":{}}}"#, "[".repeat(10_000)), ErrorKind::Json);
    check(r#"{"web":{"client_id":"a","client_id":"b"}}"#, ErrorKind::Json);
    check(&format!(r#"{{"web":{{"client_id":"{}"}}}}"#, "a".repeat(65_536)), ErrorKind::TooBig);
    let error = ClientSecrets::from_json(service_account_file().to_string(), &google()).unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"the key of a service account ("service_account") where an OAuth client ("installed" or "web") is wanted"#
    );
}

#[test]
fn what_the_predecessor_refused_is_refused() {
    Suite::open("google", "seed.json", "/client_secrets").run(|case| {
        let refused = ClientSecrets::from_json(case["json"].as_str().unwrap(), &google());
        // The one that it took has addresses that are none.
        assert!(refused.is_err(), "{case}");
    });
}

#[test]
fn a_host_of_ones_own_is_trusted_by_name() {
    let file = GOOD.replace("oauth2.googleapis.com", "127.0.0.1:8080").replace("https://127", "http://127");
    check(&file, ErrorKind::UnexpectedHost { name: "token_uri" });
    let hosts = google().and("127.0.0.1");
    assert!(ClientSecrets::from_json(&file, &hosts).is_ok());
    assert!(ClientSecrets::from_json(&file, &TrustedHosts::anyone()).is_ok());
    let file = GOOD
        .replace("oauth2.googleapis.com", "id.corp.example")
        .replace("accounts.google.com", "id.corp.example");
    let client = ClientSecrets::from_json(&file, &google().and(".CORP.example")).unwrap();
    assert_eq!(client.server.issuer, "https://id.corp.example");
    assert!(client.server.revocation_endpoint.is_none());
}

#[test]
fn a_file_is_named_in_what_is_wrong_with_it() {
    let directory = Directory::absent_in(env!("CARGO_TARGET_TMPDIR"));
    std::fs::create_dir_all(directory.path()).unwrap();
    let path = directory.path().join("any name.json");
    let error = ClientSecrets::from_file(&path).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::Unreadable, Some(path.as_path())));
    std::fs::write(&path, vec![b' '; 70_000]).unwrap();
    assert_eq!(ClientSecrets::from_file(&path).unwrap_err().kind(), ErrorKind::TooBig);
    std::fs::write(&path, GOOD).unwrap();
    assert!(ClientSecrets::from_file(&path).is_ok());
    std::fs::write(&path, r#"{"installed":{}}"#).unwrap();
    let message = ClientSecrets::from_file(&path).unwrap_err().to_string();
    assert!(message.contains("any name.json") && message.contains("client_id"), "{message}");
}
