//! `oauth1 verify`: what holds and what does not, and the reason.

use std::fs;

use countersign_token::json::Value;

use crate::support::{Home, Run, fed, finish, get, rsa, text};

const URL: &str = "http://localhost:4567/fun?foo=first%2Csecond";

const BY: [&str; 8] =
    ["--consumer-key", "a", "--consumer-secret", "env:CS", "--token", "123", "--token-secret", "env:TS"];

const RIGHT: &str = "cdQQuXon1opN/3wj5APnIF5NAMg=";

/// The field of the diagnosis' example, with this signature.
fn field(signature: &str) -> String {
    format!(
        "Authorization: OAuth oauth_consumer_key=\"a\", oauth_token=\"123\", \
         oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"123\", oauth_nonce=\"3\", \
         oauth_version=\"1.0\", oauth_signature=\"{}\"",
        signature.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
    )
}

/// The message of the example in origin form.
fn fun(signature: &str) -> String {
    format!("GET /fun?foo=first%2Csecond HTTP/1.1\r\nHost: localhost:4567\r\n{}\r\n\r\n", field(signature))
}

fn verify(home: &Home, message: &str, more: &[&str]) -> Run {
    let args = [&["oauth1", "verify", "--quiet"][..], more].concat();
    fed(home.command(&args).env("CS", "b").env("TS", "abc"), message.as_bytes())
}

/// Checks a message of the example's credentials; the exit code and what is said of it.
fn check(message: &str, more: &[&str], code: i32, said: &[&str]) -> Run {
    let home = Home::new();
    let run = verify(&home, message, &[&BY[..], more].concat());
    run.check(&[&["verify"], more].concat(), code, said);
    assert_eq!(run.out.is_empty(), code != 0, "{run:?}");
    run
}

const ANY: &[&str] = &["--scheme", "http", "--any-time"];

#[test]
fn a_request_that_holds_holds() {
    let run = check(&fun(RIGHT), ANY, 0, &[]);
    assert_eq!(
        run.out,
        "the request holds: HMAC-SHA1 in the header\n  client     a\n  token      123\n  \
         signed     1970-01-01T00:02:03Z\n  nonce      3\n"
    );
    assert_eq!(run.err, "");
    check(&fun(RIGHT).replace("\r\n", "\n"), ANY, 0, &[]);
    check(fun(RIGHT).trim_end(), ANY, 0, &[]);
    check(&format!("\r\n{}", fun(RIGHT)), ANY, 0, &[]);
    check(&fun(RIGHT).replace(" HTTP/1.1", ""), ANY, 0, &[]);
    let absolute = fun(RIGHT).replace("GET /", "GET http://localhost:4567/");
    check(&absolute, &["--any-time"], 0, &[]);
    check(&absolute.replace("Host: localhost:4567\r\n", ""), &["--any-time"], 0, &[]);
    for at in ["123", "1970-01-01T00:05:00Z", "423"] {
        check(&fun(RIGHT), &["--scheme", "http", "--at", at], 0, &[]);
    }
}

#[test]
fn a_request_that_does_not_hold_is_told_why() {
    let wrong = "1tyKsJRLaTvpnCwKGayL4YgHmLM=";
    check(
        &fun(wrong),
        ANY,
        9,
        &[
            "the signature does not hold",
            "signature_invalid",
            "countersign oauth1 explain GET 'http://localhost:4567/fun?foo=first%2Csecond' --consumer-key a \
             --consumer-secret SECRET --token TOKEN --token-secret SECRET --signature-method HMAC-SHA1 \
             --timestamp 123 --nonce 3 --expect '1tyKsJRLaTvpnCwKGayL4YgHmLM='",
        ],
    );
    // The default scheme is https, and signed it was as http.
    check(&fun(RIGHT), &["--any-time"], 9, &["signature_invalid"]);
    check(
        &fun(RIGHT),
        &["--scheme", "http"],
        9,
        &["the signature itself holds", "--at 1970-01-01T00:02:03Z"],
    );
    check(&fun(RIGHT), &["--scheme", "http", "--at", "424"], 9, &["compare the clocks"]);
    check(&fun(RIGHT).replace("\"a\"", "\"x\""), ANY, 9, &["consumer_key_unknown", "\"x\"", "\"a\""]);
    check(
        &fun(RIGHT).replace("\"123\", oauth_signature_m", "\"9\", oauth_signature_m"),
        ANY,
        9,
        &["token_rejected"],
    );
    check(&fun(RIGHT).replace("oauth_nonce=\"3\", ", ""), ANY, 9, &["oauth_nonce is missing"]);
    check(&fun(RIGHT).replace("foo=", "oauth_nonce=3&foo="), ANY, 9, &["stands apart"]);
    check(&fun(RIGHT).replace("HMAC-SHA1", "HMAC-MD5"), ANY, 9, &["none of those"]);
    check(&fun(RIGHT).replace("Authorization", "X-Authorization"), ANY, 9, &["no OAuth 1.0a parameters"]);
    check(&fun(RIGHT), &[ANY, &["--signature-method", "HMAC-SHA256"]].concat(), 9, &["none of those"]);
    let home = Home::new();
    let run =
        verify(&home, &fun(RIGHT), &["--consumer-key", "a", "--consumer-secret", "env:CS", "--any-time"]);
    run.check(&["verify"], 9, &["token_rejected", "the options have none"]);
}

