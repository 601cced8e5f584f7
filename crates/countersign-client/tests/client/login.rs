//! A person's login, with a thread that plays the browser.

use core::time::Duration;
use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::{Arc, Mutex, mpsc},
    thread,
};

use countersign_client::{Error, ErrorKind, LoginEvent, LoginOptions, Prompt, blocking::Handle};
use countersign_flow::{AuthorizationServer, ClientRegistration};
use countersign_store::{ErrorKind as Trouble, FailingStore, MemoryStore, Operation, Store};
use countersign_token::{Key, Secret, State};
use countersign_transport::ScriptedTransport;
use countersign_wire::form;

use crate::scene::{ISSUER, START, Scene, TOKEN, credential, json, key, now, refused, registered, tokens};

fn server() -> AuthorizationServer {
    AuthorizationServer::new(ISSUER, TOKEN)
        .and_then(|server| server.with_authorization_endpoint("https://as.example/authorize"))
        .unwrap()
}

fn options() -> LoginOptions {
    LoginOptions::new(server(), ClientRegistration::public("demo"))
        .scopes("files")
        .account("ann")
        .timeout(Duration::from_secs(10))
}

/// What the person does with the address: a query for each visit of the redirect URI, by the state.
pub(crate) type Answers = fn(&str) -> Vec<String>;

/// The person's browser, and hand.
pub(crate) struct Person {
    answers: Answers,
    /// What is pasted, one for each time of asking.
    pastes: Mutex<Vec<fn(&str) -> String>>,
    visits: mpsc::Sender<String>,
    asked: Mutex<mpsc::Receiver<String>>,
    events: Arc<Mutex<Vec<String>>>,
}

impl Person {
    pub(crate) fn who_answers(answers: Answers) -> Self {
        let (visits, asked) = mpsc::channel();
        let (pastes, events) = (Mutex::default(), Arc::default());
        Self { answers, pastes, visits, asked: Mutex::new(asked), events }
    }

    pub(crate) fn who_pastes(pastes: &[fn(&str) -> String]) -> Self {
        let person = Self::who_answers(|_| Vec::new());
        let mut reversed = pastes.to_vec();
        reversed.reverse();
        Self { pastes: Mutex::new(reversed), ..person }
    }

    pub(crate) fn events(&self) -> Arc<Mutex<Vec<String>>> {
        Arc::clone(&self.events)
    }
}

impl Prompt for Person {
    fn event(&self, event: &LoginEvent<'_>) {
        self.events.lock().unwrap().push(format!("{event:?}"));
        let LoginEvent::Visit { url, .. } = event else { return };
        let query = form::parse(url.split_once('?').unwrap().1).unwrap();
        let id = query.first("state").or(query.first("oauth_token")).unwrap();
        self.visits.send(id.to_owned()).unwrap();
        let Some(redirect_uri) = query.first("redirect_uri") else { return };
        let (uri, answers) = (redirect_uri.to_owned(), (self.answers)(id));
        thread::spawn(move || answers.iter().for_each(|query| drop(visit(&uri, query))));
    }

    fn ask(&self) -> Option<Secret> {
        let paste = self.pastes.lock().unwrap().pop()?;
        let state = self.asked.lock().unwrap().recv().unwrap();
        self.visits.send(state.clone()).unwrap();
        Some(paste(&state).into())
    }
}

/// One visit of the redirect URI; the page.
pub(crate) fn visit(uri: &str, query: &str) -> String {
    let rest = uri.strip_prefix("http://").unwrap();
    let (authority, path) = rest.split_at(rest.find('/').unwrap());
    let mut page = String::new();
    let mut stream = TcpStream::connect(authority).unwrap();
    write!(stream, "GET {path}?{query} HTTP/1.1\r\nHost: {authority}\r\n\r\n").unwrap();
    let _ = stream.read_to_string(&mut page);
    page
}

fn consent(state: &str) -> Vec<String> {
    vec![format!("code=C1&state={state}")]
}

fn login(script: ScriptedTransport, options: &LoginOptions) -> (Scene, Result<Handle, Error>) {
    let scene = Scene::new(script);
    let handle = scene.client.login(options);
    (scene, handle)
}

fn kind(login: (Scene, Result<Handle, Error>)) -> ErrorKind {
    login.1.unwrap_err().kind().clone()
}

