use countersign_flow::ClientRegistration;
use countersign_token::Key;

use super::Server;

/// How the person's consent is asked for.
#[derive(Clone, Debug)]
pub(crate) enum Protocol {
    /// OAuth 2.0, authorization code with PKCE.
    Code { server: Server, client: Box<ClientRegistration> },
    /// OAuth 1.0a, three legs.
    #[cfg(feature = "oauth1")]
    OAuth1(Box<super::OAuth1Login>),
}

impl Protocol {
    /// The identity of the grant for an account of this name.
    pub(crate) fn key(&self, account: Option<&str>) -> Key {
        let (issuer, client) = match self {
            Self::Code { server: Server::Issuer(issuer), client } => (issuer.as_str(), client.id.as_str()),
            Self::Code { server: Server::Known(server), client } => {
                (server.issuer.as_str(), client.id.as_str())
            }
            #[cfg(feature = "oauth1")]
            Self::OAuth1(login) => {
                (super::origin(login.endpoints.token_credentials.as_str()), login.client.identifier.as_str())
            }
        };
        Key::new(issuer, client, account.unwrap_or(host(issuer)))
    }

    /// The path of the redirect URI that the client registered, when the listener can serve it.
    pub(super) fn path(&self) -> Option<&str> {
        let uri = match self {
            Self::Code { client, .. } => client.redirect_uri.as_deref()?,
            #[cfg(feature = "oauth1")]
            Self::OAuth1(_) => return None,
        };
        let rest = uri.strip_prefix("http://")?;
        let path = rest.get(rest.find('/')?..)?;
        (!path.contains(['?', '#'])).then_some(path)
    }
}

/// The host of an issuer, by which an account without a name goes.
fn host(issuer: &str) -> &str {
    let origin = super::origin(issuer);
    origin.split_once("://").map_or(origin, |(_, authority)| authority)
}
