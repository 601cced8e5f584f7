mod memory;

use alloc::boxed::Box;
use core::fmt;

use countersign_token::Timestamp;

pub use memory::MemoryNonces;

use crate::Error;

/// How far a timestamp may be from the server's clock, in either direction: five minutes by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window(u32);

impl Window {
    /// A window of so many seconds in either direction.
    pub const fn seconds(seconds: u32) -> Self {
        Self(seconds)
    }

    /// Checks a timestamp and answers the oldest one that is accepted now.
    pub(crate) fn check(self, timestamp: Timestamp, now: Timestamp) -> Result<Timestamp, Error> {
        let oldest = now.plus_seconds(-i64::from(self.0));
        let newest = now.plus_seconds(i64::from(self.0));
        if (oldest..=newest).contains(&timestamp) {
            Ok(oldest)
        } else {
            Err(Error::Timestamp { oldest, newest })
        }
    }
}

impl Default for Window {
    fn default() -> Self {
        Self(300)
    }
}

/// One use of a nonce; it is a repetition when all four are the same (RFC 5849 §3.3).
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct NonceUse<'a> {
    /// The client's identifier.
    pub consumer_key: &'a str,
    /// The token's identifier, when there is one.
    pub token: Option<&'a str>,
    /// When the request says it was signed.
    pub timestamp: Timestamp,
    /// The nonce.
    pub nonce: &'a str,
}

impl<'a> NonceUse<'a> {
    /// A use of a nonce.
    pub const fn new(
        consumer_key: &'a str,
        token: Option<&'a str>,
        timestamp: Timestamp,
        nonce: &'a str,
    ) -> Self {
        Self { consumer_key, token, timestamp, nonce }
    }
}

impl fmt::Debug for NonceUse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { consumer_key: _, token: _, timestamp, nonce: _ } = self;
        f.debug_struct("NonceUse").field("timestamp", timestamp).finish_non_exhaustive()
    }
}

/// What a store of nonces says of a use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a verifier must act on each")]
pub enum Recorded {
    /// It is the first, and now recorded.
    New,
    /// It has been recorded before.
    Used,
    /// The store is full or out of reach; nothing was recorded.
    Unavailable,
}

/// Remembers which nonces have been used.
///
/// 1. Of two calls with equal uses at most one is answered with [`Recorded::New`].
/// 2. A use is remembered at least until its timestamp is older than the `keep_from` of a later call.
/// 3. A use older than the `keep_from` of any earlier call is never [`Recorded::New`].
/// 4. A store that cannot remember says [`Recorded::Unavailable`].
///
/// # Security
/// It is asked only once the signature holds, so nobody fills it or burns a nonce without the secrets.
/// A store that forgets early lets a request be repeated.
pub trait NonceStore: Send {
    /// Records a use, and says whether it is the first; uses older than `keep_from` may be forgotten.
    fn record(&mut self, used: NonceUse<'_>, keep_from: Timestamp) -> Recorded;
}

impl<T: NonceStore + ?Sized> NonceStore for &mut T {
    fn record(&mut self, used: NonceUse<'_>, keep_from: Timestamp) -> Recorded {
        (**self).record(used, keep_from)
    }
}

impl<T: NonceStore + ?Sized> NonceStore for Box<T> {
    fn record(&mut self, used: NonceUse<'_>, keep_from: Timestamp) -> Recorded {
        (**self).record(used, keep_from)
    }
}
