//! A keyring in memory that can be told to misbehave, and remembers what it was asked for.

use core::{any::Any, time::Duration};
use std::{
    collections::HashMap,
    sync::{Arc, Condvar, Mutex, MutexGuard},
};

use countersign_store_keyring::{Keyring, Persistence};
use keyring_core::{
    Credential, CredentialStore, Entry, Error, Result,
    api::{CredentialApi, CredentialStoreApi},
    mock,
};

/// What the next calls do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mode {
    Works,
    /// Connecting fails.
    Absent,
    /// Nothing comes back until the mode is another one; then it is done as if nothing had been.
    Hangs,
    /// As `Hangs`, what only reads excepted.
    HangsOnSet,
    /// As `Works`, after so long for each call.
    Slow(Duration),
    Locked,
    /// Locked, where what is there cannot be seen; writing unlocks it.
    Hides,
    /// As `Hides`, and nobody knows the password.
    HidesForGood,
    /// The platform reports a failure.
    Fails,
    /// As if it had been restarted: what goes over a connection from before fails.
    Restarted,
    Panics,
    /// The error holds the secret.
    Garbles,
    Refuses,
    TooLong,
    Ambiguous,
    /// It says yes to everything and changes nothing.
    Pretends,
}

#[derive(Clone)]
pub(crate) struct Double(Arc<Shared>);

struct Shared {
    entries: Arc<mock::Store>,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    mode: Mode,
    /// How many calls hang.
    hanging: usize,
    connections: usize,
    /// Of each entry that was asked for, the service and the user.
    names: Vec<(String, String)>,
}

impl Double {
    pub(crate) fn new() -> Self {
        let state = State { mode: Mode::Works, hanging: 0, connections: 0, names: Vec::new() };
        Self(Arc::new(Shared {
            entries: mock::Store::new().unwrap(),
            state: Mutex::new(state),
            changed: Condvar::new(),
        }))
    }

    pub(crate) fn keyring(&self) -> Keyring {
        let double = self.clone();
        Keyring::connecting("double", Persistence::Process, move || double.connect())
    }

    pub(crate) fn connect(&self) -> Result<Arc<CredentialStore>> {
        self.behave("connect", None)?;
        let mut state = self.state();
        state.connections += 1;
        if state.mode == Mode::Restarted {
            state.mode = Mode::Works;
        }
        Ok(Arc::new(Connected { double: self.clone(), number: state.connections }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }

    pub(crate) fn set(&self, mode: Mode) {
        self.state().mode = mode;
        self.0.changed.notify_all();
    }

    pub(crate) fn connections(&self) -> usize {
        self.state().connections
    }

    pub(crate) fn take_names(&self) -> Vec<(String, String)> {
        core::mem::take(&mut self.state().names)
    }

    /// Waits until so many calls hang.
    pub(crate) fn wait_for_hanging(&self, count: usize) {
        let state = self.state();
        drop(self.0.changed.wait_while(state, |state| state.hanging != count).unwrap());
    }

    /// The secret of an entry, past everything.
    pub(crate) fn secret(&self, service: &str, user: &str) -> Option<Vec<u8>> {
        self.0.entries.build(service, user, None).unwrap().get_secret().ok()
    }

    pub(crate) fn plant(&self, service: &str, user: &str, secret: &[u8]) {
        self.0.entries.build(service, user, None).unwrap().set_secret(secret).unwrap();
    }

    /// All that has a secret.
    pub(crate) fn filled(&self) -> Vec<(String, String)> {
        let entries = self.0.entries.search(&HashMap::new()).unwrap();
        entries.iter().filter(|entry| entry.get_secret().is_ok()).filter_map(Entry::get_specifiers).collect()
    }

    fn behave(&self, what: &str, secret: Option<&[u8]>) -> Result<()> {
        let failure = || Box::new(std::io::Error::other("the platform said so"));
        let mut state = self.state();
        let connecting = what == "connect";
        match state.mode {
            Mode::Hangs | Mode::HangsOnSet if state.mode == Mode::Hangs || what == "set" => {
                let mode = state.mode;
                state.hanging += 1;
                self.0.changed.notify_all();
                state = self.0.changed.wait_while(state, |state| state.mode == mode).unwrap();
                state.hanging -= 1;
                self.0.changed.notify_all();
                Ok(())
            }
            Mode::Slow(time) => {
                drop(state);
                std::thread::sleep(time);
                Ok(())
            }
            Mode::Absent if connecting => Err(Error::PlatformFailure(failure())),
            _ if connecting => Ok(()),
            Mode::Works | Mode::Absent | Mode::Pretends | Mode::Hangs | Mode::HangsOnSet => Ok(()),
            Mode::Hides if what == "set" => {
                state.mode = Mode::Works;
                Ok(())
            }
            Mode::Hides | Mode::HidesForGood if what != "set" => Err(Error::NoEntry),
            Mode::Locked | Mode::Hides | Mode::HidesForGood => Err(Error::NoStorageAccess(failure())),
            Mode::Fails | Mode::Restarted => Err(Error::PlatformFailure(failure())),
            Mode::Panics => {
                drop(state);
                std::panic::resume_unwind(Box::new("a keyring that panics"))
            }
            Mode::Garbles => Err(Error::BadEncoding(secret.unwrap_or_default().to_vec())),
            Mode::Refuses => Err(Error::Invalid(String::from("user"), String::from("no such users here"))),
            Mode::TooLong => Err(Error::TooLong(String::from("secret"), 2560)),
            Mode::Ambiguous => Err(Error::Ambiguous(Vec::new())),
        }
    }
}

struct Connected {
    double: Double,
    number: usize,
}

impl CredentialStoreApi for Connected {
    fn vendor(&self) -> String {
        String::from("double")
    }

    fn id(&self) -> String {
        self.number.to_string()
    }

    fn build(&self, service: &str, user: &str, _: Option<&HashMap<&str, &str>>) -> Result<Entry> {
        self.double.state().names.push((service.to_owned(), user.to_owned()));
        let inner = self.double.0.entries.build(service, user, None)?;
        Ok(Entry::new_with_credential(Arc::new(Handle { double: self.double.clone(), inner })))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct Handle {
    double: Double,
    inner: Entry,
}

impl Handle {
    fn pretends(&self) -> bool {
        self.double.state().mode == Mode::Pretends
    }
}

impl CredentialApi for Handle {
    fn set_secret(&self, secret: &[u8]) -> Result<()> {
        self.double.behave("set", Some(secret))?;
        if self.pretends() { Ok(()) } else { self.inner.set_secret(secret) }
    }

    fn get_secret(&self) -> Result<Vec<u8>> {
        let secret = self.inner.get_secret();
        self.double.behave("get", secret.as_deref().ok())?;
        self.inner.get_secret()
    }

    fn delete_credential(&self) -> Result<()> {
        self.double.behave("delete", None)?;
        if self.pretends() { Ok(()) } else { self.inner.delete_credential() }
    }

    fn get_credential(&self) -> Result<Option<Arc<Credential>>> {
        self.double.behave("find", None)?;
        self.inner.get_credential().map(|_| None)
    }

    fn get_specifiers(&self) -> Option<(String, String)> {
        self.inner.get_specifiers()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
