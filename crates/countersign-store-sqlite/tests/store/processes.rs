//! Several processes and one database: exclusion, kill -9, the umask, a full disk, the first run.
//!
//! A test runs this program again as the process it needs; `child` is what then runs.

use core::time::Duration;
use std::{fs, io::Read, os::unix::fs::PermissionsExt};

use crate::directory::{absent, database, open};
use countersign_store::{ErrorKind, Lease, Store};
use countersign_store_sqlite::SqliteStore;
use countersign_token::{
    AccessToken, Client, Credential, Key, Record, RefreshToken, Revision, Secret, Timestamp, TokenSet,
};
use testkit::{
    directory::Directory,
    process::{self, Other, say},
    sample::{credential, key, mark},
};

#[test]
fn child() {
    let Some((role, place)) = process::role() else {
        return;
    };
    let store = match SqliteStore::open(place) {
        Ok(store) => store,
        Err(error) => return say(&format!("open: {:?}", error.kind())),
    };
    match role.split_once(' ').unwrap_or((&role, "")) {
        ("hold", _) => {
            let _lease = store.lock(&key(), Duration::from_secs(60)).unwrap();
            say("held");
            let _ = std::io::stdin().read(&mut [0]);
        }
        ("write", _) => loop {
            say(&write(&store, &key()).number().to_string());
        },
        ("increment", account) => {
            // All at once, when the last of them is there.
            say("ready");
            let _ = std::io::stdin().read(&mut [0]);
            for _ in 0..ROUNDS {
                write(&store, &Key::new("issuer", "client", account));
            }
        }
        ("read", _) => {
            let found = store.load(&key()).map(|record| record.map(|record| record.revision.number()));
            say(&format!("{found:?} {:?}", store.list().map(|keys| keys.len())));
            let mut lease = store.lock(&key(), Duration::ZERO);
            let saved = lease.as_mut().map(|lease| lease.save(&credential("new"), Revision::new(1)));
            say(&format!("{:?}", saved.err().map_or(ErrorKind::Unavailable, |error| error.kind())));
        }
        ("fill", "") => {
            let large = large(&store, 300_000, 300_000);
            say(&format!("{:?}", large.map_err(|error| error.kind())));
        }
        ("fill", "tokens") => {
            let large = large(&store, 10, 300_000);
            say(&format!("{:?}", large.map_err(|error| error.kind())));
        }
        (other, _) => panic!("no such role: {other}"),
    }
}

/// Saves a refresh token and an access token of these sizes in the place of others.
fn large(store: &SqliteStore, refresh: usize, access: usize) -> Result<Revision, countersign_store::Error> {
    let secret = Secret::new("a".repeat(access));
    let mut set = TokenSet::new(AccessToken::bearer(secret, Timestamp::from_unix(1_800_000_000)));
    set.refresh = Some(RefreshToken::new("r".repeat(refresh)));
    let mut lease = store.lock(&key(), Duration::from_secs(60)).unwrap();
    lease.save(&Credential::oauth2(Client::new("client"), set), Revision::new(1))
}

/// Saves one revision more, with the revision as its content.
fn write(store: &SqliteStore, key: &Key) -> Revision {
    let mut lease = store.lock(key, Duration::from_secs(60)).unwrap();
    let stored = lease.load().unwrap();
    let revision = stored.map_or(Revision::ABSENT, |record| record.revision);
    let mark = revision.next().number().to_string();
    lease.save(&credential(&mark), revision).unwrap()
}

fn start(role: &str, directory: &Directory, prelude: &str) -> Other {
    Other::start("processes::child", role, &database(directory), prelude)
}

#[test]
fn a_killed_holder_holds_nothing() {
    let directory = absent();
    let store = open(&directory);
    for _ in 0..3 {
        let mut holder = start("hold", &directory, "");
        assert_eq!(holder.hears().as_deref(), Some("held"));
        assert!(store.try_lock(&key()).unwrap().is_none());
        holder.kill();
        assert!(store.try_lock(&key()).unwrap().is_some());
    }
}

fn number(record: &Record) -> u64 {
    mark(record).parse().unwrap()
}

#[test]
fn fifty_kills_lose_nothing() {
    let directory = absent();
    for round in 0..50_u32 {
        let mut writer = start("write", &directory, "");
        // The first line says that it writes; the rest of the delay moves the kill over a whole write.
        let mut acknowledged: u64 = writer.hears().unwrap().parse().unwrap();
        std::thread::sleep(Duration::from_micros(u64::from(round) * 97 % 3000));
        writer.kill();
        while let Some(line) = writer.hears() {
            acknowledged = line.parse().unwrap();
        }
        // Opened anew every other time, so that the log is recovered by one who was not there.
        let store = open(&directory);
        let record = store.load(&key()).unwrap().unwrap();
        let found = record.revision.number();
        assert!(
            found == acknowledged || found == acknowledged + 1,
            "acknowledged {acknowledged}, found {found}"
        );
        assert_eq!(number(&record), found, "a mix of two records");
        store.check().unwrap();
        drop(store.try_lock(&key()).unwrap().unwrap());
    }
}

