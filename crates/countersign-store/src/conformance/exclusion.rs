use core::{panic::AssertUnwindSafe, time::Duration};
use std::{panic, sync::mpsc, thread};

use countersign_token::Revision;

use super::{Fault, PATIENCE, Place, ensure, refused, sample};
use crate::{ErrorKind, Store};

pub(super) fn excludes(place: &Place) -> Result<(), Fault> {
    let (here, there) = (place.open(), place.open());
    let key = sample::key("ann");
    // Once where there is no record, and once where there is one.
    for _ in 0..2 {
        let mut lease = sample::try_lock(&here, &key)?;
        ensure(here.try_lock(&key)?.is_none(), "a handle was granted a lease twice")?;
        ensure(there.try_lock(&key)?.is_none(), "two handles were granted one lease")?;
        if lease.load()?.is_none() {
            lease.save(&sample::credential("ann"), Revision::ABSENT)?;
            ensure(there.try_lock(&key)?.is_none(), "a save gave the lease away")?;
        }
        drop(lease);
        drop(sample::try_lock(&there, &key)?);
    }
    Ok(())
}

pub(super) fn deadline(place: &Place) -> Result<(), Fault> {
    let (here, there) = (place.open(), place.open());
    let key = sample::key("ann");
    let lease = sample::try_lock(&here, &key)?;
    for wait in [Duration::ZERO, Duration::from_millis(20)] {
        refused(there.lock(&key, wait), ErrorKind::Locked, "a lock past its deadline")?;
    }
    drop(lease);
    // Whoever gave up must not hold, or come to hold, the lease it no longer waits for.
    there.lock(&key, PATIENCE)?;
    drop(here.lock(&key, PATIENCE)?);
    Ok(())
}

pub(super) fn woken(place: &Place) -> Result<(), Fault> {
    let (here, there) = (place.open(), place.open());
    let key = sample::key("ann");
    let lease = sample::try_lock(&here, &key)?;
    let (started, waiting) = mpsc::channel();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            let _ = started.send(());
            there.lock(&key, PATIENCE).map(drop)
        });
        let _ = waiting.recv();
        // The waiter may not have begun to wait yet; either way it must get the lease.
        thread::sleep(Duration::from_millis(5));
        drop(lease);
        waiter.join().unwrap_or_else(|_| Err(crate::Error::new(ErrorKind::Unavailable)))
    })?;
    Ok(())
}

pub(super) fn independent(place: &Place) -> Result<(), Fault> {
    let (here, there) = (place.open(), place.open());
    let (ann, ben) = (sample::key("ann"), sample::key("ben"));
    sample::save_first(&here, &ann, "ann")?;
    let mut held = sample::try_lock(&here, &ann)?;
    for store in [&here, &there] {
        ensure(store.try_lock(&ben)?.is_some(), "the lease of one key blocks another")?;
        ensure(store.load(&ann)?.is_some(), "a lease hides the record from a load")?;
        ensure(store.list()?.len() == 1, "a lease hides the record from a list")?;
    }
    let first = sample::save_first(&there, &ben, "ben")?;
    ensure(held.load()?.is_some(), "a save under another key took a record away")?;
    sample::same(here.load(&ben)?.as_ref(), &ben, &sample::credential("ben"), first)
}

pub(super) fn panic(place: &Place) -> Result<(), Fault> {
    let store = place.open();
    let key = sample::key("ann");
    let lease = sample::try_lock(&store, &key)?;
    let unwound = panic::catch_unwind(AssertUnwindSafe(move || {
        let _lease = lease;
        // Unlike the macro, this does not print.
        panic::resume_unwind(Box::new("a holder that panics"));
    }));
    ensure(unwound.is_err(), "the holder did not panic")?;
    drop(sample::try_lock(&place.open(), &key)?);
    Ok(())
}

pub(super) fn outlives(place: &Place) -> Result<(), Fault> {
    let store = place.open();
    let key = sample::key("ann");
    let mut lease = sample::try_lock(&store, &key)?;
    drop(store);
    let saved = thread::spawn(move || lease.save(&sample::credential("moved"), Revision::ABSENT))
        .join()
        .unwrap_or_else(|_| Err(crate::Error::new(ErrorKind::Unavailable)))?;
    let store = place.open();
    sample::same(store.load(&key)?.as_ref(), &key, &sample::credential("moved"), saved)?;
    drop(sample::try_lock(&store, &key)?);
    Ok(())
}
