//! OAuth 1.0a: signatures, the three legs, and what a bearer token has no part in.

use std::{io::Write, process::Stdio};

use countersign_provider_axum::embedded::Server;

use crate::support::{Home, Misbehaving, Person, Running, demo, get, page, text};

const SECRETS: [&str; 8] = [
    "--consumer-key",
    "dpf43f3p2l4k3l03",
    "--consumer-secret",
    "env:CS",
    "--token",
    "nnch734d00sl2jdk",
    "--token-secret",
    "env:TS",
];

/// RFC 5849 §1.2, the request for the photos.
fn photos(home: &Home, more: &[&str]) -> crate::support::Run {
    let mut args =
        vec!["oauth1", "sign", "GET", "http://photos.example.net/photos?file=vacation.jpg&size=original"];
    args.extend(SECRETS);
    args.extend(["--timestamp", "137131202", "--nonce", "chapoH", "--no-version", "--realm", "Photos"]);
    args.extend(more);
    let mut command = home.command(&args);
    crate::support::finish(command.env("CS", "kd94hf93k423kf44").env("TS", "pfkkdhi9sl3r4s00"))
}

#[test]
fn the_specification_s_request_is_signed_as_it_says() {
    let home = Home::new();
    let run = photos(&home, &[]);
    assert_eq!(run.err, "");
    assert_eq!(
        run.out,
        "OAuth realm=\"Photos\", oauth_consumer_key=\"dpf43f3p2l4k3l03\", oauth_token=\"nnch734d00sl2jdk\", \
         oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"137131202\", oauth_nonce=\"chapoH\", \
         oauth_signature=\"MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D\"\n"
    );
    let document = countersign_token::json::Value::parse(photos(&home, &["--json"]).out.as_bytes()).unwrap();
    assert_eq!(get(&document, "v").as_integer(), Some(1));
    assert_eq!(text(&document, "signature"), "MdpQcU8iPSUjWoN/UDMsK2sui9I=");
    assert_eq!(format!("{}\n", text(&document, "authorization")), run.out);
    assert!(
        text(&document, "base_string")
            .starts_with("GET&http%3A%2F%2Fphotos.example.net%2Fphotos&file%3Dvacation.jpg")
    );
    assert_eq!(text(&document, "url"), "http://photos.example.net/photos?file=vacation.jpg&size=original");
}

#[test]
fn the_signature_goes_where_it_is_asked_to_go() {
    let home = Home::new();
    let sign = |more: &[&str]| {
        let mut args =
            vec!["oauth1", "sign", "POST", "https://api.example/x?a=1", "-d", "b=2", "--consumer-key", "ck"];
        args.extend(["--consumer-secret", "cs", "--timestamp", "1", "--nonce", "n", "--quiet"]);
        args.extend(more);
        home.ok(&args)
    };
    let url = sign(&["--place", "query"]);
    assert!(
        url.starts_with("https://api.example/x?a=1&oauth_consumer_key=ck&")
            && url.contains("&oauth_signature="),
        "{url}"
    );
    let body = sign(&["--place", "body"]);
    assert!(body.starts_with("b=2&oauth_consumer_key=ck&") && body.contains("&oauth_signature="), "{body}");
    home.write("form", "b=2");
    let args = [
        "oauth1",
        "sign",
        "POST",
        "https://api.example/x?a=1",
        "--data-file",
        "form",
        "--place",
        "body",
        "--timestamp",
        "1",
    ];
    let from_file =
        home.ok(&[&args[..], &["--nonce", "n", "--consumer-key", "ck", "--consumer-secret", "cs"]].concat());
    assert_eq!(from_file, body);
    assert!(sign(&["--param", "scope=read"]).contains("scope=\"read\""));
    assert!(sign(&["--callback", "oob"]).contains("oauth_callback=\"oob\""));
    assert!(sign(&["--verifier", "v"]).contains("oauth_verifier=\"v\""));
    assert!(sign(&["--signature-method", "PLAINTEXT"]).contains("oauth_signature=\"cs%26\""));
    assert_ne!(
        home.ok(&[
            "oauth1",
            "sign",
            "GET",
            "https://a.example/",
            "--consumer-key",
            "k",
            "--consumer-secret",
            "s"
        ]),
        home.ok(&[
            "oauth1",
            "sign",
            "GET",
            "https://a.example/",
            "--consumer-key",
            "k",
            "--consumer-secret",
            "s"
        ])
    );
}

#[test]
fn what_cannot_be_signed_is_a_usage_error() {
    let home = Home::new();
    let key = ["--consumer-key", "k", "--consumer-secret", "s"];
    for (more, said) in [
        (&["GET", "https://a.example/%zz"][..], "cannot be signed"),
        (&["G T", "https://a.example/"], "cannot be signed"),
        (&["GET", "http://a.example/", "--signature-method", "PLAINTEXT"], "https"),
        (&["GET", "https://a.example/", "--param", "oauth_token=x"], "cannot be signed"),
        (&["GET", "https://a.example/", "--param", "nonsense"], "NAME=VALUE"),
        (&["GET", "https://a.example/", "--realm", "R", "--place", "query"], "--realm"),
        (&["GET", "https://a.example/", "--token", "t"], "--token-secret"),
    ] {
        let mut args = vec!["oauth1", "sign"];
        args.extend(more);
        args.extend(key);
        home.check(&args, 2, &[said]);
    }
}

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
    login(&home, &server, &Person::approving()).check(
        &["oauth1 login"],
        0,
        &["note:", "kept as \"printer\""],
    );
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

#[test]
fn a_refusal_of_the_person_is_a_refusal() {
    let (home, server) = (Home::new(), demo());
    login(&home, &server, &Person::denying()).check(&["oauth1 login"], 5, &["access_denied"]);
}

#[test]
fn a_wrong_secret_is_refused_before_anybody_is_asked() {
    let (home, server) = (Home::new(), demo());
    let mut command = home.command(&args(&server));
    let run = crate::support::finish(command.arg("--no-input").env("CS", "wrong"));
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
    let run = crate::support::finish(home.command(&args).env("CS", "demo-consumer-secret"));
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
