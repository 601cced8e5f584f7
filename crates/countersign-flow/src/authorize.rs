//! How a credential is put on a request: [`Authorize`], and its ways.

use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::fmt;

use countersign_token::{Secret, TokenSet};
use countersign_wire::{flow::Env, redact};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header::AUTHORIZATION};

use crate::Error;

mod bearer;
#[cfg(feature = "oauth1")]
mod oauth1;

pub use bearer::Bearer;
#[cfg(feature = "oauth1")]
pub use oauth1::OAuth1;
#[cfg(feature = "oauth1")]
pub(crate) use oauth1::unsignable;

/// How a credential is put on a request.
///
/// 1. It is pure: what it answers depends on its arguments alone, time and randomness among them.
/// 2. It answers for this one request; a request that is sent again is authorized again.
/// 3. What it cannot do right it refuses; it never answers with less than the whole.
///
/// # Security
/// It sees where the request goes, and refuses to put a credential that anybody may use on one that
/// travels in clear.
pub trait Authorize: Send + Sync {
    /// Answers with what to put on the request.
    ///
    /// # Errors
    /// The request must not be sent: there is no token, it would travel in clear, or it cannot be signed.
    fn authorize(
        &self,
        request: RequestView<'_>,
        tokens: Option<&TokenSet>,
        env: &Env<'_>,
    ) -> Result<Authorization, Error>;
}

/// What is known of a request's body.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_enums, reason = "it is seen or it is not")]
pub enum Payload<'a> {
    /// The whole of it; empty when there is none.
    Bytes(&'a [u8]),
    /// It is a stream, or somebody else's.
    Unseen,
}

/// What an [`Authorize`] sees of a request.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct RequestView<'a> {
    /// The method.
    pub method: &'a Method,
    /// The address, absolute.
    pub uri: &'a Uri,
    /// The header fields so far.
    pub headers: &'a HeaderMap,
    /// The body.
    pub payload: Payload<'a>,
    /// The last nonce of the server for proofs of possession (RFC 9449 §9).
    pub dpop_nonce: Option<&'a str>,
}

impl<'a> RequestView<'a> {
    /// A request with its body.
    pub fn whole<B: AsRef<[u8]>>(request: &'a Request<B>) -> Self {
        Self { payload: Payload::Bytes(request.body().as_ref()), ..Self::head(request) }
    }

    /// A request without its body.
    pub fn head<B>(request: &'a Request<B>) -> Self {
        Self {
            method: request.method(),
            uri: request.uri(),
            headers: request.headers(),
            payload: Payload::Unseen,
            dpop_nonce: None,
        }
    }
}

/// What is put on a request: header fields, all of them secret.
#[must_use = "a request is authorized by applying it"]
#[derive(Clone)]
pub struct Authorization {
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Authorization {
    /// The `Authorization` field with this value.
    ///
    /// # Errors
    /// [`Error::Protocol`] when no header field can hold the value.
    pub fn new(value: &Secret) -> Result<Self, Error> {
        Self { headers: Vec::new() }.with_header(AUTHORIZATION, value)
    }

    /// The same with another header field, such as a proof or an API key.
    ///
    /// # Errors
    /// [`Error::Protocol`] when no header field can hold the value.
    pub fn with_header(mut self, name: HeaderName, value: &Secret) -> Result<Self, Error> {
        let mut value = HeaderValue::from_str(value.expose())
            .map_err(|_| countersign_wire::Error::Malformed { name: "header" })?;
        value.set_sensitive(true);
        self.headers.push((name, value));
        Ok(self)
    }

    /// Puts it on the request, in place of fields of the same names.
    pub fn apply<B>(self, request: &mut Request<B>) {
        for (name, value) in self.headers {
            request.headers_mut().insert(name, value);
        }
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authorization")?;
        f.debug_set().entries(self.headers.iter().map(|(name, _)| name.as_str())).finish()
    }
}

impl fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
            Self::Unseen => f.write_str("Unseen"),
        }
    }
}

impl fmt::Debug for RequestView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, uri, headers: _, payload, dpop_nonce: _ } = self;
        write!(f, "RequestView({method} {}, {payload:?})", redact::uri(uri))
    }
}

impl<A: Authorize + ?Sized> Authorize for &A {
    fn authorize(
        &self,
        request: RequestView<'_>,
        tokens: Option<&TokenSet>,
        env: &Env<'_>,
    ) -> Result<Authorization, Error> {
        (**self).authorize(request, tokens, env)
    }
}

impl<A: Authorize + ?Sized> Authorize for Arc<A> {
    fn authorize(
        &self,
        request: RequestView<'_>,
        tokens: Option<&TokenSet>,
        env: &Env<'_>,
    ) -> Result<Authorization, Error> {
        (**self).authorize(request, tokens, env)
    }
}

impl<A: Authorize + ?Sized> Authorize for Box<A> {
    fn authorize(
        &self,
        request: RequestView<'_>,
        tokens: Option<&TokenSet>,
        env: &Env<'_>,
    ) -> Result<Authorization, Error> {
        (**self).authorize(request, tokens, env)
    }
}

/// A way to authorize made of a function, by [`from_fn`].
pub struct FromFn<F>(F);

/// The way to authorize that this function is.
pub fn from_fn<F>(authorize: F) -> FromFn<F>
where
    F: Fn(RequestView<'_>, Option<&TokenSet>, &Env<'_>) -> Result<Authorization, Error> + Send + Sync,
{
    FromFn(authorize)
}

impl<F> Authorize for FromFn<F>
where
    F: Fn(RequestView<'_>, Option<&TokenSet>, &Env<'_>) -> Result<Authorization, Error> + Send + Sync,
{
    fn authorize(
        &self,
        request: RequestView<'_>,
        tokens: Option<&TokenSet>,
        env: &Env<'_>,
    ) -> Result<Authorization, Error> {
        (self.0)(request, tokens, env)
    }
}

impl<F> fmt::Debug for FromFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FromFn(..)")
    }
}