#[test]
fn programs_are_told_the_same() {
    let home = Home::new();
    let document = |message: &str, code: i32, more: &[&str]| {
        let run = verify(&home, message, &[&BY[..], ANY, more, &["--json"]].concat());
        run.check(&["verify"], code, &[]);
        Value::parse(run.out.as_bytes()).unwrap()
    };
    let good = document(&fun(RIGHT), 0, &[]);
    assert_eq!(get(&good, "v").as_integer(), Some(1));
    assert!(matches!(get(&good, "verified"), Value::Bool(true)));
    assert!(matches!(get(&good, "oauth_problem"), Value::Null));
    assert_eq!(text(&good, "signed_at"), "1970-01-01T00:02:03Z");
    assert_eq!((text(&good, "consumer_key"), text(&good, "token"), text(&good, "nonce")), ("a", "123", "3"));
    assert_eq!((text(&good, "signature_method"), text(&good, "place")), ("HMAC-SHA1", "header"));
    assert!(text(&good, "base_string").starts_with("GET&http%3A%2F%2Flocalhost%3A4567%2Ffun&"));

    let bad = document(&fun("AAAA"), 9, &[]);
    assert!(matches!(get(&bad, "verified"), Value::Bool(false)));
    assert_eq!(text(&bad, "oauth_problem"), "signature_invalid");
    assert_eq!(get(&bad, "status").as_integer(), Some(401));
    let absent = document(&fun(RIGHT).replace("oauth_nonce=\"3\", ", ""), 9, &[]);
    assert_eq!(text(get(&absent, "report"), "oauth_parameters_absent"), "oauth_nonce");
    assert!(matches!(get(&absent, "base_string"), Value::Null));
}

#[test]
fn what_sign_makes_verifies_in_every_place_and_by_every_method() {
    let home = Home::new();
    home.write("key.pem", &rsa::private_key());
    for method in
        ["HMAC-SHA1", "HMAC-SHA256", "HMAC-SHA512", "PLAINTEXT", "RSA-SHA1", "RSA-SHA256", "RSA-SHA512"]
    {
        let key: &[&str] = if method.starts_with("RSA") {
            &["--private-key", "key.pem"]
        } else {
            &["--consumer-secret", "env:CS"]
        };
        let by = [&["--consumer-key", "k", "--signature-method", method][..], key].concat();
        for place in ["header", "query", "body"] {
            let sign = ["oauth1", "sign", "POST", "https://api.example/x?a=1", "-d", "b=2+3", "--json"];
            let args = [&sign[..], &by, &["--place", place, "--requestor-id", "j@example.com"]].concat();
            let run = finish(home.command(&args).env("CS", "b"));
            run.check(&args, 0, &[]);
            let signed = Value::parse(run.out.as_bytes()).unwrap();
            let (url, body) = (text(&signed, "url"), text(&signed, "body"));
            let field = if place == "header" {
                format!("Authorization: {}\n", text(&signed, "authorization"))
            } else {
                String::new()
            };
            let message = format!(
                "POST {} HTTP/1.1\nHost: api.example\nContent-Type: application/x-www-form-urlencoded\n{field}\n{body}\n",
                url.strip_prefix("https://api.example").unwrap()
            );
            let demands = ["--place", place, "--param", "b=2 3", "--requestor-id", "j@example.com"];
            let run = verify(&home, &message, &[&by[..], &demands].concat());
            run.check(&[method, place], 0, &[]);
            let wrong = verify(&home, &message.replace("b=2", "b=4"), &by);
            // PLAINTEXT signs nothing.
            wrong.check(&[method, place], if method == "PLAINTEXT" { 0 } else { 9 }, &[]);
        }
    }
}

