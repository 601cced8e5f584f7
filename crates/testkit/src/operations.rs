//! Random operations on a store, which must agree with the same ones on a map, also when it is opened anew.

use core::time::Duration;
use std::collections::BTreeMap;

use countersign_store::{ErrorKind, Lease, Store};
use countersign_token::{Key, Revision};
use proptest::{prelude::*, test_runner::TestCaseError};

use crate::sample::{credential, mark};

/// What is done to a store, with the number of the key it is done to.
#[derive(Clone, Debug)]
pub enum Operation {
    /// A save over what is there.
    Save(usize, String),
    /// A save over what is not there.
    StaleSave(usize),
    /// A deletion of what is there, or of nothing.
    Delete(usize),
    /// The store is dropped and opened again.
    Reopen,
    /// What only this kind of store does; see [`Subject::maintain`].
    Maintain,
}

/// The store under test, as it is opened and looked after.
pub trait Subject {
    /// The kind of store.
    type Store: Store;

    /// Opens what is there.
    fn open(&mut self) -> Self::Store;

    /// Does what is done to a store as a whole, where there are `records`; whether it saved each once more.
    fn maintain(&mut self, _store: &Self::Store, _records: usize) -> bool {
        false
    }

    /// Looks for damage, after each operation.
    fn check(&self, _store: &Self::Store) {}
}

/// Any sequence of operations.
pub fn any() -> impl Strategy<Value = Vec<Operation>> {
    let index = 0..keys().len();
    let mark = prop_oneof![4 => "[a-z\"\\\\é]{0,6}", 1 => "[a-z]{2000,4000}"];
    let operation = prop_oneof![
        4 => (index.clone(), mark).prop_map(|(key, mark)| Operation::Save(key, mark)),
        1 => index.clone().prop_map(Operation::StaleSave),
        2 => index.prop_map(Operation::Delete),
        1 => Just(Operation::Reopen),
        1 => Just(Operation::Maintain),
    ];
    proptest::collection::vec(operation, 1..24)
}

/// Keys that careless names would join.
fn keys() -> [Key; 4] {
    [
        Key::new("a", "b", "c"),
        Key::new("a", "b", "C"),
        Key::new("a", "", "bc"),
        Key::new("a", "b", "c".repeat(300)),
    ]
}

/// Does `operations` to a store and to a map, and compares them after each.
///
/// # Errors
/// The first difference.
pub fn agree(operations: Vec<Operation>, mut subject: impl Subject) -> Result<(), TestCaseError> {
    let keys = keys();
    let mut store = Some(subject.open());
    let mut map: BTreeMap<usize, (String, Revision)> = BTreeMap::new();
    for operation in operations {
        let opened = store.take().unwrap();
        let revision = |index| map.get(&index).map_or(Revision::ABSENT, |(_, revision)| *revision);
        let lease = |index: usize| opened.lock(&keys[index], Duration::ZERO).unwrap();
        store = Some(match operation {
            Operation::Save(index, mark) => {
                let expected = revision(index);
                let saved = lease(index).save(&credential(&mark), expected).unwrap();
                prop_assert_eq!(saved, expected.next());
                map.insert(index, (mark, saved));
                opened
            }
            Operation::StaleSave(index) => {
                let refused = lease(index).save(&credential("stale"), revision(index).next()).unwrap_err();
                prop_assert_eq!(refused.kind(), ErrorKind::Conflict);
                opened
            }
            Operation::Delete(index) => {
                lease(index).delete(revision(index)).unwrap();
                map.remove(&index);
                opened
            }
            // The old handle goes first, as at the end of a program.
            Operation::Reopen => {
                drop(opened);
                subject.open()
            }
            Operation::Maintain => {
                if subject.maintain(&opened, map.len()) {
                    map.values_mut().for_each(|(_, revision)| *revision = revision.next());
                }
                opened
            }
        });
        let opened = store.as_ref().unwrap();
        for (index, key) in keys.iter().enumerate() {
            let found = opened.load(key).unwrap().map(|record| (mark(&record), record.revision));
            prop_assert_eq!(found.as_ref(), map.get(&index));
        }
        let listed: std::collections::BTreeSet<_> = opened.list().unwrap().into_iter().collect();
        let expected = map.keys().map(|index| keys[*index].clone()).collect();
        prop_assert_eq!(listed, expected);
        subject.check(opened);
    }
    Ok(())
}
