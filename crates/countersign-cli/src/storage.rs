//! The store that is meant, opened as it was made or as was chosen for it.

mod choice;
mod clear;
mod passphrase;
mod place;

use std::sync::Arc;

use countersign_store::{MemoryStore, Store};
use countersign_store_file::FileStore;
use countersign_store_sealed::{SealedStore, Unlock};
use countersign_store_sqlite::SqliteStore;
use countersign_token::Secret;

use self::{
    choice::{Asked, Found, Verdict},
    clear::Clear,
};
pub(crate) use self::{passphrase::ask as ask_passphrase, place::Place};
use crate::{
    args::StoreEncryption, commands::errors, configuration::Choice, exit::Exit, failure::Failure, keyring,
    settings::Settings,
};

/// A store, and the words for it.
#[derive(Clone)]
pub(crate) struct OpenStore {
    pub(crate) store: Arc<dyn Store>,
    /// What the records lie in, encrypted or not.
    pub(crate) inner: Inner,
    /// The URL that `--store` takes.
    pub(crate) place: String,
    pub(crate) encryption: Encryption,
    /// Who decided how it is encrypted: the option, the environment, the configuration, the store itself.
    pub(crate) encryption_from: &'static str,
}

/// The store without its encryption.
#[derive(Clone)]
pub(crate) enum Inner {
    File(FileStore),
    Sqlite(SqliteStore),
    Keyring(Arc<dyn Store>),
    Memory(MemoryStore),
}

/// How records are kept from other eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encryption {
    By(StoreEncryption),
    /// Nobody has chosen so far, and there is nothing that would have to be kept.
    Undecided,
    /// The place has its own ways: a keyring, or memory.
    Own,
}

/// What a store is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// To use what is there.
    Use,
    /// The same, where nobody must be asked for anything.
    UseUnasked,
    /// To bring a first credential into it, perhaps.
    Begin,
}

/// A store to open that is not the one the options name.
pub(crate) struct Target<'a> {
    pub(crate) place: &'a Place,
    /// How it is to be.
    pub(crate) encryption: Option<StoreEncryption>,
    /// How it is to be where it is yet to be made and nobody said.
    pub(crate) otherwise: Encryption,
    pub(crate) passphrase: Option<&'a str>,
}

impl Encryption {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::By(encryption) => encryption.as_str(),
            Self::Undecided => "undecided",
            Self::Own => "its own",
        }
    }
}

impl Inner {
    pub(crate) fn open(place: &Place) -> Result<Self, Failure> {
        let failed = |error: countersign_store::Error| errors::store(&error);
        Ok(match place {
            Place::File(path) => Self::File(FileStore::open(path).map_err(failed)?),
            Place::Sqlite(path) => Self::Sqlite(SqliteStore::open(path).map_err(failed)?),
            Place::Keyring => Self::Keyring(keyring::store()?),
            Place::Memory => Self::Memory(MemoryStore::new()),
        })
    }

    pub(crate) fn store(&self) -> Arc<dyn Store> {
        match self {
            Self::File(store) => Arc::new(store.clone()),
            Self::Sqlite(store) => Arc::new(store.clone()),
            Self::Keyring(store) => Arc::clone(store),
            Self::Memory(store) => Arc::new(store.clone()),
        }
    }

    /// The URL that leads to it from anywhere.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::File(store) => format!("file:{}", store.directory().display()),
            Self::Sqlite(store) => format!("sqlite:{}", store.path().display()),
            Self::Keyring(_) => "keyring:".to_owned(),
            Self::Memory(_) => "memory:".to_owned(),
        }
    }

    const fn is_encryptable(&self) -> bool {
        matches!(self, Self::File(_) | Self::Sqlite(_))
    }
}

impl Settings {
    /// The store, for what is in it.
    pub(crate) fn store(&self) -> Result<OpenStore, Failure> {
        self.open(Purpose::Use)
    }

    /// The same for a command that never asks a person.
    pub(crate) fn store_unasked(&self) -> Result<OpenStore, Failure> {
        self.open(Purpose::UseUnasked)
    }

    /// The store, for a credential that is to come: how it is kept is decided and proved before.
    pub(crate) fn store_for_new(&self) -> Result<OpenStore, Failure> {
        let store = self.open(Purpose::Begin)?;
        if let Inner::Keyring(_) = store.inner {
            keyring::probe().map_err(|why| no_keyring(&store.place, &why))?;
        }
        match store.inner {
            Inner::Memory(_) => self.warn("--store memory: keeps nothing beyond this run"),
            Inner::Keyring(_) => keyring::warn_if_forgetful(self),
            _ if store.encryption == Encryption::By(StoreEncryption::Keyring) => {
                keyring::warn_if_forgetful(self);
            }
            _ => {}
        }
        if store.encryption == Encryption::By(StoreEncryption::None) && store.encryption_from == "store" {
            self.output.say(&format!(
                "note: {} keeps credentials unencrypted, in files that only you can read; \
                 countersign store migrate --to-encryption keyring, or passphrase, encrypts it; \
                 --store-encryption none leaves it so",
                store.place
            ));
        }
        Ok(store)
    }

