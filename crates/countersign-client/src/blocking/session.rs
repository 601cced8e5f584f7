//! Signed requests whose token credentials end, or whose server has another time.

use core::sync::atomic::Ordering;
use std::sync::Arc;

use countersign_flow::oauth1::{Advice, server_time};
use countersign_token::{Grant, Secret};
use http::Response;

use super::obtain::ROUNDS;
use crate::{
    Error, ErrorKind,
    account::{Account, Snapshot},
    block_on::block_on,
    engine::session::{is_due, renew},
    flight::Boarding,
    world::World,
};

/// The credential with which requests are signed now, after a refresh by its session where that is due.
pub(super) fn current(
    world: &World,
    account: &Account,
    mut snapshot: Arc<Snapshot>,
    refused: Option<&Secret>,
) -> Result<Arc<Snapshot>, Error> {
    for _ in 0..ROUNDS {
        if !is_due(&snapshot.credential, refused, world.now()) {
            return Ok(snapshot);
        }
        let (end, led) = match account.flight.board() {
            Boarding::Lead(lead) => {
                let end = block_on(renew(world, account, refused));
                lead.land(end.clone());
                (end, true)
            }
            Boarding::Landed(end) => (end, false),
        };
        end?;
        snapshot = account.snapshot().ok_or_else(|| Error::needs_login(account.key()))?;
        if led {
            // Whatever came is used, so that a server which gives short lives is not asked again and again.
            return Ok(snapshot);
        }
    }
    Err(ErrorKind::RefreshInProgress.into())
}

/// What a request that was refused is signed with once more; `None` when that would change nothing.
pub(super) fn after(
    world: &World,
    account: &Account,
    used: &Arc<Snapshot>,
    answer: &Response<Vec<u8>>,
) -> Result<Option<Arc<Snapshot>>, Error> {
    let Grant::OAuth1 { token, .. } = &used.credential.grant else {
        return Ok(None);
    };
    if world.follows_server_clock
        && let Some(server) = server_time(answer)
    {
        let skew = server.unix().saturating_sub(world.now().unix());
        let known = account.skew.swap(skew, Ordering::Relaxed);
        return Ok((known != skew).then(|| Arc::clone(used)));
    }
    let Some(token) = token.as_ref().filter(|_| Advice::of_answer(answer) == Some(Advice::Refresh)) else {
        return Ok(None);
    };
    if !is_due(&used.credential, Some(&token.identifier), world.now()) {
        return Ok(None);
    }
    current(world, account, Arc::clone(used), Some(&token.identifier)).map(Some)
}
