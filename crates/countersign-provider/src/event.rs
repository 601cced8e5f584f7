use alloc::collections::{BTreeMap, VecDeque};

use countersign_token::{ClientId, Timestamp};

use crate::GrantKind;

/// A place where the provider is asked something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// The OAuth 2.0 authorization endpoint, and the person's decision there.
    Authorize,
    /// The OAuth 2.0 token endpoint.
    Token,
    /// The OAuth 2.0 revocation endpoint.
    Revoke,
    /// The metadata document.
    Metadata,
    /// OAuth 1.0a temporary credentials.
    TemporaryCredentials,
    /// OAuth 1.0a resource owner authorization, and the person's decision there.
    AuthorizeTemporary,
    /// OAuth 1.0a token credentials.
    TokenCredentials,
    /// The revocation of OAuth 1.0a token credentials, an extension of ours.
    RevokeTokenCredentials,
    /// A protected resource.
    Resource,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// What was asked for was done.
    Done,
    /// It was refused with this error code.
    Refused(&'static str),
}

/// Something that happened, without secrets and without anything a stranger wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Where.
    pub endpoint: Endpoint,
    /// By which grant, at the token endpoint.
    pub grant: Option<GrantKind>,
    /// The client, when it is a registered one.
    pub client: Option<ClientId>,
    /// How it ended.
    pub outcome: Outcome,
}

/// The latest events, and how many there were in all.
#[derive(Clone, Debug)]
pub struct Events {
    latest: VecDeque<Event>,
    limit: usize,
    counts: BTreeMap<(Endpoint, Option<GrantKind>, bool), u64>,
}

impl Events {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { latest: VecDeque::new(), limit, counts: BTreeMap::new() }
    }

    pub(crate) fn record(&mut self, event: Event) {
        let done = event.outcome == Outcome::Done;
        let count = self.counts.entry((event.endpoint, event.grant, done)).or_default();
        *count = count.saturating_add(1);
        while self.latest.len() >= self.limit.max(1) {
            self.latest.pop_front();
        }
        self.latest.push_back(event);
    }

    /// The latest events, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Event> {
        self.latest.iter()
    }

    /// How often something was done at this endpoint, by every grant.
    pub fn done(&self, endpoint: Endpoint) -> u64 {
        self.sum(|at, _, done| at == endpoint && done)
    }

    /// How often something was refused at this endpoint, by every grant.
    pub fn refused(&self, endpoint: Endpoint) -> u64 {
        self.sum(|at, _, done| at == endpoint && !done)
    }

    /// How many token requests of this grant came in, however they ended.
    pub fn token_requests(&self, grant: GrantKind) -> u64 {
        self.sum(|at, by, _| at == Endpoint::Token && by == Some(grant))
    }

    /// How many token requests of this grant were answered with a token.
    pub fn tokens_issued(&self, grant: GrantKind) -> u64 {
        self.sum(|at, by, done| at == Endpoint::Token && by == Some(grant) && done)
    }

    fn sum(&self, wanted: impl Fn(Endpoint, Option<GrantKind>, bool) -> bool) -> u64 {
        self.counts
            .iter()
            .filter(|((endpoint, grant, done), _)| wanted(*endpoint, *grant, *done))
            .fold(0, |sum: u64, (_, count)| sum.saturating_add(*count))
    }
}
