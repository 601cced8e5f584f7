//! Refresh, the rule that loses no token, written once.
//!
//! In-process flight of the key → store lease → re-read → still stale? → network → persist durably →
//! publish → release. The flight is the face's; everything after it is here.

use core::time::Duration;
use std::sync::Arc;

use countersign_token::{Credential, Key, RefreshToken, Revision, TokenSet};

use crate::{
    Error, ErrorKind,
    account::Account,
    error::label,
    freshness::{self, Freshness, Need, Quality},
    vault::Held,
    world::World,
};

mod persist;
#[cfg(feature = "oauth1")]
pub(crate) mod session;
mod source;

/// How often one refresh begins anew because the record changed under it.
const ROUNDS: u8 = 3;

/// How a refresh ended well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Landing {
    /// A token was asked for and got.
    Renewed,
    /// What was there already is used: another program got it, or there is nothing better.
    Adopted,
}

/// Whether a caller can do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// The current token is still good: wait for nobody.
    Early,
    /// There is no token without it.
    Now,
}

/// Sees to it that a token is published that answers `need`, or the best there is.
///
/// One call sends one refresh, or another for each time that somebody else changed the record meanwhile.
pub(crate) async fn refresh(
    world: &World,
    account: &Account,
    need: &Need,
    urgency: Urgency,
) -> Result<Landing, Error> {
    if adopt(world, account, need, urgency).await? {
        return Ok(Landing::Adopted);
    }
    if account.unsaved().is_none() {
        account.is_quiet(world.now())?;
    }
    let held = match urgency {
        Urgency::Now => world.lock(account.key()).await?,
        Urgency::Early => world.try_lock(account.key()).await?,
    };
    let Some(mut held) = held else {
        // Failing to get the lease is not permission to refresh.
        return match urgency {
            Urgency::Early => Ok(Landing::Adopted),
            Urgency::Now if adopt(world, account, need, urgency).await? => Ok(Landing::Adopted),
            Urgency::Now => Err(ErrorKind::RefreshInProgress.into()),
        };
    };
    for _ in 0..ROUNDS {
        if let Some(landing) = attempt(world, account, need, urgency, &mut held).await? {
            return Ok(landing);
        }
    }
    Err(ErrorKind::RefreshInProgress.into())
}

/// Publishes what is stored, if it answers the need: then there is no reason to refresh.
async fn adopt(world: &World, account: &Account, need: &Need, urgency: Urgency) -> Result<bool, Error> {
    let before = account.snapshot();
    let Some(record) = world.load(account.key()).await? else {
        return Ok(false);
    };
    let answers = answers(world, account.key(), &record.credential, need, urgency);
    if answers {
        account.publish_over(before.as_ref(), record, world.jitter());
    }
    Ok(answers)
}

/// One round under the lease; `None` when the record changed and the next round is to begin.
async fn attempt(
    world: &World,
    account: &Account,
    need: &Need,
    urgency: Urgency,
    held: &mut Held,
) -> Result<Option<Landing>, Error> {
    let stored = held.load().await?.map(|record| (record.credential, record.revision));
    let (credential, revision) = match stored {
        Some(stored) => persist::settle(world, account, held, stored).await?,
        None if account.source().is_some() => (source::blank(account.key()), Revision::ABSENT),
        None => return Err(gone(world, account)),
    };
    if answers(world, account.key(), &credential, need, urgency) {
        account.publish(credential, revision, world.jitter());
        return Ok(Some(Landing::Adopted));
    }
    let source = if freshness::is_over(&credential) {
        None
    } else {
        source::of(account, &credential, &need.resource)?
    };
    let Some(source) = source else {
        return nothing_better(world, account, need, credential, revision).map(Some);
    };

    let known = source::known(&credential, account.key(), &need.resource);
    let flow = source.begin(known.as_ref())?;
    match world.converse(flow, credential.user_agent.as_deref()).await {
        Ok(tokens) => {
            account.speak();
            persist::keep(world, account, held, (credential, revision), tokens).await?;
            Ok(Some(Landing::Renewed))
        }
        Err(failed) if failed.error.needs_login() && credential.refresh_token().is_some() => {
            let refusal = Error::from(failed);
            over(world, account, held, (credential, revision), refusal).await
        }
        Err(failed) => {
            let error = Error::from(failed);
            account.hush(world.now(), &error);
            Err(error)
        }
    }
}

/// The server says that the refresh token is worth nothing.
///
/// Somebody may have rotated it without a lease: then theirs is the right one. Otherwise the grant is over,
/// which is noted beside it, and nothing is deleted.
async fn over(
    world: &World,
    account: &Account,
    held: &mut Held,
    (mut credential, revision): (Credential, Revision),
    refusal: Error,
) -> Result<Option<Landing>, Error> {
    let Some(again) = held.load().await? else {
        return Err(gone(world, account));
    };
    if !same(again.credential.refresh_token(), credential.refresh_token()) {
        return Ok(None);
    }
    credential.state = countersign_token::State::NeedsLogin { since: world.now() };
    // When it cannot be noted, the next one to try will be told by the server again.
    let revision = held.save(&credential, revision).await.unwrap_or(revision);
    account.publish(credential, revision, world.jitter());
    let kind = ErrorKind::NeedsLogin { account: label(account.key()) };
    Err(Error::because(kind, false, refusal))
}

/// Somebody has logged out meanwhile.
fn gone(world: &World, account: &Account) -> Error {
    Error::no_such_account(label(account.key()), &*world.store)
}

/// There is no way to a new token: what is left is used to its end.
fn nothing_better(
    world: &World,
    account: &Account,
    need: &Need,
    credential: Credential,
    revision: Revision,
) -> Result<Landing, Error> {
    let quality = match &need.quality {
        Quality::Good(_) => Quality::Good(Duration::ZERO),
        Quality::Other(refused) => Quality::Other(refused.clone()),
    };
    let any = Need { quality, resource: Arc::clone(&need.resource) };
    let usable = answers(world, account.key(), &credential, &any, Urgency::Now);
    account.publish(credential, revision, world.jitter());
    if usable { Ok(Landing::Adopted) } else { Err(Error::needs_login(account.key())) }
}

fn answers(world: &World, key: &Key, credential: &Credential, need: &Need, urgency: Urgency) -> bool {
    // Who can wait for a better token is content with a fresh one only.
    let token = freshness::pick(credential, key, &need.resource);
    token.is_some_and(|token| match need.quality.freshness(token, world.now(), 0) {
        Freshness::Fresh => true,
        Freshness::Early => urgency == Urgency::Now,
        Freshness::Stale => false,
    })
}

/// Whether two refresh tokens are the same one, or both absent.
fn same(one: Option<&RefreshToken>, other: Option<&RefreshToken>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => one.secret().ct_eq(other.secret()),
        _ => false,
    }
}

/// Whether an answer carries a refresh token that its receiver would lose by not storing it.
fn rotates(tokens: &TokenSet, spent: Option<&RefreshToken>) -> bool {
    tokens.refresh.is_some() && !same(tokens.refresh.as_ref(), spent)
}

#[cfg(test)]
mod tests {
    use super::{Account, Need, Urgency, World, refresh};

    /// So that another face may poll it on any thread; the test is that it compiles.
    #[test]
    fn a_refresh_may_move_between_threads() {
        fn is_send<T: Send>(_: impl FnOnce(&'static World, &'static Account, &'static Need) -> T) {}
        is_send(|world, account, need| refresh(world, account, need, Urgency::Now));
    }
}
