//! Accounts: brought from elsewhere, listed, ended.

use countersign_provider::{Endpoint, Fault, Planted};

use crate::support::{Home, demo, get, nowhere, text};

#[test]
fn an_access_token_from_elsewhere_is_an_account() {
    let home = Home::new();
    let run = home.check(
        &["account", "import", "--name", "batch", "--access-token", "env:T"],
        3,
        &["T is not set"],
    );
    assert_eq!(run.out, "");
    home.write("t", "at-1\n");
    let args = [
        "account",
        "import",
        "--name",
        "batch",
        "--access-token",
        "@t",
        "--expires-at",
        "2125-01-01T00:00:00Z",
        "--scope",
        "a b",
    ];
    home.check(&args, 0, &["kept as \"batch\""]);
    assert_eq!(home.ok(&["token"]), "at-1\n");
    let document = home.json(&["status"]);
    let account = &get(&document, "accounts").as_array().unwrap()[0];
    assert_eq!(text(account, "expiry"), "at");
    assert_eq!(text(account, "expires_at"), "2125-01-01T00:00:00Z");
    assert_eq!(get(account, "scopes").as_array().unwrap().len(), 2);

    for (time, expiry) in [("never", "never"), ("2001-01-01T00:00:00+02:00", "at")] {
        home.ok(&["account", "import", "--name", "batch", "--access-token", "@t", "--expires-at", time]);
        let document = home.json(&["status", "batch"]);
        assert_eq!(text(&get(&document, "accounts").as_array().unwrap()[0], "expiry"), expiry);
    }
    home.check(&["token"], 4, &["batch needs a new login"]);
    home.ok(&["account", "import", "--name", "batch", "--access-token", "@t"]);
    let document = home.json(&["status"]);
    assert_eq!(text(&get(&document, "accounts").as_array().unwrap()[0], "expiry"), "unknown");
    home.check(
        &["account", "import", "--name", "x", "--access-token", "@t", "--expires-at", "soon"],
        2,
        &["--expires-at", "RFC 3339"],
    );
}

#[test]
fn a_refresh_token_from_elsewhere_is_refreshed() {
    let (home, server) = (Home::new(), demo());
    home.login(&server, "alice");
    let stored = home.stored();
    let record =
        stored.iter().find(|(_, bytes)| bytes.windows(15).any(|part| part == b"\"refresh_token\"")).unwrap();
    let record = countersign_token::json::Value::parse(&record.1).unwrap();
    home.write("refresh", text(&record, "refresh_token"));
    let other = Home::new();
    let token_endpoint = format!("{}/token", server.url());
    let refresh = format!("@{}", home.path("refresh").display());
    let args = [
        "account",
        "import",
        "--name",
        "alice",
        "--access-token",
        "spent",
        "--expires-at",
        "2001-01-01T00:00:00Z",
        "--refresh-token",
        &refresh,
        "--token-endpoint",
        &token_endpoint,
        "--client-id",
        "demo-public",
    ];
    other.ok(&args);
    let token = other.ok(&["token"]);
    assert!(token.len() > 16 && token != "spent\n");
    other.check(
        &["account", "import", "--name", "x", "--access-token", "t", "--refresh-token", "r"],
        2,
        &["--token-endpoint"],
    );
    let bad = [
        "account",
        "import",
        "--name",
        "x",
        "--access-token",
        "t",
        "--token-endpoint",
        "http://as.example/",
        "--client-id",
        "c",
    ];
    other.check(&bad, 3, &["--token-endpoint"]);
}

#[test]
fn what_is_imported_is_one_kind_or_the_other() {
    let home = Home::new();
    home.check(&["account", "import", "--name", "x"], 2, &["--access-token"]);
    home.check(
        &[
            "account",
            "import",
            "--name",
            "x",
            "--access-token",
            "t",
            "--consumer-key",
            "k",
            "--consumer-secret",
            "s",
        ],
        2,
        &[],
    );
    home.check(&["account", "import", "--name", "adc", "--access-token", "t"], 2, &["reserved"]);
    home.check(&["account", "import", "--name", "", "--access-token", "t"], 2, &["name"]);
    home.check(&["account", "import", "--access-token", "t"], 2, &["--name"]);
    home.ok(&["account", "import", "--name", "two-legged", "--consumer-key", "k", "--consumer-secret", "s"]);
    assert!(!home.ok(&["oauth1", "sign", "GET", "https://api.example/"]).contains("oauth_token="));
}

