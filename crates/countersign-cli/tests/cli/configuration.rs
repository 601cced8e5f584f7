//! The configuration: what it says counts, what it does not know is kept, what is wrong in it has a line.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
};

use crate::support::{Home, Run, finish, get, text};

fn with(content: &str) -> Home {
    let home = Home::new();
    fs::create_dir(home.path("home")).unwrap();
    fs::write(home.path("home/config.toml"), content).unwrap();
    home
}

#[test]
fn what_is_wrong_is_told_by_its_line() {
    for (content, said) in [
        ("version = 1\nstore = [\n", "line 2"),
        ("version = 2\n", "line 1: version 2 is newer than 1"),
        ("\n\nversion = \"1\"\n", "line 3: version is not 1"),
        (
            "version = 1\nstore-encryption = \"rot13\"\n",
            "line 2: store-encryption is none of keyring, passphrase, none",
        ),
        ("timeout = \"soon\"\n", "line 1: timeout is no number of seconds"),
        ("timeout = 0\n", "line 1: timeout"),
        ("store = 7\n", "line 1: store is no text"),
        ("store = \"\"\n", "line 1: store is no text"),
        (
            "# the secret itself\nstore-passphrase = \"hunter2\"\n",
            "line 2: store-passphrase does not say where",
        ),
        ("stores = 1\n", "line 1: stores is no table"),
        ("[stores]\n\"file:/x\" = 1\n", "line 2: file:/x is no table"),
        ("[stores.\"file:/x\"]\n\naccount = true\n", "line 3: account is no text"),
        ("color = \"mauve\"\n", "line 1: color is none of auto, always, never"),
    ] {
        let home = with(content);
        let run = home.check(&["status"], 3, &["the configuration cannot be used", "config.toml, ", said]);
        assert!(!run.err.contains("hunter2"), "{run:?}");
        // Help is had in any case.
        home.ok(&["help", "configuration"]);
    }
}

#[test]
fn it_counts_after_what_is_typed_and_the_environment() {
    let home = with("version = 1\nstore = \"file:configured\"\ntimeout = 11\n");
    let setting = |run: Run, name: &str| {
        let document = countersign_token::json::Value::parse(run.out.as_bytes()).unwrap();
        let setting = get(get(&document, "settings"), name);
        (text(setting, "value").to_owned(), text(setting, "from").to_owned())
    };
    let status = |more: &[&str], variables: &[(&str, &str)]| {
        let args = [&["status", "--json"], more].concat();
        finish(home.command(&args).envs(variables.iter().copied()))
    };
    let (value, from) = setting(status(&[], &[]), "store");
    assert!(value.ends_with("/configured") && from == "configuration", "{value} {from}");
    assert_eq!(setting(status(&[], &[]), "timeout"), ("11".to_owned(), "configuration".to_owned()));
    let (value, from) = setting(status(&[], &[("COUNTERSIGN_STORE", "file:ambient")]), "store");
    assert!(value.ends_with("/ambient") && from == "environment", "{value} {from}");
    let typed =
        status(&["--store", "file:typed", "--timeout", "5"], &[("COUNTERSIGN_STORE", "file:ambient")]);
    let (value, from) = setting(typed, "store");
    assert!(value.ends_with("/typed") && from == "option", "{value} {from}");

    // Another file in its place.
    home.write("other.toml", "timeout = 12\n");
    assert_eq!(setting(status(&["--config", "other.toml"], &[]), "timeout").0, "12");
    assert_eq!(setting(status(&[], &[("COUNTERSIGN_CONFIG", "other.toml")]), "timeout").0, "12");
    let (value, from) = setting(status(&["--config", "other.toml"], &[]), "config");
    assert_eq!((value.as_str(), from.as_str()), ("other.toml", "option"));
    home.ok(&["account", "list", "--config", "not-there.toml"]);
}

