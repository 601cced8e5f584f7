//! What a store is and whether it is healthy.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
};

use countersign_store_sealed::export;
use countersign_token::{
    AccessToken, Client, Credential, Key, Record, Revision, Secret, Timestamp, TokenSet, json::Value,
};

use crate::support::{Home, flag, get, text};

/// The state of a check, and what there is to do.
fn state(home: &Home, args: &[&str], id: &str) -> (String, String) {
    let run = home.run(&[&["store", "doctor", "--json"], args].concat());
    let document = Value::parse(run.out.as_bytes()).unwrap();
    let checks = get(&document, "checks").as_array().unwrap();
    let mut found = checks.iter().filter(|check| text(check, "id") == id);
    let check = found
        .find(|check| text(check, "state") != "ok")
        .or_else(|| checks.iter().find(|check| text(check, "id") == id));
    let check = check.unwrap_or_else(|| panic!("{id} is not in {run:?}"));
    (text(check, "state").to_owned(), get(check, "next").as_text().unwrap_or_default().to_owned())
}

fn mode(home: &Home, name: &str, mode: u32) {
    fs::set_permissions(home.path(name), fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn info_says_where_and_how_and_who_decided_so() {
    let home = Home::new();
    let info = home.json(&["store", "info"]);
    assert_eq!(
        (text(&info, "kind"), text(&info, "store_from"), flag(&info, "exists")),
        ("file", "default", Some(false))
    );
    let info = home.check_undecided(&["store", "info"], 0, &[]).out;
    assert!(info.contains("encryption undecided (default)") && info.contains("none so far"), "{info}");
    home.import("alice", "at");
    let info = home.json(&["store", "info"]);
    let is = |name: &str, expected: &str| assert_eq!(text(&info, name), expected);
    is("encryption", "none");
    is("encryption_from", "environment");
    is("persistence", "permanently");
    is("mode", "0700");
    assert!(text(&info, "path").ends_with("/home/store"));
    assert_eq!((get(&info, "accounts").as_integer(), flag(&info, "locks")), (Some(1), Some(true)));
    assert!(get(&info, "bytes").as_integer().unwrap() > 100);

    let store = ["--store", "sqlite:db/c.db", "--store-encryption", "passphrase", "--store-passphrase", "@p"];
    home.write("p", "pass");
    home.ok(&[&["account", "import", "--name", "a", "--access-token", "@t"], &store[..]].concat());
    // It takes no passphrase to say that there is one.
    let run = home.check_undecided(&["store", "info", "--store", "sqlite:db/c.db"], 0, &[]);
    assert!(
        run.out.contains("encryption passphrase (store)") && run.out.contains("accounts   1\n"),
        "{run:?}"
    );
    assert!(run.out.contains("mode       0600, of you"), "{run:?}");
}

#[test]
fn a_healthy_store_is_told_so() {
    let home = Home::new();
    home.ok(&["store", "doctor"]);
    home.import("alice", "at");
    for store in ["file:f", "sqlite:d/c.db"] {
        home.ok(&["account", "import", "--name", "a", "--access-token", "@t", "--store", store]);
        let out = home.ok(&["store", "doctor", "--store", store]);
        assert!(out.lines().all(|line| line.starts_with("ok ")), "{out}");
        assert!(out.contains("1 of 1 can be read"), "{out}");
    }
    let names: Vec<_> =
        fs::read_dir(home.path("f")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().contains("doctor")), "{names:?}");
}

#[test]
fn what_is_wrong_is_told_with_what_to_do() {
    let home = Home::new();
    home.import("alice", "at");
    home.import("bob", "at");
    let record = "home/store/kept+imported+alice.json";
    let check = |id: &str, expected: &str, next: &str| {
        let (state, found) = state(&home, &[], id);
        assert_eq!(state, expected, "{id}: {found}");
        assert!(found.contains(next), "{id}: {found}");
    };

    mode(&home, record, 0o644);
    check("permissions", "problem", "chmod 600 ");
    home.check(&["store", "doctor"], 7, &["a problem", "others can get at", "chmod 600"]);
    mode(&home, record, 0o600);
    mode(&home, "home/store", 0o755);
    check("permissions", "warning", "chmod 700 ");
    home.ok(&["store", "doctor"]);
    mode(&home, "home/store", 0o777);
    check("place", "problem", "chmod 700");
    home.check(&["store", "doctor"], 7, &[]);
    mode(&home, "home/store", 0o700);

    symlink("/etc/passwd", home.path("home/store/link.json")).unwrap();
    check("links", "problem", "rm ");
    fs::remove_file(home.path("home/store/link.json")).unwrap();

    fs::write(home.path("home/store/.kept+imported+alice.json.tmp"), "").unwrap();
    mode(&home, "home/store/.kept+imported+alice.json.tmp", 0o600);
    check("leftovers", "warning", "use the account once");
    home.ok(&["store", "doctor"]);
    home.ok(&["account", "rename", "alice", "ann"]);
    check("leftovers", "ok", "");
    home.ok(&["account", "rename", "ann", "alice"]);

    let whole = fs::read_to_string(home.path(record)).unwrap();
    fs::write(home.path(record), &whole[..50]).unwrap();
    check("records", "problem", "move the file away");
    home.check(&["store", "doctor"], 10, &["alice: corrupt store file"]);
    // What is damaged counts before what is open to others.
    mode(&home, record, 0o644);
    home.check(&["store", "doctor"], 10, &["2 problems"]);
    mode(&home, record, 0o600);
    // The checksum of this version would say that it is damaged.
    let newer = whole.replacen("\"v\": 2", "\"v\": 99", 1);
    let (newer, _) = newer.split_once(",\n  \"sum\"").unwrap();
    fs::write(home.path(record), format!("{newer}\n}}\n")).unwrap();
    check("records", "problem", "use the version that wrote it");
}

#[test]
fn what_is_no_file_is_to_be_removed_and_what_is_in_clear_to_be_encrypted() {
    let home = Home::new();
    home.import("alice", "at");
    let record = home.path("home/store/kept+imported+alice.json");
    let clear = fs::read(&record).unwrap();
    fs::rename(&record, home.path("elsewhere")).unwrap();
    symlink(home.path("elsewhere"), &record).unwrap();
    let removed = |why: &str| {
        let (state, found) = state(&home, &[], "records");
        assert_eq!(state, "problem", "{found}");
        assert!(found.contains("remove what is not yours") && !found.contains("migrate"), "{found}");
        home.check(&["token", "alice"], 7, &[why, "chmod 700", "countersign store doctor"]);
    };
    removed("it is a symbolic link");
    fs::remove_file(&record).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&record).status().unwrap().success());
    removed("it is not a regular file");
    assert_eq!(state(&home, &[], "permissions").0, "ok", "the mode of a pipe is not to be mended");

    home.write("p", "a passphrase");
    let sealed = ["--store", "file:sealed", "--store-encryption", "passphrase", "--store-passphrase", "@p"];
    home.ok(&[&["account", "import", "--name", "bob", "--access-token", "@t"], &sealed[..]].concat());
    let left = home.path("sealed/kept+imported+alice.json");
    fs::write(&left, clear).unwrap();
    fs::set_permissions(&left, fs::Permissions::from_mode(0o600)).unwrap();
    let (found, next) = state(&home, &sealed, "records");
    assert_eq!(found, "problem", "{next}");
    assert!(next.contains("store migrate --to-encryption"), "{next}");
}