const ROUNDS: u64 = 20;

/// `processes` at once on an absent directory, each with the account of this name.
fn race(processes: u64, account: impl Fn(u64) -> String, accounts: u64) {
    let directory = absent();
    let mut others: Vec<Other> = (0..processes)
        .map(|number| start(&format!("increment {}", account(number)), &directory, ""))
        .collect();
    for other in &mut others {
        assert_eq!(other.hears().as_deref(), Some("ready"));
    }
    for other in &mut others {
        other.go();
    }
    others.into_iter().for_each(Other::ends_well);
    let store = open(&directory);
    assert_eq!(store.list().unwrap().len() as u64, accounts);
    for number in 0..accounts {
        let record = store.load(&Key::new("issuer", "client", account(number))).unwrap().unwrap();
        assert_eq!(record.revision, Revision::new(ROUNDS * processes / accounts));
    }
    store.check().unwrap();
}

#[test]
fn eight_processes_lose_no_increment_of_one_key() {
    race(8, |_| String::from("ann"), 1);
}

#[test]
fn sixteen_processes_create_the_database_and_lose_no_increment() {
    race(16, |number| format!("account {number}"), 16);
}

#[test]
fn no_umask_opens_a_file_to_others() {
    for umask in ["000", "022", "077"] {
        let directory = absent();
        let mut writer = start("increment ann", &directory, &format!("umask {umask}"));
        assert_eq!(writer.hears().as_deref(), Some("ready"));
        writer.go();
        let mut seen = 0;
        // Looks while it writes, and once after it has ended.
        let mut running = true;
        while running {
            running = writer.is_running();
            for path in directory.files() {
                // A temporary file may be gone again.
                let Ok(metadata) = path.symlink_metadata() else {
                    continue;
                };
                let mode = metadata.permissions().mode() & 0o777;
                assert_eq!(mode, 0o600, "{} under umask {umask}", path.display());
                seen += 1;
            }
        }
        writer.ends_well();
        assert!(seen >= 2);
        for path in [directory.path(), &directory.path().join("credentials.db.locks")] {
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        }
    }
}

/// What is stored after a save that there is no room for, in a file that may not grow past 64 KiB.
fn check_full(role: &str, answer: &str, revision: u64) -> Record {
    let directory = absent();
    write(&open(&directory), &key());
    let mut writer = start(role, &directory, "trap '' XFSZ\nulimit -f 128");
    assert_eq!(writer.hears().as_deref(), Some(answer));
    writer.ends_well();
    let store = open(&directory);
    store.check().unwrap();
    let record = store.load(&key()).unwrap().unwrap();
    assert_eq!(record.revision, Revision::new(revision));
    record
}

#[test]
fn a_full_disk_leaves_the_old_record() {
    assert_eq!(number(&check_full("fill", "Err(Unavailable)", 1)), 1);
}

#[test]
fn no_room_for_an_access_token_loses_no_refresh_token() {
    let record = check_full("fill tokens", "Ok(Revision(2))", 2);
    assert!(record.credential.tokens.is_empty());
    assert!(record.credential.refresh_token().unwrap().secret().ct_eq("r".repeat(10)));
}

/// Runs a reader where the directory cannot be written to.
fn read_only(directory: &Directory) -> Vec<String> {
    let prelude = process::read_only(directory.path(), "");
    let mut reader = start("read", directory, &prelude);
    let lines = std::iter::from_fn(|| reader.hears()).collect();
    reader.ends_well();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o700)).unwrap();
    lines
}

#[test]
fn a_read_only_directory_can_be_read() {
    let directory = absent();
    write(&open(&directory), &key());
    assert_eq!(read_only(&directory), ["Ok(Some(1)) Ok(1)", "Unavailable"]);
}

#[test]
fn a_read_only_directory_with_a_log_is_not_read_wrongly() {
    let directory = absent();
    let mut writer = start("write", &directory, "");
    writer.hears().unwrap();
    writer.kill();
    fs::remove_file(directory.path().join("credentials.db-shm")).unwrap();
    let lines = read_only(&directory);
    assert_eq!(lines, ["open: Unavailable"]);
}
