use countersign_flow::{ClientRegistration, Endpoint, Revocation};
use countersign_token::{Client, Credential, Grant};

use crate::{Error, ErrorKind, account::Account, error::label, world::World};

#[cfg(feature = "oauth1")]
pub(crate) mod oauth1;

/// How to log out.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct LogoutOptions {
    /// Whether to forget the credential without telling the server: its tokens stay good there.
    pub local_only: bool,
}

impl LogoutOptions {
    /// Revoke at the server, then forget.
    pub const fn new() -> Self {
        Self { local_only: false }
    }

    /// The same, with or without telling the server.
    #[must_use]
    pub const fn local_only(mut self, local_only: bool) -> Self {
        self.local_only = local_only;
        self
    }
}

/// What a logout did at the server; the record is gone in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoggedOut {
    /// The server was told, and its tokens are dead.
    Revoked {
        /// How many of them the server does not revoke: they live until they expire.
        unsupported: usize,
    },
    /// The server offers no revocation: the tokens stay good until they expire.
    NotOffered,
    /// The server was not to be told.
    LocalOnly,
}

/// Revokes (RFC 7009), refresh token first, and forgets.
///
/// Under the lease, so that nobody refreshes meanwhile what is about to die. A server that cannot be reached
/// or refuses leaves the record where it is.
pub(crate) async fn logout(
    world: &World,
    account: &Account,
    options: LogoutOptions,
) -> Result<LoggedOut, Error> {
    let Some(mut held) = world.lock(account.key()).await? else {
        return Err(ErrorKind::Store(countersign_store::ErrorKind::Locked).into());
    };
    let Some(record) = held.load().await? else {
        account.clear();
        return Err(Error::no_such_account(label(account.key()), &*world.store));
    };
    let outcome = if options.local_only {
        LoggedOut::LocalOnly
    } else {
        revoke(world, account, &record.credential).await?
    };
    held.delete(record.revision).await?;
    account.clear();
    Ok(outcome)
}

async fn revoke(world: &World, account: &Account, credential: &Credential) -> Result<LoggedOut, Error> {
    match &credential.grant {
        #[cfg(feature = "oauth1")]
        Grant::OAuth1 { .. } => oauth1::revoke(world, credential).await,
        Grant::OAuth2 { .. } | Grant::ClientCredentials => match &credential.client {
            Some(client) => revoke_tokens(world, account, credential, client).await,
            None => Ok(LoggedOut::NotOffered),
        },
        _ => Ok(LoggedOut::NotOffered),
    }
}

async fn revoke_tokens(
    world: &World,
    account: &Account,
    credential: &Credential,
    client: &Client,
) -> Result<LoggedOut, Error> {
    let Some(endpoint) = &client.revocation_endpoint else {
        return Ok(LoggedOut::NotOffered);
    };
    let endpoint = Endpoint::new("revocation_endpoint", endpoint)?;
    let mut revocation = Revocation::new(&endpoint, &ClientRegistration::from_client(client)?);
    // One that was rotated and not stored is the living one.
    let unsaved = account.unsaved();
    let newest = unsaved.as_ref().and_then(|unsaved| unsaved.tokens.refresh.as_ref());
    for token in newest.into_iter().chain(credential.refresh_token()) {
        revocation = revocation.refresh_token(token);
    }
    let now = world.now();
    for token in credential.tokens.iter().filter(|token| !token.is_expired(now)) {
        revocation = revocation.access_token(token);
    }
    let revoked = world.converse(revocation, credential.user_agent.as_deref()).await?;
    Ok(LoggedOut::Revoked { unsupported: revoked.unsupported })
}
