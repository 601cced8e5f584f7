use alloc::{string::String, sync::Arc, vec::Vec};
use core::fmt;

use crate::{
    Algorithm, Backend, Error, Jwk, PrivateKey, Signer,
    backend::{Loaded, Primitive},
};

/// A private key that is ready to sign: given to a library once, and used from many threads.
///
/// Clones share the key.
///
/// ```
/// # #[cfg(feature = "aws-lc-rs")] {
/// use countersign_jwt::{Algorithm, Backend, PrivateKey, Signer, SigningKey};
///
/// let key = PrivateKey::from_jwk(br#"{
///     "kty": "OKP", "crv": "Ed25519", "kid": "a1",
///     "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
///     "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
/// }"#)?;
/// let key = SigningKey::new(&key, Algorithm::EdDsa, Backend::AwsLcRs)?;
/// assert_eq!(key.key_id(), Some("a1"));
/// assert_eq!(key.sign(b"message")?.len(), 64);
/// # }
/// # Ok::<(), countersign_jwt::Error>(())
/// ```
#[derive(Clone)]
pub struct SigningKey {
    algorithm: Algorithm,
    backend: Backend,
    key_id: Option<String>,
    public: Option<Jwk>,
    primitive: Arc<dyn Primitive>,
}

impl SigningKey {
    /// Gives a key to a library, which checks that its parts belong together.
    ///
    /// # Errors
    /// [`Error::Key`] when the key does not suit the algorithm, or the library refuses it.
    pub fn new(key: &PrivateKey, algorithm: Algorithm, backend: Backend) -> Result<Self, Error> {
        let Loaded { primitive, public } = backend.load(key, algorithm).map_err(Error::key)?;
        let ready = Self { algorithm, backend, key_id: None, public, primitive: primitive.into() };
        Ok(match key.key_id() {
            Some(key_id) => ready.with_key_id(key_id),
            None => ready,
        })
    }

    /// The same key under a name (`kid`), which headers then carry.
    #[must_use]
    pub fn with_key_id(mut self, key_id: impl Into<String>) -> Self {
        let key_id = key_id.into();
        self.public = self.public.map(|public| public.with_key_id(key_id.clone()));
        self.key_id = Some(key_id);
        self
    }

    /// Which library does the arithmetic.
    pub const fn backend(&self) -> Backend {
        self.backend
    }
}

impl Signer for SigningKey {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.primitive.sign(message)
    }

    fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    fn public_key(&self) -> Option<&Jwk> {
        self.public.as_ref()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { algorithm, backend, key_id: _, public, primitive: _ } = self;
        f.debug_struct("SigningKey")
            .field("algorithm", algorithm)
            .field("backend", backend)
            .field("public", public)
            .finish_non_exhaustive()
    }
}