#[test]
fn a_public_key_verifies() {
    let home = Home::new();
    let [_, key, signature] = rsa::published();
    home.write("wiki.pem", &key);
    home.write("private.pem", &rsa::private_key());
    let message = format!(
        "GET /photos?file=vacaction.jpg&size=original HTTP/1.1\nHost: photos.example.net\n\
         Authorization: OAuth realm=\"http://photos.example.net/photos\", \
         oauth_consumer_key=\"dpf43f3p2l4k3l03\", oauth_signature_method=\"RSA-SHA1\", \
         oauth_signature=\"{}\", oauth_timestamp=\"1196666512\", oauth_nonce=\"13917289812797014437\", \
         oauth_version=\"1.0\"\n\n",
        signature.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
    );
    let by = ["--consumer-key", "dpf43f3p2l4k3l03", "--scheme", "http", "--any-time"];
    let verify = |message: &str, more: &[&str]| verify(&home, message, &[&by[..], more].concat());
    verify(&message, &["--public-key", "wiki.pem"]).check(&["wiki"], 0, &[]);
    verify(&message.replace("size=o", "size=O"), &["--public-key", "wiki.pem"]).check(&["wiki"], 9, &[]);
    verify(&message, &["--private-key", "private.pem"]).check(&["another key"], 9, &["signature_invalid"]);
    verify(&message, &["--consumer-secret", "env:CS"]).check(
        &["secret"],
        2,
        &["RSA-SHA1", "--public-key FILE"],
    );
    verify(&message, &[]).check(&["nothing"], 2, &["--public-key FILE"]);
    verify(&message, &["--public-key", "private.pem"]).check(&["private"], 3, &["a public one is needed"]);
    // With a public key alone there is no secret, and an empty one is known to everybody.
    let forged = home.json(&[
        "oauth1",
        "sign",
        "GET",
        "http://photos.example.net/photos",
        "--consumer-key",
        "dpf43f3p2l4k3l03",
        "--consumer-secret",
        "",
        "--quiet",
    ]);
    let message = format!(
        "GET /photos HTTP/1.1\nHost: photos.example.net\nAuthorization: {}\n\n",
        text(&forged, "authorization")
    );
    verify(&message, &["--public-key", "wiki.pem"]).check(
        &["forged"],
        9,
        &["none of those that are accepted"],
    );
    let empty = ["--public-key", "wiki.pem", "--consumer-secret", ""];
    verify(&message, &empty).check(&["forged"], 9, &["none of those that are accepted"]);
    // Without a key it is what was asked for.
    verify(&message, &["--consumer-secret", ""]).check(&["empty"], 0, &[]);
}

#[test]
fn a_body_is_checked_as_it_was_sent() {
    let home = Home::new();
    home.write("body", "{\"a\":1}");
    let by = ["--consumer-key", "k", "--consumer-secret", "env:CS"];
    let args = ["oauth1", "sign", "PUT", "https://api.example/x", "--data-file", "body", "--body-hash"];
    let args = [&args[..], &["-H", "Content-Type: application/json"], &by].concat();
    let signed = finish(home.command(&args).env("CS", "b")).out;
    let message = |body: &str| {
        format!(
            "PUT /x HTTP/1.1\r\nHost: api.example\r\nContent-Type: application/json\r\n\
             Content-Length: 7\r\nAuthorization: {}\r\n\r\n{body}",
            signed.trim_end()
        )
    };
    let verify = |message: &str, more: &[&str]| verify(&home, message, &[&by[..], more].concat());
    verify(&message("{\"a\":1}"), &["--body-hash"]).check(&["as sent"], 0, &[]);
    verify(&message("{\"a\":1}\n"), &[]).check(&["a line more"], 0, &[]);
    verify(&message("{\"a\":2}"), &[]).check(&["another"], 9, &["oauth_body_hash is of other bytes"]);
    verify(&message("{\"a\""), &[]).check(&["short"], 2, &["4 bytes, and not 7"]);
    verify(&message("{\"a\":1}{}"), &[]).check(&["long"], 2, &["9 bytes, and not 7"]);
    let head = message("").replace("Content-Length: 7\r\n", "");
    verify(&head, &["--data-file", "body"]).check(&["from a file"], 0, &[]);
    verify(&head, &["-d", "{\"a\":1}"]).check(&["an option"], 0, &[]);
    verify(&message("{\"a\":1}"), &["--data-file", "body"]).check(&["both"], 2, &["one in the options"]);
    let chunked = head.replace("Content-Type", "Transfer-Encoding: chunked\r\nContent-Type");
    verify(&chunked, &[]).check(&["chunked"], 2, &["transfer encoding"]);
}

