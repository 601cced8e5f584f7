use core::{fmt, time::Duration};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use countersign_flow::{Authorize, Source};
use countersign_token::{
    AccessToken, Credential, Grant, Key, Record, RefreshToken, Revision, Timestamp, TokenSet,
};

use crate::{
    Error, ErrorKind, authorize,
    engine::Landing,
    flight::Flight,
    freshness::{self, Freshness, Need},
};

/// The first pause after a failed refresh; each further failure doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause that we choose, and the longest that a server may ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(300);

/// What one process knows of one grant, shared by all handles to it.
pub(crate) struct Account {
    key: Key,
    pub(crate) flight: Flight<Result<Landing, Error>>,
    /// How many seconds the clock of the server of signed requests is ahead, when it is followed.
    #[cfg(feature = "oauth1")]
    pub(crate) skew: core::sync::atomic::AtomicI64,
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    source: Option<Arc<dyn Source>>,
    snapshot: Option<Arc<Snapshot>>,
    unsaved: Option<Arc<Unsaved>>,
    #[cfg(feature = "oauth1")]
    unsaved_session: Option<Arc<(Credential, Revision)>>,
    quiet: Option<Quiet>,
}

/// A credential as it was last read or written.
pub(crate) struct Snapshot {
    pub(crate) credential: Credential,
    pub(crate) revision: Revision,
    /// The tokens that are handed out, each alone, as an `Authorize` takes it: one for each set of resources.
    current: Vec<TokenSet>,
    /// How it is put on a request, with its keys prepared.
    pub(crate) way: Result<Box<dyn Authorize>, Error>,
    /// Moves the moment of the early refresh.
    jitter: u8,
}

/// An answer with a rotated refresh token that the store did not take.
pub(crate) struct Unsaved {
    /// The refresh token it was had for.
    pub(crate) spent: Option<RefreshToken>,
    pub(crate) tokens: TokenSet,
}

/// A failed refresh, after which the server is left alone for a while.
struct Quiet {
    until: Timestamp,
    pause: Duration,
    error: Error,
}

impl Snapshot {
    fn new(key: &Key, credential: Credential, revision: Revision, jitter: u8) -> Arc<Self> {
        let mut current: Vec<TokenSet> = Vec::new();
        for AccessToken { resource, .. } in credential.tokens.iter().rev() {
            if current.iter().all(|known| known.access.resource != *resource)
                && let Some(token) = freshness::pick_exactly(&credential, key, resource)
            {
                current.push(TokenSet::new(token.clone()));
            }
        }
        let way = authorize::way(&credential);
        Arc::new(Self { credential, revision, current, way, jitter })
    }

    /// The token for these resources, or for those of the key when there are none.
    pub(crate) fn current(&self, key: &Key, resource: &[String]) -> Option<&TokenSet> {
        let resource = if resource.is_empty() { &key.resource } else { resource };
        self.current.iter().find(|tokens| tokens.access.resource == resource)
    }
}

impl Account {
    pub(crate) fn new(key: Key) -> Self {
        Self {
            key,
            flight: Flight::new(),
            #[cfg(feature = "oauth1")]
            skew: core::sync::atomic::AtomicI64::new(0),
            state: RwLock::default(),
        }
    }

    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    pub(crate) fn source(&self) -> Option<Arc<dyn Source>> {
        self.read().source.clone()
    }

    pub(crate) fn set_source(&self, source: Arc<dyn Source>) {
        self.write().source = Some(source);
    }

    pub(crate) fn snapshot(&self) -> Option<Arc<Snapshot>> {
        self.read().snapshot.clone()
    }

    /// Lets everybody see a credential that was read or written under the lease.
    pub(crate) fn publish(&self, credential: Credential, revision: Revision, jitter: u8) {
        let snapshot = Snapshot::new(&self.key, credential, revision, jitter);
        self.write().snapshot = Some(snapshot);
    }

    /// Lets everybody see a record that was read without the lease, unless something was published since
    /// `before` was known: that is newer.
    pub(crate) fn publish_over(&self, before: Option<&Arc<Snapshot>>, record: Record, jitter: u8) {
        let Record { key: _, credential, revision, .. } = record;
        let snapshot = Snapshot::new(&self.key, credential, revision, jitter);
        let mut state = self.write();
        if state.snapshot.as_ref().map(Arc::as_ptr) == before.map(Arc::as_ptr) {
            state.snapshot = Some(snapshot);
        }
    }

