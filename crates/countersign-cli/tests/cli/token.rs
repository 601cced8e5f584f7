//! One line: a valid token, or an exit code.

use countersign_provider::{Endpoint, Fault, GrantKind, Planted};

use crate::support::{Home, demo, finish, get, text};

fn token_requests(server: &countersign_provider_axum::embedded::Server) -> u64 {
    server.service().with_provider(|provider| provider.events().token_requests(GrantKind::RefreshToken))
}

#[test]
fn the_token_is_the_one_line_and_costs_no_request() {
    let (home, server) = (Home::new(), demo());
    home.login(&server, "alice");
    let run = home.check(&["token"], 0, &[]);
    assert_eq!(run.err, "");
    assert_eq!(run.out.lines().count(), 1);
    assert!(run.out.trim_end().len() > 16);
    assert_eq!(home.ok(&["token", "alice"]), run.out);
    assert_eq!(home.ok(&["token", "--format", "header"]), format!("Authorization: Bearer {}", run.out));
    let document = home.json(&["token"]);
    assert_eq!(format!("{}\n", text(&document, "access_token")), run.out);
    assert_eq!(text(&document, "token_type"), "Bearer");
    assert_eq!(text(&document, "account"), "alice");
    assert!(matches!(get(&document, "refreshed"), countersign_token::json::Value::Bool(false)));
    assert_eq!(get(&document, "scopes").as_array().unwrap().len(), 2);
    assert!(countersign_token::Timestamp::parse(text(&document, "expires_at")).is_ok());
    assert_eq!(home.ok(&["token", "--format", "json"]), home.ok(&["token", "--json"]));
    assert_eq!(token_requests(&server), 0);
}

#[test]
fn a_refresh_is_forced_or_follows_from_what_is_needed() {
    let (home, server) = (Home::new(), demo());
    home.login(&server, "alice");
    let first = home.ok(&["token"]);
    let second = home.ok(&["token", "--force-refresh"]);
    assert_ne!(first, second);
    assert_eq!(home.ok(&["token"]), second);
    assert_eq!(token_requests(&server), 1);
    assert_eq!(home.ok(&["token", "--min-ttl", "50m"]), second);
    let run = home.check(&["token", "--min-ttl", "24h", "--json"], 0, &["warning: the token is good for"]);
    assert!(run.out.contains("\"refreshed\": true"), "{}", run.out);
    assert_eq!(token_requests(&server), 2);
    home.check(&["token", "--min-ttl", "soon"], 2, &["write it like 90, 60s, 5m or 1h"]);
}

#[test]
fn a_grant_that_is_over_needs_a_login_and_stays_listed() {
    let (home, server) = (Home::new(), demo());
    home.login(&server, "alice");
    server.service().with_provider(|provider| {
        provider
            .plant(Planted::new(Endpoint::Token, Fault::Refuse).with_grant(GrantKind::RefreshToken))
            .unwrap();
    });
    let run = home.run(&["token", "--force-refresh"]);
    run.check(
        &["token"],
        4,
        &[
            "alice needs a new login",
            "invalid_grant",
            &format!("next: countersign login {} --client-id demo-public --account alice\n", server.url()),
        ],
    );
    assert_eq!(run.out, "");
    assert!(home.ok(&["status"]).contains("needs a new login since"));
    let accounts = home.json(&["status"]);
    let account = &get(&accounts, "accounts").as_array().unwrap()[0];
    assert_eq!(text(account, "state"), "needs_login");
    assert!(text(account, "needs_login_since").ends_with('Z'));
}

#[test]
fn trouble_at_the_server_is_not_the_end_of_a_grant() {
    let (home, server) = (Home::new(), demo());
    home.login(&server, "alice");
    for (fault, code) in [(Fault::ServerError, 6), (Fault::Html, 1), (Fault::Malformed, 1)] {
        server.service().with_provider(|provider| {
            provider.plant(Planted::new(Endpoint::Token, fault)).unwrap();
        });
        home.check(&["token", "--force-refresh"], code, &["next:"]);
        server.service().with_provider(countersign_provider::Provider::uproot);
        assert!(home.ok(&["status"]).contains("state    ok"));
    }
    server.stop().unwrap();
    home.check(&["token", "--force-refresh"], 6, &["could not be reached"]);
    // What is good is good without the server.
    assert_eq!(home.ok(&["token"]).lines().count(), 1);
}

#[test]
fn an_account_is_chosen_by_the_environment() {
    let (home, server) = (Home::new(), demo());
    home.login(&server, "alice");
    home.login(&server, "bob");
    let alice = home.ok(&["token", "alice"]);
    let run = finish(home.command(&["token"]).env("COUNTERSIGN_ACCOUNT", "alice"));
    assert_eq!((run.code, run.out), (Some(0), alice.clone()));
    let run = finish(home.command(&["token", "bob"]).env("COUNTERSIGN_ACCOUNT", "alice"));
    assert_ne!(run.out, alice);
}

#[test]
fn two_accounts_of_one_name_are_told_apart_by_their_keys() {
    let (home, one, other) = (Home::new(), demo(), demo());
    home.login(&one, "alice");
    home.login(&other, "alice");
    let run = home.check(
        &["token", "alice"],
        3,
        &["more than one account is called \"alice\"", one.url(), other.url()],
    );
    let key = run.err.split('\'').nth(1).unwrap().to_owned();
    home.ok(&["token", &key]);
}
