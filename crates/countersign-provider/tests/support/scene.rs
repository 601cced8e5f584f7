//! A provider in virtual time, and the requests of its clients.

#![expect(dead_code, reason = "each test file uses its part of the scene")]

use countersign_oauth1::{ClientCredentials, Form, Signer, Stamp, Target, Token};
use countersign_provider::{
    Answer, Authorization, AuthorizationRequest, Config, Digest, Error, Fault, Identity, Lifetimes, Memory,
    Page, Planted, Provider, RedirectRule, RegisteredClient, Reply, User, state::Consumer,
};
use countersign_token::{Scopes, Timestamp, json::Value};
use countersign_wire::{Params, flow::Env, form, header::basic};
use http::{Request, Response, StatusCode};
use testkit::entropy::Counting;

pub(crate) const ISSUER: &str = "http://127.0.0.1:8080";
pub(crate) const CALLBACK: &str = "http://127.0.0.1:4711/callback";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const START: i64 = 1_800_000_000;

pub(crate) struct Scene {
    pub(crate) provider: Provider,
    pub(crate) now: Timestamp,
    entropy: Counting,
}

/// What the token endpoint answered.
pub(crate) struct Told {
    pub(crate) status: StatusCode,
    pub(crate) response: Response<Vec<u8>>,
}

impl Told {
    pub(crate) fn of(answer: &Answer) -> Self {
        let response = answer.response().expect("a response").clone();
        Self { status: response.status(), response }
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let value = Value::parse(self.response.body()).ok()?;
        value.as_object()?.get(name)?.as_text().map(str::to_owned)
    }

    pub(crate) fn error(&self) -> String {
        self.text("error").unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn form(&self) -> Params {
        form::parse(core::str::from_utf8(self.response.body()).unwrap()).unwrap()
    }

    #[track_caller]
    pub(crate) fn refused(&self, status: u16, error: &str) {
        let body = String::from_utf8_lossy(self.response.body()).into_owned();
        assert_eq!((self.status.as_u16(), self.error().as_str()), (status, error), "{body}");
        assert_eq!(self.header("cache-control"), Some("no-store"));
    }
}

pub(crate) fn memory() -> Memory {
    let mut memory = Memory::new(1000);
    memory.add_user(User::new("1", "alice").administrator());
    memory.add_user(User::new("2", "bob"));
    let exact = |uri: &str| RedirectRule::Exact(uri.into());
    memory.add_client(RegisteredClient::public(
        "app",
        "An <app>",
        [exact("http://127.0.0.1/callback"), exact("com.example.app:/cb")],
    ));
    memory.add_client(RegisteredClient::public("other", "Another", [exact("http://127.0.0.1/callback")]));
    memory.add_client(RegisteredClient::confidential(
        "web",
        "A web site",
        "s3cret:& +",
        [exact("https://web.example/cb?a=b"), exact("http://127.0.0.1/callback")],
    ));
    let mut robot = RegisteredClient::confidential("robot", "A robot", "robot-secret", []);
    robot.grants = vec![countersign_provider::GrantKind::ClientCredentials];
    robot.scopes = Some(Scopes::from("files"));
    memory.add_client(robot);
    memory.add_consumer(Consumer::new("ck", "An old <app>", "cs", [exact("http://127.0.0.1/callback")]));
    memory.add_consumer(Consumer::new("ck2", "Another old app", "cs2", []));
    memory
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self::with(memory())
    }

    pub(crate) fn with(memory: Memory) -> Self {
        Self::with_lifetimes(memory, |_| {})
    }

    pub(crate) fn with_lifetimes(memory: Memory, change: impl FnOnce(&mut Lifetimes)) -> Self {
        let mut config =
            Config::new(ISSUER).unwrap().with_scopes([("files", "See files"), ("profile", "See you")]);
        change(&mut config.lifetimes);
        Self {
            provider: Provider::new(config, memory.into()),
            now: Timestamp::from_unix(START),
            entropy: Counting::new(1),
        }
    }

    pub(crate) fn later(&mut self, seconds: i64) -> &mut Self {
        self.now = self.now.plus_seconds(seconds);
        self
    }

    pub(crate) fn plant(&mut self, endpoint: countersign_provider::Endpoint, fault: Fault) {
        self.provider.plant(Planted::new(endpoint, fault)).unwrap();
    }

