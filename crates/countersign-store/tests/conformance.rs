//! The doubles pass the suite, and a store with any one flaw fails it in the case that is about that flaw.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use countersign_store::{
    Error, FailingStore, Lease, MemoryStore, Store,
    conformance::{self, Place},
    form,
};
use countersign_token::{Credential, Key, Record, Revision, Secret};

#[test]
fn doubles_conform() {
    check("memory", |store| Box::new(store.clone()));
    check("failing", |store| Box::new(FailingStore::new(store.clone())));
    check("behind an arc", |store| Box::new(Arc::new(store.clone())));
    check("behind two boxes", |store| Box::new(Box::new(store.clone()) as Box<dyn Store>));
}

fn check(name: &str, wrap: fn(&MemoryStore) -> Box<dyn Store>) {
    let passed = conformance::check(|| {
        let store = MemoryStore::new();
        let planted = store.clone();
        Place::new(move || wrap(&store)).with_plant(move |key, form| planted.plant(key, form.into()))
    })
    .unwrap_or_else(|failures| panic!("{name}: {failures}"));
    assert_eq!(passed, conformance::names().len(), "{name}");
}

#[test]
fn polled_lock_conforms() {
    assert_eq!(flaws_seen(Flaw::None), [""; 0]);
}

#[test]
fn flaws_are_seen() {
    std::thread::scope(|scope| {
        for (flaw, cases) in [
            (Flaw::NeverRereads, &["L1 a lease reads anew", "S1 load sees what another handle saved"][..]),
            (Flaw::IgnoresRevision, &["L2 another revision is a conflict"]),
            (Flaw::LocksNothing, &["S3 a lease excludes the same handle and others"]),
            (Flaw::LocksPerHandle, &["S3 a lease excludes the same handle and others"]),
            (Flaw::LocksAll, &["S4 a lease blocks no other key, load or list"]),
            (Flaw::KeepsLeaseInPanic, &["S5 a panic gives the lease back"]),
            (Flaw::FoldsCase, &["S6 keys that differ never meet"]),
            (Flaw::CutsKeys, &["S6 long keys work"]),
            (Flaw::TakesAnySize, &["S8 a megabyte is kept, more is refused"]),
            (
                Flaw::ReplacesDamage,
                &["L5 a corrupt record is reported and kept", "L5 a newer record is reported and kept"],
            ),
            (Flaw::CountsOn, &["L3 a deletion begins the count again"]),
            (Flaw::DropsUnknown, &["L7 unknown members survive"]),
        ] {
            scope.spawn(move || {
                let seen = flaws_seen(flaw);
                for case in cases {
                    assert!(seen.contains(case), "{flaw:?} was seen by {seen:?} only");
                }
            });
        }
    });
}

#[test]
fn every_case_has_a_name_of_its_own() {
    let names = conformance::names();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    assert_eq!(names.len(), 22);
}

fn flaws_seen(flaw: Flaw) -> Vec<&'static str> {
    let outcome = conformance::check(|| {
        let shared = Arc::new(Mutex::new(Shared::default()));
        let planted = Arc::clone(&shared);
        Place::new(move || Box::new(Toy { flaw, shared: Arc::clone(&shared), own: Arc::default() }))
            .with_plant(move |key, form| {
                planted.lock().unwrap().forms.insert(name(flaw, key), (key.clone(), form.to_owned()));
            })
    });
    match outcome {
        Ok(_) => Vec::new(),
        Err(failures) => failures.names().collect(),
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    None,
    NeverRereads,
    IgnoresRevision,
    LocksNothing,
    LocksPerHandle,
    LocksAll,
    KeepsLeaseInPanic,
    FoldsCase,
    CutsKeys,
    TakesAnySize,
    ReplacesDamage,
    CountsOn,
    DropsUnknown,
}

#[derive(Default)]
struct Shared {
    forms: BTreeMap<String, (Key, String)>,
    highest: BTreeMap<String, Revision>,
    leased: BTreeSet<String>,
}

/// A small store that polls for its leases and has at most one flaw.
#[derive(Clone)]
struct Toy {
    flaw: Flaw,
    shared: Arc<Mutex<Shared>>,
    own: Arc<Mutex<Own>>,
}

#[derive(Default)]
struct Own {
    cache: BTreeMap<Key, Option<Record>>,
    leased: BTreeSet<String>,
}

fn name(flaw: Flaw, key: &Key) -> String {
    match flaw {
        Flaw::FoldsCase => {
            key.account.to_lowercase() + &key.issuer.to_lowercase() + &key.client.to_lowercase()
        }
        Flaw::CutsKeys => key.to_text().chars().take(250).collect(),
        _ => key.to_text(),
    }
}

