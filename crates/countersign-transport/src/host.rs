use core::{fmt, time::Duration};

use countersign_wire::flow::{Entropy, Env};

use crate::Clock;

/// What a driver needs of the world besides a transport.
///
/// `S` is `dyn Sleep` for [`drive`](crate::drive) and `dyn AsyncSleep` for
/// [`drive_async`](crate::drive_async).
#[non_exhaustive]
pub struct Host<'a, S: ?Sized + 'a> {
    /// The wall clock.
    pub clock: &'a dyn Clock,
    /// Random bytes.
    pub entropy: &'a dyn Entropy,
    /// How to wait.
    pub sleep: &'a S,
    /// How many requests one flow may send; 10 000 by default.
    pub requests: u32,
    /// How long one flow may wait in all, besides the time of its requests; without limit by default.
    pub patience: Option<Duration>,
}

impl<'a, S: ?Sized + 'a> Host<'a, S> {
    /// With the default limits.
    pub const fn new(clock: &'a dyn Clock, entropy: &'a dyn Entropy, sleep: &'a S) -> Self {
        Self { clock, entropy, sleep, requests: 10_000, patience: None }
    }

    /// With another number of requests.
    #[must_use]
    pub const fn with_requests(mut self, requests: u32) -> Self {
        self.requests = requests;
        self
    }

    /// With a limit to the waiting.
    #[must_use]
    pub const fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// What a machine sees of it at this moment.
    pub fn env(&self) -> Env<'a> {
        Env { now: self.clock.now(), entropy: self.entropy }
    }
}

impl<S: ?Sized> Clone for Host<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: ?Sized> Copy for Host<'_, S> {}

impl<S: ?Sized> fmt::Debug for Host<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { clock, entropy: _, sleep: _, requests, patience } = self;
        f.debug_struct("Host")
            .field("now", &clock.now())
            .field("requests", requests)
            .field("patience", patience)
            .finish_non_exhaustive()
    }
}
