//! Another encryption, where the store is.

use std::sync::Arc;

use countersign_store::{ErrorKind, Store};
use countersign_store_sealed::{SealedStore, Unlock};
use countersign_token::json::Value;

use crate::{
    args::{StoreEncryption, store::MigrateArgs},
    commands::errors,
    exit::Exit,
    failure::Failure,
    keyring,
    settings::Settings,
    storage::{Encryption, Inner},
};

pub(super) fn run(args: &MigrateArgs, inner: &Inner, settings: &Settings) -> Result<(), Failure> {
    let place = inner.url();
    let Some(wanted) = args.to_encryption else {
        return Err(Failure::usage(format!("{place} is where the credentials are already"))
            .then("--to another URL, or --to-encryption keyring, passphrase or none"));
    };
    if args.remove_source {
        return Err(Failure::usage("there is no other store to remove anything from")
            .then("leave --remove-source out"));
    }
    let (now, _) = settings.look(inner)?;
    let is = |encryption| now.contains(&Encryption::By(encryption));
    let count = match (wanted, now.as_slice()) {
        (_, [Encryption::Own]) => {
            return Err(Failure::usage(format!("{place} has its own ways to keep a secret"))
                .then("--to file:PATH or sqlite:PATH, which can be encrypted"));
        }
        (StoreEncryption::None, _) if is(StoreEncryption::Keyring) || is(StoreEncryption::Passphrase) => {
            open(inner, &now, None, settings)?.unseal()
        }
        (StoreEncryption::None, _) => Ok(0),
        _ => {
            let has_any = !inner.store().list().map_err(|error| errors::store(&error))?.is_empty();
            let is_new = !is(wanted) || has_any;
            let unlock = match wanted {
                StoreEncryption::Passphrase => Unlock::passphrase(settings.target_passphrase(
                    args.to_passphrase.as_deref(),
                    &place,
                    is_new,
                )?),
                _ => {
                    keyring::answers_for_good().map_err(|why| {
                        Failure::new(Exit::StoreUnavailable, "the keyring cannot keep the key of a store")
                            .because(why)
                            .then("start or unlock this session's keyring, or --to-encryption passphrase")
                    })?;
                    keyring::unlock(&place)?
                }
            };
            let is_sealed = is(StoreEncryption::Keyring) || is(StoreEncryption::Passphrase);
            if is_sealed && SealedStore::sealed_by(&*inner.store()).is_ok_and(|by| !by.is_empty()) {
                let store = open(inner, &now, Some((wanted, unlock.clone())), settings)?;
                // What an attempt that was broken off has left in clear comes first.
                store.adopt().and_then(|adopted| Ok(adopted.max(store.rekey(unlock)?)))
            } else {
                let store = SealedStore::open(inner.store(), unlock)
                    .map_err(|error| errors::sealed(&error, &place))?;
                store.adopt()
            }
        }
    };
    let count = count.map_err(|error| {
        errors::sealed(&error, &place)
            .because("what was changed so far is whole, and so is the rest")
            .then("the same command again goes on from there")
    })?;
    settings.remember(&place, Encryption::By(wanted));
    if settings.output.json {
        return settings.output.document([
            ("from", Value::text(place.as_str())),
            ("to", Value::text(place.as_str())),
            ("encryption", Value::text(wanted.as_str())),
            ("changed", Value::Integer(count.try_into().unwrap_or(i128::MAX))),
        ]);
    }
    settings.output.say(&format!("{place}: encryption {}, {count} changed", wanted.as_str()));
    Ok(())
}

/// Opens the sealed store with what opens it, the new one first: an attempt may have come so far.
fn open(
    inner: &Inner,
    now: &[Encryption],
    new: Option<(StoreEncryption, Unlock)>,
    settings: &Settings,
) -> Result<SealedStore, Failure> {
    let place = inner.url();
    let raw: Arc<dyn Store> = inner.store();
    if let Some((encryption, unlock)) = new
        && now.contains(&Encryption::By(encryption))
        && let Some(store) = match SealedStore::open(Arc::clone(&raw), unlock) {
            Err(error) if error.kind() == ErrorKind::Undecryptable => None,
            opened => Some(opened.map_err(|error| errors::sealed(&error, &place))?),
        }
    {
        return Ok(store);
    }
    let unlock = match now.first() {
        Some(Encryption::By(StoreEncryption::Passphrase)) => Unlock::passphrase(settings.passphrase(&place)?),
        _ => keyring::unlock(&place)?,
    };
    SealedStore::open(raw, unlock).map_err(|error| errors::sealed(&error, &place))
}
