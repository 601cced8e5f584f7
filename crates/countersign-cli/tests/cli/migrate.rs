//! Moving credentials: nothing is lost, nothing stays behind, and what was broken off goes on.

use core::time::Duration;
use std::{fs, os::unix::fs::PermissionsExt, process::Stdio, thread};

use countersign_store_sealed::export;
use countersign_token::{
    AccessToken, Client, Credential, Key, Record, Revision, Secret, Timestamp, TokenSet,
};

use testkit::canary::SECRET;

use crate::support::{Home, Run, demo, finish, get};

/// Runs with one passphrase for the store and one for where it goes.
fn run(home: &Home, args: &[&str]) -> Run {
    finish(
        home.undecided(args)
            .env("COUNTERSIGN_STORE_PASSPHRASE", "old")
            .env("COUNTERSIGN_TO_PASSPHRASE", "new"),
    )
}

#[track_caller]
fn ok(home: &Home, args: &[&str]) -> Run {
    let run = run(home, args);
    run.check(args, 0, &[]);
    run
}

fn fill(home: &Home, store: &str, encryption: &str) {
    for name in ["ann", "ben", "eve"] {
        home.write("t", &format!("{SECRET}-{name}"));
        ok(
            home,
            &[
                "account",
                "import",
                "--name",
                name,
                "--access-token",
                "@t",
                "--store",
                store,
                "--store-encryption",
                encryption,
            ],
        );
    }
}

fn is_whole(home: &Home, store: &str, passphrase: &str) {
    for name in ["ann", "ben", "eve"] {
        let args = ["token", name, "--store", store];
        let run = finish(home.undecided(&args).env("COUNTERSIGN_STORE_PASSPHRASE", passphrase));
        run.check(&args, 0, &[]);
        assert_eq!(run.out, format!("{SECRET}-{name}\n"));
    }
}

#[track_caller]
fn moves(from: (&str, &str), to: (&str, &str)) {
    let home = Home::new();
    let ((from, before), (to, after)) = (from, to);
    fill(&home, from, before);
    let args = ["store", "migrate", "--store", from, "--to", to, "--to-encryption", after];
    let copied = ok(&home, &args);
    assert!(copied.err.contains("still has the credentials"), "{copied:?}");
    is_whole(&home, from, "old");
    is_whole(&home, to, "new");
    assert_eq!(home.remains("b", SECRET) > 0, after == "none");
    let removed = [&args[..], &["--remove-source", "--json"]].concat();
    let document = countersign_token::json::Value::parse(ok(&home, &removed).out.as_bytes()).unwrap();
    let number = |name| get(&document, name).as_integer().unwrap();
    assert_eq!((number("copied"), number("same"), number("removed")), (0, 3, 3));
    is_whole(&home, to, "new");
    assert_eq!(ok(&home, &["account", "list", "--store", from]).out, "");
    assert_eq!(home.remains("a", SECRET), 0, "{from} {before}");
}

#[test]
fn from_clear_to_sealed_and_from_file_to_database() {
    moves(("file:a/s", "none"), ("sqlite:b/c.db", "passphrase"));
}

#[test]
fn from_sealed_to_clear_and_from_database_to_file() {
    moves(("sqlite:a/c.db", "passphrase"), ("file:b/s", "none"));
}

#[test]
fn from_clear_to_clear() {
    moves(("sqlite:a/c.db", "none"), ("file:b/s", "none"));
}

#[test]
fn from_sealed_to_sealed() {
    moves(("file:a/s", "passphrase"), ("file:b/s", "passphrase"));
}

#[test]
fn where_it_is() {
    for (store, directory) in [("file:f", "f"), ("sqlite:s/c.db", "s")] {
        let home = Home::new();
        fill(&home, store, "none");
        assert!(home.remains(directory, SECRET) > 0);
        let to =
            |encryption: &'static str| ["store", "migrate", "--store", store, "--to-encryption", encryption];
        ok(&home, &to("passphrase")).check(&["migrate"], 0, &["encryption passphrase, 3 changed"]);
        assert_eq!(home.remains(directory, SECRET), 0, "{store}");
        is_whole(&home, store, "new");
        let args = ["token", "ann", "--store", store];
        run(&home, &args).check(&args, 10, &["another passphrase"]);

        // Another passphrase; where it came from is the same URL.
        let rekey = ["store", "migrate", "--store", store, "--to", store, "--to-encryption", "passphrase"];
        let mut command = home.undecided(&rekey);
        finish(command.env("COUNTERSIGN_STORE_PASSPHRASE", "new").env("COUNTERSIGN_TO_PASSPHRASE", "newer"))
            .check(&rekey, 0, &["3 changed"]);
        is_whole(&home, store, "newer");

        let none = to("none");
        finish(home.undecided(&none).env("COUNTERSIGN_STORE_PASSPHRASE", "newer")).check(
            &none,
            0,
            &["encryption none, 3 changed"],
        );
        home.check_undecided(&["token", "eve", "--store", store], 0, &[]);
        home.check_undecided(&none, 0, &["0 changed"]);
        home.check_undecided(
            &["store", "migrate", "--store", store, "--to", store],
            2,
            &["where the credentials are already"],
        );
        home.check_undecided(&[&none[..], &["--remove-source"]].concat(), 2, &["no other store"]);
        home.check_undecided(
            &["store", "migrate", "--store", store, "--to-encryption", "keyring"],
            7,
            &["no keyring to talk to"],
        );
    }
}

