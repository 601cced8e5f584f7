use countersign_flow::{Error, Source, error::Misuse};
use countersign_google::{Credentials, ErrorKind, ExternalAccount, FileKind, Unsupported};
use countersign_jwt::Backend;
use countersign_token::Key;
use countersign_wire::flow::Purpose;
use testkit::directory::Directory;

use crate::support::{answer, google, json, not_sent, play, service_account_file};

const EXCHANGED: &str = r#"{"access_token":"sts","token_type":"Bearer","expires_in":3599,
    "issued_token_type":"urn:ietf:params:oauth:token-type:access_token"}"#;
const IMPERSONATED: &str = r#"{"accessToken":"ya29","expireTime":"2023-11-14T23:13:20Z"}"#;
const IMPERSONATION: &str = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/\
                             deploy@demo.iam.gserviceaccount.com:generateAccessToken";

fn file(source: serde_json::Value) -> serde_json::Value {
    serde_json::json!({
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "credential_source": source,
    })
}

fn by_url() -> serde_json::Value {
    file(serde_json::json!({
        "url": "http://169.254.169.254/metadata/identity?resource=api", "headers": {"Metadata": "True"},
        "format": {"type": "json", "subject_token_field_name": "access_token"},
    }))
}

fn account(file: &serde_json::Value) -> ExternalAccount {
    ExternalAccount::from_json(file.to_string(), &google()).unwrap()
}