#[test]
fn the_browser_brings_the_code_and_the_credential_is_kept() {
    let person = Person::who_answers(consent);
    let events = person.events();
    let script = ScriptedTransport::new().respond(tokens("A1", Some("R1")));
    let options = options().no_browser().prompt(person).user_agent("Example/1.0").unwrap();
    let (scene, ann) = login(script, &options);
    let ann = ann.unwrap();
    assert!(ann.token(now()).unwrap().access.secret.ct_eq("A1"));
    let record = scene.stored(&key());
    assert!(record.credential.refresh_token().unwrap().secret().ct_eq("R1"));
    assert_eq!(record.credential.user_agent.as_deref(), Some("Example/1.0"));
    assert_eq!(record.credential.client.unwrap().token_endpoint.as_deref(), Some(TOKEN));
    let request = &scene.token_requests()[0];
    assert_eq!(request.first("grant_type"), Some("authorization_code"));
    assert_eq!(request.first("code"), Some("C1"));
    assert!(request.first("redirect_uri").unwrap().ends_with("/callback"));
    assert!(request.first("code_verifier").is_some());
    let agent = scene.network.requests()[0].headers()["user-agent"].to_str().unwrap().to_owned();
    assert!(agent.starts_with("Example/1.0 countersign/"));
    assert_eq!(
        *events.lock().unwrap(),
        [r#"Visit { url: "https://as.example/authorize", opening: false }"#, "Answered"]
    );
}

#[test]
fn strangers_do_not_end_a_login() {
    let person = Person::who_answers(|state| {
        vec![
            "error=access_denied".into(),
            "code=C9&state=forged".into(),
            "error=access_denied&state=forged".into(),
            format!("code=C9&code=C1&state={state}"),
            format!("code=C1&state={state}"),
        ]
    });
    let script = ScriptedTransport::new().respond(tokens("A1", None));
    let (scene, ann) = login(script, &options().no_browser().prompt(person));
    ann.unwrap();
    assert_eq!(scene.token_requests()[0].first("code"), Some("C1"));
}

#[test]
fn a_refusal_is_the_server_s_word() {
    let denied = Person::who_answers(|state| {
        vec![format!("error=access_denied&error_description=not+today&state={state}")]
    });
    let (scene, ann) = login(ScriptedTransport::new(), &options().no_browser().prompt(denied));
    let error = ann.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Refused(_)));
    assert_eq!(error.description(), Some("not today"));
    assert!(scene.client.accounts().unwrap().is_empty());

    let script = ScriptedTransport::new().respond(refused("invalid_client"));
    let person = Person::who_answers(consent);
    assert!(matches!(kind(login(script, &options().no_browser().prompt(person))), ErrorKind::Refused(_)));

    let wrong_issuer =
        Person::who_answers(|state| vec![format!("code=C1&state={state}&iss=https://evil.example")]);
    let found = kind(login(ScriptedTransport::new(), &options().no_browser().prompt(wrong_issuer)));
    assert_eq!(found, ErrorKind::Verification);
}

#[test]
fn nobody_s_answer_ends_in_time() {
    let options = options().no_browser().timeout(Duration::from_millis(100));
    assert_eq!(kind(login(ScriptedTransport::new(), &options)), ErrorKind::LoginTimedOut);
}

#[test]
fn an_answer_may_be_pasted_whole_or_as_a_code() {
    let pastes: [fn(&str) -> String; 3] = [
        |state| format!("http://127.0.0.1:1/callback?code=C1&state={state}\n"),
        |state| format!("code=C1&state={state}"),
        |_| "C1".into(),
    ];
    for paste in pastes {
        let script = ScriptedTransport::new().respond(tokens("A1", None));
        let person = Person::who_pastes(&[paste]);
        let (scene, ann) = login(script, &options().no_browser().prompt(person));
        ann.unwrap();
        assert_eq!(scene.token_requests()[0].first("code"), Some("C1"));
    }
}

#[test]
fn what_is_pasted_for_another_login_is_not_taken() {
    let person = Person::who_pastes(&[|_| "http://127.0.0.1:1/callback?code=C1&state=other".into()]);
    let found = kind(login(ScriptedTransport::new(), &options().no_browser().prompt(person)));
    assert_eq!(found, ErrorKind::Verification);
}

#[test]
fn what_is_no_answer_is_asked_for_again_and_not_for_ever() {
    let nonsense: fn(&str) -> String = |_| "two words".into();
    let person = Person::who_pastes(&[nonsense, |_| "C1".into()]);
    let events = person.events();
    let script = ScriptedTransport::new().respond(tokens("A1", None));
    login(script, &options().no_browser().prompt(person)).1.unwrap();
    assert!(events.lock().unwrap()[1].starts_with("PasteUnusable"));

    let person = Person::who_pastes(&[nonsense, nonsense, nonsense, |_| "C1".into()]);
    let found = kind(login(ScriptedTransport::new(), &options().no_browser().prompt(person)));
    assert_eq!(found, ErrorKind::Verification);
}

