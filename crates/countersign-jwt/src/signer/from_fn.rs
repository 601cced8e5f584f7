use alloc::vec::Vec;
use core::fmt;

use super::Signer;
use crate::{Algorithm, Error};

/// A [`Signer`] that is a function; see [`from_fn`].
#[derive(Clone)]
pub struct FromFn<F> {
    algorithm: Algorithm,
    sign: F,
}

/// A signer of one's own: a smart card, a key in another process, a test's double.
///
/// ```
/// use countersign_jwt::{Algorithm, Claims, Error, Header, from_fn, sign};
///
/// let card = from_fn(Algorithm::Es256, |message: &[u8]| {
///     if message.len() > 4096 { Err(Error::Unavailable) } else { Ok(vec![7; 64]) }
/// });
/// let token = sign(&Header::jwt().with_key_id("card"), &Claims::new(), &card)?;
/// assert_eq!(token.expose().split('.').count(), 3);
/// # Ok::<(), Error>(())
/// ```
pub const fn from_fn<F>(algorithm: Algorithm, sign: F) -> FromFn<F>
where
    F: Fn(&[u8]) -> Result<Vec<u8>, Error> + Send + Sync,
{
    FromFn { algorithm, sign }
}

impl<F> Signer for FromFn<F>
where
    F: Fn(&[u8]) -> Result<Vec<u8>, Error> + Send + Sync,
{
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        (self.sign)(message)
    }
}

impl<F> fmt::Debug for FromFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { algorithm, sign: _ } = self;
        f.debug_struct("FromFn").field("algorithm", algorithm).finish_non_exhaustive()
    }
}
