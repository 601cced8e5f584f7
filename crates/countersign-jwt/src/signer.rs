mod from_fn;

use alloc::{boxed::Box, sync::Arc, vec::Vec};

pub use from_fn::{FromFn, from_fn};

use crate::{Algorithm, Error, Jwk};

/// What signs a token: a key that is ready, used from many threads.
///
/// [`SigningKey`](crate::SigningKey) is the one for keys that this process holds.
/// A key that only a server can use is no `Signer`: asking it is a conversation; see
/// [`Unsigned`](crate::Unsigned), which takes a signature made elsewhere.
///
/// # Contract
/// 1. [`sign`](Self::sign) signs by [`algorithm`](Self::algorithm), which never changes.
/// 2. The signature has the form of JWS: for ECDSA the two numbers of fixed length, one after the other
///    (RFC 7518 §3.4), and not ASN.1.
/// 3. [`public_key`](Self::public_key) is the key that checks the signatures, and never a shared secret.
/// 4. Nothing is parsed, derived or looked up per signature that could be kept.
///
/// # Security
/// `sign` is asked to sign what is written by this crate or by its caller; an implementation does not look
/// into it, and must keep the key out of its errors and its `Debug`.
pub trait Signer: Send + Sync {
    /// By which algorithm.
    fn algorithm(&self) -> Algorithm;

    /// The signature of a message, as bytes.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the key is out of reach or refuses.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error>;

    /// The name of the key (`kid`), when it has one.
    fn key_id(&self) -> Option<&str> {
        None
    }

    /// The public half, when there is one.
    fn public_key(&self) -> Option<&Jwk> {
        None
    }
}

macro_rules! through {
    ($($pointer:ty),*) => {$(
        impl<S: Signer + ?Sized> Signer for $pointer {
            fn algorithm(&self) -> Algorithm {
                (**self).algorithm()
            }

            fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
                (**self).sign(message)
            }

            fn key_id(&self) -> Option<&str> {
                (**self).key_id()
            }

            fn public_key(&self) -> Option<&Jwk> {
                (**self).public_key()
            }
        }
    )*};
}

through!(&S, Arc<S>, Box<S>);
