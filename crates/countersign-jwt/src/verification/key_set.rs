use alloc::{vec, vec::Vec};

use countersign_token::json::Value;

use super::VerifyingKey;
use crate::{Algorithm, Backend, Error, Jwk, KeyFault, Unverified};

/// The keys that somebody signs with (RFC 7517 §5).
#[derive(Clone, Debug)]
pub struct KeySet {
    keys: Vec<VerifyingKey>,
    skipped: usize,
}

/// More keys than any server has.
const MOST: usize = 128;

/// How many keys are tried for one token that names none.
const TRIED: usize = 8;

impl KeySet {
    /// Reads a JWK set.
    ///
    /// A key that is not for signatures, or of a kind, a curve or a form that is not known here, is left out, and
    /// so is one that carries private members: what everybody can read signs for nobody.
    ///
    /// # Errors
    /// [`Error::Key`] when it is no JWK set, or has more than 128 keys.
    pub fn from_json(json: impl AsRef<[u8]>, backend: Backend) -> Result<Self, Error> {
        let malformed = Error::key(KeyFault::Malformed);
        let value = Value::parse(json.as_ref()).map_err(|_| malformed.clone())?;
        let object = value.as_object().ok_or(malformed.clone())?;
        let keys = object.get("keys").and_then(Value::as_array).ok_or(malformed)?;
        if keys.len() > MOST {
            return Err(Error::key(KeyFault::Malformed));
        }
        let mut set = Self { keys: Vec::new(), skipped: 0 };
        for value in keys {
            let key = Jwk::from_value(value).and_then(|jwk| VerifyingKey::new(&jwk, backend));
            match key.ok().filter(|key| Algorithm::ALL.into_iter().any(|algorithm| key.serves(algorithm))) {
                Some(key) => set.keys.push(key),
                None => set.skipped = set.skipped.saturating_add(1),
            }
        }
        Ok(set)
    }

    /// How many keys were left out.
    pub const fn skipped(&self) -> usize {
        self.skipped
    }

    /// The keys.
    pub fn iter(&self) -> impl Iterator<Item = &VerifyingKey> {
        self.keys.iter()
    }

    /// Whether one of the keys has this name.
    pub(super) fn names(&self, key_id: Option<&str>) -> bool {
        key_id.is_some() && self.keys.iter().any(|key| key.key_id() == key_id)
    }

    /// Whether a key holds the token's signature: the keys of that name, or else those without a name.
    pub(super) fn check(&self, token: &Unverified<'_>, algorithm: Algorithm) -> Result<(), Error> {
        let wanted = token.key_id();
        let named = self.names(wanted);
        let signature = token.signature()?;
        let suits = |key: &&VerifyingKey| {
            key.serves(algorithm)
                && match wanted {
                    Some(_) if named => key.key_id() == wanted,
                    Some(_) => key.key_id().is_none(),
                    None => true,
                }
        };
        let mut none = true;
        for key in self.keys.iter().filter(suits).take(TRIED) {
            if key.holds(algorithm, token.message().as_bytes(), &signature) {
                return Ok(());
            }
            none = false;
        }
        Err(if none { Error::UnknownKey } else { Error::Signature })
    }
}

impl From<VerifyingKey> for KeySet {
    fn from(key: VerifyingKey) -> Self {
        Self { keys: vec![key], skipped: 0 }
    }
}

impl FromIterator<VerifyingKey> for KeySet {
    fn from_iter<I: IntoIterator<Item = VerifyingKey>>(keys: I) -> Self {
        Self { keys: keys.into_iter().collect(), skipped: 0 }
    }
}
