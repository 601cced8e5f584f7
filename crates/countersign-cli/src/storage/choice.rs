//! How a store is to be opened: by what is in it, then by what was asked for.

use countersign_store::{Error, Store};
use countersign_store_sealed::{SealedBy, SealedStore};

use crate::args::StoreEncryption;

/// What is in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    Clear,
    /// Two things while one takes the place of the other.
    Sealed(Vec<SealedBy>),
}

/// What was asked for, by whom, and whether for this very run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    encryption: Option<StoreEncryption>,
    from: &'static str,
    now: bool,
}

/// How a store is to be opened, and who decided so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Clear(&'static str),
    Passphrase(&'static str),
    Keyring(&'static str),
    /// There is nothing to open, and nothing is to come into it.
    Undecided,
    /// With a key in the keyring if there is one.
    Try,
    /// It is this, and something else was asked for.
    Conflict(StoreEncryption),
}

impl Found {
    /// Looks; where it makes no difference, what is in clear is not told from nothing.
    pub(super) fn look(store: &dyn Store, thoroughly: bool) -> Result<Self, Error> {
        let by = SealedStore::sealed_by(store)?;
        Ok(if !by.is_empty() {
            Self::Sealed(by)
        } else if thoroughly && store.list()?.is_empty() {
            Self::Nothing
        } else {
            Self::Clear
        })
    }
}

impl Asked {
    /// For this run: what contradicts it is an error.
    pub(super) const fn now(encryption: StoreEncryption, from: &'static str) -> Self {
        Self { encryption: Some(encryption), from, now: true }
    }

    /// For a store that is yet to be made.
    pub(super) const fn before(encryption: StoreEncryption, from: &'static str) -> Self {
        Self { encryption: Some(encryption), from, now: false }
    }

    pub(super) const fn nothing() -> Self {
        Self { encryption: None, from: "default", now: false }
    }

    pub(super) fn is(self, encryption: StoreEncryption) -> bool {
        self.encryption == Some(encryption)
    }

    pub(super) const fn is_now(self) -> bool {
        self.now
    }

    pub(super) const fn encryption(self) -> Option<StoreEncryption> {
        self.encryption
    }

    pub(super) const fn from(self) -> &'static str {
        self.from
    }
}

pub(super) fn decide(found: &Found, asked: Asked, begin: bool) -> Verdict {
    let made = |encryption, from| match encryption {
        StoreEncryption::Keyring => Verdict::Keyring(from),
        StoreEncryption::Passphrase => Verdict::Passphrase(from),
        StoreEncryption::None => Verdict::Clear(from),
    };
    let what = |by: &SealedBy| match by {
        SealedBy::Passphrase => StoreEncryption::Passphrase,
        _ => StoreEncryption::Keyring,
    };
    match found {
        Found::Sealed(by) => {
            let is: Vec<StoreEncryption> = by.iter().map(what).collect();
            let first = is.first().copied().unwrap_or(StoreEncryption::Keyring);
            match asked.encryption {
                Some(wanted) if is.contains(&wanted) => made(wanted, "store"),
                Some(_) if asked.now => Verdict::Conflict(first),
                _ => made(first, "store"),
            }
        }
        Found::Clear if asked.now && !asked.is(StoreEncryption::None) => {
            Verdict::Conflict(StoreEncryption::None)
        }
        // A choice that was made is not to be told as news.
        Found::Clear if asked.is(StoreEncryption::None) => Verdict::Clear(asked.from),
        Found::Clear => Verdict::Clear("store"),
        Found::Nothing => match asked.encryption {
            Some(encryption) if begin || encryption == StoreEncryption::None => made(encryption, asked.from),
            None if begin => Verdict::Try,
            _ => Verdict::Undecided,
        },
    }
}

#[cfg(test)]
mod tests {
    use countersign_store_sealed::SealedBy;

    use super::{Asked, Found, Verdict, decide};
    use crate::args::StoreEncryption::{Keyring, None, Passphrase};

    #[track_caller]
    fn check(found: &Found, asked: Asked, begin: bool, expected: Verdict) {
        assert_eq!(decide(found, asked, begin), expected);
    }

    #[test]
    fn what_is_there_decides_and_then_what_was_asked_for() {
        let source = Found::Sealed(vec![SealedBy::Source]);
        let both = Found::Sealed(vec![SealedBy::Source, SealedBy::Passphrase]);
        for begin in [false, true] {
            check(&source, Asked::nothing(), begin, Verdict::Keyring("store"));
            check(&source, Asked::now(Keyring, "option"), begin, Verdict::Keyring("store"));
            check(&source, Asked::now(None, "option"), begin, Verdict::Conflict(Keyring));
            check(&source, Asked::now(Passphrase, "option"), begin, Verdict::Conflict(Keyring));
            check(&source, Asked::before(None, "configuration"), begin, Verdict::Keyring("store"));
            check(&both, Asked::nothing(), begin, Verdict::Keyring("store"));
            check(&both, Asked::before(Passphrase, "option"), begin, Verdict::Passphrase("store"));

            check(&Found::Clear, Asked::nothing(), begin, Verdict::Clear("store"));
            check(&Found::Clear, Asked::now(None, "option"), begin, Verdict::Clear("option"));
            check(&Found::Clear, Asked::before(Keyring, "configuration"), begin, Verdict::Clear("store"));
            check(&Found::Clear, Asked::now(Keyring, "environment"), begin, Verdict::Conflict(None));

            check(&Found::Nothing, Asked::now(None, "option"), begin, Verdict::Clear("option"));
        }
        check(&Found::Nothing, Asked::nothing(), false, Verdict::Undecided);
        check(&Found::Nothing, Asked::now(Passphrase, "option"), false, Verdict::Undecided);
        check(&Found::Nothing, Asked::nothing(), true, Verdict::Try);
        check(&Found::Nothing, Asked::now(Passphrase, "option"), true, Verdict::Passphrase("option"));
        check(
            &Found::Nothing,
            Asked::before(Keyring, "configuration"),
            true,
            Verdict::Keyring("configuration"),
        );
    }
}
