//! Public keys as JSON (RFC 7517).

pub(crate) mod material;
mod pem;
pub(crate) mod read;
mod thumbprint;

use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use countersign_token::json::{Object, Value};

pub(crate) use material::Material;

use crate::{Algorithm, Error, KeyFault, KeyKind, base64url};

/// A public key (RFC 7517): what checks the signatures of the private one, and what a DPoP proof carries.
///
/// ```
/// use countersign_jwt::{Jwk, KeyKind};
///
/// let key = Jwk::from_json(br#"{
///     "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
/// }"#)?;
/// assert_eq!(key.kind(), KeyKind::Ed25519);
/// assert_eq!(key.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
/// # Ok::<(), countersign_jwt::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Jwk {
    material: Material,
    key_id: Option<String>,
    algorithm: Option<String>,
    usage: Option<String>,
    operations: Option<Vec<String>>,
}

impl Jwk {
    pub(crate) const fn of(material: Material) -> Self {
        Self { material, key_id: None, algorithm: None, usage: None, operations: None }
    }

    /// Reads a public key from JSON; one that carries private members is refused.
    ///
    /// # Errors
    /// [`Error::Key`] with what is wrong, or with what kind of file it is instead.
    pub fn from_json(json: impl AsRef<[u8]>) -> Result<Self, Error> {
        let value = Value::parse(json.as_ref()).map_err(|_| Error::key(KeyFault::Malformed))?;
        Self::from_value(&value)
    }

    /// Reads a public key from PEM: SPKI (`PUBLIC KEY`) or PKCS#1 (`RSA PUBLIC KEY`).
    ///
    /// # Errors
    /// [`Error::Key`] with what is wrong, or with what kind of file it is instead.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, Error> {
        pem::public(pem.as_ref()).map(Self::of).map_err(Error::key)
    }

    /// Reads a public key from a JSON value that is one already, such as the header `jwk` of a DPoP proof.
    ///
    /// # Errors
    /// Those of [`from_json`](Self::from_json).
    pub fn from_value(value: &Value) -> Result<Self, Error> {
        read::public(value).map_err(Error::key)
    }

    /// What kind of key it is.
    pub const fn kind(&self) -> KeyKind {
        self.material.kind()
    }

    /// The name of the key (`kid`).
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The same key under a name.
    #[must_use]
    pub fn with_key_id(mut self, key_id: impl Into<String>) -> Self {
        self.key_id = Some(key_id.into());
        self
    }

    /// The same key for one algorithm only, and for signatures only (`alg`, `use`).
    #[must_use]
    pub fn for_algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = Some(algorithm.as_str().to_owned());
        self.usage = Some("sig".to_owned());
        self
    }

    /// Whether the key checks signatures of this algorithm, by its kind and by what it says it is for.
    pub fn serves(&self, algorithm: Algorithm) -> bool {
        let named = self.algorithm.as_deref().is_none_or(|own| own == algorithm.as_str());
        let usage = self.usage.as_deref().is_none_or(|own| own == "sig");
        let operations = self.operations.as_ref().is_none_or(|own| own.iter().any(|own| own == "verify"));
        algorithm.suits(self.kind()) && named && usage && operations
    }

    /// The SHA-256 thumbprint (RFC 7638), in base64url: the same for one key however it is written.
    pub fn thumbprint(&self) -> String {
        thumbprint::of(&self.material)
    }

    /// The key as a JSON value, its members in a fixed order.
    pub fn to_value(&self) -> Value {
        let Self { material, key_id, algorithm, usage, operations } = self;
        let mut object = Object::new();
        for (name, value) in material.members() {
            object.insert(name, Value::text(value));
        }
        for (name, value) in [("kid", key_id), ("alg", algorithm), ("use", usage)] {
            if let Some(value) = value {
                object.insert(name, Value::text(value.as_str()));
            }
        }
        if let Some(operations) = operations {
            let operations = operations.iter().map(|own| Value::text(own.as_str()));
            object.insert("key_ops", Value::Array(operations.collect()));
        }
        Value::Object(object)
    }

    /// The key as JSON on one line.
    pub fn to_json(&self) -> String {
        self.to_value().to_json().expose().to_string()
    }

    #[cfg(feature = "verify")]
    pub(crate) const fn material(&self) -> &Material {
        &self.material
    }
}

impl fmt::Debug for Jwk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { material, key_id: _, algorithm: _, usage: _, operations: _ } = self;
        f.debug_struct("Jwk")
            .field("kind", &material.kind())
            .field("thumbprint", &thumbprint::of(material))
            .finish_non_exhaustive()
    }
}

fn text(bytes: &[u8]) -> String {
    base64url::encode(bytes)
}
