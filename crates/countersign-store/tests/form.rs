//! The limits of a stored form: one for credentials, and one for what they are when encrypted.

use countersign_store::{
    Error, ErrorKind,
    form::{self, MAX_BYTES, MAX_SEALED_BYTES},
};
use countersign_token::{ClientCredentials, Credential, Key, Record, Revision, Secret};

fn key() -> Key {
    Key::new("issuer", "client", "ann")
}

#[test]
fn each_kind_has_its_limit() {
    #[track_caller]
    fn check(make: fn(usize) -> Credential, limit: usize) {
        type Write = fn(&Key, &Credential, Revision) -> Result<Secret, Error>;
        let forms: [(fn(&Record) -> Secret, Write); 2] =
            [(Record::to_json, form::write), (Record::to_checked_json, form::write_checked)];
        for (text, write) in forms {
            let record = |fill| Record::new(key(), make(fill), Revision::new(1));
            let fits = limit - text(&record(0)).expose().len();
            for (fill, expected) in [(fits, None), (fits + 1, Some(ErrorKind::TooBig))] {
                let record = record(fill);
                let written = write(&key(), &record.credential, Revision::new(1));
                assert_eq!(written.map(drop).err().map(|error| error.kind()), expected);
                let read = form::read(&key(), &text(&record));
                assert_eq!(read.map(drop).err().map(|error| error.kind()), expected);
            }
        }
    }
    check(|fill| Credential::sealed("x".repeat(fill)), MAX_SEALED_BYTES);
    check(
        |fill| Credential::oauth1_two_legged(ClientCredentials::new("client", "x".repeat(fill))),
        MAX_BYTES,
    );
}

#[test]
fn what_cannot_be_read_has_the_lower_limit() {
    for (length, expected) in [
        (MAX_BYTES, ErrorKind::Corrupt),
        (MAX_BYTES + 1, ErrorKind::TooBig),
        (MAX_SEALED_BYTES + 1, ErrorKind::TooBig),
    ] {
        let error = form::read(&key(), &" ".repeat(length).into()).map(drop).unwrap_err();
        assert_eq!(error.kind(), expected);
    }
}

/// What a whole megabyte comes to in base64, with what is put around it.
#[test]
fn a_sealed_megabyte_fits() {
    const { assert!(MAX_SEALED_BYTES > (MAX_BYTES + 1024).div_ceil(3) * 4 + 32 * 1024) }
}
