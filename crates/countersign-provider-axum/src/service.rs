use core::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use countersign_provider::{Digest, Memory, Provider, User};
use countersign_token::{Secret, Timestamp};
use countersign_transport::Clock;
use countersign_wire::flow::{Entropy, Env, NoEntropy};

use crate::{Account, Config, Error, ErrorKind, attempts::Attempts, routes, session::Sessions};

/// A provider that several connections share; a clone is another handle to the same one.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    provider: Mutex<Provider>,
    people: Mutex<People>,
    accounts: Vec<Account>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// What is known of browsers.
#[derive(Debug)]
pub(crate) struct People {
    pub(crate) sessions: Sessions,
    pub(crate) attempts: Attempts,
}

impl Service {
    /// A provider as it is configured, with its state in memory.
    ///
    /// # Errors
    /// [`ErrorKind::Entropy`] when there are no random bytes.
    pub fn new(config: Config) -> Result<Self, Error> {
        let Config { provider, accounts, clients, consumers, state_limit, clock, entropy } = config;
        let mut memory = Memory::new(state_limit);
        clients.into_iter().for_each(|client| memory.add_client(client));
        consumers.into_iter().for_each(|consumer| memory.add_consumer(consumer));
        accounts.iter().for_each(|account| memory.add_user(account.user.clone()));
        let key = random(&*entropy).map_err(|NoEntropy| Error::new(ErrorKind::Entropy))?;
        let sessions = Sessions::new(provider.issuer(), key);
        Ok(Self(Arc::new(Inner {
            provider: Mutex::new(Provider::new(provider, memory.into())),
            people: Mutex::new(People { sessions, attempts: Attempts::default() }),
            accounts,
            clock,
            entropy,
        })))
    }

    /// The routes, to mount in a server of yours.
    pub fn router(&self) -> Router {
        routes::router(self.clone())
    }

    /// Looks at the provider, or plants a fault; every request waits meanwhile.
    pub fn with_provider<T>(&self, work: impl FnOnce(&mut Provider) -> T) -> T {
        work(&mut lock(&self.0.provider))
    }

    /// Work on the provider that needs time and entropy.
    pub(crate) fn ask<T>(&self, work: impl FnOnce(&mut Provider, &Env<'_>) -> T) -> T {
        let env = Env { now: self.now(), entropy: &*self.0.entropy };
        work(&mut lock(&self.0.provider), &env)
    }

    pub(crate) fn with_people<T>(&self, work: impl FnOnce(&mut People) -> T) -> T {
        work(&mut lock(&self.0.people))
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// An identifier nobody can guess.
    pub(crate) fn random(&self) -> Result<Secret, NoEntropy> {
        random(&*self.0.entropy)
    }

    pub(crate) fn account(&self, user: &str) -> Option<&Account> {
        self.0.accounts.iter().find(|account| account.user.id == user)
    }

    /// Who has this name and password; the same work when there is nobody.
    pub(crate) fn sign_in(&self, name: &str, password: &str) -> Option<User> {
        let account = self.0.accounts.iter().find(|account| account.user.name == name);
        let kept = Digest::of(account.map_or("", |account| account.password.expose()));
        let same = kept.ct_eq(&Digest::of(password));
        account.filter(|account| same && !account.password.is_empty()).map(|account| account.user.clone())
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Service(..)")
    }
}

/// A panic elsewhere leaves whole entries behind, so the state is as good as before.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn random(entropy: &dyn Entropy) -> Result<Secret, NoEntropy> {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes)?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
}
