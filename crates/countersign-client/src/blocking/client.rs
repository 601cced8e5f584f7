use core::{fmt, time::Duration};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use countersign_flow::Source;
use countersign_store::Store;
use countersign_token::{Credential, Key, Revision, State};
use countersign_transport::{Clock, Sleep, Transport};
use countersign_wire::flow::Entropy;

use super::{Handle, obtain};
use crate::{
    Error, ErrorKind, LoggedOut, LoginOptions, LogoutOptions,
    account::Account,
    authorize,
    block_on::block_on,
    error::label,
    freshness::{Freshness, pick},
    login::{self, origin},
    logout, user_agent,
    world::World,
};

/// A transport and a store, joined: where accounts are found, made and ended.
///
/// Cheap to clone; a clone shares accounts, tokens and refreshes with the original.
///
/// ```no_run
/// use countersign_client::{LoginOptions, blocking};
/// # fn example(
/// #     transport: impl countersign_transport::Transport + 'static,
/// #     store: impl countersign_store::Store + 'static,
/// # ) -> Result<(), Box<dyn std::error::Error>> {
/// let client = blocking::Client::new(transport, store);
/// let options = LoginOptions::from_client_secrets("client_secret.json")?.scopes(["files"]);
/// let files = client.account_or_login("me", &options)?;
/// let mut request = http::Request::get("https://api.example/files").body(Vec::new())?;
/// files.authorize(&mut request)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    world: World,
    accounts: Arc<Mutex<HashMap<Key, Arc<Account>>>>,
}

impl Client {
    /// A client with the system's clock, sleep and random bytes.
    pub fn new(transport: impl Transport + 'static, store: impl Store + 'static) -> Self {
        Self { world: World::blocking(transport, store), accounts: Arc::default() }
    }

