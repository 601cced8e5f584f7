//! The examples, run as a person would run them, against a provider on loopback.
#![cfg(all(
    feature = "blocking",
    feature = "file",
    feature = "oauth1",
    feature = "provider",
    feature = "ureq"
))]

use core::time::Duration;
use std::{
    env, fs,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Command, Output},
    thread::{self, JoinHandle},
    time::Instant,
};

use countersign::{
    ClientCredentials, Limits, LoginEvent, LoginOptions, OAuth1Login, Prompt, Ureq, blocking,
    oauth2::oauth1::Endpoints,
    provider::{GrantKind, Provider},
    store::MemoryStore,
    token::Grant,
};
use countersign_provider_axum::embedded::Server;

/// A directory that goes when the test does.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("countersign-examples-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// An example, built beside this test.
fn example(name: &str) -> Command {
    let tests = env::current_exe().unwrap();
    let path = tests.parent().unwrap().parent().unwrap().join("examples").join(name);
    assert!(path.exists(), "{} is built by `cargo test`", path.display());
    Command::new(path)
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Longer than anything here takes, so that a test which waits in vain fails instead of hanging.
const PATIENCE: Duration = Duration::from_secs(30);

/// A browser that leaves the address for [`person`] to visit; the directory it is in.
fn browser(place: &Path) -> PathBuf {
    let bin = place.join("bin");
    fs::create_dir_all(&bin).unwrap();
    let script = bin.join("xdg-open");
    let address = place.join("address");
    // It appears under its name when it is whole.
    let text =
        format!("#!/bin/sh\nprintf %s \"$1\" > '{0}.part' && mv '{0}.part' '{0}'\n", address.display());
    fs::write(&script, text).unwrap();
    #[cfg(unix)]
    fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    bin
}

/// Somebody who waits for the browser to be opened, and does there what a person does.
#[cfg(target_os = "linux")]
fn person(place: &Path) -> JoinHandle<()> {
    let address = place.join("address");
    thread::spawn(move || {
        let begun = Instant::now();
        while !address.exists() {
            assert!(begun.elapsed() < PATIENCE, "no browser was opened");
            thread::sleep(Duration::from_millis(10));
        }
        play(fs::read_to_string(&address).unwrap());
    })
}

/// What a developer console would offer for download, for the provider at `url`.
fn client_secrets(place: &Path, url: &str) {
    let file = format!(
        r#"{{"installed":{{"client_id":"demo-public","redirect_uris":["http://localhost"],"auth_uri":"{url}/authorize","token_uri":"{url}/token"}}}}"#
    );
    fs::write(place.join("client_secret.json"), file).unwrap();
}

#[test]
#[cfg(target_os = "linux")]
fn a_program_signs_in_once_and_lists_every_page() {
    let place = Place::new("drive");
    let server = Server::start_demo(0).unwrap();
    client_secrets(&place.0, server.url());
    let path = format!("{}:{}", browser(&place.0).display(), env::var("PATH").unwrap());
    let run =
        |command: &mut Command| text(&command.current_dir(&place.0).env("PATH", &path).output().unwrap());
    let logins = || {
        let count = |provider: &mut Provider| provider.events().tokens_issued(GrantKind::AuthorizationCode);
        server.service().with_provider(count)
    };
    let list = || run(example("drive_files").args(["client_secret.json", "credentials", server.url()]));
    let person = person(&place.0);
    let first = list();
    person.join().expect("the person gets to the end");
    assert_eq!(first.lines().count(), 12, "{first}");
    assert!(first.contains("Übersicht.txt"), "{first}");
    assert_eq!(logins(), 1);
    assert_eq!(list(), first);
    assert_eq!(logins(), 1, "the second run used what was stored");
    let page = run(example("first_screen").arg(server.url()));
    assert!(page.contains("\"kind\":\"drive#fileList\""), "{page}");
    assert_eq!(logins(), 1, "another program uses the same store");
}

/// Signs in where the client asks for it.
struct Person;

impl Prompt for Person {
    fn event(&self, event: &LoginEvent<'_>) {
        if let LoginEvent::Visit { url, .. } = event {
            let url = (*url).to_owned();
            drop(thread::spawn(move || play(url)));
        }
    }
}

#[test]
fn imported_token_sends_a_signed_request() {
    let place = Place::new("imported");
    let server = Server::start_demo(0).unwrap();
    let url = |path: &str| format!("{}{path}", server.url());
    let (temporary, authorize, token) =
        (url("/oauth1/temporary-credentials"), url("/oauth1/authorize"), url("/oauth1/token"));
    let endpoints = Endpoints::new(&temporary, &authorize, &token).unwrap();
    let login = OAuth1Login::new(endpoints, ClientCredentials::new("demo-consumer", "demo-consumer-secret"));
    let options =
        LoginOptions::oauth1(login).account("elsewhere").no_browser().timeout(PATIENCE).prompt(Person);
    let elsewhere = blocking::Client::new(Ureq::new(Limits::default()).unwrap(), MemoryStore::new());
    let record = elsewhere.login(&options).unwrap().record().unwrap();
    let Grant::OAuth1 { token: Some(token), .. } = record.credential.grant else {
        panic!("a three-legged login")
    };

    let run = |secret: &str| {
        let mut command = example("imported_token");
        command.arg(place.0.join("store")).arg(url("/me")).env("CONSUMER_KEY", "demo-consumer");
        command.env("CONSUMER_SECRET", "demo-consumer-secret").env("TOKEN", token.identifier.expose());
        command.env("TOKEN_SECRET", secret).output().unwrap()
    };
    let answer = text(&run(token.secret.expose()));
    assert!(answer.contains("\"name\":\"alice\""), "{answer}");
    let refused = run("guessed");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("status 401"), "{refused:?}");
}

#[test]
fn sign_request_prints_a_header() {
    let header = text(&example("sign_request").output().unwrap());
    assert!(header.starts_with("OAuth oauth_consumer_key=\"ck\", oauth_token=\"tk\""), "{header}");
}

#[test]
fn the_readme_shows_the_example() {
    let readme = include_str!("../../../README.md");
    let (_, block) = readme.split_once("```rust,no_run\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    assert_eq!(block, include_str!("../examples/first_screen.rs"));
}

/// Opens the address, signs in as alice, approves, and goes where the browser is sent, to a page that is well.
fn play(mut url: String) {
    let (mut cookie, mut body) = (String::new(), None::<String>);
    for _ in 0..10 {
        let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        let method = if body.is_some() { "POST" } else { "GET" };
        let body_text = body.take().unwrap_or_default();
        write!(
            stream,
            "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nOrigin: http://{host}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body_text}",
            body_text.len()
        )
        .unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        let header = |name: &str| {
            response.lines().find_map(|line| {
                let (own, value) = line.split_once(": ")?;
                own.eq_ignore_ascii_case(name).then(|| value.to_owned())
            })
        };
        if let Some(set) = header("set-cookie") {
            cookie = set.split(';').next().unwrap().to_owned();
        }
        if let Some(location) = header("location") {
            url = if location.starts_with('/') { format!("http://{host}{location}") } else { location };
        } else if let Some((_, rest)) = response.split_once("name=\"csrf\" value=\"") {
            let csrf = rest.split('"').next().unwrap();
            let answer = if response.contains("password") {
                "username=alice&password=demo"
            } else {
                "decision=approve"
            };
            body = Some(format!("csrf={csrf}&{answer}"));
        } else {
            assert!(response.starts_with("HTTP/1.1 200 "), "{url}: {response}");
            return;
        }
    }
    panic!("the person is lost at {url}");
}
