//! OAuth 2.0 over real sockets: from the first page to the dead token.

#[path = "support/browser.rs"]
mod browser;

use browser::{Browser, CALLBACK, VERIFIER, authorization, login};
use countersign_provider::GrantKind;
use countersign_provider_axum::embedded::Server;
use countersign_token::json::Value;

fn bearer(browser: &mut Browser, path: &str, token: &str) -> browser::Page {
    browser.send("GET", path, &[("Authorization", &format!("Bearer {token}"))], "")
}

#[test]
fn a_login_reads_refreshes_and_ends() {
    let server = Server::start_demo(0).unwrap();
    let mut browser = Browser::at(&server);
    let (access, refresh) = login(&mut browser, "alice");
    let me = bearer(&mut browser, "/me", &access);
    assert_eq!((me.status, me.text("name").as_str()), (200, "alice"));
    assert!(matches!(me.json().get("admin"), Some(Value::Bool(true))));

    let form = [("grant_type", "refresh_token"), ("client_id", "demo-public"), ("refresh_token", &*refresh)];
    let told = browser.post("/token", &form);
    let (access, refresh) = (told.text("access_token"), told.text("refresh_token"));
    assert_eq!(bearer(&mut browser, "/me", &access).status, 200);
    let gone = browser.post("/revoke", &[("client_id", "demo-public"), ("token", &refresh)]);
    assert_eq!(gone.status, 200);
    let dead = bearer(&mut browser, "/me", &access);
    assert_eq!(dead.status, 401);
    assert!(dead.header("www-authenticate").unwrap().contains("error=\"invalid_token\""));
    let requests = server.service().with_provider(|provider| {
        let events = provider.events();
        (events.token_requests(GrantKind::AuthorizationCode), events.token_requests(GrantKind::RefreshToken))
    });
    assert_eq!(requests, (1, 1));
    server.stop().unwrap();
}

#[test]
fn a_replayed_code_kills_what_it_brought() {
    let server = Server::start_demo(0).unwrap();
    let mut browser = Browser::at(&server);
    let url = authorization("demo-web", CALLBACK);
    let (_, params) = browser.decide(&url, "bob", "approve").redirect();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "demo-web"),
        ("client_secret", "demo-secret"),
        ("code", params.first("code").unwrap()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let told = browser.post("/token", &form);
    let access = told.text("access_token");
    assert_eq!(bearer(&mut browser, "/me", &access).text("name"), "bob");
    let replay = browser.post("/token", &form);
    assert_eq!((replay.status, replay.text("error").as_str()), (400, "invalid_grant"));
    assert_eq!(bearer(&mut browser, "/me", &access).status, 401);
}

#[test]
fn the_files_come_in_pages_without_loss_or_repetition() {
    let server = Server::start_demo(0).unwrap();
    let mut browser = Browser::at(&server);
    let (access, _) = login(&mut browser, "alice");
    let read = |browser: &mut Browser, query: &str| {
        let mut ids = Vec::new();
        let mut pages = 0;
        let mut path = format!("/drive/v3/files?{query}");
        loop {
            let page = bearer(browser, &path, &access).json();
            pages += 1;
            for file in page.get("files").and_then(Value::as_array).unwrap() {
                let file = file.as_object().unwrap();
                let names: Vec<_> = file.iter().map(|(name, _)| name).collect();
                assert_eq!(names, ["id", "name", "mimeType", "modifiedTime", "size"]);
                assert!(file.iter().all(|(_, value)| value.as_text().is_some()));
                ids.push(file.get("id").and_then(Value::as_text).unwrap().to_owned());
            }
            match page.get("nextPageToken").and_then(Value::as_text) {
                Some(token) => path = format!("/drive/v3/files?{query}&pageToken={token}"),
                None => break,
            }
        }
        (pages, ids)
    };
    let (pages, ids) = read(&mut browser, "pageSize=5");
    assert_eq!((pages, ids.len()), (3, 12));
    assert_eq!(read(&mut browser, "pageSize=100"), (1, ids.clone()));
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(distinct.len(), 12);
    for wrong in ["pageSize=0", "pageSize=x", "pageToken=x", "pageToken=from-99", "pageSize=%zz"] {
        assert_eq!(bearer(&mut browser, &format!("/drive/v3/files?{wrong}"), &access).status, 400, "{wrong}");
    }
    server.service().with_provider(|provider| {
        use countersign_provider::{Endpoint, Fault, Planted};
        provider.plant(Planted::new(Endpoint::Resource, Fault::LoseItem)).unwrap();
    });
    assert_eq!(read(&mut browser, "pageSize=5").1.len(), 9);
}

#[test]
fn a_token_opens_what_it_was_granted_for() {
    let server = Server::start_demo(0).unwrap();
    let mut browser = Browser::at(&server);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "demo-web"),
        ("client_secret", "demo-secret"),
        ("scope", "profile"),
    ];
    let access = browser.post("/token", &form).text("access_token");
    assert_eq!(bearer(&mut browser, "/me", &access).status, 200);
    let refused = bearer(&mut browser, "/drive/v3/files", &access);
    assert_eq!(refused.status, 403);
    assert!(refused.header("www-authenticate").unwrap().contains("scope=\"files.read "));
    let header = format!("Bearer {access}");
    assert_eq!(browser.send("POST", "/me", &[("Authorization", &header)], "").status, 405);
}

#[test]
fn the_metadata_leads_to_the_endpoints() {
    let server = Server::start_demo(0).unwrap();
    let mut browser = Browser::at(&server);
    let document = browser.get("/.well-known/oauth-authorization-server");
    assert_eq!(document.text("issuer"), server.url());
    assert_eq!(document.text("token_endpoint"), format!("{}/token", server.url()));
    assert_eq!(document.header("content-type"), Some("application/json"));
    assert_eq!(browser.send("POST", "/.well-known/oauth-authorization-server", &[], "").status, 405);
    assert_eq!(browser.get("/.well-known/openid-configuration").status, 404);
    assert_eq!(browser.get("/").status, 200);
}
