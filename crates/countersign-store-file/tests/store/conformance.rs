//! The file store passes the suite, and agrees with a map over random operations.

use core::time::Duration;
use std::{fs, rc::Rc, thread};

use crate::directory::{absent, open};
use countersign_store::{
    Lease, Store,
    conformance::{self, Place},
};
use countersign_store_file::FileStore;
use countersign_token::Revision;
use proptest::prelude::*;
use testkit::{
    directory::Directory,
    operations::{self, Subject},
    sample::{credential, key},
};

#[test]
fn file_store_conforms() {
    let passed = conformance::check(|| {
        let directory = Rc::new(absent());
        let planted = Rc::clone(&directory);
        Place::new(move || Box::new(open(&directory))).with_plant(move |key, form| {
            drop(open(&planted).lock(key, Duration::ZERO).unwrap());
            fs::write(planted.file(key), form).unwrap();
        })
    });
    assert_eq!(passed, Ok(conformance::names().len()));
}

#[test]
fn sixteen_threads_lose_no_increment() {
    const THREADS: u64 = 16;
    const ROUNDS: u64 = 50;
    let directory = absent();
    // The directory and its parent do not exist: all threads race to create them as well.
    let path = directory.path().join("first").join("run");
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let store = FileStore::open(&path).unwrap();
                for _ in 0..ROUNDS {
                    let mut lease = store.lock(&key(), Duration::from_secs(120)).unwrap();
                    let stored = lease.load().unwrap();
                    let revision = stored.map_or(Revision::ABSENT, |record| record.revision);
                    lease.save(&credential("increment"), revision).unwrap();
                }
            });
        }
    });
    let store = FileStore::open(&path).unwrap();
    let record = store.load(&key()).unwrap().unwrap();
    assert_eq!(record.revision, Revision::new(THREADS * ROUNDS));
}

struct Files(Directory);

impl Subject for Files {
    type Store = FileStore;

    fn open(&mut self) -> FileStore {
        open(&self.0)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_operations_agree_with_a_map(operations in operations::any()) {
        operations::agree(operations, Files(absent()))?;
    }
}
