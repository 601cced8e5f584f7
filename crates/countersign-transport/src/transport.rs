use core::fmt;
use std::sync::Arc;

use http::{Request, Response};

use crate::Error;

/// Sends one request and returns its response, on the calling thread.
///
/// 1. One call sends at most one request: no redirect is followed and nothing is tried again, not even when
///    a kept connection turns out to be dead. A 3xx, 4xx or 5xx is a response, not an error.
/// 2. The destination passes [`policy::check_destination`](crate::policy::check_destination) before
///    anything is resolved or connected.
/// 3. The certificate of an `https` server is verified: chain, host name, time.
/// 4. The whole call ends within [`Limits::total`](crate::Limits::total), however slowly the server drips;
///    connecting and resolving have limits of their own, strictly below it.
/// 5. A response whose header or body is larger than the limit is an error of kind
///    [`TooBig`](crate::ErrorKind::TooBig), found before the excess is kept. Nothing is decompressed:
///    the body is what came, and `Accept-Encoding` is sent only if the request has it.
/// 6. A body that ends before its declared end is an error, never a short body.
/// 7. [`Handling`](countersign_wire::flow::Handling) in the request's extensions is honoured in each of its
///    parts. A transport that cannot refuses the request with [`Refused`](crate::ErrorKind::Refused).
/// 8. [`Error::sent`] is `No` only when no byte of the request can have reached the server, and `Maybe`
///    otherwise: a timeout after connecting, a reset, a truncated answer and an answer that is too big are
///    all `Maybe`.
/// 9. Method, headers and body are sent as given; no header that names the user or the program is added. An
///    empty body is announced by `Content-Length: 0` where the method expects a body (RFC 9110 §8.6).
/// 10. No header, query or body of request or response is in an error, a `Debug` output or a log record of
///     the implementation.
///
/// [`conformance`](crate::conformance) checks these cases against a misbehaving server.
///
/// # Security
/// Requests carry passwords, codes and refresh tokens. A redirect that is followed hands them to whoever
/// the `Location` names; a request sent twice, or one called unsent that was not, spends a rotating token
/// twice and costs the user the login; a limit that does not hold lets a server take the program's memory.
pub trait Transport: Send + Sync {
    /// Sends `request` and waits for the whole response.
    ///
    /// # Errors
    /// There is no response; [`Error::sent`] says whether the server may have acted on the request.
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error>;
}

impl<T: Transport + ?Sized> Transport for &T {
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
        (**self).send(request)
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
        (**self).send(request)
    }
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
        (**self).send(request)
    }
}

/// A [`Transport`] made of a closure, by [`from_fn`].
#[derive(Clone)]
pub struct FromFn<F>(F);

/// Makes a transport of a closure, which then owes the contract of [`Transport`].
pub fn from_fn<F>(send: F) -> FromFn<F>
where
    F: Fn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> + Send + Sync,
{
    FromFn(send)
}

impl<F> fmt::Debug for FromFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FromFn(..)")
    }
}

impl<F> Transport for FromFn<F>
where
    F: Fn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> + Send + Sync,
{
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
        (self.0)(request)
    }
}
