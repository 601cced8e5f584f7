//! Somebody else uses the database for longer than the store waits.

use core::{error::Error as _, time::Duration};
use std::thread;

use crate::{
    directory::{absent, database, open},
    remains::remains,
};
use countersign_store::{ErrorKind, Lease, Store};
use countersign_token::Revision;
use rusqlite::Connection;
use testkit::sample::{credential, key, kind};

/// Each waits ten seconds, so they do it at once.
#[test]
fn who_stays_is_no_harm() {
    thread::scope(|scope| {
        scope.spawn(a_reader_that_stays_makes_a_deletion_unconfirmed);
        scope.spawn(a_writer_that_stays_is_a_passing_failure);
    });
}

fn a_reader_that_stays_makes_a_deletion_unconfirmed() {
    let directory = absent();
    let store = open(&directory);
    let mut lease = store.lock(&key(), Duration::ZERO).unwrap();
    let first = lease.save(&credential("mark-"), Revision::ABSENT).unwrap();

    let reader = Connection::open(database(&directory)).unwrap();
    let reading = reader.unchecked_transaction().unwrap();
    reading.query_row("SELECT count(*) FROM credentials", [], |_| Ok(())).unwrap();
    assert_eq!(kind(lease.delete(first)), Some(ErrorKind::NotConfirmed));
    assert!(lease.load().unwrap().is_none());
    assert!(remains(&directory, "mark-") > 0);

    // The deletion of what is gone already completes it.
    drop(reading);
    lease.delete(Revision::ABSENT).unwrap();
    assert_eq!(remains(&directory, "mark-"), 0);
}

fn a_writer_that_stays_is_a_passing_failure() {
    let directory = absent();
    let store = open(&directory);
    store.lock(&key(), Duration::ZERO).unwrap().save(&credential("one"), Revision::ABSENT).unwrap();
    let other = Connection::open(database(&directory)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut lease = store.lock(&key(), Duration::ZERO).unwrap();
    let error = lease.save(&credential("two"), Revision::new(1)).unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Unavailable, true));
    assert!(error.source().unwrap().to_string().contains("database is locked"), "{:?}", error.source());
    assert!(store.load(&key()).unwrap().is_some());
    other.execute_batch("ROLLBACK").unwrap();
    lease.save(&credential("two"), Revision::new(1)).unwrap();
}
