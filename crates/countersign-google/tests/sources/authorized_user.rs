use countersign_flow::{Authorize, Bearer, RequestView, Source};
use countersign_google::{AuthorizedUser, Credentials, ErrorKind, FileKind, QuotaProject};
use countersign_jwt::Backend;
use countersign_token::{AccessToken, RefreshToken, Secret, Timestamp, TokenSet};
use http::Request;

use crate::support::{env, google, json, play, service_account_file};

const TOKEN: &str = r#"{"access_token":"ya29","token_type":"Bearer","expires_in":3599}"#;

fn file() -> serde_json::Value {
    serde_json::json!({
        "type": "authorized_user", "client_id": "gcloud", "client_secret": "s3cret",
        "refresh_token": "rt-1", "quota_project_id": "billed", "account": "",
    })
}

fn external() -> serde_json::Value {
    serde_json::json!({
        "type": "external_account_authorized_user", "client_id": "gcloud", "client_secret": "s3cret",
        "refresh_token": "rt-1", "token_url": "https://sts.googleapis.com/v1/oauthtoken",
        "audience": "//iam.googleapis.com/locations/global/workforcePools/p/providers/q",
    })
}

fn user(file: &serde_json::Value) -> AuthorizedUser {
    AuthorizedUser::from_json(file.to_string(), &google()).unwrap()
}

#[test]
fn the_refresh_token_of_the_file_is_spent_with_the_secret_in_the_form() {
    let played = play(user(&file()).begin(None).unwrap(), [json(200, TOKEN)]);
    assert_eq!(played.uris(), ["https://oauth2.googleapis.com/token"]);
    let form = played.form(0);
    for (name, value) in [
        ("grant_type", "refresh_token"),
        ("refresh_token", "rt-1"),
        ("client_id", "gcloud"),
        ("client_secret", "s3cret"),
    ] {
        assert_eq!(form.unique(name).unwrap(), Some(value));
    }
    assert_eq!(form.unique("scope").unwrap(), None);
    assert!(played.done().access.secret.ct_eq("ya29"));
    let narrow = user(&file()).scopes("drive");
    let played = play(narrow.begin(None).unwrap(), [json(200, TOKEN)]);
    assert_eq!(played.form(0).unique("scope").unwrap(), Some("drive"));
    assert_eq!(Some(&played.done().access.scopes), narrow.key().scopes.as_ref());
}

#[test]
fn an_external_user_has_one_source_that_follows_the_rotation() {
    let external = user(&external());
    let played = play(external.begin(None).unwrap(), [json(200, TOKEN)]);
    assert_eq!(played.uris(), ["https://sts.googleapis.com/v1/oauthtoken"]);
    assert!(played.header(0, "authorization").unwrap().starts_with("Basic "));
    assert_eq!(external.clone().scopes("drive").key(), external.key());
    let mut current = TokenSet::new(AccessToken::bearer(Secret::new("old"), Timestamp::from_unix(0)));
    current.refresh = Some(RefreshToken::new("rt-2"));
    let rotated = r#"{"access_token":"ya29","token_type":"Bearer","refresh_token":"rt-3"}"#;
    let played = play(external.begin(Some(&current)).unwrap(), [json(200, rotated)]);
    assert_eq!(played.form(0).unique("refresh_token").unwrap(), Some("rt-2"));
    assert!(played.done().refresh.unwrap().secret().ct_eq("rt-3"));
}

#[test]
fn two_users_of_one_client_are_two_grants() {
    let mut other = file();
    other["refresh_token"] = "rt-2".into();
    assert_ne!(user(&file()).key(), user(&other).key());
    assert_eq!(user(&file()).key(), user(&file()).key());
    assert!(!format!("{:?}", user(&file()).key()).contains("rt-1"));
    assert_ne!(user(&file()).key(), user(&file()).scopes("drive").key());
}

#[test]
fn a_file_says_what_is_wrong_with_it() {
    let check = |file: &serde_json::Value, name: &'static str, value: serde_json::Value, expected| {
        let mut file = file.clone();
        file[name] = value;
        let error = AuthorizedUser::from_json(file.to_string(), &google()).unwrap_err();
        assert_eq!(error.kind(), expected, "{name}");
    };
    for name in ["client_id", "client_secret", "refresh_token"] {
        check(&file(), name, serde_json::Value::Null, ErrorKind::Member { name });
        check(&external(), name, "".into(), ErrorKind::Member { name });
    }
    let stranger = "https://attacker.example/token";
    check(&file(), "token_uri", stranger.into(), ErrorKind::UnexpectedHost { name: "token_uri" });
    check(&external(), "token_url", stranger.into(), ErrorKind::UnexpectedHost { name: "token_url" });
    check(&external(), "token_url", serde_json::Value::Null, ErrorKind::Member { name: "token_url" });
    let error = AuthorizedUser::from_json(service_account_file().to_string(), &google()).unwrap_err();
    let found = FileKind::ServiceAccount;
    assert_eq!(error.kind(), ErrorKind::Kind { wanted: FileKind::AuthorizedUser, found });
}

#[test]
fn a_user_has_no_id_token_for_others_and_may_be_charged_to_a_project() {
    let credentials = Credentials::from_json(file().to_string(), &google()).unwrap();
    assert_eq!(credentials.quota_project(), Some("billed"));
    let error = credentials.id_token_source("https://service.example", Backend::AwsLcRs).err().unwrap();
    assert!(matches!(error.kind(), ErrorKind::Misuse(_)));
    let mut request = Request::get("https://pubsub.googleapis.com/").body(Vec::new()).unwrap();
    let tokens = TokenSet::new(AccessToken::bearer(Secret::new("ya29"), Timestamp::from_unix(0)));
    let authorize = QuotaProject::new("billed", Bearer::new());
    authorize.authorize(RequestView::whole(&request), Some(&tokens), &env()).unwrap().apply(&mut request);
    assert_eq!(request.headers()["x-goog-user-project"], "billed");
    assert_eq!(request.headers()["authorization"], "Bearer ya29");
    assert!(authorize.authorize(RequestView::whole(&request), None, &env()).is_err());
}
