use countersign_jwt::{Algorithm, Claims, Header, KeyKind, Signer, SigningKey, sign};
use countersign_token::json::Value;
use countersign_transport::{Clock, SystemClock};

use super::{BACKEND, keys};
use crate::{
    args::jwt::SignArgs, commands::request::content, exit::Exit, failure::Failure, output::text_or_null,
    settings::Settings,
};

/// Signs claims and prints the token; sends nothing.
pub(super) fn run(args: &SignArgs, settings: &Settings) -> Result<(), Failure> {
    let private = keys::private(args, settings)?;
    let algorithm = args.algorithm.map_or_else(|| usual(private.kind()), Algorithm::from);
    let key = SigningKey::new(&private, algorithm, BACKEND).map_err(|error| {
        Failure::usage("the key cannot sign so").because(&error).then("another --algorithm, or leave it out")
    })?;
    let key = match &args.key_id {
        Some(key_id) => key.with_key_id(key_id.as_str()),
        None => key,
    };
    let mut claims = Claims::from_json(content(&args.claims)?).map_err(|error| {
        Failure::usage("--claims cannot be used").because(&error).then(r#"{"iss": "me", "aud": "you"}"#)
    })?;
    if let Some(lifetime) = args.expires_in {
        let now = SystemClock.now();
        claims = claims.with_issued_at(now).with_expiry(now.plus(lifetime));
    }
    let token = sign(&Header::typed(args.kind.clone()), &claims, &key)
        .map_err(|error| Failure::new(Exit::Other, "the claims could not be signed").because(&error))?;
    if !settings.output.json {
        return settings.output.line(token.expose());
    }
    settings.output.document([
        ("token", Value::Text(token)),
        ("algorithm", Value::text(algorithm.as_str())),
        ("key_id", text_or_null(key.key_id())),
        ("public_key", key.public_key().map_or(Value::Null, countersign_jwt::Jwk::to_value)),
    ])
}

/// What a key of this kind signs by when nobody says.
const fn usual(kind: KeyKind) -> Algorithm {
    match kind {
        KeyKind::P256 => Algorithm::Es256,
        KeyKind::P384 => Algorithm::Es384,
        KeyKind::Ed25519 => Algorithm::EdDsa,
        KeyKind::Symmetric => Algorithm::Hs256,
        _ => Algorithm::Rs256,
    }
}
