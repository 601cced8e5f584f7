use core::{fmt, future, time::Duration};

use http::{Request, Response};

use crate::{AsyncSleep, AsyncTransport, BoxFuture, Error, Sleep, Transport};

/// The blocking thing it holds, under the asynchronous contract: every future is ready when it is returned.
///
/// The work is done inside the call, on the calling thread, so that code written once as `async` serves a
/// blocking program too. It must not be used where a thread is not to be held.
///
/// ```
/// use countersign_transport::{AsyncTransport, Ready, ScriptedTransport};
/// use http::{Request, Response};
///
/// let transport = Ready(ScriptedTransport::new().respond(Response::new(Vec::new())));
/// let request = Request::get("https://example.com/").body(Vec::new())?;
/// let mut context = core::task::Context::from_waker(core::task::Waker::noop());
/// assert!(AsyncTransport::send(&transport, request).as_mut().poll(&mut context).is_ready());
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "a wrapper, written as a constructor")]
pub struct Ready<T: ?Sized>(pub T);

impl<T: ?Sized> fmt::Debug for Ready<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ready(..)")
    }
}

impl<T: Transport + ?Sized> AsyncTransport for Ready<T> {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        Box::pin(future::ready(self.0.send(request)))
    }
}

impl<T: Sleep + ?Sized> AsyncSleep for Ready<T> {
    fn sleep(&self, pause: Duration) -> BoxFuture<'_, ()> {
        self.0.sleep(pause);
        Box::pin(future::ready(()))
    }
}
