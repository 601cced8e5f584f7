//! Damaged files are moved aside when that is asked for, and nothing else is.

use std::{
    fs,
    path::{Path, PathBuf},
};

use countersign_token::json::Value;

use crate::support::{Home, get, text};

const DAMAGE: &str = "{ \"v\": 2, tr";
const DOCTOR: [&str; 3] = ["store", "doctor", "--quarantine"];

fn record(home: &Home, account: &str) -> PathBuf {
    home.path(&format!("home/store/kept+imported+{account}.json"))
}

fn aside(file: &Path, number: u32) -> PathBuf {
    PathBuf::from(format!("{}.corrupt-{number}", file.display()))
}

/// The accounts that a run with `--json` has moved, and where to.
fn moved(out: &str) -> Vec<(String, PathBuf)> {
    let document = Value::parse(out.as_bytes()).unwrap();
    let moved = get(&document, "quarantined").as_array().unwrap();
    moved
        .iter()
        .map(|one| {
            assert!(text(one, "next").starts_with("countersign login "));
            (text(one, "account").to_owned(), text(one, "path").into())
        })
        .collect()
}

#[test]
fn a_damaged_file_makes_way_for_a_login_on_request() {
    let home = Home::new();
    for account in ["alice", "bob", "carol"] {
        home.import(account, "at");
    }
    let (alice, bob, carol) = (record(&home, "alice"), record(&home, "bob"), record(&home, "carol"));
    let whole = fs::read_to_string(&bob).unwrap();
    let (newer, _) = whole.split_once(",\n  \"sum\"").unwrap();
    let newer = newer.replacen("\"v\": 2", "\"v\": 99", 1) + "\n}\n";
    fs::write(&alice, DAMAGE).unwrap();
    fs::write(&bob, &newer).unwrap();
    let untouched = fs::read(&carol).unwrap();

    // Unasked it says how it would be done, and does nothing.
    let run = home.check(&["store", "doctor"], 10, &["doctor --quarantine, to move the file away"]);
    assert!(run.out.contains("alice: corrupt store file") && !run.out.contains("quarantine     "), "{run:?}");
    home.check(&["token", "alice"], 10, &["countersign store doctor"]);
    let place = format!("file:{}", home.path("home/store").display());
    let same = format!("countersign store doctor --quarantine --store {place}, to move");
    home.check(&["store", "doctor", "--store", &place], 10, &[&same]);
    assert_eq!(fs::read_to_string(&alice).unwrap(), DAMAGE);

    let run = home.check(&DOCTOR, 10, &["bob", "use the version that wrote it"]);
    let path = aside(&alice, 1).display().to_string();
    assert!(run.out.contains("warning  quarantine") && run.out.contains(&path), "{run:?}");
    assert!(run.out.contains("next: countersign login ISSUER --client-id ID --account alice"), "{run:?}");
    assert_eq!(fs::read_to_string(aside(&alice, 1)).unwrap(), DAMAGE);
    assert!(!alice.exists() && !run.out.contains("alice: corrupt"), "{run:?}");
    assert_eq!(fs::read_to_string(&bob).unwrap(), newer);
    assert_eq!(fs::read(&carol).unwrap(), untouched);

    home.import("alice", "again");
    assert_eq!(home.ok(&["token", "alice"]), "again\n");
    home.ok(&["logout", "alice", "--local-only"]);
    assert_eq!(fs::read_to_string(aside(&alice, 1)).unwrap(), DAMAGE);
}

#[test]
fn programs_are_told_where_each_file_went() {
    let home = Home::new();
    home.import("alice", "at");
    let healthy = home.ok(&[&DOCTOR[..], &["--json"]].concat());
    assert_eq!(moved(&healthy), []);
    assert!(home.ok(&DOCTOR).contains("ok       quarantine     no file is damaged"));
    let unasked = Value::parse(home.ok(&["store", "doctor", "--json"]).as_bytes()).unwrap();
    assert!(unasked.as_object().unwrap().get("quarantined").is_none());

    let alice = record(&home, "alice");
    for number in 1..=2 {
        if number > 1 {
            home.import("alice", "at");
        }
        fs::write(&alice, DAMAGE).unwrap();
        // Nothing is wrong with the store any more.
        let out = home.ok(&[&DOCTOR[..], &["--json"]].concat());
        assert_eq!(moved(&out), [("alice".to_owned(), aside(&alice, number))]);
    }
    assert!(aside(&alice, 1).exists() && aside(&alice, 2).exists());
    assert!(home.ok(&["account", "list"]).is_empty());
}

#[test]
fn what_is_damaged_below_the_encryption_is_moved_and_what_is_sealed_is_not() {
    let home = Home::new();
    home.write("p", "a passphrase");
    home.write("t", "at");
    let store = ["--store-encryption", "passphrase", "--store-passphrase", "@p"];
    for account in ["alice", "bob"] {
        home.ok(&[&["account", "import", "--name", account, "--access-token", "@t"], &store[..]].concat());
    }
    let alice = record(&home, "alice");
    fs::write(&alice, DAMAGE).unwrap();
    let bob = fs::read(record(&home, "bob")).unwrap();
    let doctor = [&DOCTOR[..], &["--json"], &store].concat();
    home.write("p", "another passphrase");
    let run = home.run(&doctor);
    run.check(&doctor, 10, &["cannot be decrypted"]);
    assert_eq!(moved(&run.out), [("alice".to_owned(), aside(&alice, 1))]);
    assert_eq!(fs::read(record(&home, "bob")).unwrap(), bob);

    home.write("p", "a passphrase");
    assert_eq!(home.ok(&[&["token", "bob"], &store[..]].concat()), "at\n");
    // The data keys are what all other records need, damaged or not.
    let mut files = home.stored().into_iter().map(|(path, _)| path);
    let is_keys = |path: &PathBuf| {
        let name = path.to_string_lossy();
        name.contains("sealed-store") && name.ends_with(".json")
    };
    let keys = files.find(is_keys).unwrap();
    fs::write(&keys, DAMAGE).unwrap();
    let run = home.run(&doctor);
    run.check(&doctor, 10, &["has the keys of all other records", "from a backup"]);
    assert_eq!(moved(&run.out), []);
    assert_eq!(fs::read_to_string(&keys).unwrap(), DAMAGE);
}

#[test]
fn where_a_record_has_no_file_the_answer_says_what_to_do_instead() {
    let home = Home::new();
    fs::create_dir(home.path("db")).unwrap();
    home.write("db/c.db", "damaged, and long enough to be taken for a database");
    for store in ["sqlite:db/c.db", "keyring:", "memory:"] {
        let args = [&DOCTOR[..], &["--store", store]].concat();
        let run = home.check(&args, 2, &["no record has a file of its own", "store migrate --to file:PATH"]);
        assert!(run.out.is_empty(), "{run:?}");
    }
    assert_eq!(fs::read_dir(home.path("db")).unwrap().count(), 1);
}
