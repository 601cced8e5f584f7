use std::thread;

use countersign_token::Revision;

use super::{Fault, PATIENCE, Place, ensure, refused, sample};
use crate::{ErrorKind, Store};

pub(super) fn count(place: &Place) -> Result<(), Fault> {
    let store = place.open();
    let key = sample::key("ann");
    let mut lease = sample::try_lock(&store, &key)?;
    let mut revision = Revision::ABSENT;
    for number in 1..=3 {
        let credential = sample::credential(&number.to_string());
        revision = lease.save(&credential, revision)?;
        ensure(revision == Revision::new(number), "a save did not answer the next revision")?;
        sample::same(lease.load()?.as_ref(), &key, &credential, revision)?;
    }
    Ok(())
}

pub(super) fn conflict(place: &Place) -> Result<(), Fault> {
    let store = place.open();
    let key = sample::key("ann");
    let mut lease = sample::try_lock(&store, &key)?;
    let kept = sample::credential("kept");
    let other = sample::credential("other");
    refused(lease.save(&other, Revision::new(1)), ErrorKind::Conflict, "a save over nothing")?;
    refused(lease.delete(Revision::new(1)), ErrorKind::Conflict, "a deletion of nothing")?;
    let first = lease.save(&sample::credential("first"), Revision::ABSENT)?;
    let second = lease.save(&kept, first)?;
    for stale in [Revision::ABSENT, first, second.next()] {
        refused(lease.save(&other, stale), ErrorKind::Conflict, "a stale save")?;
        refused(lease.delete(stale), ErrorKind::Conflict, "a stale deletion")?;
        sample::same(lease.load()?.as_ref(), &key, &kept, second)?;
    }
    Ok(())
}

pub(super) fn deletion(place: &Place) -> Result<(), Fault> {
    let store = place.open();
    let key = sample::key("ann");
    let mut lease = sample::try_lock(&store, &key)?;
    lease.delete(Revision::ABSENT)?;
    let first = lease.save(&sample::credential("old"), Revision::ABSENT)?;
    let second = lease.save(&sample::credential("older"), first)?;
    lease.delete(second)?;
    ensure(lease.load()?.is_none(), "a lease still finds what it deleted")?;
    ensure(store.load(&key)?.is_none(), "a load still finds what was deleted")?;
    ensure(store.list()?.is_empty(), "a deleted key is listed")?;
    let again = sample::credential("again");
    let revision = lease.save(&again, Revision::ABSENT)?;
    ensure(revision == Revision::new(1), "the count went on after a deletion")?;
    sample::same(store.load(&key)?.as_ref(), &key, &again, revision)
}

pub(super) fn seen_by_others(place: &Place) -> Result<(), Fault> {
    let (here, there) = (place.open(), place.open());
    let key = sample::key("ann");
    ensure(there.load(&key)?.is_none(), "a load found what nobody saved")?;
    let first = sample::save_first(&here, &key, "1")?;
    sample::same(there.load(&key)?.as_ref(), &key, &sample::credential("1"), first)?;
    let second = sample::try_lock(&here, &key)?.save(&sample::credential("2"), first)?;
    sample::same(there.load(&key)?.as_ref(), &key, &sample::credential("2"), second)?;
    sample::try_lock(&here, &key)?.delete(second)?;
    ensure(there.load(&key)?.is_none(), "another handle still finds what was deleted")
}

pub(super) fn reads_anew(place: &Place) -> Result<(), Fault> {
    let (here, there) = (place.open(), place.open());
    let key = sample::key("ann");
    let first = sample::save_first(&here, &key, "1")?;
    here.load(&key)?;
    sample::try_lock(&here, &key)?.load()?;
    let second = sample::try_lock(&there, &key)?.save(&sample::credential("2"), first)?;
    let mut lease = sample::try_lock(&here, &key)?;
    refused(
        lease.save(&sample::credential("lost"), first),
        ErrorKind::Conflict,
        "a save over what another handle saved",
    )?;
    sample::same(lease.load()?.as_ref(), &key, &sample::credential("2"), second)
}

const THREADS: u64 = 8;
const ROUNDS: u64 = 20;

pub(super) fn increments(place: &Place) -> Result<(), Fault> {
    let key = sample::key("shared");
    let handles: Vec<_> = (0..THREADS).map(|_| place.open()).collect();
    let increment = |store: &dyn Store| -> Result<(), Fault> {
        for _ in 0..ROUNDS {
            let mut lease = store.lock(&key, PATIENCE)?;
            let revision = lease.load()?.map_or(Revision::ABSENT, |record| record.revision);
            lease.save(&sample::credential("shared"), revision)?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = handles.iter().map(|store| scope.spawn(|| increment(store))).collect();
        workers.into_iter().try_for_each(|worker| {
            worker.join().unwrap_or_else(|_| Err(Fault(String::from("a thread panicked"))))
        })
    })?;
    let revision = place.open().load(&key)?.map(|record| record.revision);
    ensure(revision == Some(Revision::new(THREADS * ROUNDS)), "increments were lost")
}
