use core::{fmt, pin::Pin};
use std::sync::Arc;

use http::{Request, Response};

use crate::Error;

/// A future behind a pointer, which any thread may poll.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Sends one request and returns its response, without holding a thread.
///
/// All cases of [`Transport`](crate::Transport) hold, and:
///
/// 1. The future may be polled on any thread, inside an asynchronous runtime or outside every one.
/// 2. A request that has begun goes on when the future is dropped: its answer is lost, and whoever drops the
///    future treats the request as sent.
/// 3. The time limits count from the call of `send`.
///
/// # Security
/// That of [`Transport`](crate::Transport).
pub trait AsyncTransport: Send + Sync {
    /// Sends `request`; the future ends with the whole response.
    ///
    /// # Errors
    /// There is no response; [`Error::sent`] says whether the server may have acted on the request.
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>>;
}

impl<T: AsyncTransport + ?Sized> AsyncTransport for &T {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        (**self).send(request)
    }
}

impl<T: AsyncTransport + ?Sized> AsyncTransport for Box<T> {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        (**self).send(request)
    }
}

impl<T: AsyncTransport + ?Sized> AsyncTransport for Arc<T> {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        (**self).send(request)
    }
}

/// An [`AsyncTransport`] made of a closure, by [`from_async_fn`].
#[derive(Clone)]
pub struct FromAsyncFn<F>(F);

/// Makes an asynchronous transport of a closure, which then owes the contract of [`AsyncTransport`].
pub fn from_async_fn<F>(send: F) -> FromAsyncFn<F>
where
    F: Fn(Request<Vec<u8>>) -> BoxFuture<'static, Result<Response<Vec<u8>>, Error>> + Send + Sync,
{
    FromAsyncFn(send)
}

impl<F> fmt::Debug for FromAsyncFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FromAsyncFn(..)")
    }
}

impl<F> AsyncTransport for FromAsyncFn<F>
where
    F: Fn(Request<Vec<u8>>) -> BoxFuture<'static, Result<Response<Vec<u8>>, Error>> + Send + Sync,
{
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        (self.0)(request)
    }
}
