//! OAuth 1.0a: the three legs, requests with what came of them, and what a bearer token has no part in.

use std::{io::Write, process::Stdio};

use countersign_provider_axum::embedded::Server;
use countersign_token::json::Value;

use crate::support::{Home, Misbehaving, Person, Running, demo, fed, finish, page, rsa, text};

fn args(server: &Server) -> Vec<String> {
    let url = server.url();
    [
        "oauth1",
        "login",
        "--consumer-key",
        "demo-consumer",
        "--consumer-secret",
        "env:CS",
        "--account",
        "printer",
        "--temporary-credentials-url",
        &format!("{url}/_ah/OAuthGetRequestToken"),
        "--authorize-url",
        &format!("{url}/_ah/OAuthAuthorizeToken"),
        "--token-url",
        &format!("{url}/_ah/OAuthGetAccessToken"),
    ]
    .map(ToOwned::to_owned)
    .to_vec()
}

fn login(home: &Home, server: &Server, person: &Person) -> crate::support::Run {
    let mut child =
        Running::start(home.command(&args(server)).arg("--no-input").env("CS", "demo-consumer-secret"));
    let url = child.url();
    person.visit(&url);
    child.end()
}

#[test]
fn three_legs_and_a_signed_request() {
    let (home, server) = (Home::new(), demo());
    login(&home, &server, &Person::approving()).check(&["oauth1 login"], 0, &["kept as \"printer\""]);
    let me = format!("{}/me", server.url());
    assert!(home.ok(&["request", "GET", &me, "--fail"]).contains("alice"));
    let shown = home.ok(&["status"]);
    assert!(shown.contains("OAuth 1.0a") && shown.contains("expires  unknown"), "{shown}");

    let signed = home.ok(&["oauth1", "sign", "GET", &me, "-a", "printer"]);
    assert!(signed.starts_with("OAuth oauth_consumer_key=\"demo-consumer\", oauth_token="), "{signed}");
    home.check(
        &["token"],
        2,
        &["no access token", "countersign oauth1 sign METHOD URL -a printer", "countersign request"],
    );
    home.check(&["logout"], 0, &["printer: forgotten"]);
    assert_eq!(home.ok(&["account", "list"]), "");
}

/// Token and secret that a login has stored.
fn token(home: &Home) -> [String; 2] {
    let stored = home.stored();
    let kept = stored.iter().filter_map(|(_, bytes)| Value::parse(bytes).ok());
    let pair = |record: &Value| {
        let pair = record.as_object()?.get("token_credentials")?;
        Some(["identifier", "secret"].map(|name| text(pair, name).to_owned()))
    };
    kept.filter_map(|record| pair(&record)).next().unwrap()
}

#[test]
fn a_credential_from_elsewhere_is_as_good_as_one_of_a_login() {
    let (elsewhere, server) = (Home::new(), demo());
    login(&elsewhere, &server, &Person::approving()).check(&["oauth1 login"], 0, &[]);
    let [token, secret] = token(&elsewhere);
    let home = Home::new();
    home.write("ts", &secret);
    let me = format!("{}/me", server.url());
    for method in ["HMAC-SHA1", "HMAC-SHA256", "HMAC-SHA512", "PLAINTEXT"] {
        let args = ["account", "import", "--name", "batch", "--consumer-key", "demo-consumer"];
        let more = ["--consumer-secret", "env:CS", "--token", &token, "--token-secret", "@ts"];
        let args = [&args[..], &more, &["--signature-method", method]].concat();
        finish(home.command(&args).env("CS", "demo-consumer-secret")).check(&args, 0, &["kept as"]);
        assert!(home.ok(&["request", "GET", &me, "-a", "batch", "--fail"]).contains("alice"), "{method}");

        let signed = home.ok(&["oauth1", "sign", "GET", &me, "-a", "batch"]);
        assert!(signed.contains(&format!("oauth_signature_method=\"{method}\"")), "{signed}");
        let message = format!("GET {me} HTTP/1.1\nAuthorization: {signed}\n");
        let args = ["oauth1", "verify", "-a", "batch"];
        fed(&mut home.command(&args), message.as_bytes()).check(&args, 0, &[]);
    }
}

