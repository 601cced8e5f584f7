//! Stores that are damaged, in the way, or not to be written to.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use crate::support::{Home, demo, finish};

#[test]
fn a_corrupt_record_is_told_and_left_alone() {
    let (home, server) = (Home::new(), demo());
    home.login(&server, "alice");
    home.login(&server, "bob");
    let broken = home
        .stored()
        .into_iter()
        .find(|(_, bytes)| String::from_utf8_lossy(bytes).contains("\"alice\""))
        .unwrap()
        .0;
    fs::write(&broken, "{ \"v\": 1, tr").unwrap();
    for args in [
        &["token", "alice"][..],
        &["token", "alice", "--force-refresh"],
        &["logout", "alice"],
        &["request", "GET", "https://api.example/", "-a", "alice"],
    ] {
        home.check(args, 10, &["cannot be read", "left as it is", "corrupt store file", "next:"]);
    }
    let run = home.run(&["status"]);
    run.check(&["status"], 10, &["corrupt store file"]);
    assert!(run.out.contains("bob\n") && run.out.contains("unreadable"), "{run:?}");
    let run = home.run(&["account", "list"]);
    run.check(&["account", "list"], 10, &[]);
    assert!(run.out.contains("bob ") && run.out.contains("unreadable"), "{run:?}");
    home.ok(&["token", "bob"]);
    assert_eq!(fs::read_to_string(&broken).unwrap(), "{ \"v\": 1, tr");
}

#[test]
fn a_record_of_a_later_version_is_left_to_it() {
    let (home, server) = (Home::new(), demo());
    home.login(&server, "alice");
    let (path, bytes) = home.stored().into_iter().find(|(_, bytes)| !bytes.is_empty()).unwrap();
    let text = String::from_utf8(bytes).unwrap().replacen("\"v\": 2", "\"v\": 99", 1);
    // The checksum of this version would say that it is damaged.
    let (rest, _) = text.split_once(",\n  \"sum\"").unwrap();
    fs::write(path, format!("{rest}\n}}\n")).unwrap();
    home.check(&["token"], 10, &["newer version"]);
}

#[test]
fn a_place_that_is_no_store_is_unavailable() {
    let home = Home::new();
    let file = home.write("file", "");
    let store = format!("file:{}/store", file.display());
    home.check(&["status", "--store", &store], 7, &["the store cannot be used", "--store file:PATH"]);
    fs::create_dir(home.path("open")).unwrap();
    fs::set_permissions(home.path("open"), fs::Permissions::from_mode(0o777)).unwrap();
    home.check(&["status", "--store", "file:open"], 7, &["cannot be trusted", "chmod 700"]);
    home.check(&["status", "--store", "file:"], 2, &["a store is file:PATH"]);
}

#[test]
fn a_store_that_cannot_be_written_stops_a_login_before_it_begins() {
    let (home, server) = (Home::new(), demo());
    home.login(&server, "alice");
    // root passes every mode check, so it needs a mount of its own; others are stopped by a mode.
    let script = "if [ \"$(id -u)\" = 0 ]; then\n\
         [ -n \"$UNSHARED\" ] || UNSHARED=1 exec unshare --mount sh -ec \"$SCRIPT\" sh \"$@\"\n\
         mount --bind \"$PLACE\" \"$PLACE\"\nmount -o remount,bind,ro \"$PLACE\"\n\
         else chmod -R u-w \"$PLACE\"; fi\nexec \"$@\"\n";
    let place = home.path("home").join("store");
    let read_only = |args: &[&str]| {
        let inner = home.command(args);
        let mut command = Command::new("sh");
        command.args(["-ec", script, "sh", env!("CARGO_BIN_EXE_countersign")]).args(args).env_clear();
        command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let run = finish(command.env("SCRIPT", script).env("PLACE", &place).current_dir(home.path("")));
        assert!(Command::new("chmod").args(["-R", "u+w"]).arg(&place).status().unwrap().success());
        run
    };
    // What is there can be used.
    read_only(&["token"]).check(&["token"], 0, &[]);
    let login = ["login", server.url(), "--client-id", "demo-public", "--account", "carol", "--no-input"];
    let run = read_only(&login);
    run.check(&login, 7, &["the store cannot be used", "next:"]);
    assert!(!run.err.contains("Open this address"), "{}", run.err);
    read_only(&["token", "--force-refresh"]).check(&["token"], 7, &["the store cannot be used"]);
    read_only(&["logout"]).check(&["logout"], 7, &["the store cannot be used"]);
    let doctor = ["store", "doctor", "--store", "file:home/store/new/store"];
    let run = read_only(&doctor);
    run.check(&doctor, 7, &["is not there so far, and", "cannot be written to", "--store file:PATH"]);
    home.ok(&["token", "--force-refresh"]);
}

#[test]
fn a_sqlite_database_is_a_store_like_any_other() {
    let home = Home::new();
    home.write("t", "the-token");
    let store = format!("sqlite:{}", home.path("credentials.db").display());
    home.ok(&["account", "import", "--name", "batch", "--access-token", "@t", "--store", &store]);
    assert_eq!(home.ok(&["token", "--store", &store]), "the-token\n");
    assert!(home.ok(&["status", "--store", &store]).contains("sqlite:"));
    let mode = fs::metadata(home.path("credentials.db")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    home.check(&["token"], 3, &["no account"]);
    home.ok(&["logout", "--local-only", "--store", &store]);
    home.check(&["token", "--store", &store], 3, &[]);
    fs::write(home.path("credentials.db"), "not a database, and long enough to be taken for one").unwrap();
    home.check(&["token", "--store", &store], 10, &["corrupt"]);
}
