use core::{fmt, time::Duration};
use std::sync::{Arc, Mutex, PoisonError};

use countersign_store::Store;
use countersign_token::Timestamp;
use countersign_transport::{
    AsyncSleep, AsyncTransport, BoxFuture, Clock, Host, Ready, Sleep, SystemClock, SystemSleep, Transport,
    drive_async,
};
use countersign_wire::flow::{Entropy, Env, Flow, NoEntropy};
use http::{HeaderValue, Request, Response, header::USER_AGENT};

use crate::{Error, user_agent};

/// Longer than the transport's total limit, so that whoever holds a lease ends before those who wait give up.
const LEASE_WAIT: Duration = Duration::from_secs(45);

/// How many requests one conversation may take: metadata in three places, or a token and a repetition.
const REQUESTS: u32 = 16;

/// How long one conversation may pause in all.
const PATIENCE: Duration = Duration::from_secs(60);

/// Everything outside: the network, the store, the time, chance.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) transport: Arc<dyn AsyncTransport>,
    pub(crate) sleep: Arc<dyn AsyncSleep>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) lease_wait: Duration,
    /// Whether a signature is made once more by the clock of a server that refuses the timestamp.
    #[cfg(feature = "oauth1")]
    pub(crate) follows_server_clock: bool,
    /// The application's product token.
    pub(crate) product: Option<Arc<str>>,
}

impl World {
    pub(crate) fn blocking(transport: impl Transport + 'static, store: impl Store + 'static) -> Self {
        Self {
            transport: Arc::new(Ready(transport)),
            sleep: Arc::new(Ready(SystemSleep)),
            store: Arc::new(store),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(|out: &mut [u8]| getrandom::fill(out).map_err(|_| NoEntropy)),
            lease_wait: LEASE_WAIT,
            #[cfg(feature = "oauth1")]
            follows_server_clock: false,
            product: None,
        }
    }

    pub(crate) fn set_sleep(&mut self, sleep: impl Sleep + 'static) {
        self.sleep = Arc::new(Ready(sleep));
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn env(&self) -> Env<'_> {
        Env { now: self.clock.now(), entropy: &*self.entropy }
    }

    /// A random byte, or zero where there is none: good enough to spread refreshes, and for nothing else.
    pub(crate) fn jitter(&self) -> u8 {
        let mut byte = [0];
        match self.entropy.fill(&mut byte) {
            Ok(()) => byte[0],
            Err(NoEntropy) => 0,
        }
    }

    /// Sends one request that a credential was put on.
    pub(crate) async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
        Ok(self.transport.send(request).await?)
    }

    /// Carries a flow to its end; its requests bear the `User-Agent` that `product` begins.
    pub(crate) async fn converse<F>(&self, flow: F, product: Option<&str>) -> Result<F::Output, Failed>
    where
        F: Flow<Error = countersign_flow::Error>,
    {
        let line = Line {
            transport: &*self.transport,
            agent: user_agent::line(product.or(self.product.as_deref())),
            broken: Mutex::new(None),
        };
        let host = Host::new(&*self.clock, &*self.entropy, &*self.sleep)
            .with_requests(REQUESTS)
            .with_patience(PATIENCE);
        let end = drive_async(flow, &line, &host).await;
        end.map_err(|error| Failed {
            error,
            broken: line.broken.into_inner().unwrap_or_else(PoisonError::into_inner),
        })
    }
}

/// Every part is somebody else's, or may hold what is secret.
impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("now", &self.now()).finish_non_exhaustive()
    }
}

/// A conversation that ended without what it was for.
pub(crate) struct Failed {
    pub(crate) error: countersign_flow::Error,
    /// What the transport said, which the flow is not told.
    broken: Option<countersign_transport::Error>,
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Self {
        match (failed.error, failed.broken) {
            (countersign_flow::Error::Network(_), Some(broken)) => broken.into(),
            (error, _) => error.into(),
        }
    }
}

/// The transport, for the length of one conversation.
struct Line<'a> {
    transport: &'a dyn AsyncTransport,
    agent: HeaderValue,
    broken: Mutex<Option<countersign_transport::Error>>,
}

impl AsyncTransport for Line<'_> {
    fn send(
        &self,
        mut request: Request<Vec<u8>>,
    ) -> BoxFuture<'_, Result<Response<Vec<u8>>, countersign_transport::Error>> {
        request.headers_mut().entry(USER_AGENT).or_insert_with(|| self.agent.clone());
        Box::pin(async move {
            let answer = self.transport.send(request).await;
            if let Err(error) = &answer {
                *self.broken.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
            }
            answer
        })
    }
}
