//! The store that encrypts, in files: the suite, what is in the files, and several processes.

mod directory;
mod processes;

use std::{fs, rc::Rc};

use countersign_store::{
    ErrorKind, Store,
    conformance::{self, Place},
};
use countersign_store_sealed::{MemoryKeySource, SealedStore, Unlock};
use countersign_token::{Record, Revision};
use testkit::canary;

use crate::directory::{absent, files, key, passphrase, save};

#[test]
fn sealed_files_conform() {
    let passed = conformance::check(|| {
        let directory = Rc::new(absent());
        let unlock = Unlock::source(MemoryKeySource::new());
        let (planted, unlock_planted) = (Rc::clone(&directory), unlock.clone());
        Place::new(move || Box::new(SealedStore::open(files(&directory), unlock.clone()).unwrap()))
            .with_plant(move |key, form| {
                let store = SealedStore::open(files(&planted), unlock_planted.clone()).unwrap();
                let mut lease = store.try_lock(key).unwrap().unwrap();
                // What a store could have written goes in through the store, damage around it.
                match Record::from_json(form.as_bytes()) {
                    Ok(record) if record.key == *key => {
                        lease.save(&record.credential, Revision::ABSENT).unwrap();
                    }
                    _ => fs::write(planted.file(key), form).unwrap(),
                }
            })
    })
    .unwrap_or_else(|failures| panic!("{failures}"));
    assert_eq!(passed, conformance::names().len());
}

#[test]
fn no_file_holds_a_secret() {
    let directory = absent();
    let store = SealedStore::open(files(&directory), passphrase(canary::SECRET)).unwrap();
    save(&store, &key("ann"), canary::SECRET).unwrap();
    store.rekey(passphrase(canary::SECRET)).unwrap();
    let check = |expected: bool| {
        let mut seen = false;
        for entry in fs::read_dir(directory.path()).unwrap() {
            let bytes = fs::read(entry.unwrap().path()).unwrap();
            seen |= canary::shows(&String::from_utf8_lossy(&bytes));
        }
        assert_eq!(seen, expected);
    };
    check(false);
    // The same save without the seal is found by the same look.
    save(&files(&directory), &key("ben"), canary::SECRET).unwrap();
    check(true);
}

#[test]
fn damage_to_the_file_of_the_keys_loses_no_record() {
    let directory = absent();
    let store = SealedStore::open(files(&directory), passphrase("a")).unwrap();
    save(&store, &key("ann"), "whole").unwrap();
    let file = directory.file(&directory::header_key());
    let whole = fs::read(&file).unwrap();
    for damaged in [&b""[..], &whole[..whole.len() / 2], b"{}"] {
        fs::write(&file, damaged).unwrap();
        let error = SealedStore::open(files(&directory), passphrase("a")).map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt);
        assert_eq!(fs::read(&file).unwrap(), damaged);
    }
    fs::write(&file, whole).unwrap();
    let store = SealedStore::open(files(&directory), passphrase("a")).unwrap();
    assert_eq!(store.load(&key("ann")).unwrap().unwrap().revision, Revision::new(1));
}