#[test]
fn the_options_of_signing_are_demands() {
    for (more, said) in [
        (&["--nonce", "3", "--timestamp", "123"][..], None),
        (&["--param", "foo=first,second", "--place", "header"], None),
        (&["--nonce", "4"], Some("the nonce")),
        (&["--timestamp", "124"], Some("the timestamp")),
        (&["--callback", "oob"], Some("oauth_callback")),
        (&["--verifier", "v"], Some("oauth_verifier")),
        (&["--realm", "R"], Some("the realm")),
        (&["--no-version"], Some("oauth_version")),
        (&["--body-hash"], Some("oauth_body_hash")),
        (&["--place", "query"], Some("another place")),
        (&["--param", "foo=x"], Some("--param")),
        (&["--requestor-id", "x"], Some("xoauth_requestor_id")),
    ] {
        check(&fun(RIGHT), &[ANY, more].concat(), if said.is_some() { 9 } else { 0 }, said.as_slice());
    }
    let without = fun(RIGHT).replace("Host: localhost:4567\r\n", "");
    check(&without, ANY, 2, &["no Host field", "--header"]);
    check(&without, &[ANY, &["--header", "Host: localhost:4567"]].concat(), 0, &[]);
}

#[test]
fn what_is_no_message_is_a_usage_error() {
    let many: String = (0..60_000).map(|number| format!("x-{number}: y\n")).collect();
    let many = format!("GET / HTTP/1.1\nHost: a\n{many}\n");
    let big = format!("{}{}", fun(RIGHT), "x".repeat(1 << 20));
    for (message, said) in [
        ("", "nothing in it"),
        ("\n\n", "nothing in it"),
        ("GET", "no request line"),
        ("GET / HTTP/1.1 x\n\n", "no request line"),
        ("G@T / HTTP/1.1\n\n", "no request line"),
        ("OPTIONS * HTTP/1.1\nHost: a\n\n", "no request line"),
        ("CONNECT a.example:80 HTTP/1.1\nHost: a\n\n", "no request line"),
        ("GET / HTTP/1.1\nHost\n\n", "line 2 is no header field"),
        ("GET / HTTP/1.1\nHost: a\n folded\n\n", "line 3 is no header field"),
        ("GET / HTTP/1.1\nHost : a\n\n", "line 2 is no header field"),
        ("GET / HTTP/1.1\nHost: a\nHost: b\n\n", "several Host"),
        ("GET / HTTP/1.1\nHost: a\nContent-Length: x\n\n", "Content-Length"),
        ("GET / HTTP/1.1\nHost: a\nContent-Length: 0\nContent-Length: 1\n\n", "several Content-Length"),
        (&many, "too many header fields"),
        (&big, "longer than 1 MiB"),
    ] {
        check(message, ANY, 2, &["the message on standard input cannot be read", said]);
    }
    let home = Home::new();
    fs::write(home.path("binary"), b"GET /\xff HTTP/1.1\n\n").unwrap();
    let args = [&["oauth1", "verify"][..], &BY].concat();
    let run = fed(home.command(&args).env("CS", "b").env("TS", "t"), &fs::read(home.path("binary")).unwrap());
    run.check(&args, 2, &["line 1 is not UTF-8"]);
    check(&fun(RIGHT), &["--at", "yesterday"], 2, &["--at cannot be understood"]);
}

