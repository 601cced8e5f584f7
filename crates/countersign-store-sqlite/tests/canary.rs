//! No secret reaches what is printed, not even from a damaged database.

use core::{error::Error as _, time::Duration};

use countersign_store::{Error, Lease, Store};
use countersign_store_sqlite::SqliteStore;
use countersign_token::{ClientCredentials, Credential, Key, Revision};
use rusqlite::Connection;
use testkit::{assert_no_canary, canary};

fn shows_nothing(error: &Error) {
    canary::check("Error", error);
    canary::check_text("Error", &error.to_string());
    canary::check_text("its source", &error.source().unwrap().to_string());
}

#[test]
fn nothing_shows_a_secret() {
    let directory =
        std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("canary-{}", std::process::id()));
    let store = SqliteStore::open(directory.join("credentials.db")).unwrap();
    let key = Key::new("issuer", "client", "ann");
    let credential = Credential::oauth1_two_legged(ClientCredentials::new("client", canary::SECRET));
    let mut lease = store.lock(&key, Duration::ZERO).unwrap();
    lease.save(&credential, Revision::ABSENT).unwrap();
    assert_no_canary! { SqliteStore => store.clone() }

    let connection = Connection::open(store.path()).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    for damage in [
        format!("UPDATE credentials SET form = '{}'", canary::SECRET),
        format!("UPDATE credentials SET key = '{}'", canary::SECRET),
        format!("ALTER TABLE credentials RENAME COLUMN form TO \"{}\"", canary::SECRET),
        format!("DROP TABLE access_tokens; CREATE VIEW access_tokens AS SELECT '{}'", canary::SECRET),
    ] {
        connection.execute_batch(&damage).unwrap();
        shows_nothing(&lease.load().unwrap_err());
        shows_nothing(&lease.save(&credential, Revision::new(1)).unwrap_err());
        shows_nothing(&store.check().unwrap_err());
    }
    drop((lease, store, connection));
    std::fs::remove_dir_all(directory).unwrap();
}