#[test]
fn the_store_that_was_meant_is_meant_where_it_went() {
    let home = Home::new();
    home.import("alice", "at-a");
    home.import("bob", "at-b");
    home.ok(&["account", "use", "bob"]);
    home.check_undecided(
        &["store", "migrate", "--to", "sqlite:new/c.db", "--remove-source"],
        0,
        &["from now on sqlite:"],
    );
    assert_eq!(home.check_undecided(&["token"], 0, &[]).out, "at-b\n");
    let status = home.check_undecided(&["status"], 0, &[]).out;
    assert!(
        status.contains("new/c.db (configuration)") && status.contains("account    bob (configuration)"),
        "{status}"
    );
    assert!(home.stored().iter().all(|(_, bytes)| bytes.is_empty()));
    assert_eq!(home.configuration().matches("account = \"bob\"").count(), 1, "{}", home.configuration());
}

#[test]
fn what_is_in_clear_by_nobody_s_choice_is_not_copied_in_clear() {
    let home = Home::new();
    home.import("alice", "at");
    fs::remove_file(home.path("home/config.toml")).unwrap();
    let args = ["store", "migrate", "--to", "sqlite:new/c.db"];
    home.check_undecided(&args, 7, &["nothing else was chosen", "--to-encryption none"]);
    assert_eq!((home.remains("new", "at"), home.configuration().as_str()), (0, ""));
    home.check_undecided(&[&args[..], &["--to-encryption", "none"]].concat(), 0, &["1 copied now"]);
    let empty = Home::new();
    empty.check_undecided(&args, 7, &["nothing else was chosen"]);
    let shown = empty.check_undecided(&["status"], 0, &[]);
    assert!(shown.out.contains("encryption undecided (default)"), "{shown:?}");
}

#[test]
fn what_differs_is_not_overwritten() {
    let home = Home::new();
    home.import("alice", "older");
    home.ok(&["store", "migrate", "--to", "file:new"]);
    let old = ["--store", &format!("file:{}", home.path("home/store").display())].map(ToOwned::to_owned);
    home.write("t", "newer");
    home.ok(&["account", "import", "--name", "alice", "--access-token", "@t", "--store", &old[1]]);
    let again = ["store", "migrate", "--store", &old[1], "--to", "file:new", "--remove-source"];
    home.check(&again, 3, &["both stores have alice", "--replace"]);
    assert_eq!(home.ok(&["token", "--store", "file:new"]), "older\n");
    home.ok(&[&again[..], &["--replace"]].concat());
    assert_eq!(home.ok(&["token", "--store", "file:new"]), "newer\n");
    home.check(&["token", "--store", &old[1]], 3, &["no account"]);
}

#[test]
fn one_that_cannot_be_read_stops_it_and_stays() {
    let home = Home::new();
    fill(&home, "file:old", "none");
    let broken = home.path("old/kept+imported+ben.json");
    fs::write(&broken, "{").unwrap();
    let args = [
        "store",
        "migrate",
        "--store",
        "file:old",
        "--to",
        "file:new",
        "--to-encryption",
        "passphrase",
        "--remove-source",
    ];
    run(&home, &args).check(&args, 10, &["at account ben", "the same command again goes on"]);
    assert_eq!(fs::read_to_string(&broken).unwrap(), "{");
    fs::remove_file(&broken).unwrap();
    ok(&home, &args);
    for name in ["ann", "eve"] {
        let args = ["token", name, "--store", "file:new"];
        assert_eq!(
            finish(home.undecided(&args).env("COUNTERSIGN_STORE_PASSPHRASE", "new")).out,
            format!("{SECRET}-{name}\n")
        );
    }
    // Where it is, the others are encrypted all the same, and a second run comes to the end.
    fill(&home, "file:here", "none");
    let broken = home.path("here/kept+imported+ben.json");
    let whole = fs::read_to_string(&broken).unwrap();
    fs::write(&broken, "{").unwrap();
    let args = ["store", "migrate", "--store", "file:here", "--to-encryption", "passphrase"];
    run(&home, &args).check(&args, 10, &["the same command again"]);
    fs::write(&broken, whole).unwrap();
    assert_eq!(home.remains("here", SECRET), 1);
    ok(&home, &args).check(&args, 0, &[]);
    assert_eq!(home.remains("here", SECRET), 0);
    is_whole(&home, "file:here", "new");
}

