//! No public type prints a secret.

use countersign_flow::Endpoint;
use countersign_google::{
    ClientKind, ClientSecrets, Error, ErrorKind, FileKind, SelfSigned, SelfSignedAudience, ServiceAccount,
    ServiceAccountIdToken, ServiceAccountKey, TrustedHosts, Unsupported,
};
use countersign_jwt::{Algorithm, Backend, PrivateKey, SigningKey};
use countersign_token::{Secret, json::Value};
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

#[test]
fn nothing_shows_a_secret() {
    let hosts = TrustedHosts::google;
    assert_no_canary! {
        ClientKind => ClientKind::Web,
        ClientSecrets => ClientSecrets::from_json(client_secrets_file(), &hosts()).unwrap(),
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
        FileKind, Display => FileKind::Unknown,
        SelfSigned => robot().self_signed(SelfSignedAudience::Service).unwrap(),
        SelfSignedAudience => SelfSignedAudience::Scopes,
        ServiceAccount => robot(),
        ServiceAccountKey => ServiceAccountKey::from_json(service_account_file(), &hosts()).unwrap(),
        TrustedHosts => hosts(),
        Unsupported, Display => Unsupported::Aws,
    }
    // Its key is an identity and shows the claims; a claim is no place for a secret.
    let endpoint = Endpoint::new("token_endpoint", "https://as.example/token").unwrap();
    assert_no_canary! {
        ServiceAccountIdToken => ServiceAccount::new("robot@example.com", signer(), endpoint).id_token("a"),
    }
}