    /// The store that is meant, not opened so far.
    pub(crate) fn place(&self) -> Result<Place, Failure> {
        self.global.store.as_deref().map_or_else(Place::default, Place::parse)
    }

    /// How the store at `url` is to be encrypted, as far as anybody said.
    fn asked(&self, url: &str) -> Asked {
        match (self.global.store_encryption, self.configuration.choice(url).encryption) {
            (Some(encryption), _) if self.is_immediate("store_encryption") => {
                Asked::now(encryption, self.origin("store_encryption"))
            }
            (_, Some(encryption)) | (Some(encryption), None) => Asked::before(encryption, "configuration"),
            (None, None) if self.global.store_passphrase.is_some() => {
                Asked::before(StoreEncryption::Passphrase, self.origin("store_passphrase"))
            }
            (None, None) => Asked::nothing(),
        }
    }

    /// How the store is encrypted, or is to be, without opening it: the words, and who decided so.
    pub(crate) fn look(&self, inner: &Inner) -> Result<(Vec<Encryption>, &'static str), Failure> {
        if !inner.is_encryptable() {
            return Ok((vec![Encryption::Own], "store"));
        }
        let found = Found::look(&*inner.store(), true).map_err(|error| errors::store(&error))?;
        let asked = self.asked(&inner.url());
        let by = |encryption| vec![Encryption::By(encryption)];
        Ok(match choice::decide(&found, asked, true) {
            _ if matches!(&found, Found::Sealed(by) if by.len() > 1) => (
                vec![Encryption::By(StoreEncryption::Keyring), Encryption::By(StoreEncryption::Passphrase)],
                "store",
            ),
            Verdict::Clear(from) => (by(StoreEncryption::None), from),
            Verdict::Keyring(from) => (by(StoreEncryption::Keyring), from),
            Verdict::Passphrase(from) => (by(StoreEncryption::Passphrase), from),
            Verdict::Conflict(is) => (by(is), "store"),
            Verdict::Try | Verdict::Undecided => (vec![Encryption::Undecided], "default"),
        })
    }

    fn open(&self, purpose: Purpose) -> Result<OpenStore, Failure> {
        let inner = Inner::open(&self.place()?)?;
        let asked = self.asked(&inner.url());
        let passphrase = |new| passphrase::of_store(self, &inner.url(), new, purpose != Purpose::UseUnasked);
        let store = open(inner.clone(), asked, purpose, "--store-encryption", &passphrase)?;
        let url = inner.url();
        let decided = matches!(store.encryption, Encryption::By(_));
        if purpose == Purpose::Begin && decided && store.encryption_from != "store" {
            self.remember(&url, store.encryption);
        }
        self.output.detail(&format!(
            "store {url} ({}), encryption {} ({})",
            self.origin("store"),
            store.encryption.as_str(),
            store.encryption_from
        ));
        Ok(store)
    }

    /// Opens another store than the one that is meant, to bring credentials into it.
    pub(crate) fn open_target(&self, target: &Target<'_>) -> Result<OpenStore, Failure> {
        let inner = Inner::open(target.place)?;
        let url = inner.url();
        let asked = match (target.encryption, self.configuration.choice(&url).encryption, target.otherwise) {
            (Some(encryption), _, _) => Asked::now(encryption, "option"),
            (None, Some(encryption), _) => Asked::before(encryption, "configuration"),
            (None, None, _) if target.passphrase.is_some() => {
                Asked::before(StoreEncryption::Passphrase, "option")
            }
            (None, None, Encryption::By(encryption)) => Asked::before(encryption, "default"),
            (None, None, _) => Asked::nothing(),
        };
        let passphrase = |new| self.target_passphrase(target.passphrase, &url, new);
        open(inner.clone(), asked, Purpose::Begin, "--to-encryption", &passphrase)
    }

    /// The passphrase of a store that is migrated to.
    pub(crate) fn target_passphrase(
        &self,
        given: Option<&str>,
        place: &str,
        new: bool,
    ) -> Result<Secret, Failure> {
        passphrase::of_target(self, given, place, new)
    }

    /// The passphrase of the store that is meant.
    pub(crate) fn passphrase(&self, place: &str) -> Result<Secret, Failure> {
        passphrase::of_store(self, place, false, true)
    }