#[test]
fn accounts_are_listed_without_their_secrets() {
    let (home, server) = (Home::new(), demo());
    home.check(&["account", "list"], 0, &["no account is stored"]);
    home.login(&server, "alice");
    home.ok(&[
        "account",
        "import",
        "--name",
        "cal",
        "--consumer-key",
        "k",
        "--consumer-secret",
        "s3cr3t-of-cal",
    ]);
    let list = home.ok(&["account", "list"]);
    assert_eq!(list, format!("alice  OAuth 2.0   {}\ncal    OAuth 1.0a  kept\n", server.url()));
    let document = home.json(&["account", "list"]);
    let accounts = get(&document, "accounts").as_array().unwrap();
    assert_eq!((text(&accounts[0], "account"), text(&accounts[0], "kind")), ("alice", "oauth2"));
    assert_eq!((text(&accounts[1], "account"), text(&accounts[1], "kind")), ("cal", "oauth1"));

    let shown = home.ok(&["status"]);
    let token = home.ok(&["token", "alice"]);
    assert!(!shown.contains(token.trim()) && !shown.contains("s3cr3t"), "{shown}");
    for words in [
        "alice\n",
        "kind     OAuth 2.0",
        "scopes   files.read profile",
        "then refreshed silently",
        "(default)",
    ] {
        assert!(shown.contains(words), "{words:?}: {shown}");
    }
    assert!(!home.ok(&["status", "cal"]).contains("alice"));
    let settings = home.json(&["status", "--timeout", "5"]);
    assert_eq!(text(get(get(&settings, "settings"), "timeout"), "from"), "option");
    assert_eq!(text(get(get(&settings, "settings"), "store"), "from"), "default");
}

#[test]
fn a_logout_kills_the_token_and_leaves_nothing() {
    let (home, server) = (Home::new(), demo());
    home.login(&server, "alice");
    let token = home.ok(&["token"]);
    home.check(&["logout"], 0, &["alice: revoked at the server, and forgotten"]);
    home.check(&["token"], 3, &[]);
    for (path, bytes) in home.stored() {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(token.trim()), "{}", path.display());
    }
    home.write("t", &token);
    home.ok(&["account", "import", "--name", "dead", "--access-token", "@t"]);
    let me = format!("{}/me", server.url());
    home.check(&["request", "GET", &me, "--fail"], 22, &["401"]);
}

#[test]
fn a_server_that_does_not_answer_keeps_the_account() {
    let (home, server) = (Home::new(), demo());
    home.login(&server, "alice");
    server.service().with_provider(|provider| {
        provider.plant(Planted::new(Endpoint::Revoke, Fault::ServerError)).unwrap();
    });
    home.check(&["logout"], 6, &["the account is kept", "countersign logout alice --local-only"]);
    server.stop().unwrap();
    home.check(&["logout", "alice"], 6, &["could not be reached", "the account is kept", "--local-only"]);
    home.ok(&["token"]);
    home.check(&["logout", "alice", "--local-only"], 0, &["still good at the server"]);
    home.check(&["token"], 3, &[]);
}

#[test]
fn every_account_is_ended_whatever_becomes_of_the_others() {
    let (home, server) = (Home::new(), demo());
    home.login(&server, "alice");
    home.login(&server, "bob");
    let endpoint = format!("{}/token", nowhere());
    home.ok(&[
        "account",
        "import",
        "--name",
        "lone",
        "--access-token",
        "t",
        "--client-id",
        "c",
        "--token-endpoint",
        &endpoint,
    ]);
    home.check(&["logout"], 3, &["more than one account"]);
    let document = home.json(&["logout", "--all"]);
    let accounts = get(&document, "accounts").as_array().unwrap();
    assert_eq!(accounts.len(), 3);
    assert_eq!(accounts.iter().filter(|account| text(account, "revoked") == "yes").count(), 2);
    assert_eq!(home.ok(&["account", "list"]), "");
    home.check(&["logout", "--all"], 0, &["no account is stored"]);
    home.check(&["logout", "--all", "alice"], 2, &[]);
}

#[test]
fn what_a_server_names_cannot_command_the_terminal() {
    let home = Home::new();
    home.ok(&[
        "account",
        "import",
        "--name",
        "a",
        "--access-token",
        "t",
        "--scope",
        "red\u{1b}[31m\u{202e}x",
    ]);
    let shown = home.ok(&["status"]);
    assert!(shown.contains("scopes   red [31m x\n"), "{shown:?}");
}
