//! What was changed, cut, or put in another place does not open, and stays as it is.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use countersign_store::{ErrorKind, Lease, MemoryStore, Store};
use countersign_store_sealed::SealedStore;
use countersign_token::{Key, Revision, Scopes};
use testkit::canary;

use crate::place::{credential, envelope, form, header_key, key, lease, mark, open, plant, save};

/// That the record is refused by everything, and is still the same after everything was tried.
#[track_caller]
fn check(inner: &MemoryStore, store: &SealedStore, key: &Key, expected: ErrorKind) {
    let before = form(inner, key);
    let revision = inner.load(key).unwrap().unwrap().revision;
    assert_eq!(store.load(key).unwrap_err().kind(), expected);
    let mut lease = lease(store, key);
    assert_eq!(lease.load().unwrap_err().kind(), expected);
    assert_eq!(lease.save(&credential("new"), revision).unwrap_err().kind(), expected);
    assert_eq!(lease.delete(revision).unwrap_err().kind(), expected);
    assert!(form(inner, key).ct_eq(before));
    assert!(store.list().unwrap().contains(key));
}

fn two() -> (MemoryStore, SealedStore) {
    let inner = MemoryStore::new();
    let store = open(&inner, "a").unwrap();
    save(&store, &key("ann"), "of ann").unwrap();
    save(&store, &key("ben"), "of ben").unwrap();
    (inner, store)
}

#[test]
fn a_record_of_another_key_does_not_open() {
    let (inner, store) = two();
    let (ann, ben) = (envelope(&inner, &key("ann")), envelope(&inner, &key("ben")));
    plant(&inner, &key("ann"), &ben, Revision::new(1));
    plant(&inner, &key("ben"), &ann, Revision::new(1));
    check(&inner, &store, &key("ann"), ErrorKind::Undecryptable);
    check(&inner, &store, &key("ben"), ErrorKind::Undecryptable);
    for other in [
        Key::new("https://issuer.example", "client", "Ann"),
        Key::new("https://issuer.example", "client/ann", ""),
        key("ann").with_scopes(Scopes::none()),
        key("ann").with_resource(vec![String::new()]),
    ] {
        plant(&inner, &other, &ann, Revision::new(1));
        check(&inner, &store, &other, ErrorKind::Undecryptable);
    }
    plant(&inner, &key("ann"), &ann, Revision::new(1));
    assert_eq!(mark(&store.load(&key("ann")).unwrap().unwrap()), "of ann");
}

#[test]
fn a_record_of_another_revision_does_not_open() {
    let (inner, store) = two();
    let first = envelope(&inner, &key("ann"));
    save(&store, &key("ann"), "later").unwrap();
    for revision in [2, 0, 3, u64::MAX] {
        plant(&inner, &key("ann"), &first, Revision::new(revision));
        check(&inner, &store, &key("ann"), ErrorKind::Undecryptable);
    }
}

#[test]
fn a_record_of_another_store_does_not_open() {
    let (inner, _) = two();
    let (other, store) = two();
    plant(&other, &key("ann"), &envelope(&inner, &key("ann")), Revision::new(1));
    check(&other, &store, &key("ann"), ErrorKind::Undecryptable);
    // Nor with the other store's keys, which the same passphrase opens.
    let header = inner.load(&header_key()).unwrap().unwrap();
    plant(&other, &header_key(), &envelope(&inner, &header_key()), header.revision);
    let store = open(&other, "a").unwrap();
    check(&other, &store, &key("ben"), ErrorKind::Undecryptable);
}

#[test]
fn a_record_of_an_earlier_data_key_does_not_open() {
    let (inner, store) = two();
    let old = envelope(&inner, &key("ann"));
    store.rekey(crate::place::passphrase("b")).unwrap();
    plant(&inner, &key("ann"), &old, Revision::new(1));
    check(&inner, &store, &key("ann"), ErrorKind::Undecryptable);
    check(&inner, &open(&inner, "b").unwrap(), &key("ann"), ErrorKind::Undecryptable);
}

