//! What tests of stores keep in them.

use countersign_store::{Error, ErrorKind};
use countersign_token::{ClientCredentials, Credential, Grant, Key, Record, TokenCredentials};

/// The key of a grant.
pub fn key() -> Key {
    Key::new("https://issuer.example", "client", "ann")
}

/// A credential whose token's identifier is `mark`.
pub fn credential(mark: &str) -> Credential {
    Credential::oauth1(
        ClientCredentials::new("client", "client-secret"),
        TokenCredentials::new(mark, "token-secret"),
    )
}

/// What [`credential`] was made with.
pub fn mark(record: &Record) -> String {
    match &record.credential.grant {
        Grant::OAuth1 { token: Some(token), .. } => token.identifier.expose().to_owned(),
        other => panic!("{other:?}"),
    }
}

/// The kind of a failure, `None` for success.
pub fn kind<T>(result: Result<T, Error>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}