#[test]
fn a_place_that_cannot_be_written_changes_nothing() {
    let (home, server) = (Home::new(), demo());
    home.login(&server, "alice");
    fs::create_dir(home.path("open")).unwrap();
    fs::set_permissions(home.path("open"), fs::Permissions::from_mode(0o777)).unwrap();
    home.check(&["store", "migrate", "--to", "file:open", "--remove-source"], 7, &["cannot be trusted"]);
    home.check(&["store", "migrate", "--to", "memory:"], 2, &["keeps nothing"]);
    home.check(
        &["store", "migrate", "--to", "floppy:"],
        2,
        &["floppy: names no store", "a store is file:PATH"],
    );
    home.check(&["store", "migrate"], 2, &["--to <URL>|--to-encryption <HOW>"]);
    home.ok(&["token"]);
    // What was moved is refreshed as before.
    home.ok(&["store", "migrate", "--to", "sqlite:new/c.db", "--remove-source"]);
    home.ok(&["token", "--force-refresh"]);
}

const MANY: usize = 24;

/// A home with many accounts in a store in clear.
fn many(store: &str) -> Home {
    let home = Home::new();
    let records: Vec<Record> = (0..MANY)
        .map(|number| {
            let access = AccessToken::bearer(
                Secret::new(format!("token-{number:02}")),
                Timestamp::from_unix(1_800_000_000),
            );
            let credential = Credential::oauth2(Client::new("c"), TokenSet::new(access));
            Record::new(Key::new("kept", "c", format!("a{number:02}")), credential, Revision::new(1))
        })
        .collect();
    home.write("export", export::clear(&records).unwrap().expose());
    home.ok(&["account", "import", "export", "--store", store, "--quiet"]);
    home
}

/// The tokens that can be read from a store.
fn tokens(home: &Home, store: &str) -> Vec<String> {
    let args = ["account", "export", "--all", "--store", store, "--quiet"];
    let run = finish(home.undecided(&args).env("COUNTERSIGN_STORE_PASSPHRASE", "new"));
    if run.code == Some(3) {
        return Vec::new();
    }
    run.check(&args, 0, &[]);
    let records = export::Export::parse(&run.out).unwrap().open(None).unwrap();
    records.iter().map(|record| record.credential.tokens[0].secret.expose().to_owned()).collect()
}

/// Runs a migration again and again, each time killed a little later, until it comes to its end.
fn killed_until_done(home: &Home, args: &[&str], mut between: impl FnMut()) -> usize {
    let (mut kills, mut pause) = (0, 10);
    loop {
        let mut command = home.undecided(args);
        let mut child = command
            .env("COUNTERSIGN_TO_PASSPHRASE", "new")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(pause));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            return kills;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        pause += pause / 2;
        between();
    }
}

#[test]
fn a_migration_that_is_killed_again_and_again_loses_nothing() {
    let home = many("file:old");
    let args = [
        "store",
        "migrate",
        "--store",
        "file:old",
        "--to",
        "sqlite:new/c.db",
        "--to-encryption",
        "none",
        "--remove-source",
    ];
    let kills = killed_until_done(&home, &args, || {
        let mut there = tokens(&home, "file:old");
        there.extend(tokens(&home, "sqlite:new/c.db"));
        there.sort();
        there.dedup();
        assert_eq!(there.len(), MANY);
    });
    assert!(kills > 2, "{kills}");
    assert_eq!((tokens(&home, "sqlite:new/c.db").len(), tokens(&home, "file:old").len()), (MANY, 0));
    assert_eq!(home.remains("old", "token-"), 0);
}

#[test]
fn a_change_of_encryption_that_is_killed_again_and_again_loses_nothing() {
    for (store, directory) in [("file:f", "f"), ("sqlite:s/c.db", "s")] {
        let home = many(store);
        let args = ["store", "migrate", "--store", store, "--to-encryption", "passphrase"];
        let kills = killed_until_done(&home, &args, || ());
        assert!(kills > 2, "{kills}");
        assert_eq!(tokens(&home, store).len(), MANY);
        assert_eq!(home.remains(directory, "token-"), 0, "{store}");
    }
}