#[cfg(unix)]
#[test]
fn a_browser_that_fails_leaves_the_person_to_paste() {
    use countersign_client::Opener;
    let person = Person::who_pastes(&[|_| "C1".into()]);
    let events = person.events();
    let script = ScriptedTransport::new().respond(tokens("A1", None));
    let opener = Opener::Program("/nonexistent/browser".into());
    login(script, &options().opener(opener).prompt(person)).1.unwrap();
    assert!(events.lock().unwrap()[1].starts_with("BrowserFailed"));
}

#[test]
fn a_server_is_discovered_by_its_issuer() {
    let metadata = format!(
        r#"{{"issuer":"{ISSUER}","authorization_endpoint":"{ISSUER}/authorize","token_endpoint":"{TOKEN}",
            "revocation_endpoint":"{ISSUER}/revoke","token_endpoint_auth_methods_supported":["client_secret_post"]}}"#
    );
    let script = ScriptedTransport::new().respond(json(200, &metadata)).respond(tokens("A1", None));
    let client = ClientRegistration::confidential("demo", "s3cret");
    let options =
        LoginOptions::new(ISSUER, client).account("ann").no_browser().prompt(Person::who_answers(consent));
    let (scene, ann) = login(script, &options);
    ann.unwrap();
    // As the server says it wants the secret.
    assert_eq!(scene.token_requests()[0].first("client_secret"), Some("s3cret"));
    let client = scene.stored(&key()).credential.client.unwrap();
    assert_eq!(client.revocation_endpoint.as_deref(), Some("https://as.example/revoke"));

    let script = ScriptedTransport::new().respond(json(404, "")).respond(json(404, ""));
    assert_eq!(kind(login(script, &options)), ErrorKind::Configuration);
}

#[test]
fn without_a_name_the_account_goes_by_the_host() {
    let script = ScriptedTransport::new().respond(tokens("A1", None));
    let options = LoginOptions::new(server(), ClientRegistration::public("demo"))
        .no_browser()
        .prompt(Person::who_answers(consent));
    let (scene, ann) = login(script, &options);
    assert_eq!(ann.unwrap().key(), &Key::new(ISSUER, "demo", "as.example"));
    assert!(scene.client.account("as.example").is_ok());
}

#[test]
fn a_store_that_cannot_be_used_is_noticed_before_anybody_is_asked() {
    for operation in [Operation::Load, Operation::Lock] {
        let store = FailingStore::new(MemoryStore::new());
        store.fail_always(operation, Trouble::Unavailable);
        let scene = Scene::with_store(ScriptedTransport::new(), store);
        let person = Person::who_answers(consent);
        let events = person.events();
        let error = scene.client.login(&options().no_browser().prompt(person)).unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Store(Trouble::Unavailable));
        assert!(events.lock().unwrap().is_empty());
    }
}

#[test]
fn a_login_happens_only_if_nothing_usable_is_stored() {
    let over = || {
        let mut over = credential("A0", "R0", START);
        over.state = State::NeedsLogin { since: START };
        over
    };
    let ran_out = || credential("A0", "", START.plus_seconds(-3600));
    let narrow = || {
        let mut narrow = credential("A0", "R0", START);
        narrow.scopes = "mail".into();
        narrow.tokens[0].scopes = "mail".into();
        narrow
    };
    let cases = [
        (Some(credential("A0", "R0", START)), false),
        // It needs a refresh, not a login.
        (Some(credential("A0", "R0", START.plus_seconds(-3600))), false),
        (None, true),
        (Some(over()), true),
        (Some(ran_out()), true),
        (Some(narrow()), true),
    ];
    for (stored, expected) in cases {
        let scene = Scene::new(ScriptedTransport::new().respond(tokens("A1", Some("R1"))));
        if let Some(stored) = &stored {
            scene.plant(&key(), stored);
        }
        let options = options().account("other").no_browser().prompt(Person::who_answers(consent));
        scene.client.account_or_login("ann", &options).unwrap();
        assert_eq!(scene.token_requests().len(), usize::from(expected), "{stored:?}");
        assert_eq!(scene.client.accounts().unwrap(), [key()]);
    }
    // A store that cannot be read is not one that holds nothing.
    let scene = Scene::new(ScriptedTransport::new());
    scene.store.plant(&key(), Secret::new("{"));
    let error = scene.client.account_or_login("ann", &options().no_browser()).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Store(Trouble::Corrupt));
}

