//! No public type prints a secret.

use std::path::Path;

use countersign_flow::{Bearer, Endpoint};
use countersign_google::{
    AuthorizedUser, BlobSignature, ClientKind, ClientSecrets, Credentials, DefaultCredentials, Environment,
    Error, ErrorKind, ExternalAccount, FileKind, ImpersonatedIdToken, ImpersonatedServiceAccount,
    Impersonation, MemoryEnvironment, MetadataDetection, MetadataIdToken, MetadataServer, MetadataSource,
    MetadataValue, QuotaProject, SelfSigned, SelfSignedAudience, ServiceAccount, ServiceAccountIdToken,
    ServiceAccountKey, SystemEnvironment, TrustedHosts, Unsupported,
};
use countersign_jwt::{Algorithm, Backend, PrivateKey, SigningKey};
use countersign_token::{Secret, Timestamp, json::Value};
use countersign_wire::flow::{Env, Flow, Input, Step};
use http::Response;
use testkit::{assert_no_canary, canary::SECRET};

/// A signer whose key is the secret.
fn signer() -> SigningKey {
    let key = PrivateKey::from_secret(&Secret::new(SECRET)).unwrap();
    SigningKey::new(&key, Algorithm::Hs256, Backend::AwsLcRs).unwrap()
}

fn robot() -> ServiceAccount {
    let endpoint =
        Endpoint::new("token_endpoint", &format!("https://as.example/token?key={SECRET}")).unwrap();
    ServiceAccount::new("robot@example.com", signer(), endpoint)
        .scopes("drive")
        .claim("claim", Value::text(SECRET))
        .unwrap()
}

fn private_key() -> String {
    let keys = include_str!("../../testkit/vectors/jwt/keys.json");
    let keys: serde_json::Value = serde_json::from_str(keys).unwrap();
    keys["keys"][0]["pem"].as_str().unwrap().into()
}

fn service_account_file() -> String {
    serde_json::json!({
        "type": "service_account", "client_email": "robot@example.com", "private_key": private_key(),
    })
    .to_string()
}

fn client_secrets_file() -> String {
    format!(
        r#"{{"web": {{"client_id": "a", "client_secret": "{SECRET}",
        "auth_uri": "https://accounts.google.com/o/oauth2/v2/auth", "token_uri": "https://oauth2.googleapis.com/token"}}}}"#
    )
}

fn user_file() -> String {
    format!(
        r#"{{"type": "authorized_user", "client_id": "a", "client_secret": "{SECRET}", "refresh_token": "{SECRET}"}}"#
    )
}

fn external_file() -> String {
    serde_json::json!({
        "type": "external_account", "audience": "a", "subject_token_type": "t",
        "client_id": "a", "client_secret": SECRET,
        "credential_source": {
            "url": format!("https://x.example/?key={SECRET}"), "headers": {"Authorization": SECRET},
        },
    })
    .to_string()
}

fn impersonated() -> Credentials {
    let url =
        "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@b.example:generateAccessToken";
    let inner: serde_json::Value = serde_json::from_str(&user_file()).unwrap();
    let file = serde_json::json!({
        "type": "impersonated_service_account", "service_account_impersonation_url": url,
        "source_credentials": inner,
    });
    Credentials::from_json(file.to_string(), &TrustedHosts::google()).unwrap()
}

fn environment() -> MemoryEnvironment {
    MemoryEnvironment::new()
        .with_variable("GOOGLE_APPLICATION_CREDENTIALS", "/key.json")
        .with_variable("SECRET", SECRET)
        .with_file("/key.json", user_file())
}

/// A signature as the service answers with it, which is for everybody to see.
fn signature() -> BlobSignature {
    let env = Env { now: Timestamp::from_unix(0), entropy: &|_: &mut [u8]| Ok(()) };
    let mut flow = speaking().sign_blob(SECRET.as_bytes()).unwrap();
    let answer = |body: &str| Input::Response(Response::new(body.as_bytes().to_vec()));
    flow.step(Input::Start, &env).unwrap();
    flow.step(answer(&format!(r#"{{"access_token":"{SECRET}","token_type":"Bearer"}}"#)), &env).unwrap();
    match flow.step(answer(r#"{"keyId":"k","signedBlob":"c2ln"}"#), &env).unwrap() {
        Step::Done(signature) => signature,
        step => panic!("{step:?}"),
    }
}

fn speaking() -> Impersonation {
    Impersonation::new(
        AuthorizedUser::from_json(user_file(), &TrustedHosts::google()).unwrap(),
        "a@b.example",
    )
    .unwrap()
}

#[test]
fn nothing_shows_a_secret() {
    assert!(environment().file(Path::new("/key.json")).unwrap().expose().contains(SECRET));
    let hosts = TrustedHosts::google;
    assert_no_canary! {
        AuthorizedUser => AuthorizedUser::from_json(user_file(), &hosts()).unwrap(),
        BlobSignature => signature(),
        ClientKind => ClientKind::Web,
        ClientSecrets => ClientSecrets::from_json(client_secrets_file(), &hosts()).unwrap(),
        Credentials => Credentials::from_json(user_file(), &hosts()).unwrap(),
        DefaultCredentials => DefaultCredentials::find(&environment(), &hosts()).unwrap(),
        Error, Display => ClientSecrets::from_json(SECRET, &hosts()).unwrap_err(),
        Error, Display => ClientSecrets::from_json(format!("{{\"{SECRET}\": {{}}}}"), &hosts()).unwrap_err(),
        Error, Display => {
            let file = client_secrets_file().replace("oauth2.googleapis.com", &format!("{SECRET}.example"));
            ClientSecrets::from_json(file, &hosts()).unwrap_err()
        },
        Error, Display => {
            let file = format!(r#"{{"type":"service_account","client_email":"a","private_key":"{SECRET}"}}"#);
            ServiceAccountKey::from_json(file, &hosts()).unwrap_err()
        },
        ErrorKind, Display => ErrorKind::Json,
        ExternalAccount => ExternalAccount::from_json(external_file(), &hosts()).unwrap(),
        FileKind, Display => FileKind::Unknown,
        ImpersonatedIdToken => speaking().id_token("a"),
        ImpersonatedServiceAccount => match impersonated() {
            Credentials::ImpersonatedServiceAccount(account) => account,
            other => panic!("{other:?}"),
        },
        Impersonation => speaking(),
        MemoryEnvironment => environment(),
        MetadataDetection => MetadataServer::new().detection(),
        MetadataIdToken => MetadataServer::new().source().id_token("a"),
        MetadataServer => MetadataServer::new(),
        MetadataSource => MetadataServer::new().source(),
        MetadataValue => MetadataValue::Project,
        QuotaProject<Bearer> => QuotaProject::new("demo", Bearer::new()),
        SelfSigned => robot().self_signed(SelfSignedAudience::Service).unwrap(),
        SelfSignedAudience => SelfSignedAudience::Scopes,
        ServiceAccount => robot(),
        ServiceAccountKey => ServiceAccountKey::from_json(service_account_file(), &hosts()).unwrap(),
        SystemEnvironment => SystemEnvironment,
        TrustedHosts => hosts(),
        Unsupported, Display => Unsupported::Aws,
    }
    // Its key is an identity and shows the claims; a claim is no place for a secret.
    let endpoint = Endpoint::new("token_endpoint", "https://as.example/token").unwrap();
    assert_no_canary! {
        ServiceAccountIdToken => ServiceAccount::new("robot@example.com", signer(), endpoint).id_token("a"),
    }
}
