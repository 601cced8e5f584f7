//! The program with a real keyring: GNOME's, in a session and a home of its own.
//!
//! `cargo test` does not run this, as not every machine has that keyring: `interop/secret-service/run` installs
//! it and does. Without it these tests fail.

#![cfg(unix)]

#[path = "../cli/support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the other tests of the program use the rest")]
mod support;

use std::{
    env, fs,
    os::unix::fs::PermissionsExt,
    process::{Command, Stdio},
};

use testkit::canary::SECRET;

use crate::support::{Home, Run, finish};

const UNLOCKED: &str = "printf pass | gnome-keyring-daemon --unlock --components=secrets";
const LOCKED: &str = "gnome-keyring-daemon --start --components=secrets";

/// Runs a script in a session with a keyring; `$C` is the program.
fn session(home: &Home, keyring: &str, script: &str) -> Run {
    let runtime = home.path("run");
    if !runtime.exists() {
        fs::create_dir(&runtime).unwrap();
        fs::set_permissions(&runtime, fs::Permissions::from_mode(0o700)).unwrap();
    }
    let script = format!("set -eu\n{keyring} >/dev/null\n{script}");
    let mut command = Command::new("dbus-run-session");
    command.args(["--", "sh", "-c", &script]).current_dir(home.path("")).env_clear().stdin(Stdio::null());
    command
        .env("PATH", env::var_os("PATH").unwrap_or_default())
        .env("HOME", home.path(""))
        .env("XDG_RUNTIME_DIR", runtime)
        .env("COUNTERSIGN_HOME", home.path("home"))
        .env("C", env!("CARGO_BIN_EXE_countersign"));
    finish(&mut command)
}

#[track_caller]
fn ok(home: &Home, script: &str) -> Run {
    let run = session(home, UNLOCKED, script);
    assert_eq!(run.code, Some(0), "{run:#?}");
    run
}

#[test]
fn a_key_in_the_keyring_encrypts_what_nobody_decided_about() {
    let home = Home::new();
    home.write("t", SECRET);
    let run = ok(&home, "$C account import --name a --access-token @t\n$C token\n$C status");
    assert!(
        run.out.starts_with(&format!("{SECRET}\n")) && run.out.contains("encryption keyring (store)"),
        "{run:?}"
    );
    assert!(home.configuration().contains("encryption = \"keyring\""));
    assert!(home.remains("home", "kept+imported+a") > 0);
    assert_eq!(home.remains("home", SECRET), 0);
    // In another session, and beside it.
    assert_eq!(ok(&home, "$C token").out, format!("{SECRET}\n"));
    home.check_undecided(&["token"], 7, &["cannot be opened", "no keyring to talk to"]);
    home.check_undecided(&["store", "doctor"], 7, &["the keyring cannot be used"]);
    assert!(ok(&home, "$C store doctor").out.contains("keyring        it answers"));
    // One that is locked, with nobody there to unlock it.
    let run = session(&home, LOCKED, "$C token");
    assert_eq!((run.code, run.out.as_str()), (Some(7), ""), "{run:?}");
    ok(&home, "$C logout --local-only");
    assert_eq!(home.check_undecided(&["account", "list"], 7, &[]).out, "");
}

#[test]
fn the_keyring_is_a_store() {
    let home = Home::new();
    home.write("t", "tok-1");
    let run = ok(
        &home,
        "export COUNTERSIGN_STORE=keyring:\n$C account import --name a --access-token @t\n$C token\n$C account list\n\
         $C store info --json\n$C store doctor\n\
         $C account import --name b --access-token keyring:countersign/kept/imported/a\n$C token b",
    );
    assert!(run.out.starts_with("tok-1\na  OAuth 2.0  kept\n"), "{run:?}");
    assert!(
        run.out.contains("\"kind\": \"keyring\"") && run.out.contains("\"persistence\": \"permanently\"")
    );
    // What the keyring has under that name is the record.
    assert!(run.out.contains("\"tok-1\""), "{run:?}");
    assert_eq!(home.remains("home", "tok-1"), 0);
    let run = ok(&home, "export COUNTERSIGN_STORE=keyring:\n$C logout --all --local-only\n$C account list");
    assert!(run.out.is_empty() && run.err.contains("no account is stored in keyring:"), "{run:?}");
}

#[test]
fn a_store_in_clear_is_encrypted_where_it_is() {
    for store in ["file:store", "sqlite:db/c.db"] {
        let home = Home::new();
        let directory = store.split_once(':').unwrap().1.split('/').next().unwrap();
        home.write("t", SECRET);
        home.ok(&["account", "import", "--name", "a", "--access-token", "@t", "--store", store]);
        assert!(home.remains(directory, SECRET) > 0);
        let script =
            format!("export COUNTERSIGN_STORE={store}\n$C store migrate --to-encryption keyring\n$C token");
        assert_eq!(ok(&home, &script).out, format!("{SECRET}\n"));
        assert_eq!(home.remains(directory, SECRET), 0, "{store}");
        // A new key, and into the keyring as a whole, and back in clear.
        let script = format!(
            "export COUNTERSIGN_STORE={store}\n$C store migrate --to-encryption keyring\n\
             $C store migrate --to keyring: --remove-source\n$C token --store keyring:\n\
             $C store migrate --store keyring: --to file:back --to-encryption none --remove-source"
        );
        assert_eq!(ok(&home, &script).out, format!("{SECRET}\n"));
        assert_eq!(home.ok(&["token", "--store", "file:back"]), format!("{SECRET}\n"));
        assert!(ok(&home, "$C account list --store keyring:").out.is_empty());
    }
}
