//! No secret reaches what is printed, not even from an error of the keyring that holds it.

use core::{error::Error as _, time::Duration};
use std::sync::Arc;

use countersign_store::{KeySource, Lease, SealKey, Store};
use countersign_store_keyring::{Cause, Keyring, KeyringKey, KeyringStore, Persistence};
use countersign_token::{ClientCredentials, Credential, Key, Revision};
use keyring_core::{CredentialStore, Error, api::CredentialStoreApi, mock};
use testkit::{assert_no_canary, canary};

#[test]
fn nothing_shows_a_secret() {
    let directory =
        std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("canary-{}", std::process::id()));
    let entries = mock::Store::new().unwrap();
    let keyring = {
        let entries = entries.clone();
        let connect = move || Ok(Arc::clone(&entries) as Arc<CredentialStore>);
        Keyring::connecting("mock", Persistence::Process, connect)
    };
    let store = KeyringStore::open(keyring.clone(), "countersign", &directory).unwrap();
    let source = KeyringKey::open(keyring.clone(), "countersign", "data", &directory).unwrap();
    source.create(&SealKey::new(*canary::SECRET.as_bytes().first_chunk().unwrap())).unwrap();
    let key = Key::new("issuer", "client", "ann");
    let credential = Credential::oauth1_two_legged(ClientCredentials::new("client", canary::SECRET));
    let mut lease = store.lock(&key, Duration::ZERO).unwrap();
    lease.save(&credential, Revision::ABSENT).unwrap();
    assert_no_canary! {
        Cause, Display => Cause::TooBig { limit: 2560 },
        Keyring => keyring,
        KeyringKey => source.clone(),
        KeyringStore => store.clone(),
        Persistence, Display => Persistence::Permanent,
    }

    let entry = entries.build("countersign", &key.to_text(), None).unwrap();
    let whole = String::from_utf8(entry.get_secret().unwrap()).unwrap();
    let check = |error: countersign_store::Error| {
        canary::check("Error", &error);
        canary::check_text("Error", &error.to_string());
        canary::check_text("its source", &error.source().unwrap().to_string());
    };
    for damaged in [whole.replace("oauth1", canary::SECRET), whole.replace(",\n", ""), canary::SECRET.into()]
    {
        entry.set_secret(damaged.as_bytes()).unwrap();
        check(lease.load().unwrap_err());
    }
    entry.set_secret(whole.as_bytes()).unwrap();
    let bytes = || canary::SECRET.as_bytes().to_vec();
    let platform = || Box::new(std::io::Error::other(canary::SECRET));
    for error in [
        Error::BadEncoding(bytes()),
        Error::BadDataFormat(bytes(), platform()),
        Error::BadStoreFormat(canary::SECRET.into()),
        Error::PlatformFailure(platform()),
        Error::NoStorageAccess(platform()),
        Error::Invalid(canary::SECRET.into(), canary::SECRET.into()),
        Error::TooLong(canary::SECRET.into(), 1),
        Error::NotSupportedByStore(canary::SECRET.into()),
        Error::Ambiguous(Vec::new()),
    ] {
        let retried = matches!(error, Error::PlatformFailure(_));
        entry.as_any().downcast_ref::<mock::Cred>().unwrap().set_error(error);
        match lease.load() {
            Err(error) => check(error),
            // It is tried again over another connection, and the mock fails once.
            Ok(record) => assert!(retried && record.is_some()),
        }
    }
    entries
        .build("countersign", "data", None)
        .unwrap()
        .set_secret(format!("countersign-key-v1:{}", canary::SECRET).as_bytes())
        .unwrap();
    check(source.load().unwrap_err());
    std::fs::remove_dir_all(directory).unwrap();
}