    /// The same client with another clock.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock + 'static) -> Self {
        self.world.clock = Arc::new(clock);
        self
    }

    /// The same client with another way to sleep.
    #[must_use]
    pub fn with_sleep(mut self, sleep: impl Sleep + 'static) -> Self {
        self.world.set_sleep(sleep);
        self
    }

    /// The same client with another source of random bytes.
    #[must_use]
    pub fn with_entropy(mut self, entropy: impl Entropy + 'static) -> Self {
        self.world.entropy = Arc::new(entropy);
        self
    }

    /// How long to wait for another program that is refreshing the same credential; 45 s by default.
    ///
    /// It should be longer than the transport's total time limit, or waiters give up on a refresh that is
    /// still going to succeed.
    #[must_use]
    pub fn with_lease_wait(mut self, wait: Duration) -> Self {
        self.world.lease_wait = wait;
        self
    }

    /// When a server refuses the timestamp of an OAuth 1.0a signature (`timestamp_refused`), signs once more by
    /// the `Date` of its answer, and goes by that clock for the account from then on.
    ///
    /// # Security
    /// The server chooses the time that such a signature is good at. Setting this machine's clock is better.
    #[cfg(feature = "oauth1")]
    #[must_use]
    pub fn follow_server_clock(mut self) -> Self {
        self.world.follows_server_clock = true;
        self
    }

    /// The product token of the application, such as `Example/1.0`: first in the `User-Agent` of every
    /// request, unless the credential was stored with another, or the request has its own.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when it is not printable ASCII of 1 to 256 characters.
    pub fn with_user_agent(mut self, product: &str) -> Result<Self, Error> {
        user_agent::check(product)?;
        self.world.product = Some(product.into());
        Ok(self)
    }

    /// The grants that are stored, sorted.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    pub fn accounts(&self) -> Result<Vec<Key>, Error> {
        let mut keys = self.world.store.list()?;
        keys.sort();
        Ok(keys)
    }

    /// The account of this name: its label, or the [text](Key::to_text) of its key.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchAccount`], [`ErrorKind::Ambiguous`], [`ErrorKind::Store`].
    pub fn account(&self, name: &str) -> Result<Handle, Error> {
        let keys = self.accounts()?;
        if let Some(key) = keys.iter().find(|key| key.to_text() == name) {
            return self.account_by_key(key);
        }
        let mut found: Vec<Key> = keys.iter().filter(|key| label(key) == name).cloned().collect();
        match (found.pop(), found.is_empty()) {
            (Some(key), true) => self.account_by_key(&key),
            (None, _) => Err(Error::no_such_account(name, &*self.world.store)),
            (Some(last), false) => {
                found.push(last);
                Err(ErrorKind::Ambiguous { name: name.to_owned(), keys: found }.into())
            }
        }
    }

    /// The account of this key.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchAccount`], [`ErrorKind::Store`].
    pub fn account_by_key(&self, key: &Key) -> Result<Handle, Error> {
        let account = self.known(key);
        if self.read(&account)? {
            Ok(Handle::new(self.world.clone(), account))
        } else {
            Err(Error::no_such_account(label(key), &*self.world.store))
        }
    }

    /// Takes over what is stored; whether there is anything.
    fn read(&self, account: &Account) -> Result<bool, Error> {
        let before = account.snapshot();
        let Some(record) = block_on(self.world.load(account.key()))? else {
            return Ok(false);
        };
        // Of the same revision nothing is new, and what is known may have a token that could not be stored.
        if before.as_ref().is_none_or(|known| known.revision != record.revision) {
            account.publish_over(before.as_ref(), record, self.world.jitter());
        }
        Ok(true)
    }

    /// The account of this name if its credential is usable, and otherwise a login under this name.
    ///
    /// Usable is what is of the same server and client, covers the scopes asked for, is not known to be over,
    /// and has a token that is good or can be refreshed.
    ///
    /// # Errors
    /// As [`login`](Self::login).
    pub fn account_or_login(&self, name: &str, options: &LoginOptions) -> Result<Handle, Error> {
        match self.account_by_key(&options.key(Some(name))) {
            Ok(handle) if self.is_usable(&handle, options) => return Ok(handle),
            Ok(_) => {}
            Err(error) if matches!(error.kind(), ErrorKind::NoSuchAccount { .. }) => {}
            Err(error) => return Err(error),
        }
        self.login(&options.clone().account(name))
    }

    fn is_usable(&self, handle: &Handle, options: &LoginOptions) -> bool {
        let account = self.known(handle.key());
        let Some(snapshot) = account.snapshot() else {
            return false;
        };
        let credential = &snapshot.credential;
        let granted = credential.scopes.union(
            &pick(credential, handle.key(), &[]).map(|token| token.scopes.clone()).unwrap_or_default(),
        );
        let is_good = || {
            let worth = account.worth(&obtain::any(&Arc::default()), self.world.now());
            matches!(worth, Some((_, Freshness::Fresh | Freshness::Early)))
        };
        credential.state == State::Ok
            && granted.covers(&options.scopes)
            && (!authorize::has_tokens(&snapshot) || account.is_refreshable() || is_good())
    }

    /// Logs a person in, by the authorization code grant with PKCE or as the options say, and keeps the
    /// credential.
    ///
    /// The browser is sent to the server and comes back to a listener on this machine; how it goes is told to
    /// [`LoginOptions::prompt`]. A credential of the same server, client and account is replaced.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] by the person or the server, [`ErrorKind::LoginTimedOut`],
    /// [`ErrorKind::Verification`], [`ErrorKind::Listener`], [`ErrorKind::Configuration`],
    /// [`ErrorKind::Network`], [`ErrorKind::Answer`]; [`ErrorKind::Store`], before anybody is asked where the
    /// store is found to be unusable in time.
    #[doc(alias = "run_flow")]
    pub fn login(&self, options: &LoginOptions) -> Result<Handle, Error> {
        let key = options.key(None);
        self.check_store(&key)?;
        let credential = block_on(login::login(&self.world, options))?;
        self.save(&key, credential)
    }

    /// A store that cannot be used is noticed before a person is asked for anything.
    fn check_store(&self, key: &Key) -> Result<(), Error> {
        self.world.store.load(key)?;
        drop(self.world.store.try_lock(key)?);
        Ok(())
    }

    /// Keeps a credential that was made elsewhere, under this name; one of the same name, issuer and client
    /// is replaced.
    ///
    /// The issuer in its key is the origin of its token endpoint, or `kept` where there is none.
    ///
    /// # Errors
    /// [`ErrorKind::Store`]; [`ErrorKind::Misuse`] when the credential names no client.
    pub fn keep(&self, name: &str, credential: Credential) -> Result<Handle, Error> {
        let key = kept_as(name, &credential)?;
        self.keep_as(&key, credential)
    }

    /// Keeps a credential that was made elsewhere, under this key, in place of what was there.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    pub fn keep_as(&self, key: &Key, credential: Credential) -> Result<Handle, Error> {
        self.save(key, credential)
    }

    /// An account whose tokens come from this source; they are kept under its key.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    pub fn source(&self, source: impl Source + 'static) -> Result<Handle, Error> {
        let source: Arc<dyn Source> = Arc::new(source);
        let key = source.key().clone();
        let account = self.known(&key);
        account.set_source(source);
        self.read(&account)?;
        Ok(Handle::new(self.world.clone(), account))
    }

    /// Revokes the tokens of an account at its server, then forgets it.
    ///
    /// # Errors
    /// [`ErrorKind::Network`], [`ErrorKind::Refused`] and [`ErrorKind::Answer`] when the server was not
    /// reached or did not revoke: the record is still there, and
    /// [`local_only`](LogoutOptions::local_only) forgets it nevertheless. [`ErrorKind::NoSuchAccount`],
    /// [`ErrorKind::Store`].
    pub fn logout(&self, key: &Key, options: LogoutOptions) -> Result<LoggedOut, Error> {
        block_on(logout::logout(&self.world, &self.known(key), options))
    }

    fn save(&self, key: &Key, credential: Credential) -> Result<Handle, Error> {
        let mut held =
            block_on(self.world.lock(key))?.ok_or(ErrorKind::Store(countersign_store::ErrorKind::Locked))?;
        let revision = block_on(held.load())?.map_or(Revision::ABSENT, |record| record.revision);
        let revision = block_on(held.save(&credential, revision))?;
        let account = self.known(key);
        account.clear();
        account.publish(credential, revision, self.world.jitter());
        Ok(Handle::new(self.world.clone(), account))
    }

    /// What this process knows of the key, which is the same for all handles.
    fn known(&self, key: &Key) -> Arc<Account> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(accounts.entry(key.clone()).or_insert_with(|| Arc::new(Account::new(key.clone()))))
    }
}

fn kept_as(name: &str, credential: &Credential) -> Result<Key, Error> {
    let client = credential.client_id().ok_or(ErrorKind::Misuse("the credential names no client"))?;
    let endpoint = credential.client.as_ref().and_then(|client| client.token_endpoint.as_deref());
    let issuer = endpoint.map_or("kept", origin);
    Ok(Key::new(issuer, client.as_str(), name))
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("world", &self.world).finish_non_exhaustive()
    }
}
