//! The keyring store passes the suite, and agrees with a map over random operations.

use core::time::Duration;
use std::rc::Rc;

use countersign_store::{
    Store,
    conformance::{self, Place},
};
use countersign_store_keyring::KeyringStore;
use proptest::prelude::*;
use testkit::{
    directory::Directory,
    operations::{self, Subject},
};

use crate::{double::Double, place::absent};

#[test]
fn keyring_store_conforms() {
    let passed = conformance::check(|| {
        let directory = Rc::new(absent());
        let double = Double::new();
        let open = {
            let (double, directory) = (double.clone(), Rc::clone(&directory));
            // A connection of its own for each handle, as each program has.
            move || KeyringStore::open(double.keyring(), "countersign", directory.path()).unwrap()
        };
        let planted = open.clone();
        Place::new(move || Box::new(open())).with_plant(move |key, form| {
            drop(planted().lock(key, Duration::ZERO).unwrap());
            double.plant("countersign", &key.to_text(), form.as_bytes());
        })
    });
    assert_eq!(passed, Ok(conformance::names().len()));
}

struct Entries {
    double: Double,
    directory: Directory,
}

impl Subject for Entries {
    type Store = KeyringStore;

    fn open(&mut self) -> KeyringStore {
        KeyringStore::open(self.double.keyring(), "countersign", self.directory.path()).unwrap()
    }

    fn check(&self, store: &KeyringStore) {
        // What was deleted is not there in any form.
        assert_eq!(self.double.filled().len(), store.list().unwrap().len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn random_operations_agree_with_a_map(operations in operations::any()) {
        operations::agree(operations, Entries { double: Double::new(), directory: absent() })?;
    }
}