#[test]
fn its_place_is_the_platforms() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let home = Home::new();
    let base = home.path("").display().to_string();
    let base = base.trim_end_matches('/');
    let shown = |variables: &[(&str, &str)]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_countersign"));
        finish(command.arg("status").env_clear().envs(variables.iter().copied())).out
    };
    assert!(shown(&[("HOME", base)]).contains(&format!("{base}/.config/countersign/config.toml, not there")));
    let elsewhere = format!("{base}/etc");
    let both = [("HOME", base), ("XDG_CONFIG_HOME", &elsewhere)];
    assert!(shown(&both).contains(&format!("{base}/etc/countersign/config.toml")));
    assert!(shown(&[("COUNTERSIGN_HOME", base)]).contains(&format!("{base}/config.toml")));
}

#[test]
fn what_it_does_not_know_is_kept_and_told() {
    let content = "# mine\nversion = 1 # one\nfuture = [1,\n 2]\n\n[stores.'file:/x']\nwhat = 'ever'\n\n[extra]\na = 1\n";
    let home = with(content);
    home.import("alice", "at");
    home.check(
        &["account", "list"],
        0,
        &["line 3: future is not known", "line 7: what is", "extra is not known"],
    );
    let quiet = home.check(&["account", "list", "--quiet"], 0, &[]);
    assert_eq!(quiet.err, "");
    home.ok(&["account", "use", "alice"]);
    let after = home.configuration();
    for part in [
        "# mine\nversion = 1 # one\nfuture = [1,\n 2]\n",
        "what = 'ever'",
        "[extra]\na = 1\n",
        "account = \"alice\"",
    ] {
        assert!(after.contains(part), "{part:?} is not in {after}");
    }
}

#[test]
fn it_is_written_for_its_owner_alone_and_through_a_link() {
    let home = Home::new();
    home.import("alice", "at");
    let path = home.path("home/config.toml");
    let mode = |path| fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(path.clone()), mode(home.path("home"))), (0o600, 0o700));
    fs::create_dir(home.path("dotfiles")).unwrap();
    fs::rename(&path, home.path("dotfiles/c.toml")).unwrap();
    symlink(home.path("dotfiles/c.toml"), &path).unwrap();
    home.ok(&["account", "use", "alice"]);
    assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
    assert!(fs::read_to_string(home.path("dotfiles/c.toml")).unwrap().contains("account = \"alice\""));
    let names: Vec<_> =
        fs::read_dir(home.path("dotfiles")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().ends_with(".tmp")), "{names:?}");
}

#[test]
fn one_that_others_can_write_is_not_read() {
    let home = with("store-passphrase = \"cmd:touch ran\"\nstore-encryption = \"passphrase\"\n");
    for mode in [0o666, 0o620] {
        fs::set_permissions(home.path("home/config.toml"), fs::Permissions::from_mode(mode)).unwrap();
        home.check(&["status"], 3, &["others can write to it", "chmod go-w"]);
    }
    assert!(!home.path("ran").exists());
    fs::create_dir(home.path("directory")).unwrap();
    home.check(&["status", "--config", "directory"], 3, &["it is not a file"]);
}

#[test]
fn many_programs_change_it_at_a_time_and_nothing_is_lost() {
    let home = Home::new();
    home.import("alice", "at");
    let children: Vec<_> = (0..8)
        .map(|number| {
            let store = format!("file:store-{number}");
            let args =
                ["account", "import", "--name", "a", "--access-token", "@t", "--store", &store, "--quiet"];
            home.command(&args).spawn().unwrap()
        })
        .collect();
    for mut child in children {
        assert!(crate::support::wait(&mut child).success());
    }
    let after = home.configuration();
    for number in 0..8 {
        assert!(after.contains(&format!("store-{number}\"]\nencryption = \"none\"")), "{after}");
    }
}

#[test]
fn one_that_cannot_be_written_is_as_it_was() {
    let home = with("# mine\n");
    // Where the new one would be written there is something in the way.
    fs::create_dir(home.path("home/.config.toml.tmp")).unwrap();
    home.write("t", "at");
    let import = ["account", "import", "--name", "alice", "--access-token", "@t"];
    home.check(&import, 0, &["warning: the choice is not remembered", "kept as"]);
    home.check(&["account", "use", "alice"], 3, &["the configuration cannot be written", "--config PATH"]);
    assert_eq!(home.configuration(), "# mine\n");
}
