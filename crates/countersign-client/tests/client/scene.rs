//! A client in virtual time, with a token endpoint that answers by a script.

use std::{sync::Arc, time::Duration};

use countersign_client::{ErrorKind, blocking::Client};
use countersign_store::{MemoryStore, Store};
use countersign_token::{
    AccessToken, Client as Registered, Credential, Expiry, Key, Record, RefreshToken, Revision, Scopes,
    Secret, Timestamp, TokenSet,
};
use countersign_transport::{Clock, ScriptedTransport, VirtualTime};
use countersign_wire::form;
use http::{Request, Response};
use testkit::entropy::Counting;

pub(crate) const ISSUER: &str = "https://as.example";
pub(crate) const TOKEN: &str = "https://as.example/token";
pub(crate) const REVOKE: &str = "https://as.example/revoke";
pub(crate) const API: &str = "https://api.example/files";
pub(crate) const START: Timestamp = Timestamp::from_unix(1_700_000_000);

pub(crate) struct Scene<S = MemoryStore> {
    pub(crate) time: Arc<VirtualTime>,
    pub(crate) network: Arc<ScriptedTransport>,
    pub(crate) store: S,
    pub(crate) client: Client,
}

impl Scene {
    pub(crate) fn new(network: ScriptedTransport) -> Self {
        Self::with_store(network, MemoryStore::new())
    }
}

impl<S: Store + Clone + 'static> Scene<S> {
    pub(crate) fn with_store(network: ScriptedTransport, store: S) -> Self {
        let time = Arc::new(VirtualTime::starting(START));
        let network = Arc::new(network);
        let client = Client::new(Arc::clone(&network), store.clone())
            .with_clock(Arc::clone(&time))
            .with_sleep(Arc::clone(&time))
            .with_entropy(Counting::new(1))
            .with_lease_wait(Duration::from_millis(50));
        Self { time, network, store, client }
    }

    /// Lets the token that lasts an hour run out.
    pub(crate) fn expire(&self) {
        self.time.advance(Duration::from_secs(3600));
    }

    /// Stores a credential without the client's knowledge.
    pub(crate) fn plant(&self, key: &Key, credential: &Credential) -> Revision {
        let mut lease = self.store.lock(key, Duration::ZERO).unwrap();
        let revision = lease.load().unwrap().map_or(Revision::ABSENT, |record| record.revision);
        lease.save(credential, revision).unwrap()
    }

    pub(crate) fn stored(&self, key: &Key) -> Record {
        self.store.load(key).unwrap().unwrap()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.time.now()
    }

    /// The forms posted to the token endpoint.
    pub(crate) fn token_requests(&self) -> Vec<countersign_wire::Params> {
        self.network
            .requests()
            .iter()
            .filter(|request| request.uri() == TOKEN)
            .map(|request| form::parse(std::str::from_utf8(request.body()).unwrap()).unwrap())
            .collect()
    }
}

pub(crate) fn key() -> Key {
    Key::new(ISSUER, "demo", "ann")
}

pub(crate) fn registered() -> Registered {
    let mut client = Registered::new("demo");
    client.token_endpoint = Some(TOKEN.into());
    client.revocation_endpoint = Some(REVOKE.into());
    client
}

/// An access token that lasts an hour from `since`, and a refresh token.
pub(crate) fn credential(access: &str, refresh: &str, since: Timestamp) -> Credential {
    let token = AccessToken::bearer(Secret::new(access), since)
        .with_scopes(Scopes::from("files"))
        .with_expiry(Expiry::At(since.plus_seconds(3600)));
    let mut tokens = TokenSet::new(token);
    tokens.refresh = (!refresh.is_empty()).then(|| RefreshToken::new(refresh));
    Credential::oauth2(registered(), tokens)
}

pub(crate) fn json(status: u16, body: &str) -> Response<Vec<u8>> {
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(body.as_bytes().to_vec())
        .unwrap()
}

pub(crate) fn tokens(access: &str, refresh: Option<&str>) -> Response<Vec<u8>> {
    let refresh = refresh.map_or(String::new(), |token| format!(r#","refresh_token":"{token}""#));
    json(
        200,
        &format!(
            r#"{{"access_token":"{access}","token_type":"Bearer","expires_in":3600,"scope":"files"{refresh}}}"#
        ),
    )
}

pub(crate) fn refused(code: &str) -> Response<Vec<u8>> {
    json(400, &format!(r#"{{"error":"{code}","error_description":"no such luck"}}"#))
}

pub(crate) fn get(url: &str) -> Request<Vec<u8>> {
    Request::get(url).body(Vec::new()).unwrap()
}

pub(crate) fn now() -> Duration {
    Duration::ZERO
}

pub(crate) fn needs_login() -> ErrorKind {
    ErrorKind::NeedsLogin { account: "ann".into() }
}

pub(crate) fn bearer(request: &Request<Vec<u8>>) -> &str {
    request.headers()["authorization"].to_str().unwrap()
}
