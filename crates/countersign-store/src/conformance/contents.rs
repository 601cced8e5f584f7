use countersign_token::{Revision, Secret};

use super::{Fault, Place, ensure, refused, sample};
use crate::{ErrorKind, form::MAX_BYTES};

pub(super) fn absent(place: &Place) -> Result<(), Fault> {
    let store = place.open();
    let key = sample::key("nobody");
    ensure(store.load(&key)?.is_none(), "a load found what nobody saved")?;
    ensure(store.list()?.is_empty(), "a new place lists keys")?;
    let mut lease = sample::try_lock(&store, &key)?;
    ensure(lease.load()?.is_none(), "a lease found what nobody saved")?;
    drop(lease);
    ensure(store.list()?.is_empty(), "a lease that saved nothing is listed")
}

pub(super) fn whole(place: &Place) -> Result<(), Fault> {
    let store = place.open();
    for (index, credential) in sample::all_kinds().iter().enumerate() {
        let key = sample::key(&format!("kind {index}"));
        let mut lease = sample::try_lock(&store, &key)?;
        let revision = lease.save(credential, Revision::ABSENT)?;
        sample::same(lease.load()?.as_ref(), &key, credential, revision)?;
        sample::same(store.load(&key)?.as_ref(), &key, credential, revision)?;
        sample::same(place.open().load(&key)?.as_ref(), &key, credential, revision)?;
    }
    Ok(())
}

pub(super) fn limit(place: &Place) -> Result<(), Fault> {
    let store = place.open();
    let key = sample::key("big");
    let mut credential = sample::credential("big");
    let mut fill = |bytes: usize| {
        credential.extra.insert_text("fill", Secret::new("x".repeat(bytes)));
        credential.clone()
    };
    // Whatever else the form holds takes less than a kilobyte.
    let (large, too_large) = (fill(MAX_BYTES - 1024), fill(MAX_BYTES + 1));
    let mut lease = sample::try_lock(&store, &key)?;
    refused(lease.save(&too_large, Revision::ABSENT), ErrorKind::TooBig, "a first save")?;
    ensure(lease.load()?.is_none(), "a refused save left a record")?;
    let revision = lease.save(&large, Revision::ABSENT)?;
    refused(lease.save(&too_large, revision), ErrorKind::TooBig, "a later save")?;
    sample::same(lease.load()?.as_ref(), &key, &large, revision)
}
