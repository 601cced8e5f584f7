//! Logging a person in: what is asked for, who is told, how the answer comes back.

use countersign_token::Credential;

use crate::{Error, world::World};

mod client_secrets;
mod code;
mod event;
#[cfg(feature = "oauth1")]
mod oauth1;
mod options;
mod protocol;
mod server;
mod session;

pub use client_secrets::{ClientSecretsError, Fault};
pub use event::{LoginEvent, Prompt};
#[cfg(feature = "oauth1")]
pub use oauth1::{OAuth1Login, RevocationMethod};
pub use options::LoginOptions;
pub use server::Server;

use protocol::Protocol;

/// From the person's consent to the credential.
pub(crate) async fn login(world: &World, options: &LoginOptions) -> Result<Credential, Error> {
    let mut credential = match &options.protocol {
        Protocol::Code { server, client } => code::login(world, options, server, client).await?,
        #[cfg(feature = "oauth1")]
        Protocol::OAuth1(login) => oauth1::login(world, options, login).await?,
    };
    credential.user_agent = options.user_agent.clone().or_else(|| world.product.as_deref().map(Into::into));
    Ok(credential)
}

/// Scheme, host and port of an address.
pub(crate) fn origin(uri: &str) -> &str {
    let authority = uri.find("://").map_or(0, |at| at.saturating_add(3));
    let path = uri.get(authority..).and_then(|rest| rest.find(['/', '?', '#']));
    path.and_then(|path| uri.get(..authority.saturating_add(path))).unwrap_or(uri)
}
