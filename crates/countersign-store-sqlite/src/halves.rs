use countersign_store::{Error, ErrorKind, form};
use countersign_token::{
    Credential, Key, Record, Revision, Secret,
    json::{Object, Value},
};

const TOKENS: &str = "tokens";
const REVISION: &str = "revision";

/// The stored form of a record in two: what cannot be had again, and the access tokens.
///
/// The first is the stored form without the members `tokens` and `revision`, the second is `tokens`.
pub(crate) struct Halves {
    pub(crate) credential: Secret,
    pub(crate) tokens: Secret,
}

impl Halves {
    /// The halves of `credential` under `key`.
    pub(crate) fn split(key: &Key, credential: &Credential, revision: Revision) -> Result<Self, Error> {
        let form = form::write(key, credential, revision)?;
        let mut object = parse(&form)?;
        object.remove(REVISION);
        let tokens = object.remove(TOKENS).unwrap_or(Value::Array(Vec::new()));
        Ok(Self { credential: Value::Object(object).to_json(), tokens: tokens.to_json() })
    }

    /// The record of which these are the halves.
    pub(crate) fn join(&self, key: &Key, revision: Revision) -> Result<Record, Error> {
        let mut object = parse(&self.credential)?;
        let tokens = Value::parse(self.tokens.expose().as_bytes()).map_err(corrupt)?;
        object.insert(REVISION, Value::Integer(revision.number().into()));
        object.insert(TOKENS, tokens);
        form::read(key, &Value::Object(object).to_json())
    }
}

fn parse(form: &Secret) -> Result<Object, Error> {
    match Value::parse(form.expose().as_bytes()).map_err(corrupt)? {
        Value::Object(object) => Ok(object),
        _ => Err(Error::new(ErrorKind::Corrupt)),
    }
}

fn corrupt(error: countersign_token::json::JsonError) -> Error {
    Error::new(ErrorKind::Corrupt).because(error)
}
