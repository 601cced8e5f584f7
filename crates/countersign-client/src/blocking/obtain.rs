use core::time::Duration;
use std::sync::Arc;

use crate::{
    Error, ErrorKind,
    account::{Account, Snapshot},
    block_on::block_on,
    engine::{Landing, Urgency, refresh},
    flight::Boarding,
    freshness::{Freshness, Need, Quality},
    world::World,
};

/// How often a caller boards: behind those who need a token for something else, and once for its own.
pub(super) const ROUNDS: u8 = 16;

/// What answers the need, and whether the server was asked for it.
///
/// While the token is good only the caller that begins an early refresh waits for it; should it fail, the
/// token stays in use.
pub(super) fn obtain(world: &World, account: &Account, need: &Need) -> Result<(Arc<Snapshot>, bool), Error> {
    match account.worth(need, world.now()) {
        Some((snapshot, Freshness::Fresh)) => return Ok((snapshot, false)),
        Some((snapshot, Freshness::Early)) => {
            let end = account.flight.try_lead().map(|lead| {
                let end = block_on(refresh(world, account, need, Urgency::Early));
                lead.land(end.clone());
                end
            });
            return match end {
                Some(Ok(landing)) => Ok((newest(account, need)?, landing == Landing::Renewed)),
                Some(Err(_)) | None => Ok((snapshot, false)),
            };
        }
        Some((_, Freshness::Stale)) | None => {}
    }
    for _ in 0..ROUNDS {
        match account.flight.board() {
            Boarding::Lead(lead) => {
                // Another flight may have landed between the look above and the boarding.
                let end = match account.worth(need, world.now()) {
                    Some((_, Freshness::Fresh | Freshness::Early)) => Ok(Landing::Adopted),
                    _ => block_on(refresh(world, account, need, Urgency::Now)),
                };
                lead.land(end.clone());
                let landing = end?;
                // Whatever came is used, so that a server which gives short lives is not asked again and again.
                return Ok((newest(account, need)?, landing == Landing::Renewed));
            }
            Boarding::Landed(end) => {
                if let Some((snapshot, Freshness::Fresh | Freshness::Early)) =
                    account.worth(need, world.now())
                {
                    return Ok((snapshot, matches!(end, Ok(Landing::Renewed))));
                }
                end?;
            }
        }
    }
    Err(ErrorKind::RefreshInProgress.into())
}

/// The need of a caller that did not say more than what for.
pub(super) fn any(resource: &Arc<[String]>) -> Need {
    Need { quality: Quality::Good(Duration::ZERO), resource: Arc::clone(resource) }
}

fn newest(account: &Account, need: &Need) -> Result<Arc<Snapshot>, Error> {
    account
        .snapshot()
        .filter(|snapshot| snapshot.current(account.key(), &need.resource).is_some())
        .ok_or_else(|| Error::needs_login(account.key()))
}
