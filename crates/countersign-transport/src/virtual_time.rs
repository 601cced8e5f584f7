use core::{future, time::Duration};
use std::sync::{Mutex, MutexGuard, PoisonError};

use countersign_token::Timestamp;

use crate::{AsyncSleep, BoxFuture, Clock, Sleep};

/// A clock that stands still until somebody sleeps, and a sleep that takes no time.
///
/// ```
/// use core::time::Duration;
/// use countersign_token::Timestamp;
/// use countersign_transport::{Clock, Sleep, VirtualTime};
///
/// let time = VirtualTime::starting(Timestamp::from_unix(100));
/// Sleep::sleep(&time, Duration::from_secs(3600));
/// assert_eq!(time.now(), Timestamp::from_unix(3700));
/// ```
#[derive(Debug)]
pub struct VirtualTime {
    start: Timestamp,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    elapsed: Duration,
    pauses: Vec<Duration>,
}

impl VirtualTime {
    /// A clock that shows `start`.
    pub fn starting(start: Timestamp) -> Self {
        Self { start, state: Mutex::default() }
    }

    /// Lets time pass without anybody sleeping.
    pub fn advance(&self, by: Duration) {
        let mut state = self.state();
        state.elapsed = state.elapsed.saturating_add(by);
    }

    /// Every pause somebody slept, in order.
    pub fn pauses(&self) -> Vec<Duration> {
        self.state().pauses.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for VirtualTime {
    fn now(&self) -> Timestamp {
        self.start.plus(self.state().elapsed)
    }
}

impl Sleep for VirtualTime {
    fn sleep(&self, pause: Duration) {
        self.advance(pause);
        self.state().pauses.push(pause);
    }
}

impl AsyncSleep for VirtualTime {
    fn sleep(&self, pause: Duration) -> BoxFuture<'_, ()> {
        Sleep::sleep(self, pause);
        Box::pin(future::ready(()))
    }
}
