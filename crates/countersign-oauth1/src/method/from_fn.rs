use alloc::string::String;
use core::fmt;

use countersign_wire::flow::Entropy;
use subtle::ConstantTimeEq;

use super::SignatureMethod;
use crate::{Error, Signature};

/// A method out of a function, for codes that are checked by making them again.
///
/// Made by [`from_fn`].
#[derive(Clone)]
pub struct FromFn<F> {
    name: &'static str,
    sign: F,
}

/// A method of this name whose signature over a base string is what `sign` answers.
///
/// The signature is checked by making it again, so `sign` must answer the same to the same base string.
///
/// ```
/// use countersign_oauth1::{SignatureMethod, from_fn};
///
/// let method = from_fn("X-LENGTH", |base_string: &str| Ok(base_string.len().to_string()));
/// assert!(method.verify("abc", "3"));
/// assert!(!method.verify("abc", "4"));
/// ```
pub const fn from_fn<F>(name: &'static str, sign: F) -> FromFn<F>
where
    F: Fn(&str) -> Result<String, Error> + Send + Sync,
{
    FromFn { name, sign }
}

impl<F> SignatureMethod for FromFn<F>
where
    F: Fn(&str) -> Result<String, Error> + Send + Sync,
{
    fn name(&self) -> &str {
        self.name
    }

    fn sign(&self, base_string: &str, _: &dyn Entropy) -> Result<Signature, Error> {
        (self.sign)(base_string).map(Signature::from)
    }

    fn verify(&self, base_string: &str, signature: &str) -> bool {
        (self.sign)(base_string).is_ok_and(|own| own.as_bytes().ct_eq(signature.as_bytes()).into())
    }
}

impl<F> fmt::Debug for FromFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, sign: _ } = self;
        f.debug_struct("FromFn").field("name", name).finish_non_exhaustive()
    }
}
