//! Accounts by name: chosen, shown, renamed, removed.

use crate::support::{Home, demo, finish, flag, get, text};

#[test]
fn the_account_of_use_is_meant_where_none_is_named() {
    let home = Home::new();
    home.import("alice", "at-a");
    home.import("bob", "at-b");
    home.check(&["token"], 3, &["more than one account", "countersign account use NAME"]);
    home.check(&["account", "use", "bob"], 0, &["bob is used where no account is named"]);
    assert_eq!(home.ok(&["token"]), "at-b\n");
    assert_eq!(finish(home.command(&["token"]).env("COUNTERSIGN_ACCOUNT", "alice")).out, "at-a\n");
    assert_eq!(home.ok(&["token", "alice"]), "at-a\n");
    assert_eq!(home.ok(&["account", "list"]), "alice  OAuth 2.0  kept\nbob    OAuth 2.0  kept  (used)\n");
    let list = home.json(&["account", "list"]);
    let used = get(&list, "accounts").as_array().unwrap().iter().map(|account| flag(account, "used"));
    assert_eq!(used.collect::<Vec<_>>(), [Some(false), Some(true)]);
    // It is the choice for this store.
    home.ok(&["account", "import", "--name", "eve", "--access-token", "@t", "--store", "file:other"]);
    home.ok(&["token", "--store", "file:other"]);

    home.check(&["account", "use", "carol"], 3, &["no account \"carol\""]);
    home.check(&["account", "use"], 2, &["<ACCOUNT>"]);
    home.ok(&["account", "use", "--none"]);
    home.check(&["token"], 3, &["more than one account"]);
}

#[test]
fn the_choice_goes_with_the_account() {
    let home = Home::new();
    home.import("alice", "at-a");
    home.import("bob", "at-b");
    home.ok(&["account", "use", "bob"]);
    home.ok(&["account", "rename", "bob", "rob"]);
    assert_eq!(home.ok(&["token"]), "at-b\n");
    home.ok(&["logout", "rob", "--local-only"]);
    assert_eq!(home.ok(&["token"]), "at-a\n");
    home.ok(&["account", "use", "alice"]);
    home.ok(&["account", "remove", "alice"]);
    assert!(!home.configuration().contains("alice"), "{}", home.configuration());
}

#[test]
fn an_account_is_renamed_and_nothing_else() {
    let (home, server) = (Home::new(), demo());
    home.login(&server, "alice");
    home.login(&server, "bob");
    let token = home.ok(&["token", "alice"]);
    let renamed = home.json(&["account", "rename", "alice", "work: a/b"]);
    assert_eq!((text(&renamed, "before"), text(&renamed, "account")), ("alice", "work: a/b"));
    assert_eq!(home.ok(&["token", "work: a/b"]), token);
    home.check(&["token", "alice"], 3, &["no account \"alice\""]);
    home.check(&["account", "rename", "bob", "work: a/b"], 3, &["already"]);
    home.check(&["account", "rename", "nobody", "x"], 3, &["no account"]);
    home.check(&["account", "rename", "bob", "adc"], 2, &["reserved"]);
    home.check(&["account", "rename", "bob", ""], 2, &["needs a name"]);
    home.ok(&["account", "rename", "bob", "bob"]);
    home.ok(&["token", "work: a/b", "--force-refresh"]);
    home.check(&["logout", "work: a/b"], 0, &["revoked"]);
}

#[test]
fn an_account_is_removed_and_the_server_not_told() {
    let (home, server) = (Home::new(), demo());
    home.login(&server, "alice");
    let token = home.ok(&["token"]);
    let removed = home.json(&["account", "remove", "alice"]);
    assert_eq!(text(&removed, "account"), "alice");
    home.check(&["account", "remove", "alice"], 3, &["no account"]);
    home.write("t", &token);
    home.ok(&["account", "import", "--name", "again", "--access-token", "@t"]);
    home.ok(&["request", "GET", &format!("{}/me", server.url()), "--fail"]);
}

#[test]
fn an_account_is_shown_and_no_secret_of_it() {
    let (home, server) = (Home::new(), demo());
    home.login(&server, "alice");
    let token = home.ok(&["token"]);
    let shown = home.ok(&["account", "show"]);
    assert!(
        shown.starts_with("alice\n  kind     OAuth 2.0\n") && shown.contains("  key      http"),
        "{shown}"
    );
    let document = home.json(&["account", "show", "alice"]);
    assert_eq!((text(&document, "account"), flag(&document, "used")), ("alice", Some(false)));
    assert!(!format!("{shown}{document:?}").contains(token.trim()));
    home.check(&["account", "show", "bob"], 3, &["no account \"bob\""]);
    let (path, _) = home.stored().into_iter().find(|(_, bytes)| !bytes.is_empty()).unwrap();
    std::fs::write(path, "{").unwrap();
    let run = home.check(&["account", "show", "alice"], 10, &["left as it is"]);
    assert!(run.out.contains("unreadable"), "{run:?}");
}