    pub(crate) fn run<T>(&mut self, work: impl FnOnce(&mut Provider, &Env<'_>) -> T) -> T {
        let Self { provider, now, entropy } = self;
        work(provider, &Env { now: *now, entropy })
    }

    /// A sound query for `client`, with some parameters replaced; an empty value takes one away.
    pub(crate) fn query(client: &str, changes: &[(&str, &str)]) -> String {
        let challenge = Digest::of(VERIFIER).to_base64url();
        let mut params: Vec<(&str, &str)> = vec![
            ("response_type", "code"),
            ("client_id", client),
            ("redirect_uri", CALLBACK),
            ("scope", "files profile"),
            ("state", "st&te +é"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in changes {
            params.retain(|(own, _)| own != name);
            if !value.is_empty() {
                params.push((name, value));
            }
        }
        form::print(&params.into_iter().collect())
    }

    pub(crate) fn authorize(&mut self, query: &str) -> Authorization {
        self.run(|provider, env| provider.authorize(query, env))
    }

    pub(crate) fn ask(&mut self, query: &str) -> AuthorizationRequest {
        match self.authorize(query) {
            Authorization::Ask(request) => request,
            Authorization::Answer(answer) => panic!("not asked: {answer:?}"),
        }
    }

    /// What the client finds in the redirect after alice approved.
    pub(crate) fn approve(&mut self, query: &str) -> Params {
        let request = self.ask(query);
        let alice = User::new("1", "alice");
        let answer = self.run(|provider, env| provider.approve(request, &alice, env));
        redirected(&answer).1
    }

    pub(crate) fn code(&mut self, client: &str) -> String {
        self.approve(&Self::query(client, &[])).first("code").unwrap().to_owned()
    }

    pub(crate) fn redemption(client: &str, code: &str) -> Vec<(String, String)> {
        [
            ("grant_type", "authorization_code"),
            ("client_id", client),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    pub(crate) fn redeem(&mut self, client: &str, code: &str) -> Told {
        let form = Self::redemption(client, code);
        self.token(&pairs(&form))
    }

    /// Access and refresh token of a login.
    pub(crate) fn login(&mut self, client: &str) -> (String, String) {
        let code = self.code(client);
        let told = self.redeem(client, &code);
        (told.text("access_token").unwrap(), told.text("refresh_token").unwrap())
    }

    pub(crate) fn refresh(&mut self, client: &str, token: &str) -> Told {
        self.token(&[("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", token)])
    }

    pub(crate) fn token(&mut self, form: &[(&str, &str)]) -> Told {
        self.token_request(post("/token", form))
    }

    pub(crate) fn token_as(&mut self, id: &str, secret: &str, form: &[(&str, &str)]) -> Told {
        let mut request = post("/token", form);
        let value = basic::print(id, secret).expose().parse().unwrap();
        request.headers_mut().insert("authorization", value);
        self.token_request(request)
    }

    pub(crate) fn token_request(&mut self, request: Request<Vec<u8>>) -> Told {
        Told::of(&self.run(|provider, env| provider.token(&request, env)))
    }

    pub(crate) fn revoke(&mut self, form: &[(&str, &str)]) -> Told {
        let request = post("/revoke", form);
        Told::of(&self.run(|provider, env| provider.revoke(&request, env)))
    }

    pub(crate) fn check(&mut self, request: Request<Vec<u8>>, needed: &str) -> Result<Identity, Error> {
        let (head, body) = request.into_parts();
        self.run(|provider, env| provider.check(&head, Some(&body), &Scopes::from(needed), env))
    }

    pub(crate) fn bearer(&mut self, token: &str) -> Result<Identity, Error> {
        let request = Request::get("/me").header("authorization", format!("Bearer {token}"));
        self.check(request.body(Vec::new()).unwrap(), "")
    }

    /// A request signed by HMAC-SHA1 at the scene's time.
    pub(crate) fn signed(&self, leg: &Leg<'_>) -> Request<Vec<u8>> {
        let signer =
            Signer::hmac_sha1(ClientCredentials::new(leg.consumer.0, leg.consumer.1), leg.token.clone());
        let uri = format!("{ISSUER}{}", leg.path);
        let mut target = Target::new(leg.method, uri.as_str(), Form::None);
        if let Some(callback) = leg.callback {
            target = target.callback(callback);
        }
        if let Some(verifier) = leg.verifier {
            target = target.verifier(verifier);
        }
        let header = signer.authorization(target, Stamp::new(self.now, leg.nonce)).unwrap();
        Request::builder()
            .method(leg.method)
            .uri(leg.path)
            .header("authorization", header)
            .body(Vec::new())
            .unwrap()
    }

    /// Temporary credentials for this callback.
    pub(crate) fn temporary(&mut self, callback: &str, nonce: &str) -> (String, String) {
        let request = self.signed(&Leg { callback: Some(callback), nonce, ..Leg::new("/temporary") });
        let told = Told::of(&self.run(|provider, env| provider.temporary_credentials(&request, env)));
        assert_eq!(told.status, 200);
        let form = told.form();
        assert_eq!(form.first("oauth_callback_confirmed"), Some("true"));
        (form.first("oauth_token").unwrap().to_owned(), form.first("oauth_token_secret").unwrap().to_owned())
    }

    pub(crate) fn ask_temporary(&mut self, token: &str) -> Authorization {
        let query = format!("oauth_token={token}");
        self.run(|provider, env| provider.authorize_temporary(&query, env))
    }

    pub(crate) fn approve_temporary(&mut self, token: &str) -> Answer {
        let Authorization::Ask(request) = self.ask_temporary(token) else { panic!("not asked") };
        let alice = User::new("1", "alice");
        self.run(|provider, env| provider.approve(request, &alice, env))
    }

    pub(crate) fn exchange(&mut self, pair: &(String, String), verifier: Option<&str>, nonce: &str) -> Told {
        let token = countersign_token::TemporaryCredentials::new(pair.0.as_str(), pair.1.as_str());
        let request = self.signed(&Leg { token: token.into(), verifier, nonce, ..Leg::new("/token") });
        Told::of(&self.run(|provider, env| provider.token_credentials(&request, env)))
    }

    /// Token credentials of alice.
    pub(crate) fn login1(&mut self, nonce: &str) -> (String, String) {
        let pair = self.temporary(CALLBACK, nonce);
        let answer = self.approve_temporary(&pair.0);
        let verifier = redirected(&answer).1.first("oauth_verifier").unwrap().to_owned();
        let form = self.exchange(&pair, Some(&verifier), &format!("{nonce}x")).form();
        (form.first("oauth_token").unwrap().to_owned(), form.first("oauth_token_secret").unwrap().to_owned())
    }

    pub(crate) fn call1(&mut self, pair: &(String, String), nonce: &str) -> Result<Identity, Error> {
        let token = countersign_token::TokenCredentials::new(pair.0.as_str(), pair.1.as_str());
        let leg = Leg { method: "GET", token: token.into(), nonce, ..Leg::new("/me?x=a%20b") };
        let request = self.signed(&leg);
        self.check(request, "")
    }
}

/// What is signed.
#[derive(Clone)]
pub(crate) struct Leg<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) consumer: (&'a str, &'a str),
    pub(crate) token: Token,
    pub(crate) callback: Option<&'a str>,
    pub(crate) verifier: Option<&'a str>,
    pub(crate) nonce: &'a str,
}

impl<'a> Leg<'a> {
    pub(crate) fn new(path: &'a str) -> Self {
        Self {
            method: "POST",
            path,
            consumer: ("ck", "cs"),
            token: Token::None,
            callback: None,
            verifier: None,
            nonce: "n",
        }
    }
}

pub(crate) fn pairs(form: &[(String, String)]) -> Vec<(&str, &str)> {
    form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

pub(crate) fn post(path: &str, form: &[(&str, &str)]) -> Request<Vec<u8>> {
    let body = form::print(&form.iter().copied().collect());
    Request::post(path).header("content-type", form::CONTENT_TYPE).body(body.into_bytes()).unwrap()
}

/// Where a redirect leads, and its parameters.
#[track_caller]
pub(crate) fn redirected(answer: &Answer) -> (String, Params) {
    let response = answer.response().expect("a redirect");
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let headers = response.headers();
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["referrer-policy"], "no-referrer");
    let location = core::str::from_utf8(headers["location"].as_bytes()).unwrap();
    let (uri, query) = location.split_once('?').unwrap();
    (uri.to_owned(), form::parse(query).unwrap())
}

/// Whether the answer is a page with status 400, which sends the browser nowhere.
pub(crate) fn is_refused_page(authorization: &Authorization) -> bool {
    match authorization {
        Authorization::Ask(_) => false,
        Authorization::Answer(answer) => {
            matches!(&answer.reply, Reply::Page(page @ Page::Refused { .. }) if page.status() == 400)
        }
    }
}
