use std::{ffi::OsString, io, path::Path};

use countersign_google::{DefaultCredentials, Environment, ErrorKind, MemoryEnvironment};
use countersign_jwt::Backend;
use countersign_token::Secret;

use crate::support::{google, json, not_sent, play, service_account_file};

const VARIABLE: &str = "GOOGLE_APPLICATION_CREDENTIALS";
const USER: &str = r#"{"type":"authorized_user","client_id":"a","client_secret":"b","refresh_token":"c"}"#;
const GCLOUD: &str = "/config/application_default_credentials.json";

fn find(environment: &MemoryEnvironment) -> Result<DefaultCredentials, ErrorKind> {
    DefaultCredentials::find(environment, &google()).map_err(|error| error.kind())
}

/// Where the credentials come from: a path, or `metadata`.
fn check(environment: &MemoryEnvironment, expected: &str) {
    match find(environment).unwrap() {
        DefaultCredentials::File { path, .. } => assert_eq!(path, Path::new(expected)),
        DefaultCredentials::Metadata(_) => assert_eq!("metadata", expected),
        other => panic!("{other:?}"),
    }
}

/// All three places have something.
fn full() -> MemoryEnvironment {
    MemoryEnvironment::new()
        .with_variable(VARIABLE, "/keys/key.json")
        .with_variable("CLOUDSDK_CONFIG", "/config")
        .with_file("/keys/key.json", service_account_file().to_string())
        .with_file(GCLOUD, USER)
}

#[test]
fn the_order_is_the_variable_the_file_of_gcloud_the_metadata_server() {
    check(&full(), "/keys/key.json");
    check(&full().with_variable(VARIABLE, ""), GCLOUD);
    check(&full().with_variable(VARIABLE, "").with_variable("CLOUDSDK_CONFIG", "/other"), "metadata");
    let nothing = MemoryEnvironment::new();
    check(&nothing, "metadata");
    assert_eq!(find(&nothing.with_variable("NO_GCE_CHECK", "true")).unwrap_err(), ErrorKind::NoCredentials);
}

#[cfg(not(windows))]
#[test]
fn gcloud_keeps_its_file_in_the_home_directory_unless_told() {
    let home = "/home/ann/.config/gcloud/application_default_credentials.json";
    let environment = MemoryEnvironment::new().with_variable("HOME", "/home/ann").with_file(home, USER);
    check(&environment, home);
    check(&environment.clone().with_variable("CLOUDSDK_CONFIG", ""), home);
    check(&environment.with_variable("CLOUDSDK_CONFIG", "/elsewhere"), "metadata");
}

#[test]
fn a_file_that_is_named_or_there_must_be_good() {
    // Not the next step: somebody meant this file.
    let error =
        DefaultCredentials::find(&full().with_variable(VARIABLE, "/gone.json"), &google()).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::Unreadable, Some(Path::new("/gone.json"))));
    let broken = full().with_variable(VARIABLE, "").with_file(GCLOUD, "{");
    let error = DefaultCredentials::find(&broken, &google()).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::Json, Some(Path::new(GCLOUD))));
    let client = full().with_file("/keys/key.json", r#"{"installed":{"client_id":"a"}}"#);
    assert!(matches!(find(&client).unwrap_err(), ErrorKind::Kind { .. }));
    let refused = full().with_variable(VARIABLE, "").with_variable("CLOUDSDK_CONFIG", "/none");
    let refused = refused.with_variable("GCE_METADATA_HOST", "attacker.example");
    assert_eq!(find(&refused).unwrap_err(), ErrorKind::Endpoint { name: "GCE_METADATA_HOST" });
}

/// A machine whose files are another user's.
struct Forbidden(MemoryEnvironment);

impl Environment for Forbidden {
    fn variable(&self, name: &str) -> Option<OsString> {
        self.0.variable(name)
    }

    fn file(&self, _: &Path) -> io::Result<Secret> {
        Err(io::ErrorKind::PermissionDenied.into())
    }
}

#[test]
fn a_file_that_may_not_be_read_is_there() {
    let environment = Forbidden(full().with_variable(VARIABLE, ""));
    let error = DefaultCredentials::find(&environment, &google()).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::Unreadable, Some(Path::new(GCLOUD))));
    let source = core::error::Error::source(&error).unwrap().downcast_ref::<io::Error>().unwrap();
    assert_eq!(source.kind(), io::ErrorKind::PermissionDenied);
}

#[test]
fn each_step_may_be_taken_alone() {
    assert!(DefaultCredentials::from_variable(&full(), &google()).unwrap().is_some());
    assert!(DefaultCredentials::from_gcloud(&full(), &google()).unwrap().is_some());
    assert!(DefaultCredentials::from_metadata(&full()).unwrap().is_some());
    let nothing = MemoryEnvironment::new().with_variable("NO_GCE_CHECK", "true");
    assert!(DefaultCredentials::from_variable(&nothing, &google()).unwrap().is_none());
    assert!(DefaultCredentials::from_gcloud(&nothing, &google()).unwrap().is_none());
    assert!(DefaultCredentials::from_metadata(&nothing).unwrap().is_none());
}

#[test]
fn every_step_ends_in_tokens() {
    let token = r#"{"access_token":"ya29","token_type":"Bearer","expires_in":3599}"#;
    let file = find(&full()).unwrap();
    let source = file.source("drive", Backend::AwsLcRs).unwrap();
    assert!(play(source.begin(None).unwrap(), [json(200, token)]).done().access.secret.ct_eq("ya29"));
    let id_token = file.id_token_source("https://service.example", Backend::AwsLcRs).unwrap();
    let played = play(id_token.begin(None).unwrap(), [json(200, r#"{"id_token":"h.e30.s"}"#)]);
    assert!(played.done().id_token.is_some());
    let metadata = find(&MemoryEnvironment::new()).unwrap();
    let source = metadata.source("drive", Backend::AwsLcRs).unwrap();
    let played = play(source.begin(None).unwrap(), [not_sent(), not_sent(), not_sent()]);
    assert_eq!(played.uris(), ["http://169.254.169.254/"; 3], "it looks whether there is one");
    let id_token = metadata.id_token_source("https://service.example", Backend::AwsLcRs).unwrap();
    assert_eq!(play(id_token.begin(None).unwrap(), []).uris(), ["http://169.254.169.254/"]);
}

#[test]
fn projects_are_named_by_variables_or_the_file() {
    let found = find(&full()).unwrap();
    let project = |environment: &MemoryEnvironment| found.project(environment);
    assert_eq!(project(&full()).as_deref(), Some("demo"));
    assert_eq!(project(&full().with_variable("GCLOUD_PROJECT", "old")).as_deref(), Some("old"));
    let both = full().with_variable("GCLOUD_PROJECT", "old").with_variable("GOOGLE_CLOUD_PROJECT", "new");
    assert_eq!(project(&both).as_deref(), Some("new"));
    let user = USER.replace("\"c\"", "\"c\",\"quota_project_id\":\"billed\"");
    let environment = full().with_file("/keys/key.json", user);
    let found = find(&environment).unwrap();
    assert_eq!(found.quota_project(&environment).as_deref(), Some("billed"));
    let environment = environment.with_variable("GOOGLE_CLOUD_QUOTA_PROJECT", "other");
    assert_eq!(found.quota_project(&environment).as_deref(), Some("other"));
    assert_eq!(find(&MemoryEnvironment::new()).unwrap().quota_project(&MemoryEnvironment::new()), None);
}
