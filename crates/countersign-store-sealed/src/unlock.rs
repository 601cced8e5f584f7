use core::fmt;
use std::sync::Arc;

use countersign_store::{Error, ErrorKind, KeySource, SealKey};
use countersign_token::Secret;

use crate::{
    Cost, entropy,
    envelope::undecryptable,
    header::{Header, Lock},
    ring::Ring,
};

/// What opens a sealed store: a key from a source, or a passphrase.
#[derive(Clone)]
pub struct Unlock(Kind);

#[derive(Clone)]
enum Kind {
    Source(Arc<dyn KeySource>),
    Passphrase { passphrase: Secret, cost: Cost },
}

/// A key, with how it is had.
#[derive(Clone)]
pub(crate) struct Opener {
    pub(crate) lock: Lock,
    pub(crate) key: SealKey,
}

/// What is left to do before a key can be had again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    Nothing,
    Create,
    Replace,
}

impl Unlock {
    /// The key that `source` keeps; a first one is made with the first save.
    pub fn source(source: impl KeySource + 'static) -> Self {
        Self(Kind::Source(Arc::new(source)))
    }

    /// This passphrase, at the default [`Cost`] where a store is made or rekeyed.
    ///
    /// It is used byte by byte: where people type it, bring it to one Unicode form first.
    pub fn passphrase(passphrase: impl Into<Secret>) -> Self {
        Self(Kind::Passphrase { passphrase: passphrase.into(), cost: Cost::default() })
    }

    /// The same, at another cost for a store that is made or rekeyed; without a meaning for a source.
    #[must_use]
    pub fn with_cost(self, cost: Cost) -> Self {
        match self.0 {
            Kind::Passphrase { passphrase, .. } => Self(Kind::Passphrase { passphrase, cost }),
            source @ Kind::Source(_) => Self(source),
        }
    }

    /// The data keys in `header`, and the key they were encrypted to.
    pub(crate) fn open(&self, header: &Header) -> Result<(Opener, Ring), Error> {
        let mut loaded = None;
        for slot in &header.slots {
            let key = match (&self.0, &slot.lock) {
                (Kind::Source(source), Lock::Source) => match &loaded {
                    Some(key) => SealKey::clone(key),
                    None => {
                        let key = source.load()?.ok_or_else(|| undecryptable("its key is missing"))?;
                        loaded = Some(key.clone());
                        key
                    }
                },
                (Kind::Passphrase { passphrase, .. }, Lock::Passphrase { salt, cost }) => {
                    cost.derive(passphrase, salt)?
                }
                _ => continue,
            };
            if let Some(ring) = slot.open(&header.store, &key) {
                return Ok((Opener { lock: slot.lock.clone(), key }, ring));
            }
        }
        let of_this_kind = header.slots.iter().any(|slot| {
            matches!(
                (&self.0, &slot.lock),
                (Kind::Source(_), Lock::Source) | (Kind::Passphrase { .. }, Lock::Passphrase { .. })
            )
        });
        Err(undecryptable(match (&self.0, of_this_kind) {
            (Kind::Source(_), true) => "it is another key, or the record of the keys was changed",
            (Kind::Passphrase { .. }, true) => {
                "it is another passphrase, or the record of the keys was changed"
            }
            (Kind::Source(_), false) => "it opens with a passphrase",
            (Kind::Passphrase { .. }, false) => "it opens with a key, not with a passphrase",
        }))
    }

    /// A key to lock a store with, another one than `old`.
    pub(crate) fn fresh(&self, old: Option<&Opener>) -> Result<(Opener, Keep), Error> {
        match &self.0 {
            Kind::Source(source) => {
                let (key, keep) = match (source.load()?, old) {
                    (None, _) => (entropy::generate()?, Keep::Create),
                    (Some(key), Some(old)) if key.ct_eq(&old.key) => (entropy::generate()?, Keep::Replace),
                    // The key of an earlier attempt that did not come to its end, or of a source made ready.
                    (Some(key), _) => (key, Keep::Nothing),
                };
                Ok((Opener { lock: Lock::Source, key }, keep))
            }
            Kind::Passphrase { passphrase, cost } => {
                let salt = entropy::random()?;
                let key = cost.derive(passphrase, &salt)?;
                Ok((Opener { lock: Lock::Passphrase { salt, cost: *cost }, key }, Keep::Nothing))
            }
        }
    }

    /// Has the source keep `key`.
    pub(crate) fn keep(&self, key: &SealKey, keep: Keep) -> Result<(), Error> {
        match (&self.0, keep) {
            (Kind::Source(source), Keep::Create) => source.create(key),
            (Kind::Source(source), Keep::Replace) => source.replace(key),
            (Kind::Source(_), Keep::Nothing) | (Kind::Passphrase { .. }, _) => Ok(()),
        }
    }

    /// The key for the first header, which the source keeps before there is anything encrypted to it.
    pub(crate) fn first(&self) -> Result<Opener, Error> {
        let (opener, keep) = self.fresh(None)?;
        match self.keep(&opener.key, keep) {
            Ok(()) => Ok(opener),
            // Another store of this source was first.
            Err(error) if error.kind() == ErrorKind::Conflict => Ok(self.fresh(None)?.0),
            Err(error) => Err(error),
        }
    }
}

impl fmt::Debug for Unlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Source(_) => "Unlock::source(..)",
            Kind::Passphrase { .. } => "Unlock::passphrase(..)",
        })
    }
}