#[test]
fn every_flipped_bit_and_every_cut_is_seen() {
    let (inner, store) = two();
    let whole = STANDARD_NO_PAD.decode(envelope(&inner, &key("ann"))).unwrap();
    let kind = |bytes: &[u8]| {
        plant(&inner, &key("ann"), &STANDARD_NO_PAD.encode(bytes), Revision::new(1));
        store.load(&key("ann")).unwrap_err().kind()
    };
    for bit in 0..whole.len() * 8 {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        // The first byte is the version, and a higher one is somebody else's.
        let expected = if bytes[0] > 1 { ErrorKind::TooNew } else { ErrorKind::Undecryptable };
        assert_eq!(kind(&bytes), expected, "bit {bit}");
    }
    for length in 0..whole.len() {
        assert_eq!(kind(&whole[..length]), ErrorKind::Undecryptable, "{length} bytes");
    }
    assert_eq!(kind(&[&whole[..], b"x"].concat()), ErrorKind::Undecryptable);
    check(&inner, &store, &key("ann"), ErrorKind::Undecryptable);
    plant(&inner, &key("ann"), "not base64!", Revision::new(1));
    check(&inner, &store, &key("ann"), ErrorKind::Undecryptable);
}

#[test]
fn every_flipped_bit_and_every_cut_of_the_keys_is_seen() {
    let (inner, _) = two();
    let whole = STANDARD_NO_PAD.decode(envelope(&inner, &header_key())).unwrap();
    let kind = |bytes: &[u8]| {
        plant(&inner, &header_key(), &STANDARD_NO_PAD.encode(bytes), Revision::new(1));
        open(&inner, "a").map(drop).unwrap_err().kind()
    };
    // The parameters come after version, store, count, kind and salt; their high bits are out of bounds.
    let parameters = 1 + 16 + 1 + 1 + 16;
    for bit in 0..whole.len() * 8 {
        let byte = bit / 8;
        // Costs that are within the bounds, and take their time.
        if (parameters..parameters + 12).contains(&byte) && byte % 4 != parameters % 4 {
            continue;
        }
        let mut bytes = whole.clone();
        bytes[byte] ^= 1 << (bit % 8);
        let expected = if bytes[0] > 1 { ErrorKind::TooNew } else { ErrorKind::Undecryptable };
        assert_eq!(kind(&bytes), expected, "bit {bit}");
    }
    for length in 0..whole.len() {
        assert_eq!(kind(&whole[..length]), ErrorKind::Undecryptable, "{length} bytes");
    }
    plant(&inner, &header_key(), &STANDARD_NO_PAD.encode(&whole), Revision::new(1));
    assert!(open(&inner, "a").is_ok());
}

#[test]
fn a_record_in_clear_is_not_trusted() {
    let (inner, store) = two();
    lease(&inner, &key("eve")).save(&credential("planted"), Revision::ABSENT).unwrap();
    check(&inner, &store, &key("eve"), ErrorKind::Insecure);
}

#[test]
fn lost_keys_are_not_made_anew() {
    let (inner, store) = two();
    lease(&inner, &header_key()).delete(Revision::new(1)).unwrap();
    let anew = open(&inner, "a").unwrap();
    check(&inner, &anew, &key("ann"), ErrorKind::Undecryptable);
    for store in [&store, &anew] {
        assert_eq!(save(store, &key("new"), "x").unwrap_err().kind(), ErrorKind::Undecryptable);
    }
    assert!(inner.load(&header_key()).unwrap().is_none());
}

#[test]
fn no_secret_reaches_the_inner_store() {
    let inner = MemoryStore::new();
    let store = open(&inner, canary::SECRET).unwrap();
    save(&store, &key("ann"), canary::SECRET).unwrap();
    store.rekey(crate::place::passphrase(canary::SECRET)).unwrap();
    for key in inner.list().unwrap() {
        let form = form(&inner, &key);
        canary::check_text("the inner store", form.expose());
        let bytes = STANDARD_NO_PAD.decode(envelope(&inner, &key)).unwrap();
        canary::check_text("an envelope", &String::from_utf8_lossy(&bytes));
        for word in ["client-secret", "oauth1", "token_credentials"] {
            assert!(!form.expose().contains(word));
        }
    }
    // What is looked for is there where it is looked for.
    assert!(canary::shows(store.load(&key("ann")).unwrap().unwrap().to_json().expose()));
}

#[test]
fn no_nonce_repeats() {
    let (inner, store) = two();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..100 {
        save(&store, &key("ann"), "the same").unwrap();
        let bytes = STANDARD_NO_PAD.decode(envelope(&inner, &key("ann"))).unwrap();
        assert!(seen.insert(bytes[9..33].to_vec()));
    }
}

#[test]
fn what_a_later_version_put_beside_the_envelope_is_kept() {
    let (inner, store) = two();
    for key in [key("ann"), header_key()] {
        let later = form(&inner, &key).expose().replacen('{', "{\"later\": [1],", 1);
        inner.plant(&key, later.into());
    }
    store.rekey(crate::place::passphrase("b")).unwrap();
    for key in [key("ann"), header_key()] {
        assert!(form(&inner, &key).expose().contains("later"));
    }
}
