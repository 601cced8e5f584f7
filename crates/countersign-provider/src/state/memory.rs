use alloc::{boxed::Box, collections::BTreeMap, string::String};
use core::time::Duration;

use countersign_oauth1::MemoryNonces;
use countersign_token::{ClientId, Timestamp};

use super::{
    Access, Approval, Code, Consumer, Credentials, Directory, Family, Grants, Issue, Redeemed, Refresh,
    State, Temporary, TokenPair, Unavailable, shelf::Shelf,
};
use crate::{Digest, RegisteredClient, User};

/// How long a spent code is remembered, so that a replay revokes what it brought.
const CODE_MEMORY: Duration = Duration::from_secs(3600);

/// State that is gone when the process is.
///
/// Each table is bounded: when it is full of what is still good, the newcomer is refused as [`Unavailable`],
/// and nothing is forgotten for it.
#[derive(Debug)]
pub struct Memory {
    people: People,
    limit: usize,
}

#[derive(Debug, Default)]
struct People {
    clients: BTreeMap<ClientId, RegisteredClient>,
    consumers: BTreeMap<String, Consumer>,
    users: BTreeMap<String, User>,
}

impl Memory {
    /// Empty state with at most `limit` entries in each table.
    pub fn new(limit: usize) -> Self {
        Self { people: People::default(), limit }
    }

    /// Registers an OAuth 2.0 client, in place of one with the same identifier.
    pub fn add_client(&mut self, client: RegisteredClient) {
        self.people.clients.insert(client.id.clone(), client);
    }

    /// Registers an OAuth 1.0a client, in place of one with the same identifier.
    pub fn add_consumer(&mut self, consumer: Consumer) {
        self.people.consumers.insert(consumer.identifier.clone(), consumer);
    }

    /// Makes a person known, in place of one with the same identifier.
    pub fn add_user(&mut self, user: User) {
        self.people.users.insert(user.id.clone(), user);
    }
}

impl From<Memory> for State {
    fn from(memory: Memory) -> Self {
        let Memory { people, limit } = memory;
        Self {
            directory: Box::new(people),
            grants: Box::new(MemoryGrants {
                codes: Shelf::new(limit),
                accesses: Shelf::new(limit),
                refreshes: Shelf::new(limit),
                families: Shelf::new(limit),
            }),
            credentials: Box::new(MemoryCredentials {
                temporaries: Shelf::new(limit),
                tokens: BTreeMap::new(),
                limit,
            }),
            nonces: Box::new(MemoryNonces::new(limit)),
        }
    }
}

impl Directory for People {
    fn client(&mut self, id: &ClientId) -> Result<Option<RegisteredClient>, Unavailable> {
        Ok(self.clients.get(id).cloned())
    }

    fn consumer(&mut self, identifier: &str) -> Result<Option<Consumer>, Unavailable> {
        Ok(self.consumers.get(identifier).cloned())
    }

    fn user(&mut self, id: &str) -> Result<Option<User>, Unavailable> {
        Ok(self.users.get(id).cloned())
    }
}

struct MemoryGrants {
    codes: Shelf<Digest, Code>,
    accesses: Shelf<Digest, Access>,
    refreshes: Shelf<Digest, Refresh>,
    /// Whether a family is revoked; kept for as long as anything of it may live.
    families: Shelf<Family, bool>,
}

impl MemoryGrants {
    fn is_revoked(&self, family: &Family) -> bool {
        self.families.get(family).is_none_or(|revoked| *revoked)
    }

    /// What can fail comes first, so that a refusal leaves everything as it was.
    fn make_room(&mut self, now: Timestamp) -> Result<(), Unavailable> {
        self.accesses.make_room(1, now)?;
        self.refreshes.make_room(1, now)
    }

    fn keep(&mut self, issue: Issue, now: Timestamp) -> Result<(), Unavailable> {
        let Issue { access, refresh } = issue;
        let (id, access) = access;
        let (family, expires) = (access.family, access.expires);
        self.families.extend(&family, expires);
        self.accesses.insert(id, access, expires, now)?;
        if let Some((id, refresh)) = refresh {
            let expires = refresh.expires;
            self.families.extend(&family, expires);
            self.refreshes.insert(id, refresh, expires, now)?;
        }
        Ok(())
    }
}

impl Grants for MemoryGrants {
    fn put_code(&mut self, id: Digest, code: Code, now: Timestamp) -> Result<(), Unavailable> {
        let until = code.expires.plus(CODE_MEMORY);
        self.codes.make_room(1, now)?;
        self.families.insert(code.family, false, until, now)?;
        self.codes.insert(id, code, until, now)
    }

    fn code(&mut self, id: &Digest) -> Result<Option<Code>, Unavailable> {
        Ok(self.codes.get(id).cloned())
    }