#[test]
fn a_token_in_a_file_is_read_each_time_and_exchanged() {
    let directory = Directory::absent_in(env!("CARGO_TARGET_TMPDIR"));
    std::fs::create_dir_all(directory.path()).unwrap();
    let path = directory.path().join("token");
    let text = account(&file(serde_json::json!({"file": path}))).scopes("drive");
    let field =
        serde_json::json!({"file": path, "format": {"type": "json", "subject_token_field_name": "t"}});
    let structured = account(&file(field));
    let missing = text.begin(None).err().unwrap();
    assert_eq!(missing, Error::Misuse(Misuse::NoToken { name: "subject_token" }));
    for (account, content) in [(&text, "first\n"), (&text, " second "), (&structured, r#"{"t":"third"}"#)] {
        std::fs::write(&path, content).unwrap();
        let played = play(account.begin(None).unwrap(), [json(200, EXCHANGED)]);
        assert_eq!(played.uris(), ["https://sts.googleapis.com/v1/token"]);
        let form = played.form(0);
        let subject = form.unique("subject_token").unwrap().unwrap();
        assert!(content.contains(subject) && !subject.contains(['{', ' ', '\n']), "{subject}");
        assert_eq!(
            form.unique("grant_type").unwrap(),
            Some("urn:ietf:params:oauth:grant-type:token-exchange")
        );
        assert!(form.unique("audience").unwrap().unwrap().starts_with("//iam.googleapis.com/"));
        let requested = form.unique("requested_token_type").unwrap().unwrap();
        assert_eq!(requested, "urn:ietf:params:oauth:token-type:access_token");
        let tokens = played.done();
        assert!(tokens.access.secret.ct_eq("sts"));
        assert_eq!(tokens.access.resource, account.key().resource);
    }
    for content in ["", "{}", "{\"t\":7}", "[]"] {
        std::fs::write(&path, content).unwrap();
        let error = structured.begin(None).err().unwrap();
        assert_eq!(error, Error::Protocol(countersign_wire::Error::Malformed { name: "subject_token" }));
    }
}

#[test]
fn a_token_behind_a_url_is_fetched_and_exchanged() {
    let account = account(&by_url());
    let script = [not_sent(), answer(200, &[], r#"{"access_token":"azure","x":1}"#), json(200, EXCHANGED)];
    let played = play(account.begin(None).unwrap(), script);
    assert_eq!(played.uris()[0], "http://169.254.169.254/metadata/identity?resource=api");
    assert_eq!(played.header(0, "metadata"), Some("True"));
    let handling = played.handling(0);
    assert!(handling.link_local_http && handling.no_proxy && handling.purpose == Purpose::Metadata);
    assert!(!played.handling(2).link_local_http && !played.handling(2).no_proxy);
    assert_eq!(played.header(2, "metadata"), None);
    assert_eq!(played.form(2).unique("subject_token").unwrap(), Some("azure"));
    assert!(played.done().access.secret.ct_eq("sts"));
    let played = play(account.begin(None).unwrap(), [answer(403, &[], "no")]);
    let refused = countersign_wire::Error::NotAnAnswer { status: 403 };
    assert_eq!(played.error(), Error::Protocol(refused));
}

#[test]
fn it_may_speak_for_a_service_account() {
    let mut file = by_url();
    file["service_account_impersonation_url"] = IMPERSONATION.into();
    file["service_account_impersonation"] = serde_json::json!({"token_lifetime_seconds": 2800});
    let credentials = Credentials::from_json(file.to_string(), &google()).unwrap();
    let source = credentials.source("drive", Backend::AwsLcRs).unwrap();
    let fetched = || answer(200, &[], r#"{"access_token":"azure"}"#);
    let script = [fetched(), json(200, EXCHANGED), json(200, IMPERSONATED)];
    let played = play(source.begin(None).unwrap(), script);
    let scope = "https://www.googleapis.com/auth/iam";
    assert_eq!(played.form(1).unique("scope").unwrap(), Some(scope));
    assert_eq!(played.uris()[2], IMPERSONATION);
    assert_eq!(played.header(2, "authorization"), Some("Bearer sts"));
    assert_eq!(played.body(2), serde_json::json!({"scope": ["drive"], "lifetime": "2800s"}));
    assert!(played.done().access.secret.ct_eq("ya29"));
    let source = credentials.id_token_source("https://service.example", Backend::AwsLcRs).unwrap();
    let script = [fetched(), json(200, EXCHANGED), json(200, r#"{"token":"h.e30.s"}"#)];
    assert!(play(source.begin(None).unwrap(), script).done().id_token.unwrap().secret().ct_eq("h.e30.s"));
    // Alone it has none.
    let alone = Credentials::from_json(by_url().to_string(), &google()).unwrap();
    let error = alone.id_token_source("https://service.example", Backend::AwsLcRs).err().unwrap();
    assert!(matches!(error.kind(), ErrorKind::Misuse(_)));
}

#[test]
fn a_client_authenticates_and_a_workforce_names_its_project() {
    let fetched = || answer(200, &[], r#"{"access_token":"azure"}"#);
    let mut file = by_url();
    file["workforce_pool_user_project"] = "pro\"ject".into();
    let played = play(account(&file).begin(None).unwrap(), [fetched(), json(200, EXCHANGED)]);
    assert_eq!(played.form(1).unique("options").unwrap(), Some(r#"{"userProject":"pro\"ject"}"#));
    assert_eq!(played.header(1, "authorization"), None);
    file["client_id"] = "client".into();
    file["client_secret"] = "s3cret".into();
    let played = play(account(&file).begin(None).unwrap(), [fetched(), json(200, EXCHANGED)]);
    assert!(played.header(1, "authorization").unwrap().starts_with("Basic "));
    assert_eq!(played.form(1).unique("options").unwrap(), None);
}

#[test]
fn what_is_not_supported_or_not_right_is_said() {
    let check = |file: serde_json::Value, expected: ErrorKind| {
        let error = Credentials::from_json(file.to_string(), &google()).unwrap_err();
        assert_eq!(error.kind(), expected, "{file}");
    };
    for (source, what) in [
        (serde_json::json!({"environment_id": "aws1", "url": "http://169.254.169.254/"}), Unsupported::Aws),
        (serde_json::json!({"executable": {"command": "/bin/token"}}), Unsupported::Executable),
        (serde_json::json!({"certificate": {}}), Unsupported::Certificate),
    ] {
        check(file(source), ErrorKind::NotSupported(what));
    }
    check(
        serde_json::json!({"type": "gdch_service_account"}),
        ErrorKind::NotSupported(Unsupported::DistributedCloud),
    );
    let member = |name| ErrorKind::Member { name };
    check(file(serde_json::json!({})), member("credential_source"));
    check(file(serde_json::json!({"file": "a", "url": "https://x.example"})), member("credential_source"));
    check(file(serde_json::json!({"file": "a", "format": {"type": "xml"}})), member("type"));
    check(
        file(serde_json::json!({"file": "a", "format": {"type": "json"}})),
        member("subject_token_field_name"),
    );
    check(file(serde_json::json!({"url": "https://x.example", "headers": {"a b": "c"}})), member("headers"));
    for url in
        ["http://metadata.example/", "http://10.0.0.1/", "http://u@169.254.169.254/", "file:///etc/passwd"]
    {
        check(file(serde_json::json!({"url": url})), ErrorKind::Endpoint { name: "url" });
    }
    let mut changed = by_url();
    changed["token_url"] = "https://attacker.example/".into();
    check(changed.clone(), ErrorKind::UnexpectedHost { name: "token_url" });
    changed = by_url();
    changed["service_account_impersonation_url"] = "https://attacker.example/a:generateAccessToken".into();
    check(changed, ErrorKind::UnexpectedHost { name: "service_account_impersonation_url" });
    changed = by_url();
    changed.as_object_mut().unwrap().remove("token_url");
    changed["universe_domain"] = "attacker.example".into();
    check(changed, ErrorKind::UnexpectedHost { name: "token_url" });
    changed = by_url();
    changed["service_account_impersonation_url"] = IMPERSONATION.into();
    changed["service_account_impersonation"] = serde_json::json!({"token_lifetime_seconds": 599});
    check(changed, member("token_lifetime_seconds"));
}

#[test]
fn an_impersonated_service_account_has_credentials_inside() {
    let file = |inner: serde_json::Value| {
        serde_json::json!({
            "type": "impersonated_service_account", "service_account_impersonation_url": IMPERSONATION,
            "delegates": ["via@demo.example"], "source_credentials": inner, "quota_project_id": "billed",
        })
    };
    let inner = serde_json::json!({
        "type": "authorized_user", "client_id": "a", "client_secret": "b", "refresh_token": "c",
    });
    let credentials = Credentials::from_json(file(inner.clone()).to_string(), &google()).unwrap();
    assert_eq!(credentials.quota_project(), Some("billed"));
    let base = r#"{"access_token":"base","token_type":"Bearer","expires_in":3599}"#;
    let source = credentials.source("drive", Backend::AwsLcRs).unwrap();
    let played = play(source.begin(None).unwrap(), [json(200, base), json(200, IMPERSONATED)]);
    assert_eq!(played.body(1)["delegates"][0], "projects/-/serviceAccounts/via@demo.example");
    assert!(played.done().access.secret.ct_eq("ya29"));
    assert!(Credentials::from_json(file(service_account_file()).to_string(), &google()).is_ok());
    let check = |file: serde_json::Value, expected: ErrorKind| {
        let error = Credentials::from_json(file.to_string(), &google()).unwrap_err();
        assert_eq!(error.kind(), expected);
    };
    let found = FileKind::ImpersonatedServiceAccount;
    check(file(file(inner)), ErrorKind::Kind { wanted: FileKind::AuthorizedUser, found });
    check(file(serde_json::Value::Null), ErrorKind::Member { name: "source_credentials" });
    let mut stranger = file(service_account_file());
    stranger["source_credentials"]["token_uri"] = "https://attacker.example/".into();
    check(stranger, ErrorKind::UnexpectedHost { name: "token_uri" });
}

#[test]
fn another_universe_has_its_own_token_service_when_it_is_trusted() {
    let mut file = by_url();
    file.as_object_mut().unwrap().remove("token_url");
    let credentials = |file: &serde_json::Value| {
        Credentials::from_json(file.to_string(), &google().and(".universe.example")).unwrap()
    };
    assert_eq!(credentials(&file).universe(), "googleapis.com");
    file["universe_domain"] = "universe.example".into();
    assert_eq!(credentials(&file).universe(), "universe.example");
    let source = credentials(&file).source("drive", Backend::AwsLcRs).unwrap();
    assert_eq!(source.key().issuer, "https://sts.universe.example/v1/token");
    let mut key = service_account_file();
    key["universe_domain"] = "universe.example".into();
    assert_eq!(credentials(&key).universe(), "universe.example");
}

#[test]
fn no_two_identities_share_a_key() {
    let change = |name: &str, value: &str| {
        let mut file = by_url();
        file[name] = value.into();
        account(&file).key().clone()
    };
    let url = |url: &str| account(&file(serde_json::json!({"url": url}))).key().clone();
    let keys: Vec<Key> = [
        account(&by_url()).key().clone(),
        account(&by_url()).scopes("drive").key().clone(),
        change("audience", "//other"),
        change("client_id", "client"),
        change("subject_token_type", "urn:ietf:params:oauth:token-type:id_token"),
        change("workforce_pool_user_project", "project"),
        url("https://x.example/?a=1"),
        url("https://x.example/?a=2"),
        account(&file(serde_json::json!({"file": "a"}))).key().clone(),
        account(&file(serde_json::json!({"file": "b"}))).key().clone(),
    ]
    .into();
    for (index, key) in keys.iter().enumerate() {
        assert!(!keys[..index].contains(key), "{key:?}");
    }
}
