use core::{fmt, time::Duration};
use std::{ffi::OsString, path::Path, sync::Arc};

use countersign_flow::ClientRegistration;
use countersign_loopback::{Listener, Opener};
use countersign_token::{Key, Scopes};

use super::{Prompt, Protocol, Server, client_secrets};
use crate::{Error, user_agent};

/// The path of the redirect URI, where the client does not say which one it registered.
const PATH: &str = "/callback";

/// What a login asks for, and how.
///
/// ```
/// use core::time::Duration;
/// use countersign_client::LoginOptions;
/// use countersign_flow::ClientRegistration;
///
/// let options = LoginOptions::new("https://as.example", ClientRegistration::public("demo-public"))
///     .scopes(["files", "mail"])
///     .account("ann")
///     .ports([8080, 8090])
///     .timeout(Duration::from_secs(120));
/// ```
#[doc(alias = "run_flow")]
#[must_use]
#[derive(Clone)]
pub struct LoginOptions {
    pub(crate) protocol: Protocol,
    pub(crate) scopes: Scopes,
    pub(crate) account: Option<String>,
    pub(crate) application: String,
    pub(crate) path: String,
    pub(crate) ports: Vec<u16>,
    pub(crate) opener: Option<Opener>,
    pub(crate) withheld: Vec<OsString>,
    pub(crate) timeout: Duration,
    pub(crate) user_agent: Option<String>,
    pub(crate) params: Vec<(String, String)>,
    pub(crate) prompt: Arc<dyn Prompt>,
}

impl LoginOptions {
    /// A login at this server (an issuer identifier, or an
    /// [`AuthorizationServer`](countersign_flow::AuthorizationServer)) by this client.
    ///
    /// A redirect URI of the client decides the path of the listener.
    pub fn new(server: impl Into<Server>, client: ClientRegistration) -> Self {
        Self::by(Protocol::Code { server: server.into(), client: Box::new(client) })
    }

    /// A login by the three legs of OAuth 1.0a.
    #[cfg(feature = "oauth1")]
    #[doc(alias = "three_legged")]
    pub fn oauth1(login: super::OAuth1Login) -> Self {
        Self::by(Protocol::OAuth1(Box::new(login)))
    }

    fn by(protocol: Protocol) -> Self {
        Self {
            path: protocol.path().unwrap_or(PATH).to_owned(),
            protocol,
            scopes: Scopes::none(),
            account: None,
            application: "the application".to_owned(),
            ports: Vec::new(),
            opener: Some(Opener::Platform),
            withheld: Vec::new(),
            timeout: Listener::DEADLINE,
            user_agent: None,
            params: Vec::new(),
            prompt: Arc::new(()),
        }
    }

    /// A login by the client of a `client_secret.json` file, as a developer console offers it for download.
    ///
    /// # Errors
    /// [`Configuration`](crate::ErrorKind::Configuration), whose source is a
    /// [`ClientSecretsError`](crate::ClientSecretsError) that says what is wrong with the file.
    #[doc(alias = "flow_from_clientsecrets")]
    pub fn from_client_secrets(path: impl AsRef<Path>) -> Result<Self, Error> {
        let (server, client) = client_secrets::read(path.as_ref())?;
        Ok(Self::new(server, client))
    }

    /// The identity of the grant, for the account that was named or for another.
    pub(crate) fn key(&self, account: Option<&str>) -> Key {
        self.protocol.key(account.or(self.account.as_deref()))
    }

    /// Asks for these scopes.
    pub fn scopes(mut self, scopes: impl Into<Scopes>) -> Self {
        self.scopes = scopes.into();
        self
    }

    /// The name under which the account is kept; without it, the host of the issuer.
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// The name of the application, shown on the page that ends the login in the browser.
    pub fn application(mut self, name: impl Into<String>) -> Self {
        self.application = name.into();
        self
    }

    /// The ports to listen on, in this order, for a server that wants the port registered; without them the
    /// system chooses one. The predecessors' `--auth_host_port`.
    #[doc(alias = "auth_host_port")]
    pub fn ports(mut self, ports: impl IntoIterator<Item = u16>) -> Self {
        self.ports = ports.into_iter().collect();
        self
    }

    /// The path of the redirect URI, such as `/callback`.
    pub fn redirect_path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Opens no browser: the person visits the address by hand, and [`Prompt::ask`] is asked for the
    /// answer while the listener waits for it too. The predecessors' `--noauth_local_webserver`.
    #[doc(alias = "noauth_local_webserver")]
    pub fn no_browser(mut self) -> Self {
        self.opener = None;
        self
    }

    /// Opens the browser with this program.
    pub fn opener(mut self, opener: Opener) -> Self {
        self.opener = Some(opener);
        self
    }

    /// Environment variables that the browser is not to inherit: those in which the application was given
    /// secrets.
    pub fn without_variables(mut self, names: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.withheld = names.into_iter().map(Into::into).collect();
        self
    }

    /// How long to wait for the person; five minutes by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The product token of the application, such as `Example/1.0`: first in `User-Agent` of every request
    /// made with the credential, with which it is stored.
    ///
    /// # Errors
    /// [`Misuse`](crate::ErrorKind::Misuse) when it is not printable ASCII of 1 to 256 characters.
    pub fn user_agent(mut self, product: impl Into<String>) -> Result<Self, Error> {
        let product = product.into();
        user_agent::check(&product)?;
        self.user_agent = Some(product);
        Ok(self)
    }

    /// Adds a parameter of the server's own, such as `access_type`: to the authorization request, or for
    /// OAuth 1.0a to the request for temporary credentials.
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.params.push((name.into(), value.into()));
        self
    }

    /// Who is told how it goes, and asked for what the person pastes; by default nobody.
    pub fn prompt(mut self, prompt: impl Prompt + 'static) -> Self {
        self.prompt = Arc::new(prompt);
        self
    }
}

impl fmt::Debug for LoginOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            protocol,
            scopes,
            account,
            application,
            path,
            ports,
            opener,
            withheld,
            timeout,
            user_agent,
            params,
            prompt: _,
        } = self;
        f.debug_struct("LoginOptions")
            .field("protocol", protocol)
            .field("scopes", scopes)
            .field("account", account)
            .field("application", application)
            .field("path", path)
            .field("ports", ports)
            .field("opener", opener)
            .field("withheld", withheld)
            .field("timeout", timeout)
            .field("user_agent", user_agent)
            .field("params", &params.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