#[test]
fn a_token_from_the_future_makes_the_clock_doubtful() {
    let home = Home::new();
    let access = AccessToken::bearer(Secret::new("at"), Timestamp::parse("2125-01-01T00:00:00Z").unwrap());
    let credential = Credential::oauth2(Client::new("c"), TokenSet::new(access));
    let record = Record::new(Key::new("kept", "c", "a"), credential, Revision::new(1));
    home.write("export", export::clear(&[record]).unwrap().expose());
    assert_eq!(state(&home, &[], "clock").0, "ok");
    home.ok(&["account", "import", "export"]);
    let (state, next) = state(&home, &[], "clock");
    assert_eq!((state.as_str(), next.starts_with("set the clock")), ("warning", true));
}

#[test]
fn a_damaged_database_and_a_lost_passphrase_are_told() {
    let home = Home::new();
    home.write("t", "at");
    home.write("p", "pass");
    let store = ["--store", "sqlite:db/c.db"];
    let sealed = ["--store-encryption", "passphrase", "--store-passphrase", "@p"];
    home.ok(&[&["account", "import", "--name", "a", "--access-token", "@t"], &store[..], &sealed].concat());
    home.ok(&[&["store", "doctor"], &store[..], &sealed].concat());
    home.check_undecided(&["store", "doctor", "--store", store[1]], 7, &["needs its passphrase"]);
    home.write("p", "other");
    home.check(&[&["store", "doctor"], &store[..], &sealed].concat(), 10, &["cannot be decrypted"]);
    fs::write(home.path("db/c.db"), [b'x'; 4096]).unwrap();
    home.check(&[&["store", "doctor"], &store[..]].concat(), 10, &["corrupt"]);
}