    fn redeem_code(
        &mut self,
        id: &Digest,
        issue: Option<Issue>,
        now: Timestamp,
    ) -> Result<Redeemed, Unavailable> {
        self.make_room(now)?;
        let Some(family) = self.codes.get(id).map(|code| code.family) else {
            return Ok(Redeemed::Gone);
        };
        let revoked = self.is_revoked(&family);
        let Some(code) = self.codes.get_mut(id) else {
            return Ok(Redeemed::Gone);
        };
        if core::mem::replace(&mut code.spent, true) {
            return Ok(Redeemed::Spent);
        }
        if revoked {
            return Ok(Redeemed::Gone);
        }
        if let Some(issue) = issue {
            self.keep(issue, now)?;
        }
        Ok(Redeemed::Done)
    }

    fn issue(&mut self, issue: Issue, now: Timestamp) -> Result<Redeemed, Unavailable> {
        self.make_room(now)?;
        let (_, access) = &issue.access;
        if self.families.get(&access.family).is_none() {
            self.families.insert(access.family, false, access.expires, now)?;
        }
        if self.is_revoked(&access.family) {
            return Ok(Redeemed::Gone);
        }
        self.keep(issue, now)?;
        Ok(Redeemed::Done)
    }

    fn refresh(&mut self, id: &Digest) -> Result<Option<Refresh>, Unavailable> {
        Ok(self.refreshes.get(id).cloned())
    }

    fn rotate(&mut self, id: &Digest, issue: Issue, now: Timestamp) -> Result<Redeemed, Unavailable> {
        self.make_room(now)?;
        let Some(family) = self.refreshes.get(id).map(|refresh| refresh.family) else {
            return Ok(Redeemed::Gone);
        };
        if self.is_revoked(&family) {
            return Ok(Redeemed::Gone);
        }
        let Some(refresh) = self.refreshes.get_mut(id) else {
            return Ok(Redeemed::Gone);
        };
        if core::mem::replace(&mut refresh.spent, true) {
            return Ok(Redeemed::Spent);
        }
        self.keep(issue, now)?;
        Ok(Redeemed::Done)
    }

    fn access(&mut self, id: &Digest) -> Result<Option<Access>, Unavailable> {
        let access = self.accesses.get(id);
        Ok(access.filter(|access| !self.is_revoked(&access.family)).cloned())
    }

    fn revoke_access(&mut self, id: &Digest) -> Result<(), Unavailable> {
        self.accesses.remove(id);
        Ok(())
    }

    fn revoke_family(&mut self, family: Family) -> Result<(), Unavailable> {
        // A family that has fallen off the shelf has outlived all its tokens.
        if let Some(revoked) = self.families.get_mut(&family) {
            *revoked = true;
        }
        Ok(())
    }
}

struct MemoryCredentials {
    temporaries: Shelf<Digest, Temporary>,
    tokens: BTreeMap<Digest, TokenPair>,
    limit: usize,
}

impl Credentials for MemoryCredentials {
    fn put_temporary(&mut self, id: Digest, temporary: Temporary, now: Timestamp) -> Result<(), Unavailable> {
        let until = temporary.expires;
        self.temporaries.insert(id, temporary, until, now)
    }

    fn temporary(&mut self, id: &Digest) -> Result<Option<Temporary>, Unavailable> {
        Ok(self.temporaries.get(id).cloned())
    }

    fn approve(&mut self, id: &Digest, approval: Approval) -> Result<bool, Unavailable> {
        let temporary = self.temporaries.get_mut(id);
        Ok(temporary.is_some_and(|temporary| {
            let open = temporary.approval.is_none() && !temporary.spent;
            if open {
                temporary.approval = Some(approval);
            }
            open
        }))
    }

    fn burn(&mut self, id: &Digest) -> Result<(), Unavailable> {
        self.temporaries.remove(id);
        Ok(())
    }

    fn count_attempt(&mut self, id: &Digest) -> Result<u8, Unavailable> {
        Ok(self.temporaries.get_mut(id).map_or(u8::MAX, |temporary| {
            temporary.attempts = temporary.attempts.saturating_add(1);
            temporary.attempts
        }))
    }

    fn exchange(
        &mut self,
        id: &Digest,
        token: (Digest, TokenPair),
        _now: Timestamp,
    ) -> Result<Redeemed, Unavailable> {
        if self.tokens.len() >= self.limit {
            return Err(Unavailable);
        }
        let Some(temporary) = self.temporaries.get_mut(id) else {
            return Ok(Redeemed::Gone);
        };
        if core::mem::replace(&mut temporary.spent, true) {
            return Ok(Redeemed::Spent);
        }
        self.tokens.insert(token.0, token.1);
        Ok(Redeemed::Done)
    }

    fn token(&mut self, id: &Digest) -> Result<Option<TokenPair>, Unavailable> {
        Ok(self.tokens.get(id).cloned())
    }

    fn revoke_token(&mut self, id: &Digest) -> Result<(), Unavailable> {
        self.tokens.remove(id);
        Ok(())
    }
}
