//! No secret reaches what is printed.

use core::{error::Error as _, time::Duration};

use countersign_store::{
    Error, ErrorKind, FailingStore, MemoryKeySource, MemoryStore, Operation, SealKey, Store,
    conformance::{self, Failures, Place},
    ownership::Owner,
    sidecar::{LockFile, Sidecar},
};
use countersign_token::{ClientCredentials, Credential, Key, Revision};
use testkit::{assert_no_canary, canary};

fn store() -> MemoryStore {
    let store = MemoryStore::new();
    let credential = Credential::oauth1_two_legged(ClientCredentials::new("client", canary::SECRET));
    let mut lease = store.lock(&key(), Duration::ZERO).unwrap();
    lease.save(&credential, Revision::ABSENT).unwrap();
    store
}

fn key() -> Key {
    Key::new("issuer", "client", "ann")
}

fn failures() -> Failures {
    // One place for all cases is no empty one, so that some of them fail.
    let store = store();
    conformance::check(|| {
        let (store, planted) = (store.clone(), store.clone());
        Place::new(move || Box::new(store.clone()))
            .with_plant(move |key, form| planted.plant(key, form.into()))
    })
    .unwrap_err()
}

#[test]
fn nothing_shows_a_secret() {
    let path =
        std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("canary-{}", std::process::id()));
    let owner = Owner::of(path.parent().unwrap());
    assert_no_canary! {
        MemoryStore => store(),
        FailingStore<MemoryStore> => {
            let store = FailingStore::new(store());
            store.fail_always(Operation::Load, ErrorKind::Corrupt);
            store
        },
        Operation => Operation::Save,
        ErrorKind => ErrorKind::Corrupt,
        Error, Display => {
            let store = store();
            store.plant(&key(), format!("{{\"v\": 1, \"{0}\": \"{0}", canary::SECRET).into());
            let error = store.load(&key()).unwrap_err();
            canary::check_text("source of Error", &error.source().unwrap().to_string());
            error
        },
        Place => Place::new(|| Box::new(store())),
        Failures, Display => failures(),
        Owner => owner,
        SealKey => SealKey::new(*canary::SECRET.as_bytes().first_chunk().unwrap()),
        MemoryKeySource => {
            MemoryKeySource::of(SealKey::new(*canary::SECRET.as_bytes().first_chunk().unwrap()))
        },
        Sidecar => Sidecar::new(owner),
        LockFile => Sidecar::new(owner).try_lock(&path).unwrap().unwrap(),
    }
    std::fs::remove_file(path).unwrap();
}
