//! What the steps share: the provider, a client with a store of its own, and the person.

use core::time::Duration;
use std::sync::Arc;

use countersign_client::{
    LoginOptions, OAuth1Login,
    blocking::{Client, Handle},
};
use countersign_flow::{ClientRegistration, oauth1::Endpoints};
use countersign_oauth1::ClientCredentials;
use countersign_provider::{GrantKind, Provider};
use countersign_provider_axum::embedded::Server;
use countersign_store::Store;
use countersign_store_file::FileStore;
use countersign_token::Key;
use countersign_transport::{Clock, Limits, SystemClock, Transport};
use countersign_transport_ureq::Ureq;
use http::{Request, Response};

use super::{person::Person, steps::Step, workplace::Workplace};
use crate::{exit::Exit, failure::Failure, settings::Settings};

/// Nobody is waited for longer: the person is a program.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) struct Tour {
    server: Server,
    workplace: Workplace,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) client: Client,
    pub(super) person: Person,
    /// The OAuth 2.0 account, once there is one.
    account: Option<Handle>,
}

impl Tour {
    pub(super) fn new(server: Server, settings: &Settings) -> Result<Self, Failure> {
        let workplace = Workplace::new().map_err(|error| {
            Failure::new(Exit::Other, "a temporary directory could not be made").because(error)
        })?;
        let transport: Arc<dyn Transport> = Arc::new(settings.transport(Limits::default())?);
        // The person's browser is no part of what is traced.
        let browser = Ureq::new(Limits::default()).map_err(|error| broken("there is no browser", &error))?;
        let store = FileStore::open(workplace.path().join("store"))
            .map_err(|error| broken("the store of the tour could not be opened", &error))?;
        let client = Client::new(Arc::clone(&transport), store);
        let person = Person::new(Arc::new(browser), server.url());
        Ok(Self { server, workplace, transport, client, person, account: None })
    }

    pub(super) fn url(&self) -> &str {
        self.server.url()
    }

    /// The `--store` of the tour.
    pub(super) fn store_url(&self) -> String {
        format!("file:{}", self.workplace.path().join("store").display())
    }

    pub(super) fn plant(&self, step: &Step) -> Result<(), Failure> {
        let planted = (step.fault)();
        self.provider(|provider| provider.plant(planted))
            .map_err(|error| broken("the fault could not be planted", &error))
    }

    pub(super) fn provider<T>(&self, ask: impl FnOnce(&mut Provider) -> T) -> T {
        self.server.service().with_provider(ask)
    }

    /// How many refresh requests the provider has seen.
    pub(super) fn refreshes(&self) -> u64 {
        self.provider(|provider| provider.events().token_requests(GrantKind::RefreshToken))
    }

    /// A login by code and PKCE, with the person at the browser.
    pub(super) fn code_login(&self) -> LoginOptions {
        self.with_person(
            LoginOptions::new(self.url(), ClientRegistration::public("demo-public"))
                .scopes("files.read profile offline")
                .account("alice"),
        )
    }

    /// A login by the three legs of OAuth 1.0a, at the paths that App Engine used.
    pub(super) fn oauth1_login(&self) -> Result<LoginOptions, Failure> {
        let url = |path: &str| format!("{}{path}", self.url());
        let endpoints = Endpoints::new(
            &url("/_ah/OAuthGetRequestToken"),
            &url("/_ah/OAuthAuthorizeToken"),
            &url("/_ah/OAuthGetAccessToken"),
        )
        .map_err(|error| broken("the endpoints cannot be used", &error))?;
        let client = ClientCredentials::new("demo-consumer", "demo-consumer-secret");
        Ok(self.with_person(LoginOptions::oauth1(OAuth1Login::new(endpoints, client)).account("printer")))
    }

    fn with_person(&self, options: LoginOptions) -> LoginOptions {
        options.application("the tour").no_browser().prompt(self.person.clone()).timeout(PATIENCE)
    }

    pub(super) fn set_account(&mut self, account: Handle) {
        self.account = Some(account);
    }

    pub(super) fn account(&self) -> Result<&Handle, Failure> {
        self.account.as_ref().ok_or_else(|| Failure::new(Exit::Other, "nobody has signed in so far"))
    }

    /// A GET with the credential of an account.
    pub(super) fn get(&self, account: &Handle, path: &str) -> Result<Response<Vec<u8>>, Failure> {
        account
            .send(request(&format!("{}{path}", self.url()))?)
            .map_err(|error| broken("the call failed", &error))
    }

    /// A GET without a credential, or with one that is put on by hand.
    pub(super) fn get_with(&self, path: &str, authorization: &str) -> Result<Response<Vec<u8>>, Failure> {
        let mut request = request(&format!("{}{path}", self.url()))?;
        let value = authorization.parse().map_err(|error| broken("the token cannot be sent", &error))?;
        request.headers_mut().insert(http::header::AUTHORIZATION, value);
        self.transport.send(request).map_err(|error| broken("the call failed", &error))
    }

    /// Sets the stored access tokens back, so that they have expired.
    pub(super) fn expire(&self, key: &Key) -> Result<(), Failure> {
        let failed = |error: countersign_store::Error| broken("the credential could not be set back", &error);
        let store = FileStore::open(self.workplace.path().join("store")).map_err(failed)?;
        let mut lease = store.lock(key, PATIENCE).map_err(failed)?;
        let record = lease
            .load()
            .map_err(failed)?
            .ok_or_else(|| Failure::new(Exit::Other, "the credential is gone"))?;
        let mut credential = record.credential;
        for token in &mut credential.tokens {
            token.obtained_at = SystemClock.now().plus_seconds(-7200);
            token.expires = countersign_token::Expiry::At(SystemClock.now().plus_seconds(-3600));
        }
        lease.save(&credential, record.revision).map_err(failed)?;
        Ok(())
    }

    /// Ends the provider and takes the directory away.
    pub(super) fn end(self) -> Result<(), Failure> {
        self.server.stop().map_err(|error| broken("the provider ended by itself", &error))?;
        self.workplace.remove().map_err(|error| {
            Failure::new(Exit::Other, "the temporary directory could not be removed").because(error)
        })
    }
}

fn request(url: &str) -> Result<Request<Vec<u8>>, Failure> {
    Request::get(url).body(Vec::new()).map_err(|error| broken("the address cannot be used", &error))
}

/// A step that could not do its part.
pub(super) fn broken(what: &str, error: &dyn core::error::Error) -> Failure {
    Failure::new(Exit::Other, what).because_of(error)
}

/// A step that did its part and found what must not be.
pub(super) fn wrong(what: impl Into<String>) -> Failure {
    Failure::new(Exit::VerificationFailed, what)
}
