//! How a store is kept from other eyes: chosen, remembered, and never changed on the side.

use std::process::Stdio;

use testkit::canary::SECRET;

use crate::support::{Home, Running, demo, fed, finish, get, text};

const IMPORT: [&str; 6] = ["account", "import", "--name", "a", "--access-token", "@t"];

#[test]
fn without_keyring_and_choice_nothing_begins() {
    let (home, server) = (Home::new(), demo());
    home.write("t", "at");
    let said = [
        "no keyring is there to encrypt the store, and nothing else was chosen",
        "there is no keyring to talk to",
        "start or unlock this session's keyring",
        "--store-encryption passphrase",
        "--store-encryption none",
    ];
    let login = ["login", server.url(), "--client-id", "demo-public", "--no-input"];
    let url = |path: &str| format!("{}{path}", server.url());
    let (first, second, third) =
        (url("/_ah/OAuthGetRequestToken"), url("/_ah/OAuthAuthorizeToken"), url("/_ah/OAuthGetAccessToken"));
    let oauth1 = [
        "oauth1",
        "login",
        "--temporary-credentials-url",
        &first,
        "--authorize-url",
        &second,
        "--token-url",
        &third,
        "--consumer-key",
        "demo-consumer",
        "--consumer-secret",
        "@t",
        "--no-input",
    ];
    for args in [&IMPORT[..], &login, &oauth1] {
        for store in [&[][..], &["--store", "file:elsewhere"], &["--store", "sqlite:elsewhere/c.db"]] {
            let run = home.check_undecided(&[args, store].concat(), 7, &said);
            assert!(!run.err.contains("Open this address"), "{run:?}");
        }
    }
    home.check_undecided(
        &[&IMPORT[..], &["--store", "keyring:"]].concat(),
        7,
        &["keyring: takes cannot be used"],
    );
    home.check_undecided(
        &[&IMPORT[..], &["--store-encryption", "keyring"]].concat(),
        7,
        &["no keyring to talk to"],
    );
    assert_eq!((home.stored().len(), home.configuration().as_str()), (0, ""));
    // There is nothing to keep for who only looks.
    home.check_undecided(&["status"], 0, &["no account is stored"]);
    home.check_undecided(&["token"], 3, &["no account is stored"]);
}

#[test]
fn a_choice_is_made_once() {
    let home = Home::new();
    home.write("t", "at");
    let run = home.check_undecided(&[&IMPORT[..], &["--store-encryption", "none"]].concat(), 0, &[]);
    assert!(!run.err.contains("note:"), "{run:?}");
    assert!(home.configuration().contains("encryption = \"none\""), "{}", home.configuration());
    assert_eq!(home.check_undecided(&["token"], 0, &[]).out, "at\n");
    home.check_undecided(&["logout", "--local-only"], 0, &[]);
    // The store is empty again, and the choice is still made.
    let run = home.check_undecided(&IMPORT, 0, &[]);
    assert!(!run.err.contains("note:"), "{run:?}");
    let status = home.json(&["status"]);
    let setting = get(get(&status, "settings"), "encryption");
    assert_eq!(text(setting, "value"), "none");
    // It is the choice for that store and no other.
    home.check_undecided(
        &[&IMPORT[..], &["--store", "file:other"]].concat(),
        7,
        &["--store-encryption none"],
    );
}

#[test]
fn a_store_of_an_earlier_version_is_kept_as_it_is() {
    let home = Home::new();
    home.import("alice", "at");
    std::fs::remove_file(home.path("home/config.toml")).unwrap();
    assert_eq!(home.check_undecided(&["token"], 0, &[]).out, "at\n");
    let said = ["keeps credentials unencrypted", "countersign store migrate --to-encryption keyring"];
    home.check_undecided(&IMPORT, 0, &said);
    // Who has said that it is to be so is not told again.
    home.check_undecided(&[&IMPORT[..], &["--store-encryption", "none"]].concat(), 0, &[]);
    assert!(!home.check_undecided(&IMPORT, 0, &[]).err.contains("note:"));
    let args = [&IMPORT[..], &["--store-encryption", "passphrase", "--store-passphrase", "env:P"]].concat();
    let run = finish(home.undecided(&args).env("P", "pass"));
    run.check(
        &args,
        3,
        &["is unencrypted, and not encrypted with a passphrase", "store migrate --to-encryption passphrase"],
    );
}

#[test]
fn a_passphrase_opens_what_it_closed() {
    let (home, server) = (Home::new(), demo());
    home.write("t", SECRET);
    for store in ["file:sealed", "sqlite:database/c.db"] {
        let with = |args: &[&str], passphrase: &str| {
            let args = [args, &["--store", store, "--store-passphrase", "env:P"]].concat();
            finish(home.undecided(&args).env("P", passphrase))
        };
        let import = [&IMPORT[..], &["--store-encryption", "passphrase"]].concat();
        with(&import, "").check(&import, 2, &["--store-passphrase is empty"]);
        with(&import, "pass").check(&import, 0, &["kept as \"a\""]);
        assert_eq!(with(&["token"], "pass").out, format!("{SECRET}\n"));
        with(&["token"], "Pass").check(&["token"], 10, &["cannot be decrypted", "another passphrase"]);
        home.check_undecided(
            &["token", "--store", store],
            7,
            &["needs its passphrase", "--store-passphrase @FILE"],
        );
        let none = ["token", "--store", store, "--store-encryption", "none"];
        home.check_undecided(&none, 3, &["is encrypted with a passphrase, and not unencrypted"]);
        let shown = with(&["status"], "pass");
        assert!(shown.out.contains("encryption passphrase (store)"), "{shown:?}");
        assert_eq!(home.remains(store.split_once(':').unwrap().1.split('/').next().unwrap(), SECRET), 0);
        // A login too, and one where the passphrase says all.
        let mut child = Running::start(
            home.undecided(&[
                "login",
                server.url(),
                "--client-id",
                "demo-public",
                "--no-input",
                "--store",
                store,
            ])
            .env("COUNTERSIGN_STORE_PASSPHRASE", "pass"),
        );
        crate::support::Person::approving().visit(&child.url());
        child.end().check(&["login"], 0, &["kept as"]);
    }
}

#[test]
fn a_passphrase_comes_from_where_the_configuration_says() {
    let home = Home::new();
    home.write("t", "at");
    std::fs::create_dir(home.path("home")).unwrap();
    let content = "store-encryption = \"passphrase\"\nstore-passphrase = \"cmd:echo pass\"\n";
    std::fs::write(home.path("home/config.toml"), content).unwrap();
    home.check_undecided(&IMPORT, 0, &[]);
    assert_eq!(home.check_undecided(&["token"], 0, &[]).out, "at\n");
    // And by standard input, of which one line is the passphrase.
    let args = ["token", "--store-passphrase", "-"];
    assert_eq!(fed(home.undecided(&args).stdin(Stdio::piped()), b"pass\n").out, "at\n");
    fed(home.undecided(&args).stdin(Stdio::piped()), b"other\n").check(&args, 10, &[]);
}

#[test]
fn what_will_not_last_is_told() {
    let home = Home::new();
    home.write("t", "at");
    let args = [&IMPORT[..], &["--store", "memory:"]].concat();
    home.check_undecided(&args, 0, &["warning: --store memory: keeps nothing beyond this run"]);
    let args = [&args[..], &["--store-encryption", "passphrase"]].concat();
    home.check_undecided(&args, 2, &["is not encrypted with a passphrase"]);
}
