//! OAuth 1.0a over real sockets, at both families of paths.

#[path = "support/browser.rs"]
mod browser;

use browser::{Browser, CALLBACK, Page};
use countersign_oauth1::{ClientCredentials, Form, Signer, Stamp, Target, Token};
use countersign_provider_axum::embedded::Server;
use countersign_token::{TemporaryCredentials, TokenCredentials};
use countersign_transport::{Clock, SystemClock};

struct Caller<'a> {
    server: &'a Server,
    browser: Browser,
    nonce: u32,
}

impl Caller<'_> {
    fn send(
        &mut self,
        method: &str,
        path: &str,
        token: impl Into<Token>,
        more: fn(Target<'_>) -> Target<'_>,
    ) -> Page {
        self.send_with(method, path, token, more, None)
    }

    fn send_with(
        &mut self,
        method: &str,
        path: &str,
        token: impl Into<Token>,
        more: fn(Target<'_>) -> Target<'_>,
        verifier: Option<&str>,
    ) -> Page {
        let client = ClientCredentials::new("demo-consumer", "demo-consumer-secret");
        let signer = Signer::hmac_sha1(client, token);
        let url = format!("{}{path}", self.server.url());
        self.nonce += 1;
        let nonce = format!("n{}", self.nonce);
        let mut target = more(Target::new(method, url.as_str(), Form::None));
        if let Some(verifier) = verifier {
            target = target.verifier(verifier);
        }
        let header = signer.authorization(target, Stamp::new(SystemClock.now(), &nonce)).unwrap();
        self.browser.send(method, path, &[("Authorization", &header)], "")
    }
}

fn pair(page: &Page) -> (String, String) {
    assert_eq!(page.status, 200, "{page:?}");
    let form = page.form();
    let text = |name| form.first(name).unwrap().to_owned();
    (text("oauth_token"), text("oauth_token_secret"))
}

fn check(paths: [&str; 3]) {
    let server = Server::start_demo(0).unwrap();
    let mut caller = Caller { server: &server, browser: Browser::at(&server), nonce: 0 };
    let told = caller.send("POST", paths[0], Token::None, |target| target.callback(CALLBACK));
    assert_eq!(told.form().first("oauth_callback_confirmed"), Some("true"));
    let (token, secret) = pair(&told);
    let url = format!("{}?oauth_token={token}", paths[1]);
    let (uri, params) = caller.browser.decide(&url, "alice", "approve").redirect();
    assert_eq!(uri, CALLBACK);
    assert_eq!(params.first("oauth_token"), Some(token.as_str()));
    let temporary = TemporaryCredentials::new(token, secret);
    let verifier = params.first("oauth_verifier");
    let told = caller.send_with("POST", paths[2], temporary, |target| target, verifier);
    let (token, secret) = pair(&told);
    let account = || TokenCredentials::new(token.as_str(), secret.as_str());
    let files = caller.send("GET", "/drive/v3/files?pageSize=2", account(), |target| target);
    assert_eq!(files.status, 200);
    assert_eq!(files.text("nextPageToken"), "from-2");
    assert_eq!(caller.send("GET", "/me", account(), |target| target).text("name"), "alice");
    assert_eq!(caller.send("POST", "/oauth1/revoke", account(), |target| target).status, 200);
    let dead = caller.send("GET", "/me", account(), |target| target);
    assert_eq!((dead.status, dead.form().first("oauth_problem")), (401, Some("token_rejected")));
    assert!(dead.header("www-authenticate").unwrap().starts_with("OAuth realm="));
}

#[test]
fn three_legs_at_the_app_engine_paths() {
    check(["/_ah/OAuthGetRequestToken", "/_ah/OAuthAuthorizeToken", "/_ah/OAuthGetAccessToken"]);
}

#[test]
fn three_legs_at_the_neutral_paths() {
    check(["/oauth1/temporary-credentials", "/oauth1/authorize", "/oauth1/token"]);
}

#[test]
fn out_of_band_the_verifier_is_shown() {
    let server = Server::start_demo(0).unwrap();
    let mut caller = Caller { server: &server, browser: Browser::at(&server), nonce: 0 };
    let told = caller.send("POST", "/_ah/OAuthGetRequestToken", Token::None, |target| target.callback("oob"));
    let (token, secret) = pair(&told);
    let url = format!("/_ah/OAuthAuthorizeToken?oauth_token={token}");
    let shown = caller.browser.decide(&url, "bob", "approve");
    let verifier = shown.body.split_once("<code id=\"verifier\">").unwrap().1.split_once('<').unwrap().0;
    let temporary = TemporaryCredentials::new(token, secret);
    let told = caller.send_with("POST", "/_ah/OAuthGetAccessToken", temporary, |t| t, Some(verifier));
    assert_eq!(told.status, 200);
}