#[test]
fn the_method_of_the_login_stays_with_the_account() {
    for method in ["HMAC-SHA256", "HMAC-SHA512", "PLAINTEXT"] {
        let (home, server) = (Home::new(), demo());
        let mut args = args(&server);
        args.extend(["--signature-method", method, "--no-input"].map(ToOwned::to_owned));
        let mut child = Running::start(home.command(&args).env("CS", "demo-consumer-secret"));
        let url = child.url();
        Person::approving().visit(&url);
        child.end().check(&args, 0, &["kept as"]);
        let me = format!("{}/me", server.url());
        assert!(home.ok(&["request", "GET", &me, "--fail"]).contains("alice"));
        let signed = home.ok(&["oauth1", "sign", "GET", &me]);
        assert!(signed.contains(&format!("oauth_signature_method=\"{method}\"")), "{signed}");
    }
}

#[test]
fn a_private_key_signs_every_leg() {
    let home = Home::new();
    home.write("key.pem", &rsa::private_key());
    let server = Misbehaving::start(|_, asked| match asked.target.as_str() {
        "/request" => {
            let answer = "oauth_token=tmp&oauth_token_secret=tmps&oauth_callback_confirmed=true";
            page("200 OK", "text/plain", answer)
        }
        _ => page("200 OK", "text/plain", "oauth_token=tk&oauth_token_secret=ts"),
    });
    let url = server.url();
    let (request, authorize, access) =
        (format!("{url}/request"), format!("{url}/authorize"), format!("{url}/access"));
    let endpoints =
        ["--temporary-credentials-url", &request, "--authorize-url", &authorize, "--token-url", &access];
    let by =
        ["oauth1", "login", "--consumer-key", "k", "--callback", "oob", "--no-browser", "--account", "keyed"];
    let args =
        [&by[..], &endpoints, &["--private-key", "key.pem", "--signature-method", "RSA-SHA256"]].concat();
    fed(&mut home.command(&args), b"123456\n").check(
        &args,
        0,
        &["kept as \"keyed\"", "countersign oauth1 sign METHOD URL -a keyed --private-key FILE"],
    );
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    for (asked, token) in asked.iter().zip([None, Some("tmp")]) {
        let message =
            format!("POST {} HTTP/1.1\n{}\n\n{}", asked.target, asked.headers.join("\n"), asked.body);
        let mut args = vec!["oauth1", "verify", "--scheme", "http", "--consumer-key", "k"];
        args.extend(["--private-key", "key.pem", "--signature-method", "RSA-SHA256"]);
        args.extend(token.into_iter().flat_map(|token| ["--token", token]));
        fed(&mut home.command(&args), message.as_bytes()).check(&args, 0, &[]);
    }
    let sign = ["oauth1", "sign", "GET", "https://api.example/", "-a", "keyed"];
    home.check(&sign, 2, &["RSA-SHA256 needs a private key"]);
    let signed = home.ok(&[&sign[..], &["--private-key", "key.pem"]].concat());
    assert!(signed.contains("oauth_token=\"tk\", oauth_signature_method=\"RSA-SHA256\""), "{signed}");
    let api = format!("{url}/api");
    home.check(
        &["request", "GET", &api, "-a", "keyed"],
        3,
        &["is not kept here", "-a keyed --private-key FILE"],
    );
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn a_login_is_told_what_its_method_lacks() {
    let (home, server) = (Home::new(), demo());
    home.write("key.pem", &rsa::private_key());
    let args = args(&server);
    for (more, said) in [
        (&["--signature-method", "RSA-SHA1"][..], "RSA-SHA1 needs a private key"),
        (&["--signature-method", "HMAC-SHA1", "--private-key", "key.pem"], "takes no private key"),
    ] {
        let run = finish(home.command(&args).args(more).env("CS", "demo-consumer-secret"));
        run.check(&args, 2, &[said]);
    }
    let without: Vec<String> =
        args.into_iter().filter(|arg| !["--consumer-secret", "env:CS"].contains(&arg.as_str())).collect();
    home.run(&without).check(&without, 2, &["--consumer-secret"]);
}

#[test]
fn a_refusal_of_the_person_is_a_refusal() {
    let (home, server) = (Home::new(), demo());
    login(&home, &server, &Person::denying()).check(&["oauth1 login"], 5, &["access_denied"]);
}

#[test]
fn a_wrong_secret_is_refused_before_anybody_is_asked() {
    let (home, server) = (Home::new(), demo());
    let mut command = home.command(&args(&server));
    let run = finish(command.arg("--no-input").env("CS", "wrong"));
    run.check(&["oauth1 login"], 5, &["refused"]);
}

#[test]
fn a_code_that_the_person_brings_is_enough() {
    let (home, server) = (Home::new(), demo());
    let mut args = args(&server);
    args.extend(["--callback", "oob", "--no-browser"].map(ToOwned::to_owned));
    let mut child =
        Running::start(home.command(&args).env("CS", "demo-consumer-secret").stdin(Stdio::piped()));
    let url = child.url();
    let page = Person::approving().visit(&url);
    let code = page.split("id=\"verifier\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    writeln!(child.stdin(), "{code}").unwrap();
    child.end().check(&args, 0, &["Paste", "kept as \"printer\""]);
    assert!(home.ok(&["request", "GET", &format!("{}/me", server.url())]).contains("alice"));

    args.push("--no-input".to_owned());
    let run = finish(home.command(&args).env("CS", "demo-consumer-secret"));
    run.check(&args, 2, &["--no-input"]);
}

/// A service provider of another dialect: how it confirms the callback is up to the test.
fn check_confirmation(confirmed: &'static str, how: &str, code: i32, said: &[&str]) {
    let home = Home::new();
    let server = Misbehaving::start(move |_, asked| match asked.target.as_str() {
        "/request" => {
            page("200 OK", "text/plain", &format!("oauth_token=tmp&oauth_token_secret=tmps{confirmed}"))
        }
        _ => page("200 OK", "text/plain", "oauth_token=tk&oauth_token_secret=ts&user_id=7"),
    });
    let url = server.url();
    let (request, authorize, token) =
        (format!("{url}/request"), format!("{url}/authorize"), format!("{url}/access"));
    let args = [
        "oauth1",
        "login",
        "--temporary-credentials-url",
        &request,
        "--authorize-url",
        &authorize,
        "--token-url",
        &token,
        "--consumer-key",
        "k",
        "--consumer-secret",
        "s",
        "--callback-confirmed",
        how,
        "--callback",
        "oob",
        "--no-browser",
        "--scope",
        "read",
        "--param",
        "display=Printer",
    ];
    let mut child = Running::start(home.command(&args).stdin(Stdio::piped()));
    let _ = writeln!(child.stdin(), "123456");
    child.end().check(&args, code, said);
    let first = server.asked().remove(0);
    assert!(first.body.contains("scope=read") && first.body.contains("display=Printer"), "{first:?}");
}

#[test]
fn how_a_callback_is_confirmed_can_be_told() {
    check_confirmation("&oauth_callback_confirmed=true", "strict", 0, &["kept as"]);
    check_confirmation("&oauth_callback_confirmed=True", "strict", 9, &["--callback-confirmed true-ish"]);
    check_confirmation("", "strict", 9, &["--callback-confirmed"]);
    check_confirmation("&oauth_callback_confirmed=True", "true-ish", 0, &["kept as"]);
    check_confirmation("", "true-ish", 9, &["--callback-confirmed"]);
    check_confirmation("", "absent", 0, &["kept as"]);
}