    /// Forgets what was known, after a logout.
    pub(crate) fn clear(&self) {
        let mut state = self.write();
        state.snapshot = None;
        state.unsaved = None;
        #[cfg(feature = "oauth1")]
        {
            state.unsaved_session = None;
        }
        state.quiet = None;
    }

    /// What is known, and what its token is worth.
    pub(crate) fn worth(&self, need: &Need, now: Timestamp) -> Option<(Arc<Snapshot>, Freshness)> {
        let state = self.read();
        let snapshot = Arc::clone(state.snapshot.as_ref()?);
        let token = &snapshot.current(&self.key, &need.resource)?.access;
        let freshness = match need.quality.freshness(token, now, snapshot.jitter) {
            // Where nothing can be refreshed, there is no reason to begin early.
            Freshness::Early if !state.is_refreshable(&snapshot.credential) => Freshness::Fresh,
            freshness => freshness,
        };
        Some((snapshot, freshness))
    }

    /// Whether there is a way to another token.
    pub(crate) fn has_way(&self) -> bool {
        let state = self.read();
        state.snapshot.as_ref().map_or(state.source.is_some(), |known| state.has_way(&known.credential))
    }

    /// Whether that way leads anywhere, as far as is known.
    pub(crate) fn is_refreshable(&self) -> bool {
        let state = self.read();
        state
            .snapshot
            .as_ref()
            .map_or(state.source.is_some(), |known| state.is_refreshable(&known.credential))
    }

    pub(crate) fn unsaved(&self) -> Option<Arc<Unsaved>> {
        self.read().unsaved.clone()
    }

    pub(crate) fn set_unsaved(&self, unsaved: Option<Unsaved>) {
        self.write().unsaved = unsaved.map(Arc::new);
    }

    /// Token credentials of a session that the store did not take, in place of this revision.
    #[cfg(feature = "oauth1")]
    pub(crate) fn unsaved_session(&self) -> Option<Arc<(Credential, Revision)>> {
        self.read().unsaved_session.clone()
    }

    #[cfg(feature = "oauth1")]
    pub(crate) fn set_unsaved_session(&self, unsaved: Option<(Credential, Revision)>) {
        self.write().unsaved_session = unsaved.map(Arc::new);
    }

    /// Whether the last refresh failed so lately that the server is left alone.
    pub(crate) fn is_quiet(&self, now: Timestamp) -> Result<(), Error> {
        match &self.read().quiet {
            // A clock that went back must not prolong it.
            Some(quiet) if now < quiet.until && quiet.until.since(now) <= LONGEST_RETRY_AFTER => {
                Err(quiet.error.clone())
            }
            _ => Ok(()),
        }
    }

    /// A refresh failed at `now`.
    pub(crate) fn hush(&self, now: Timestamp, error: &Error) {
        let asked = match error.kind() {
            ErrorKind::Refused(answer) => answer.retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER),
            _ => Duration::ZERO,
        };
        let mut state = self.write();
        let pause =
            state.quiet.as_ref().map_or(FIRST_PAUSE, |last| last.pause.saturating_mul(2).min(LONGEST_PAUSE));
        let until = now.plus(pause.max(asked));
        state.quiet = Some(Quiet { until, pause, error: error.clone() });
    }

    /// A refresh succeeded.
    pub(crate) fn speak(&self) {
        self.write().quiet = None;
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        // Only assignments are made while it is locked, so what a panic left behind is whole.
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn has_way(&self, credential: &Credential) -> bool {
        let has_own = match &credential.grant {
            Grant::OAuth2 { refresh_token } => refresh_token.is_some(),
            Grant::ClientCredentials => true,
            _ => false,
        };
        has_own || self.source.is_some()
    }

    fn is_refreshable(&self, credential: &Credential) -> bool {
        self.has_way(credential) && !freshness::is_over(credential)
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("key", &self.key).finish_non_exhaustive()
    }
}