impl Toy {
    fn lock_name(&self, key: &Key) -> String {
        match self.flaw {
            Flaw::LocksAll => String::new(),
            _ => name(self.flaw, key),
        }
    }

    fn read(&self, key: &Key) -> Result<Option<Record>, Error> {
        let shared = self.shared.lock().unwrap();
        let Some((_, text)) = shared.forms.get(&name(self.flaw, key)) else {
            return Ok(None);
        };
        match (self.flaw, form::read(key, &Secret::new(text.as_str()))) {
            (Flaw::ReplacesDamage, Err(_)) => Ok(None),
            // These check neither whose record it is nor how long.
            (Flaw::FoldsCase | Flaw::CutsKeys | Flaw::TakesAnySize, Err(_)) => {
                Ok(Record::from_json(text.as_bytes()).ok())
            }
            (_, read) => read.map(Some),
        }
    }
}

impl Store for Toy {
    fn load(&self, key: &Key) -> Result<Option<Record>, Error> {
        if self.flaw == Flaw::NeverRereads {
            let mut own = self.own.lock().unwrap();
            if let Some(cached) = own.cache.get(key) {
                return Ok(cached.clone());
            }
            let read = self.read(key)?;
            own.cache.insert(key.clone(), read.clone());
            return Ok(read);
        }
        self.read(key)
    }

    fn list(&self) -> Result<Vec<Key>, Error> {
        let shared = self.shared.lock().unwrap();
        Ok(shared.forms.values().map(|(key, _)| key.clone()).collect())
    }

    fn try_lock(&self, key: &Key) -> Result<Option<Box<dyn Lease>>, Error> {
        let name = self.lock_name(key);
        let granted = match self.flaw {
            Flaw::LocksNothing => true,
            Flaw::LocksPerHandle => self.own.lock().unwrap().leased.insert(name),
            _ => self.shared.lock().unwrap().leased.insert(name),
        };
        Ok(granted.then(|| Box::new(ToyLease { store: self.clone(), key: key.clone() }) as Box<dyn Lease>))
    }
}

struct ToyLease {
    store: Toy,
    key: Key,
}

impl Lease for ToyLease {
    fn load(&mut self) -> Result<Option<Record>, Error> {
        self.store.load(&self.key)
    }

    fn save(&mut self, credential: &Credential, expected: Revision) -> Result<Revision, Error> {
        let flaw = self.store.flaw;
        let stored = self.store.load(&self.key)?;
        let mut revision = match flaw {
            Flaw::IgnoresRevision => stored.map_or(Revision::ABSENT, |record| record.revision).next(),
            _ => form::succeed(stored.as_ref(), expected)?,
        };
        let name = name(flaw, &self.key);
        let highest = self.store.shared.lock().unwrap().highest.get(&name).copied();
        if let (Flaw::CountsOn, Some(highest)) = (flaw, highest) {
            revision = highest.next();
        }
        let form = match flaw {
            Flaw::TakesAnySize => Record::new(self.key.clone(), credential.clone(), revision).to_json(),
            _ => form::write(&self.key, credential, revision)?,
        };
        let mut text = form.expose().to_owned();
        if flaw == Flaw::DropsUnknown {
            text = text.replace("from_the_future", "x");
        }
        let mut shared = self.store.shared.lock().unwrap();
        shared.forms.insert(name.clone(), (self.key.clone(), text));
        shared.highest.insert(name, revision);
        drop(shared);
        self.store
            .own
            .lock()
            .unwrap()
            .cache
            .insert(self.key.clone(), Some(Record::new(self.key.clone(), credential.clone(), revision)));
        Ok(revision)
    }

    fn delete(&mut self, expected: Revision) -> Result<(), Error> {
        let stored = self.store.load(&self.key)?;
        if self.store.flaw != Flaw::IgnoresRevision {
            form::succeed(stored.as_ref(), expected)?;
        }
        let mut shared = self.store.shared.lock().unwrap();
        shared.forms.remove(&name(self.store.flaw, &self.key));
        self.store.own.lock().unwrap().cache.insert(self.key.clone(), None);
        Ok(())
    }
}

impl Drop for ToyLease {
    fn drop(&mut self) {
        if self.store.flaw == Flaw::KeepsLeaseInPanic && std::thread::panicking() {
            return;
        }
        let name = self.store.lock_name(&self.key);
        self.store.own.lock().unwrap().leased.remove(&name);
        self.store.shared.lock().unwrap().leased.remove(&name);
    }
}
