//! `oauth1 sign`: what is printed is what a server of that method accepts.

use countersign_token::json::Value;

use crate::support::{Home, Run, fed, finish, get, rsa, text};

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
fn photos(home: &Home, more: &[&str]) -> Run {
    let mut args =
        vec!["oauth1", "sign", "GET", "http://photos.example.net/photos?file=vacation.jpg&size=original"];
    args.extend(SECRETS);
    args.extend(["--timestamp", "137131202", "--nonce", "chapoH", "--no-version", "--realm", "Photos"]);
    args.extend(more);
    let mut command = home.command(&args);
    finish(command.env("CS", "kd94hf93k423kf44").env("TS", "pfkkdhi9sl3r4s00"))
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
    let document = Value::parse(photos(&home, &["--json"]).out.as_bytes()).unwrap();
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

/// The request of the diagnosis' example, with these options more.
fn fun(home: &Home, more: &[&str]) -> Value {
    let mut args = vec!["oauth1", "sign", "GET", "http://localhost:4567/fun?foo=first%2Csecond"];
    args.extend(["--timestamp", "123", "--nonce", "3", "--consumer-key", "a", "--quiet"]);
    args.extend(more);
    home.json(&args)
}

#[test]
fn every_method_of_shared_secrets_is_there() {
    let home = Home::new();
    for (method, signature) in [
        ("HMAC-SHA1", "cdQQuXon1opN/3wj5APnIF5NAMg="),
        ("HMAC-SHA256", "QIoPNpRwIYju4q31ApjRcXP3wH5bTAGemXZJCG/m23g="),
        (
            "HMAC-SHA512",
            "9ZsGfDJmBgvLSmgGI6ok8eiAu5TPFOfmWHziQu+Zwixs0vBUvwX5iMq3OVMDbMx+3WSOXA/BX4DOoRQoukkCew==",
        ),
        ("PLAINTEXT", "b&abc"),
    ] {
        let by = ["--consumer-secret", "b", "--token", "123", "--token-secret", "abc"];
        let document = fun(&home, &[&by[..], &["--signature-method", method]].concat());
        assert_eq!(text(&document, "signature"), signature);
    }
}

#[test]
fn a_private_key_signs() {
    let home = Home::new();
    let [key, _, signature] = rsa::published();
    home.write("wiki.pem", &key);
    home.write("key.pem", &rsa::private_key());
    let mut args =
        vec!["oauth1", "sign", "GET", "http://photos.example.net/photos?file=vacaction.jpg&size=original"];
    args.extend(["--consumer-key", "dpf43f3p2l4k3l03", "--private-key", "wiki.pem"]);
    args.extend(["--timestamp", "1196666512", "--nonce", "13917289812797014437"]);
    let document = home.json(&args);
    assert_eq!(text(&document, "signature"), signature);
    home.check(&args, 0, &["warning: the key of --private-key can be broken", "1024 bits"]);
    assert_eq!(fed(home.command(&args).arg("--json").arg("--quiet"), b"").code, Some(0));

    let by = ["--token", "123", "--private-key", "key.pem"];
    let from_file = fun(&home, &by);
    let seen = ["RSA-SHA1", "RSA-SHA256", "RSA-SHA512"].map(|method| {
        let document = fun(&home, &[&by[..], &["--signature-method", method]].concat());
        assert!(text(&document, "base_string").contains(&format!("oauth_signature_method%3D{method}%26")));
        text(&document, "signature").to_owned()
    });
    assert_eq!(text(&from_file, "signature"), seen[0]);
    assert!(seen.iter().all(|signature| signature.len() == 344) && seen[0] != seen[1] && seen[1] != seen[2]);
    // A secret of the client does not make RSA ask for one of the token.
    assert_eq!(text(&fun(&home, &[&by[..], &["--consumer-secret", "b"]].concat()), "signature"), seen[0]);
    for way in ["@key.pem", "cmd:cat key.pem"] {
        let document = fun(&home, &["--token", "123", "--private-key", way]);
        assert_eq!(text(&document, "signature"), seen[0]);
    }
    let args =
        ["oauth1", "sign", "GET", "http://localhost:4567/fun?foo=first%2Csecond", "--timestamp", "123"];
    let more = ["--nonce", "3", "--consumer-key", "a", "--token", "123", "--private-key", "-", "--json"];
    let run = fed(&mut home.command(&[&args[..], &more].concat()), rsa::private_key().as_bytes());
    assert_eq!(text(&Value::parse(run.out.as_bytes()).unwrap(), "signature"), seen[0]);
}

#[test]
fn the_content_type_decides_whether_a_body_is_signed() {
    let home = Home::new();
    home.write("body", "{\"a\":1}");
    let sign = |more: &[&str]| {
        let mut args = vec!["oauth1", "sign", "POST", "https://api.example/x", "--consumer-key", "ck"];
        args.extend(["--consumer-secret", "cs", "--timestamp", "1", "--nonce", "n", "--quiet"]);
        args.extend(more);
        home.json(&args)
    };
    let signs = |document: &Value, what: &str| text(document, "base_string").contains(what);
    let form = sign(&["-d", "b=2"]);
    assert!(signs(&form, "%26b%3D2") || signs(&form, "&b%3D2"));
    let form = sign(&["-d", "b=2", "-H", "content-type: application/x-www-form-urlencoded; charset=utf-8"]);
    assert!(signs(&form, "&b%3D2%26"));
    let json =
        sign(&["--data-file", "body", "--header", "Content-Type: application/json", "-H", "Accept: */*"]);
    assert!(!signs(&json, "a%2522") && !signs(&json, "oauth_body_hash"));
    assert_eq!(text(&json, "body"), "{\"a\":1}");
    let hashed = sign(&["--data-file", "body", "-H", "Content-Type: application/json", "--body-hash"]);
    // SHA-1 of the bytes, in base64.
    assert!(
        signs(&hashed, "oauth_body_hash%3Dn4nHQM60bXQYySSnisV5QdXpZSA%253D"),
        "{}",
        text(&hashed, "base_string")
    );
    let empty = sign(&["--body-hash"]);
    assert!(signs(&empty, "oauth_body_hash%3D2jmj7l5rSw0yVb%252FvlWAYkK%252FYBwk%253D"));
    assert!(matches!(get(&empty, "body"), Value::Null));
}

#[test]
fn a_requestor_is_part_of_the_address() {
    let home = Home::new();
    let url = "https://api.example/feed?v=2&xoauth_requestor_id=jane%40example.com";
    let args =
        ["oauth1", "sign", "GET", "https://api.example/feed?v=2", "--requestor-id", "jane@example.com"];
    let args = [&args[..], &["--consumer-key", "ck", "--consumer-secret", "env:CS"]].concat();
    let run = finish(home.command(&args).env("CS", "cs"));
    run.check(&args, 0, &[url]);
    assert!(run.out.starts_with("OAuth oauth_consumer_key=\"ck\", oauth_signature_method"), "{}", run.out);
    let document = finish(home.command(&args).arg("--json").env("CS", "cs")).out;
    let document = Value::parse(document.as_bytes()).unwrap();
    assert_eq!(text(&document, "url"), url);
    assert!(text(&document, "base_string").contains("%26xoauth_requestor_id%3Djane%2540example.com"));
    let run = finish(home.command(&args).args(["--place", "query"]).env("CS", "cs"));
    assert!(run.out.starts_with(&format!("{url}&oauth_consumer_key=ck")), "{}", run.out);
}

#[test]
fn two_legs_have_no_token_or_an_empty_one() {
    let home = Home::new();
    let without = fun(&home, &["--consumer-secret", "b"]);
    assert!(!text(&without, "authorization").contains("oauth_token"));
    let empty = fun(&home, &["--consumer-secret", "b", "--token", ""]);
    assert!(text(&empty, "authorization").contains("oauth_token=\"\""));
    assert!(text(&empty, "base_string").contains("oauth_token%3D%26oauth_version"));
}

#[test]
fn what_the_method_lacks_is_said() {
    let home = Home::new();
    home.write("key.pem", &rsa::private_key());
    home.write("public.pem", &rsa::published()[1]);
    home.write("text", "no key");
    for (more, code, said) in [
        (&["--signature-method", "RSA-SHA256", "--consumer-secret", "s"][..], 2, "--private-key FILE"),
        (&["--signature-method", "HMAC-SHA1", "--private-key", "key.pem"], 2, "takes no private key"),
        (&[], 2, "--consumer-secret SECRET"),
        (&["--consumer-secret", "s", "--token", "t"], 2, "--token-secret"),
        (&["--private-key", "missing.pem"], 3, "missing.pem"),
        (&["--private-key", "text"], 3, "no PEM block"),
        (&["--private-key", "public.pem"], 3, "public key, and a private one is needed"),
        (&["--consumer-secret", "s", "--body-hash", "-d", "a=1"], 2, "--body-hash"),
        (&["--consumer-secret", "s", "--body-hash", "--signature-method", "PLAINTEXT"], 2, "--body-hash"),
        (&["--consumer-secret", "s", "-H", "Authorization: x"], 2, "Authorization"),
        (&["--consumer-secret", "s", "-H", "nonsense"], 2, "Name: value"),
        (
            &["--consumer-secret", "s", "-d", "{}", "-H", "Content-Type: text/json", "--place", "body"],
            2,
            "no form",
        ),
        (&["--consumer-secret", "s", "--data-file", "missing"], 2, "missing"),
    ] {
        let args = ["oauth1", "sign", "POST", "https://a.example/", "--consumer-key", "k", "--quiet"];
        let run = home.check(&[&args[..], more].concat(), code, &[said]);
        assert_eq!(run.out, "");
    }
}
