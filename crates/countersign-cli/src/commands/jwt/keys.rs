use std::fs;

use countersign_jwt::{Error, Jwk, KeyFault, KeySet, PrivateKey, VerifyingKey};
use countersign_token::Secret;
use countersign_transport::{Limits, Transport};
use http::{Request, StatusCode, Uri, header};

use super::BACKEND;
use crate::{
    args::jwt::{SignArgs, VerifyArgs},
    commands::request::content,
    exit::Exit,
    failure::Failure,
    settings::Settings,
};

/// The key to sign with.
pub(super) fn private(args: &SignArgs, settings: &Settings) -> Result<PrivateKey, Failure> {
    if let Some(secret) = &args.secret {
        let secret = settings.secret("secret", secret)?;
        return PrivateKey::from_secret(&secret).map_err(|error| unreadable(&error, "--secret"));
    }
    let file = args.key.as_deref().unwrap_or("-");
    let is_path = file != "-" && !["@", "env:", "cmd:", "keyring:"].iter().any(|way| file.starts_with(way));
    // DER is no text, and everything else is read as one.
    let binary = if is_path { fs::read(file).ok().filter(|bytes| !bytes.is_ascii()) } else { None };
    let key = match binary {
        Some(bytes) => PrivateKey::read(bytes),
        None => PrivateKey::read(settings.secret_file("key", file)?.expose()),
    };
    key.map_err(|error| unreadable(&error, "--key"))
}

/// The keys to check with.
pub(super) fn public(args: &VerifyArgs, settings: &Settings) -> Result<KeySet, Failure> {
    if let Some(secret) = &args.secret {
        return from_secret(&settings.secret("secret", secret)?);
    }
    if let Some(file) = &args.key {
        let failed = |error| unreadable(&error, "--key");
        let jwk = one(&content(file)?).map_err(failed)?;
        return VerifyingKey::new(&jwk, BACKEND).map(KeySet::from).map_err(failed);
    }
    let place = args.jwks.as_deref().unwrap_or("-");
    let json = if place.contains("://") { fetch(place, settings)? } else { content(place)? };
    let set = KeySet::from_json(&json, BACKEND).or_else(|error| {
        // A single key is a set of one.
        one(&json).and_then(|jwk| VerifyingKey::new(&jwk, BACKEND)).map(KeySet::from).map_err(|_| error)
    });
    let set = set.map_err(|error| {
        Failure::new(Exit::NoAccount, format!("{place} holds no JWK set"))
            .because(&error)
            .then("--key FILE, for one public key in PEM")
    })?;
    if set.skipped() > 0 {
        settings.output.detail(&format!("{} keys are left out, being for something else", set.skipped()));
    }
    Ok(set)
}

fn from_secret(secret: &Secret) -> Result<KeySet, Failure> {
    let key = VerifyingKey::from_secret(secret, BACKEND);
    key.map(KeySet::from).map_err(|error| unreadable(&error, "--secret"))
}

fn one(file: &[u8]) -> Result<Jwk, Error> {
    if file.trim_ascii_start().first() == Some(&b'{') { Jwk::from_json(file) } else { Jwk::from_pem(file) }
}

/// The JWK set at an address.
fn fetch(url: &str, settings: &Settings) -> Result<Vec<u8>, Failure> {
    let uri: Uri = url.parse().map_err(|error| {
        Failure::usage("--jwks is no address").because(error).then("https://..., or a file")
    })?;
    let mut request = Request::new(Vec::new());
    *request.uri_mut() = uri;
    request.headers_mut().insert(header::ACCEPT, header::HeaderValue::from_static("application/json"));
    let answer = settings.transport(Limits::default())?.send(request).map_err(|error| {
        Failure::new(Exit::Network, "the keys could not be fetched").because_of(&error).then("try again")
    })?;
    if answer.status() != StatusCode::OK {
        let what = format!("the keys could not be fetched: the server answered {}", answer.status());
        let exit = if answer.status().is_server_error() { Exit::Network } else { Exit::Other };
        return Err(Failure::new(exit, what).then("check the address; discovery names it as jwks_uri"));
    }
    Ok(answer.into_body())
}

fn unreadable(error: &Error, option: &str) -> Failure {
    let failure = Failure::new(Exit::NoAccount, format!("the key of {option} cannot be used")).because(error);
    match error {
        Error::Key { fault: KeyFault::Pkcs12 } => failure.then("openssl pkcs12 -nodes -nocerts -in FILE"),
        Error::Key { fault: KeyFault::ServiceAccount } => failure.then("jq -r .private_key FILE > key.pem"),
        Error::Key { fault: KeyFault::TooShort { .. } } => failure.then("make a longer one"),
        _ => failure.then("give it as PEM or JWK; openssl genpkey -algorithm ed25519 makes one"),
    }
}