#[test]
fn the_words_of_a_request_do_not_command_the_terminal() {
    let message = fun(RIGHT).replace("oauth_nonce=\"3\"", "oauth_nonce=\"3%1B%5B31m%27%3Breboot\"");
    let run = check(&message, ANY, 9, &["--nonce '3 [31m'\\'';reboot'"]);
    assert!(!run.err.contains('\u{1b}'), "{}", run.err);
    check(&fun(RIGHT).replace("GET ", "GET|reboot "), ANY, 9, &["oauth1 explain 'GET|reboot' '"]);
}

#[test]
fn secrets_and_the_message_come_in_one_stream() {
    let home = Home::new();
    let args = ["--consumer-key", "a", "--consumer-secret", "-", "--token", "123", "--token-secret", "-"];
    let run = verify(&home, &format!("b\nabc\n{}", fun(RIGHT)), &[&args[..], ANY].concat());
    run.check(&args, 0, &[]);
    let run = fed(
        home.command(&["oauth1", "sign", "GET", URL, "--timestamp", "123", "--nonce", "3", "--json"])
            .args(args),
        b"b\nabc\n",
    );
    assert_eq!(text(&Value::parse(run.out.as_bytes()).unwrap(), "signature"), RIGHT);
}

/// Follows the advice to explain a signature that does not hold; the mistakes that are found.
fn explained(home: &Home, run: &Run, given: &[(&str, &str)]) -> String {
    let next = run.err.lines().find_map(|line| line.trim().strip_prefix("next: countersign ")).unwrap();
    let command = next.strip_suffix(", which names the mistake").unwrap();
    let mut args = Vec::new();
    // The only quotes are those around a whole word.
    for (index, part) in command.split('\'').enumerate() {
        match index % 2 {
            0 => args.extend(part.split_whitespace().map(ToOwned::to_owned)),
            _ => args.push(part.to_owned()),
        }
    }
    for (name, value) in given {
        let place =
            args.iter_mut().find(|arg| arg.contains(name)).unwrap_or_else(|| panic!("{name}: {command}"));
        *place = place.replace(name, value);
    }
    args.push("--quiet".to_owned());
    let found = home.run(&args);
    assert_eq!(found.code, Some(0), "{command}: {found:?}");
    found.out
}

#[test]
fn the_command_that_is_advised_finds_the_mistake() {
    let home = Home::new();
    home.write("body", "{}");
    let url = "https://api.example/x?b=2";
    let by = ["--consumer-key", "k", "--consumer-secret", "s", "--token", "t"];
    // Signed without the secret of the token, and with much of what need not be there.
    let more = [
        "--token-secret",
        "",
        "--no-version",
        "--callback",
        "http://127.0.0.1/cb?x=y",
        "--verifier",
        "v",
        "--param",
        "oauth_session_handle=sh",
        "-H",
        "Content-Type: application/json",
        "--data-file",
        "body",
        "--body-hash",
    ];
    let field = home.ok(&[&["oauth1", "sign", "POST", url][..], &by, &more].concat());
    let message = format!(
        "POST /x?b=2 HTTP/1.1\nHost: api.example\nContent-Type: application/json\nAuthorization: {field}\n{{}}"
    );
    let run = verify(&home, &message, &[&by[..], &["--token-secret", "ts"]].concat());
    run.check(&["verify"], 9, &["the signature does not hold"]);
    let given = [
        ("SECRET", "s"),
        ("TOKEN", "t"),
        ("SECRET", "ts"),
        ("VERIFIER", "v"),
        ("VALUE", "sh"),
        ("FILE", "body"),
    ];
    assert!(explained(&home, &run, &given).contains("token-secret-omitted"));

    // For an account the secrets are where it is.
    let import = ["account", "import", "--name", "an account", "--token-secret", "ts"];
    home.check(&[&import[..], &by].concat(), 0, &[]);
    let run = verify(&home, &message, &["-a", "an account"]);
    run.check(&["verify"], 9, &["-a 'an account' --signature-method"]);
    let found = explained(&home, &run, &[("VERIFIER", "v"), ("VALUE", "sh"), ("FILE", "body")]);
    assert!(found.contains("token-secret-omitted"), "{found}");
}
