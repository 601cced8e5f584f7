use core::{fmt, future};
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use countersign_wire::flow::Sent;
use http::{Request, Response};

use crate::{AsyncTransport, BoxFuture, Error, ErrorKind, Transport, policy};

type Answer = Box<dyn FnOnce(&Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> + Send>;

/// A transport without a network: it answers by a script, in order, and keeps what it was sent.
///
/// Blocking and asynchronous alike. It refuses what [`policy`] refuses, and a request for which the script
/// has no answer left.
///
/// ```
/// use countersign_transport::{ErrorKind, ScriptedTransport, Transport};
/// use countersign_wire::flow::Sent;
/// use http::{Request, Response};
///
/// let transport = ScriptedTransport::new()
///     .fail(ErrorKind::Timeout, Sent::Maybe)
///     .answer(|request| Ok(Response::new(request.body().clone())));
/// let request = Request::post("https://example.com/").body(b"ping".to_vec())?;
/// assert_eq!(transport.send(request.clone()).unwrap_err().sent(), Sent::Maybe);
/// assert_eq!(transport.send(request)?.into_body(), b"ping");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct ScriptedTransport {
    script: Mutex<VecDeque<Answer>>,
    requests: Mutex<Vec<Request<Vec<u8>>>>,
}

impl ScriptedTransport {
    /// With an empty script.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers the next request with this response.
    #[must_use]
    pub fn respond(self, response: Response<Vec<u8>>) -> Self {
        self.answer(move |_| Ok(response))
    }

    /// Fails the next request.
    #[must_use]
    pub fn fail(self, kind: ErrorKind, sent: Sent) -> Self {
        self.answer(move |request| Err(Error::new(kind, sent).at(request.uri())))
    }

    /// Hands the next request to a closure, which may look at it and makes the answer.
    #[must_use]
    pub fn answer<F>(self, answer: F) -> Self
    where
        F: FnOnce(&Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> + Send + 'static,
    {
        lock(&self.script).push_back(Box::new(answer));
        self
    }

    /// What was sent so far, in order; a refused request is not among it.
    pub fn requests(&self) -> Vec<Request<Vec<u8>>> {
        lock(&self.requests).clone()
    }

    /// How many answers the script still has.
    pub fn remaining(&self) -> usize {
        lock(&self.script).len()
    }
}

impl fmt::Debug for ScriptedTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptedTransport")
            .field("sent", &lock(&self.requests).len())
            .field("remaining", &self.remaining())
            .finish()
    }
}

impl Transport for ScriptedTransport {
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
        policy::check_destination(request.uri(), request.extensions().get())?;
        // The locks are released before the closure runs, for it may fail an assertion.
        let answer = lock(&self.script).pop_front();
        let answer =
            answer.ok_or_else(|| Error::refused("the script has no further answer").at(request.uri()))?;
        lock(&self.requests).push(request.clone());
        answer(&request)
    }
}

impl AsyncTransport for ScriptedTransport {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        Box::pin(future::ready(Transport::send(self, request)))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
