//! New token credentials of OAuth 1.0a for those that end, by the handle of their session.

use countersign_flow::{
    Endpoint,
    oauth1::{Advice, Session, SessionRefresh, Signatory},
};
use countersign_token::{Credential, Grant, Secret, State, Timestamp};

use super::{Landing, gone};
use crate::{Error, ErrorKind, account::Account, freshness, world::World};

/// The member of `extra` that names where token credentials are had, and had anew.
pub(crate) const ENDPOINT: &str = "token_credentials_endpoint";

/// Whether other token credentials are due: these have come to their end or are the ones that a server said so
/// of, and there is a way to others.
pub(crate) fn is_due(credential: &Credential, refused: Option<&Secret>, now: Timestamp) -> bool {
    let Grant::OAuth1 { token: Some(token), .. } = &credential.grant else {
        return false;
    };
    let Some(session) = session(credential) else {
        return false;
    };
    !freshness::is_over(credential)
        && match refused {
            Some(refused) => token.identifier.ct_eq(refused),
            None => session.expires.is_past(now),
        }
}

fn session(credential: &Credential) -> Option<Session> {
    credential.extra.text(ENDPOINT)?;
    Session::of(&credential.extra).ok()
}

/// Gets others and stores them, under the lease, unless another program has done so.
pub(crate) async fn renew(
    world: &World,
    account: &Account,
    refused: Option<&Secret>,
) -> Result<Landing, Error> {
    let unsaved = account.unsaved_session();
    if unsaved.is_none() {
        account.is_quiet(world.now())?;
    }
    let Some(mut held) = world.lock(account.key()).await? else {
        return Err(ErrorKind::RefreshInProgress.into());
    };
    let record = held.load().await?.ok_or_else(|| gone(world, account))?;
    let (mut credential, revision) = (record.credential, record.revision);
    if let Some(unsaved) = unsaved {
        let (unsaved, expected) = &*unsaved;
        if revision == *expected {
            let revision = held.save(unsaved, revision).await.map_err(Error::not_persisted)?;
            account.set_unsaved_session(None);
            account.publish(unsaved.clone(), revision, world.jitter());
            return Ok(Landing::Renewed);
        }
        // Somebody has stored another: that is newer.
        account.set_unsaved_session(None);
    }
    let Some(session) = session(&credential).filter(|_| is_due(&credential, refused, world.now())) else {
        account.publish(credential, revision, world.jitter());
        return Ok(Landing::Adopted);
    };
    if session.authorization_expires.is_past(world.now()) {
        return Err(Error::needs_login(account.key()));
    }
    let endpoint = Endpoint::new(ENDPOINT, credential.extra.text(ENDPOINT).unwrap_or_default())?;
    let mut flow = SessionRefresh::new(&endpoint, &Signatory::of(&credential)?, &session)?;
    if world.follows_server_clock {
        flow = flow.follow_server_clock();
    }
    match world.converse(flow, credential.user_agent.as_deref()).await {
        Ok(redeemed) => redeemed.renew(&mut credential),
        Err(failed) => {
            let ends = is_over(&failed.error);
            let error = Error::from(failed);
            if !ends {
                account.hush(world.now(), &error);
                return Err(error);
            }
            credential.state = State::NeedsLogin { since: world.now() };
            // When it cannot be noted, the next one to try will be told by the server again.
            let revision = held.save(&credential, revision).await.unwrap_or(revision);
            account.publish(credential, revision, world.jitter());
            return Err(Error::because(Error::needs_login(account.key()).kind().clone(), false, error));
        }
    }
    account.speak();
    match held.save(&credential, revision).await {
        Ok(revision) => {
            account.publish(credential, revision, world.jitter());
            Ok(Landing::Renewed)
        }
        Err(error) => {
            account.set_unsaved_session(Some((credential, revision)));
            Err(Error::not_persisted(error))
        }
    }
}

/// Whether the server said that nothing comes of this session any more.
fn is_over(error: &countersign_flow::Error) -> bool {
    let countersign_flow::Error::Refused(refusal) = error else {
        return false;
    };
    matches!(
        Advice::of(refusal),
        Some(Advice::Refresh | Advice::LogIn | Advice::AskForMore | Advice::AcceptRefusal)
    )
}
