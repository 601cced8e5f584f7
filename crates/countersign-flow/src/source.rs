//! How a fresh token is got: [`Source`], and the sources of OAuth 2.0.

use alloc::{boxed::Box, sync::Arc};
use core::fmt;

use countersign_token::{Key, TokenSet};
use countersign_wire::flow::Flow;

use crate::Error;

mod client_credentials;
mod map;
mod refresh;

pub use client_credentials::ClientCredentialsSource;
pub(crate) use map::Mapped;
pub use refresh::RefreshSource;

/// A conversation on the heap, whichever it is.
pub type BoxFlow<T> = Box<dyn Flow<Output = T, Error = Error>>;

/// How a fresh token is got.
///
/// 1. [`key`](Self::key) names the grant and answers the same for the life of the source.
/// 2. [`begin`](Self::begin) starts one conversation; nothing is sent before it is driven.
/// 3. `current` is what is known of the grant. A refresh token travels in [`TokenSet::refresh`]; whoever
///    calls fills it in from what is stored.
/// 4. An answer without a refresh token leaves [`TokenSet::refresh`] empty, which means: keep the old one.
///
/// # Security
/// The key decides which conversations must not run side by side. Two sources that spend one refresh token
/// must have one key.
pub trait Source: Send + Sync {
    /// The identity of the grant.
    fn key(&self) -> &Key;

    /// Begins the conversation that ends with a fresh token.
    ///
    /// It may read a file, so it is called where blocking is allowed.
    ///
    /// # Errors
    /// What is needed to begin is missing, such as a refresh token.
    fn begin(&self, current: Option<&TokenSet>) -> Result<BoxFlow<TokenSet>, Error>;
}

impl<S: Source + ?Sized> Source for &S {
    fn key(&self) -> &Key {
        (**self).key()
    }

    fn begin(&self, current: Option<&TokenSet>) -> Result<BoxFlow<TokenSet>, Error> {
        (**self).begin(current)
    }
}

impl<S: Source + ?Sized> Source for Arc<S> {
    fn key(&self) -> &Key {
        (**self).key()
    }

    fn begin(&self, current: Option<&TokenSet>) -> Result<BoxFlow<TokenSet>, Error> {
        (**self).begin(current)
    }
}

impl<S: Source + ?Sized> Source for Box<S> {
    fn key(&self) -> &Key {
        (**self).key()
    }

    fn begin(&self, current: Option<&TokenSet>) -> Result<BoxFlow<TokenSet>, Error> {
        (**self).begin(current)
    }
}

/// A source made of a function, by [`from_fn`].
pub struct FromFn<F> {
    key: Key,
    begin: F,
}

/// The source of this key that begins with `begin`.
pub fn from_fn<F>(key: Key, begin: F) -> FromFn<F>
where
    F: Fn(Option<&TokenSet>) -> Result<BoxFlow<TokenSet>, Error> + Send + Sync,
{
    FromFn { key, begin }
}

impl<F> Source for FromFn<F>
where
    F: Fn(Option<&TokenSet>) -> Result<BoxFlow<TokenSet>, Error> + Send + Sync,
{
    fn key(&self) -> &Key {
        &self.key
    }

    fn begin(&self, current: Option<&TokenSet>) -> Result<BoxFlow<TokenSet>, Error> {
        (self.begin)(current)
    }
}

impl<F> fmt::Debug for FromFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, begin: _ } = self;
        f.debug_struct("FromFn").field("key", key).finish_non_exhaustive()
    }
}
