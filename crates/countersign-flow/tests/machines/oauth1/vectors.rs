//! What the predecessors' test suite says of answers, callbacks and the address to which the user is sent.

use countersign_flow::oauth1::{Callback, Endpoints, LoginRequest, PendingLogin};
use countersign_token::{Grant, Secret};
use countersign_wire::{Params, form};
use testkit::vectors::Suite;

use super::{FORM, begin, client, redeem};
use crate::support::{play, typed};

/// A login that waits for the answer about this token.
fn waiting_for(token: &str) -> PendingLogin {
    let params = Params::new().with("oauth_token", token).with("oauth_token_secret", "s");
    let answer = form::print(&params.with("oauth_callback_confirmed", "true"));
    begin([typed(200, FORM, &answer)]).done().1
}

/// Whether a callback is read as one about this token, and redeemed with this verifier.
fn check_callback(url: &str, token: &str, verifier: &str) {
    let query = url.split_once('?').unwrap().1;
    let Ok(Callback::Ours(login)) = waiting_for(token).callback(query) else { panic!("{url}") };
    let played = play(login.redeem().unwrap(), [typed(200, FORM, "oauth_token=t&oauth_token_secret=s")]);
    let sent = super::verified(&played.requests[0], Some("s"));
    assert_eq!(
        (sent.first("oauth_token"), sent.first("oauth_verifier")),
        (Some(token), Some(verifier)),
        "{url}"
    );
}

fn check_credentials(body: &str, token: &str, secret: &str) {
    let redeemed = redeem(waiting_for("tmp"), [typed(200, FORM, body)]).done();
    let Grant::OAuth1 { token: Some(found), .. } = redeemed.into_credential().grant else { panic!("{body}") };
    assert!(found.identifier.ct_eq(token) && found.secret.ct_eq(Secret::new(secret)), "{body}");
}

#[test]
fn answers_and_callbacks() {
    Suite::open("oauth1", "seed_legs.json", "/responses").run(|case| {
        let text = |name: &str| case[name].as_str();
        let token = text("token").unwrap();
        match (text("body"), text("url")) {
            (Some(body), None) => check_credentials(body, token, text("secret").unwrap()),
            (None, Some(url)) => check_callback(url, token, text("verifier").unwrap()),
            _ => panic!("neither an answer nor a callback"),
        }
    });
    // The two that the library gets wrong in one of its readers.
    check_credentials("oauth_token=a%2Fb&oauth_token_secret=c+d", "a/b", "c d");
    check_callback("http://e/cb?oauth_token=a%252Fb&oauth_verifier=v%2Bx", "a%2Fb", "v+x");
}

#[test]
fn addresses_to_which_the_user_is_sent() {
    Suite::open("oauth1", "seed_legs.json", "/authorize_urls").run(|case| {
        let text = |name: &str| case[name].as_str().unwrap();
        let endpoints =
            Endpoints::new("https://sp.example/request", text("endpoint"), "https://sp.example/access")
                .unwrap();
        let client = client();
        let login = LoginRequest::new(&endpoints, &client)
            .hosted_domain(text("hd"))
            .language(text("hl"))
            .template(text("btmpl"));
        let answer = Params::new().with("oauth_token", text("token")).with("oauth_token_secret", "s");
        let answer = form::print(&answer.with("oauth_callback_confirmed", "true"));
        let (url, _) = play(login.begin().unwrap(), [typed(200, FORM, &answer)]).done();
        let (address, query) = url.split_once('?').unwrap();
        assert_eq!(address, text("endpoint"));
        let query = form::parse(query).unwrap();
        let expected = case["query"].as_object().unwrap();
        assert_eq!(query.len(), expected.len(), "{url}");
        for (name, value) in expected {
            assert_eq!(query.first(name), value.as_str(), "{url}");
        }
    });
}
