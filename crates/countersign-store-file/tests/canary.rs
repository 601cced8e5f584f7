//! No secret reaches what is printed, not even from a damaged file.

use core::{error::Error as _, time::Duration};
use std::fs;

use countersign_store::{Lease, Store};
use countersign_store_file::FileStore;
use countersign_token::{ClientCredentials, Credential, Key, Revision};
use testkit::{assert_no_canary, canary};

#[test]
fn nothing_shows_a_secret() {
    let directory =
        std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("canary-{}", std::process::id()));
    let store = FileStore::open(&directory).unwrap();
    let key = Key::new("issuer", "client", "ann");
    let credential = Credential::oauth1_two_legged(ClientCredentials::new("client", canary::SECRET));
    let mut lease = store.lock(&key, Duration::ZERO).unwrap();
    lease.save(&credential, Revision::ABSENT).unwrap();
    assert_no_canary! { FileStore => store.clone() }

    let file = directory.join("issuer+client+ann.json");
    let whole = fs::read_to_string(&file).unwrap();
    for damaged in [whole.replace("oauth1", canary::SECRET), whole.replace(",\n", ""), canary::SECRET.into()]
    {
        fs::write(&file, damaged).unwrap();
        let error = lease.load().unwrap_err();
        canary::check("Error", &error);
        canary::check_text("Error", &error.to_string());
        canary::check_text("its source", &error.source().unwrap().to_string());
    }
    fs::remove_dir_all(directory).unwrap();
}
