use core::time::Duration;

use countersign_token::Timestamp;
use http::HeaderMap;

use super::{Expected, KeySet, Verified, freshness};
use crate::{Backend, Error, Unverified};

/// The keys of an issuer, kept and renewed: who asks is told when to fetch them, and fetches them itself.
///
/// A token that names a key nobody has heard of may be the first after a rotation, or a stranger's who wants the
/// issuer asked a thousand times. So the keys are fetched for it, but at most once a minute.
///
/// ```
/// # #[cfg(feature = "aws-lc-rs")] {
/// use countersign_jwt::{Answer, Backend, Error, Expected, KeyCache};
/// use countersign_token::Timestamp;
///
/// # let token = "eyJhbGciOiJFZERTQSIsImtpZCI6ImExIn0.e30.AAAA";
/// # let fetch = || br#"{"keys":[]}"#;
/// # let now = Timestamp::from_unix(1_700_000_000);
/// let mut keys = KeyCache::new(Backend::AwsLcRs);
/// let expected = Expected::from_issuer("https://issuer.example").for_audience("me");
/// let result = loop {
///     match keys.verify(token, &expected, now) {
///         Ok(Answer::Fetch) => keys.store(fetch(), &http::HeaderMap::new(), now)?,
///         Ok(Answer::Verified(token)) => break Ok(token),
///         Err(error) => break Err(error),
///     }
/// };
/// assert_eq!(result.unwrap_err(), Error::UnknownKey);
/// # }
/// # Ok::<(), countersign_jwt::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct KeyCache {
    backend: Backend,
    kept: Option<Kept>,
    /// When it was last said to fetch them.
    asked: Option<Timestamp>,
    interval: Duration,
}

#[derive(Clone, Debug)]
struct Kept {
    keys: KeySet,
    since: Timestamp,
    fresh: Duration,
}

/// What to do about a token.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "whoever asks has to do either")]
pub enum Answer {
    /// It is accepted.
    Verified(Verified),
    /// Fetch the keys, give them to [`KeyCache::store`], and ask again.
    Fetch,
}

/// How long keys are fresh when the server does not say, and the longest that it may say.
const USUAL: Duration = Duration::from_secs(3600);
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// How long keys are used when no newer ones are to be had.
const STALE: Duration = Duration::from_secs(24 * 3600);

impl KeyCache {
    /// A cache without keys.
    pub const fn new(backend: Backend) -> Self {
        Self { backend, kept: None, asked: None, interval: Duration::from_secs(60) }
    }

    /// A cache that says to fetch the keys at most once in this time, in place of a minute.
    #[must_use]
    pub const fn with_interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Keeps the keys that were fetched, for as long as the answer's `Cache-Control` says within a minute and
    /// a day, and an hour when it says nothing.
    ///
    /// # Errors
    /// [`Error::Key`] when it is no JWK set; the keys from before are kept then.
    pub fn store(
        &mut self,
        body: impl AsRef<[u8]>,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<(), Error> {
        let keys = KeySet::from_json(body, self.backend)?;
        let fresh = freshness::of(headers).unwrap_or(USUAL).max(self.interval).min(LONGEST);
        self.kept = Some(Kept { keys, since: now, fresh });
        self.asked = Some(now);
        Ok(())
    }

    /// The keys that are kept.
    pub fn keys(&self) -> Option<&KeySet> {
        self.kept.as_ref().map(|kept| &kept.keys)
    }

    /// Whether to accept a token, or to fetch the keys first.
    ///
    /// # Errors
    /// Those of [`Expected::verify`], and [`Error::KeysUnavailable`] when there are none and it was said less
    /// than a minute ago to fetch them.
    pub fn verify(&mut self, token: &str, expected: &Expected, now: Timestamp) -> Result<Answer, Error> {
        let token = Unverified::parse(token)?;
        let usable = |kept: &&Kept| now.since(kept.since) < kept.fresh.saturating_add(STALE);
        let Some(kept) = self.kept.as_ref().filter(usable) else {
            return if self.ask(now) { Ok(Answer::Fetch) } else { Err(Error::KeysUnavailable) };
        };
        if now.since(kept.since) >= kept.fresh && self.may_ask(now) {
            self.asked = Some(now);
            return Ok(Answer::Fetch);
        }
        let result = expected.accept(&token, &kept.keys, now);
        let replaced = match &result {
            Err(Error::UnknownKey) => true,
            Err(Error::Signature) => !kept.keys.names(token.key_id()),
            _ => false,
        };
        if replaced && self.ask(now) { Ok(Answer::Fetch) } else { result.map(Answer::Verified) }
    }

    fn may_ask(&self, now: Timestamp) -> bool {
        // A clock that was set back must not keep anybody waiting.
        self.asked.is_none_or(|asked| now < asked || now.since(asked) >= self.interval)
    }

    fn ask(&mut self, now: Timestamp) -> bool {
        let may = self.may_ask(now);
        if may {
            self.asked = Some(now);
        }
        may
    }
}