#[test]
fn a_login_replaces_what_was_there_for_all_handles() {
    let scene = Scene::new(ScriptedTransport::new().respond(tokens("A1", Some("R1"))));
    let mut over = credential("A0", "R0", START);
    over.state = State::NeedsLogin { since: START };
    let old = scene.client.keep_as(&key(), over).unwrap();
    scene.expire();
    assert!(old.token(now()).is_err());
    scene.client.login(&options().no_browser().prompt(Person::who_answers(consent))).unwrap();
    assert!(old.token(now()).unwrap().access.secret.ct_eq("A1"));
    assert!(scene.store.load(&key()).unwrap().unwrap().credential.state == State::Ok);
    // It is of the client that logged in.
    assert_eq!(scene.stored(&key()).credential.client_id(), Some(registered().id));
}

#[cfg(feature = "oauth1")]
mod oauth1 {
    use countersign_client::{OAuth1Login, RevocationMethod};
    use countersign_flow::{Endpoint, oauth1::Endpoints};
    use countersign_token::{ClientCredentials, Grant};
    use http::Response;

    use super::*;
    use crate::scene::bearer;

    fn legs() -> OAuth1Login {
        let endpoints = Endpoints::new(
            "https://photos.example/initiate",
            "https://photos.example/authorize",
            "https://photos.example/token",
        );
        OAuth1Login::new(endpoints.unwrap(), ClientCredentials::new("ck", "cs"))
    }

    fn script() -> ScriptedTransport {
        let form = |text: &str| Response::new(text.as_bytes().to_vec());
        ScriptedTransport::new()
            .respond(form("oauth_token=hh5s93j4hdidpola&oauth_token_secret=ts&oauth_callback_confirmed=true"))
            .respond(form("oauth_token=nnch734d00sl2jdk&oauth_token_secret=pf&user_id=7"))
    }

    fn check(login: OAuth1Login, person: Person, callback: &str) {
        let scene = Scene::new(script());
        let options = LoginOptions::oauth1(login).account("ann").scopes("photos").no_browser().prompt(person);
        let ann = scene.client.login(&options).unwrap();
        assert_eq!(ann.key(), &Key::new("https://photos.example", "ck", "ann"));
        let credential = ann.record().unwrap().credential;
        let Grant::OAuth1 { token: Some(token), .. } = &credential.grant else { panic!("token credentials") };
        assert!(token.identifier.ct_eq("nnch734d00sl2jdk"));
        assert_eq!(credential.extra.text("user_id"), Some("7"));
        let requests = scene.network.requests();
        assert!(bearer(&requests[0]).contains(callback), "{}", bearer(&requests[0]));
        assert_eq!(requests[0].body(), b"scope=photos");
        assert!(bearer(&requests[1]).contains("oauth_verifier=\"V1\""));
    }

    #[test]
    fn three_legs_by_a_pasted_verifier_or_address() {
        check(legs(), Person::who_pastes(&[|_| "V1".into()]), "oauth_callback=\"http%3A%2F%2F127.0.0.1");
        let whole: fn(&str) -> String =
            |token| format!("http://127.0.0.1:1/callback?oauth_token={token}&oauth_verifier=V1");
        check(legs(), Person::who_pastes(&[whole]), "oauth_callback=\"http%3A%2F%2F127.0.0.1");
        check(legs().out_of_band(), Person::who_pastes(&[|_| "V1".into()]), "oauth_callback=\"oob\"");
    }

    #[test]
    fn what_a_logout_and_a_refresh_need_is_kept() {
        let scene = Scene::new(script());
        let revocation = Endpoint::new("revocation_endpoint", "https://photos.example/revoke").unwrap();
        let login = legs().revocation(revocation, RevocationMethod::Get);
        let options = LoginOptions::oauth1(login).prompt(Person::who_pastes(&[|_| "V1".into()]));
        let extra = scene.client.login(&options.no_browser()).unwrap().record().unwrap().credential.extra;
        assert_eq!(extra.text("token_credentials_endpoint"), Some("https://photos.example/token"));
        assert_eq!(extra.text("revocation_endpoint"), Some("https://photos.example/revoke"));
        assert_eq!(extra.text("revocation_method"), Some("GET"));
    }

    #[test]
    fn out_of_band_needs_somebody_to_ask() {
        let scene = Scene::new(script());
        let options = LoginOptions::oauth1(legs().out_of_band()).no_browser();
        let error = scene.client.login(&options).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Misuse(_)));
    }

    #[test]
    fn another_login_s_verifier_is_not_taken() {
        let person =
            Person::who_pastes(&[|_| "http://127.0.0.1:1/callback?oauth_token=x&oauth_verifier=V1".into()]);
        let scene = Scene::new(script());
        let error =
            scene.client.login(&LoginOptions::oauth1(legs()).no_browser().prompt(person)).unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Verification);
    }
}