    /// Remembers how a store is encrypted; that it cannot be remembered is no reason to stop.
    pub(crate) fn remember(&self, place: &str, encryption: Encryption) {
        let Encryption::By(encryption) = encryption else { return };
        let choice = Choice { encryption: Some(encryption), ..self.configuration.choice(place) };
        if let Err(failure) = self.configuration.remember(place, &choice) {
            self.warn(&format!("the choice is not remembered: {}", failure.reason()));
        }
    }
}

/// Opens the store in `inner` by what is there and by what was asked for, with `option` among others.
fn open(
    inner: Inner,
    asked: Asked,
    purpose: Purpose,
    option: &str,
    passphrase: &dyn Fn(bool) -> Result<Secret, Failure>,
) -> Result<OpenStore, Failure> {
    let place = inner.url();
    if !inner.is_encryptable() {
        if asked.is(StoreEncryption::Passphrase) && asked.is_now() {
            return Err(Failure::usage(format!("{place} is not encrypted with a passphrase"))
                .then("choose another store, or leave --store-encryption out"));
        }
        let store = inner.store();
        return Ok(OpenStore { store, inner, place, encryption: Encryption::Own, encryption_from: "store" });
    }
    let raw = inner.store();
    let found = Found::look(&*raw, purpose == Purpose::Begin || asked.is_now())
        .map_err(|error| errors::store(&error))?;
    let verdict = choice::decide(&found, asked, purpose == Purpose::Begin);
    let sealed = |unlock: Unlock| {
        SealedStore::open(Arc::clone(&raw), unlock).map_err(|error| errors::sealed(&error, &place))
    };
    let by = Encryption::By;
    let (store, encryption, encryption_from): (Arc<dyn Store>, _, _) = match verdict {
        Verdict::Clear(from) => (Arc::new(Clear(raw.clone())), by(StoreEncryption::None), from),
        Verdict::Undecided => (Arc::new(Clear(raw.clone())), Encryption::Undecided, "default"),
        Verdict::Passphrase(from) => {
            let unlock = Unlock::passphrase(passphrase(matches!(found, Found::Nothing))?);
            (Arc::new(sealed(unlock)?), by(StoreEncryption::Passphrase), from)
        }
        Verdict::Keyring(from) => {
            let store = sealed(keyring::unlock(&place)?)?;
            if matches!(found, Found::Nothing) {
                keyring::probe().map_err(|why| no_keyring(&place, &why))?;
                store.prepare().map_err(|error| errors::sealed(&error, &place))?;
            }
            (Arc::new(store), by(StoreEncryption::Keyring), from)
        }
        Verdict::Try => {
            let store = match keyring::answers_for_good() {
                Ok(()) => sealed(keyring::unlock(&place)?)?,
                Err(why) => return Err(nowhere(&why, option)),
            };
            store.prepare().map_err(|error| errors::sealed(&error, &place))?;
            (Arc::new(store), by(StoreEncryption::Keyring), "default")
        }
        Verdict::Conflict(is) => return Err(conflict(&place, is, asked, option)),
    };
    Ok(OpenStore { store, inner, place, encryption, encryption_from })
}

/// Nobody chose, and the keyring that would be the default is none.
fn nowhere(why: &str, option: &str) -> Failure {
    Failure::new(
        Exit::StoreUnavailable,
        "no keyring is there to encrypt the store, and nothing else was chosen",
    )
    .because(why)
    .then("start or unlock this session's keyring (GNOME Keyring, KWallet, KeePassXC), and try again")
    .then(format!("or encrypt the store with a passphrase: {option} passphrase"))
    .then(format!("or keep credentials unencrypted, in files that only you can read: {option} none"))
}

fn no_keyring(place: &str, why: &str) -> Failure {
    Failure::new(Exit::StoreUnavailable, format!("the keyring that {place} takes cannot be used"))
        .because(why)
        .then("start or unlock this session's keyring, and try again")
        .then("or keep credentials elsewhere: --store file:PATH --store-encryption passphrase, or none")
}

/// What was asked for is not what is there, and nothing is changed on the side.
fn conflict(place: &str, is: StoreEncryption, asked: Asked, option: &str) -> Failure {
    let words = |encryption| match encryption {
        StoreEncryption::Keyring => "encrypted with a key in the keyring",
        StoreEncryption::Passphrase => "encrypted with a passphrase",
        StoreEncryption::None => "unencrypted",
    };
    let wanted = asked.encryption().unwrap_or(is);
    Failure::new(Exit::NoAccount, format!("{place} is {}, and not {}", words(is), words(wanted)))
        .because(format!("{option} {} was asked for by {}", wanted.as_str(), asked.from()))
        .then(format!("countersign store migrate --to-encryption {}, which changes it", wanted.as_str()))
        .then(format!("or leave {option} out"))
}
