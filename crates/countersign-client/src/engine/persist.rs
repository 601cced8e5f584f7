use countersign_token::{Credential, Revision, TokenSet};

use super::{rotates, same};
use crate::{
    Error,
    account::{Account, Unsaved},
    freshness,
    vault::Held,
    world::World,
};

/// Stores an answer, and only then lets anybody see it.
///
/// A rotated refresh token that the store does not take stays in memory, and the access token that came
/// with it is not handed out. Where nothing was rotated nothing can be lost, and the token is used.
pub(super) async fn keep(
    world: &World,
    account: &Account,
    held: &mut Held,
    (mut credential, revision): (Credential, Revision),
    tokens: TokenSet,
) -> Result<(), Error> {
    let spent = credential.refresh_token().cloned();
    let unsaved = rotates(&tokens, spent.as_ref()).then(|| Unsaved { spent, tokens: tokens.clone() });
    credential.merge(tokens);
    freshness::prune(&mut credential, world.now());
    match held.save(&credential, revision).await {
        Ok(revision) => {
            account.publish(credential, revision, world.jitter());
            Ok(())
        }
        Err(_) if unsaved.is_none() => {
            account.publish(credential, revision, world.jitter());
            Ok(())
        }
        Err(error) => {
            account.set_unsaved(unsaved);
            Err(Error::not_persisted(error))
        }
    }
}

/// Stores what could not be stored before, if it still has its place.
pub(super) async fn settle(
    world: &World,
    account: &Account,
    held: &mut Held,
    (mut credential, revision): (Credential, Revision),
) -> Result<(Credential, Revision), Error> {
    let Some(unsaved) = account.unsaved() else {
        return Ok((credential, revision));
    };
    let Unsaved { spent, tokens } = &*unsaved;
    // With any other refresh token in the record somebody has logged in anew, or it got there after all.
    if same(credential.refresh_token(), spent.as_ref()) {
        credential.merge(tokens.clone());
        freshness::prune(&mut credential, world.now());
        let revision = held.save(&credential, revision).await.map_err(Error::not_persisted)?;
        account.set_unsaved(None);
        return Ok((credential, revision));
    }
    account.set_unsaved(None);
    Ok((credential, revision))
}
