use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_flow::{AuthorizationRequest, Callback, Error, PendingAuthorization};
use countersign_token::Secret;
use countersign_wire::{Params, form, response::ErrorCode};
use sha2::{Digest, Sha256};
use testkit::vectors::Suite;

use crate::support::{env, play, public, server};

/// What a callback came to.
#[derive(Debug, PartialEq)]
enum Outcome {
    Code(String),
    NotOurs,
    Error(Error),
}

fn pending(iss_supported: bool) -> PendingAuthorization {
    let mut server = server();
    server.iss_parameter_supported = iss_supported;
    AuthorizationRequest::new(&server, &public()).begin(&env()).unwrap().1
}

fn outcome(pending: PendingAuthorization, query: &str) -> Outcome {
    match pending.callback(query) {
        Err(error) => Outcome::Error(error),
        Ok(Callback::NotOurs(_)) => Outcome::NotOurs,
        Ok(Callback::Ours(code)) => {
            let played = play(code.redeem(), []);
            Outcome::Code(played.form(0).first("code").unwrap().to_string())
        }
    }
}

/// The same pending login with some of its members replaced, as if it had been begun so.
fn with(pending: &PendingAuthorization, members: &[(&str, &str)]) -> PendingAuthorization {
    PendingAuthorization::from_blob(&blob_with(pending, members)).unwrap()
}

fn blob_with(pending: &PendingAuthorization, members: &[(&str, &str)]) -> Secret {
    let blob = pending.to_blob();
    let (text, _) = blob.expose().rsplit_once("&sum=").unwrap();
    let params: Params = form::parse(text)
        .unwrap()
        .iter()
        .map(|(name, value)| {
            let replaced = members.iter().find(|(own, _)| *own == name).map(|(_, value)| *value);
            (name.to_string(), Secret::new(replaced.unwrap_or(value)))
        })
        .collect();
    let text = form::print(&params);
    let sum = URL_SAFE_NO_PAD.encode(Sha256::digest(&text));
    Secret::new(format!("{text}&sum={sum}"))
}

#[test]
fn a_whole_blob_with_members_that_cannot_be_is_refused() {
    let login = pending(false);
    assert!(PendingAuthorization::from_blob(&blob_with(&login, &[])).is_ok());
    for (name, value) in [
        ("v", "countersign-authorization-2"),
        ("v", ""),
        ("state", ""),
        ("verifier", "short"),
        ("verifier", "+++++++++++++++++++++++++++++++++++++++++++"),
        ("iss", "2"),
        ("token_endpoint", "http://as.example/token"),
        ("auth_method", "client_secret_basic"),
        ("auth_method", "client_secret_jwt"),
        ("auth_method", "tls_client_auth"),
        ("created", "now"),
        ("created", "99999999999999999999"),
    ] {
        let blob = blob_with(&login, &[(name, value)]);
        assert_eq!(PendingAuthorization::from_blob(&blob).unwrap_err(), Error::Blob, "{name} {value}");
    }
}

#[test]
fn forged_callbacks_do_not_end_the_login() {
    let state = pending(false).state().expose().to_string();
    let own = pending(false);
    let own = own.state().expose();
    let flipped: String =
        own.chars()
            .map(|char| {
                if char.is_ascii_lowercase() { char.to_ascii_uppercase() } else { char.to_ascii_lowercase() }
            })
            .collect();
    // `{own}` below stands for the right state of the login that is asked.
    let forged = [
        String::new(),
        "?".into(),
        "&&&".into(),
        "code=x".into(),
        "code=x&state".into(),
        "code=x&state=".into(),
        "code=x&state=x".into(),
        format!("code=x&state={state}"),
        "code=x&state={flipped}".into(),
        "code=x&state={own}x".into(),
        "code=x&state=x{own}".into(),
        "code=x&state={own}%00".into(),
        "code=x&state={own}%20".into(),
        "code=x&state=+{own}".into(),
        "code=x&state={own}=".into(),
        "code=x&state={own}&state={own}".into(),
        "code=x&state={own}&state=y".into(),
        "code=x&state=y&state={own}".into(),
        "code=x&state={own}&state=".into(),
        "code=x&State={own}".into(),
        "code=x&STATE={own}".into(),
        "code=x&state%20={own}".into(),
        "code=x&%00state={own}".into(),
        "code=x;state={own}".into(),
        "code=x#state={own}".into(),
        "/callback#code=x&state={own}".into(),
        "state[]={own}&code=x".into(),
        "code={own}".into(),
        "error=access_denied".into(),
        "error=access_denied&state=".into(),
        "error=access_denied&state=x".into(),
        "error=access_denied&error_description=you+lost".into(),
        "error=invalid_grant&state={own}&state={own}".into(),
        "error=server_error&iss=https%3A%2F%2Fas.example".into(),
        "iss=https%3A%2F%2Fas.example&code=x".into(),
        "iss=https%3A%2F%2Fevil.example&code=x".into(),
        "iss=https%3A%2F%2Fevil.example&error=access_denied".into(),
        "access_token=x&token_type=bearer".into(),
        "code=%zz&state={own}".into(),
        "code=x&state=%".into(),
        "code=x&state=%ff%fe".into(),
        "code=x&state=%EF%BB%BF{own}".into(),
        "http://127.0.0.1:4711/callback?code=x&state=y".into(),
        "http://127.0.0.1:4711/callback".into(),
        "<script>alert(1)</script>".into(),
        "code=x&state=Secret(..)".into(),
    ];
    assert!(forged.len() >= 40);
    let mut login = pending(false);
    for query in &forged {
        let own = login.state().expose().to_string();
        let query = query.replace("{own}", &own).replace("{flipped}", &flipped);
        login = match login.callback(&query) {
            Ok(Callback::NotOurs(login)) => login,
            other => panic!("{query}: {other:?}"),
        };
        assert_eq!(login.state().expose(), own, "the same login comes back");
    }
    // After all of them the real answer still counts.
    let answer = format!("code=real&state={}", login.state().expose());
    assert_eq!(outcome(login, &answer), Outcome::Code("real".into()));
}

/// What may come back in place of the answer, by what is forged; `{own}` is the right state.
const FORGED: [(&str, &[&str]); 4] = [
    (
        "state",
        &[
            "code=x",
            "code=x&state",
            "code=x&state=",
            "code=x&state=x",
            "code=x&state={own}x",
            "code=x&state=x{own}",
            "code=x&state={own}%00",
            "code=x&state=+{own}",
            "code=x&STATE={own}",
            "code=x#state={own}",
            "code=x&state={{own}}",
        ],
    ),
    (
        "issuer",
        &[
            "code=x&state={own}&iss=https%3A%2F%2Fevil.example",
            "code=x&state={own}&iss=",
            "code=x&state={own}&iss",
            "code=x&state={own}",
            "code=x&state={own}&iss=https%3A%2F%2Fas.example%2F",
            "code=x&state={own}&iss=https%3A%2F%2FAS.example",
            "code=x&state={own}&iss=https%3A%2F%2Fas.example%3A443",
            "code=x&state={own}&iss=http%3A%2F%2Fas.example",
            "code=x&state={own}&iss=https%3A%2F%2Fas.example&iss=https%3A%2F%2Fas.example",
            "code=x&state={own}&ISS=https%3A%2F%2Fas.example",
            "code=x&state={own}&iss=https%3A%2F%2Fas.example%00",
        ],
    ),
    (
        "duplicates",
        &[
            "code=x&code=x&state={own}&{iss}",
            "code=x&code=y&state={own}&{iss}",
            "code=x&code=&state={own}&{iss}",
            "code=x&state={own}&state={own}&{iss}",
            "code=x&state={own}&state=y&{iss}",
            "code=x&state=y&state={own}&{iss}",
            "code=x&state={own}&{iss}&{iss}",
            "code=x&error=access_denied&state={own}&{iss}",
            "error=a&error=b&state={own}&{iss}",
            "code=x&state={own}&{iss}&iss=https%3A%2F%2Fevil.example",
        ],
    ),
    (
        "error without state",
        &[
            "error=access_denied",
            "error=access_denied&state=",
            "error=access_denied&state=x",
            "error=access_denied&state={own}x",
            "error=access_denied&{iss}",
            "error=access_denied&error_description=you+lost&{iss}",
            "error=server_error&State={own}&{iss}",
            "error=invalid_grant&state={own}&state={own}&{iss}",
            "error=temporarily_unavailable#state={own}",
        ],
    ),
];

#[test]
fn no_forged_callback_leads_to_a_token_request() {
    let mut count = 0;
    for (class, forged) in FORGED {
        assert!(forged.len() >= 8, "{class}");
        for query in forged {
            let login = pending(true);
            let query = query
                .replace("{own}", login.state().expose())
                .replace("{iss}", "iss=https%3A%2F%2Fas.example");
            match outcome(login, &query) {
                Outcome::Code(_) => panic!("{class}: {query}"),
                // Nobody but the server ends a login: it takes the right state, once.
                Outcome::NotOurs => {}
                Outcome::Error(error) => {
                    assert!(matches!(class, "issuer" | "duplicates"), "{class}: {query}: {error:?}");
                }
            }
            count += 1;
        }
    }
    assert!(count >= 40, "{count}");
    // Control: the true answer leads to one.
    let login = pending(true);
    let query = format!("code=x&state={}&iss=https%3A%2F%2Fas.example", login.state().expose());
    assert_eq!(outcome(login, &query), Outcome::Code("x".into()));
}

#[test]
fn answers_with_the_right_state_are_judged_in_order() {
    let protocol = |error| Outcome::Error(Error::Protocol(error));
    let repeated = |name: &str| protocol(countersign_wire::Error::Repeated { name: name.into() });
    let mismatch = || Outcome::Error(Error::IssuerMismatch);
    let good_iss = "iss=https%3A%2F%2Fas.example";
    for (supported, query, expected) in [
        (false, "code=x".to_string(), Outcome::Code("x".into())),
        (true, format!("code=x&{good_iss}"), Outcome::Code("x".into())),
        (false, "code=4%2F0AY+b&scope=a&authuser=0".into(), Outcome::Code("4/0AY b".into())),
        (false, "code=x&foo=1&foo=2".into(), Outcome::Code("x".into())),
        (false, "code=x&code=x".into(), repeated("code")),
        (false, "code=x&code=".into(), repeated("code")),
        (false, "error=a&error=b".into(), repeated("error")),
        (
            false,
            "code=x&error=access_denied".into(),
            protocol(countersign_wire::Error::Malformed { name: "code" }),
        ),
        (false, String::new(), protocol(countersign_wire::Error::Missing { name: "code" })),
        (false, "code=".into(), protocol(countersign_wire::Error::Missing { name: "code" })),
        (false, "code=x&iss=".into(), mismatch()),
        (true, "code=x".into(), mismatch()),
        (true, "error=access_denied".into(), mismatch()),
        (false, format!("code=x&{good_iss}&{good_iss}"), mismatch()),
        (false, format!("code=x&{good_iss}%2F"), mismatch()),
        (false, "code=x&iss=https%3A%2F%2Fas.example.evil".into(), mismatch()),
        (false, "code=x&iss=https%3A%2F%2Fas.exampl".into(), mismatch()),
        (
            false,
            "error=access_denied&error_description=evil&iss=https%3A%2F%2Fevil.example".into(),
            mismatch(),
        ),
        (false, "code=x&code=y&iss=https%3A%2F%2Fevil.example".into(), mismatch()),
    ] {
        let login = pending(supported);
        let query = format!("{query}&state={}", login.state().expose());
        assert_eq!(outcome(login, &query), expected, "{query}");
    }
}

#[test]
fn a_refusal_is_typed_and_made_fit_to_be_shown() {
    let login = pending(false);
    let state = login.state().expose().to_string();
    let query = format!(
        "error=access_denied&error_description=no%1b%5B31m+{state}&error_uri=https%3A%2F%2Fas.example%2Fhelp&state={state}"
    );
    let Outcome::Error(error) = outcome(login, &query) else { panic!("a refusal") };
    assert!(!error.needs_login() && !error.is_transient());
    let Error::Refused(refusal) = error else { panic!("a refusal") };
    assert_eq!(refusal.code, ErrorCode::AccessDenied);
    assert_eq!(refusal.status, None);
    assert_eq!(refusal.description(), Some("no [31m [secret]"));
    assert_eq!(refusal.uri(), Some("https://as.example/help"));
}

#[test]
fn an_issuer_mismatch_shows_none_of_the_servers_words() {
    let login = pending(false);
    let query = format!(
        "error=call_us&error_description=call_0900&iss=https%3A%2F%2Fevil.example&state={}",
        login.state().expose()
    );
    let error = login.callback(&query).unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("call") && !shown.contains("evil"), "{shown}");
}

#[test]
fn all_of_the_address_may_be_pasted() {
    for before in ["", "?", "/callback?", "http://127.0.0.1:4711/callback?", "  http://[::1]:1/?"] {
        for after in ["", "#", "#_=_", "\n"] {
            let login = pending(false);
            let text = format!("{before}code=a%3Fb&state={}{after}", login.state().expose());
            assert_eq!(outcome(login, &text), Outcome::Code("a?b".into()), "{text}");
        }
    }
}

#[test]
fn iss_is_checked_as_rfc_9207_section_2_4_says() {
    Suite::open("protocol", "iss_check.json", "/vectors").run(|case| {
        let input = &case["input"];
        let login = with(
            &pending(input["advertised_supported"].as_bool().unwrap()),
            &[("issuer", input["recorded_issuer"].as_str().unwrap())],
        );
        let mut query = Params::new().with("code", "x").with("state", login.state().clone());
        if let Some(issuer) = input["iss"].as_str() {
            query.push("iss", issuer);
        }
        let expected = match case["expected"].as_str().unwrap() {
            "proceed" => Outcome::Code("x".into()),
            "reject" => Outcome::Error(Error::IssuerMismatch),
            other => panic!("{other}"),
        };
        assert_eq!(outcome(login, &form::print(&query)), expected, "{}", case["id"]);
    });
}

#[test]
fn the_answers_printed_in_the_specifications_are_understood() {
    Suite::open("protocol", "authorization_response.json", "/vectors").run(|case| {
        let (input, expected) = (&case["input"], &case["expected"]);
        let login = with(
            &pending(false),
            &[
                ("state", expected["state"].as_str().unwrap()),
                ("issuer", expected["iss"].as_str().unwrap_or("https://as.example")),
            ],
        );
        let outcome = outcome(login, input["location"].as_str().unwrap());
        match (outcome, expected["code"].as_str(), expected["error"].as_str()) {
            (Outcome::Code(code), Some(expected), None) => assert_eq!(code, expected),
            (Outcome::Error(Error::Refused(refusal)), None, Some(expected)) => {
                assert_eq!(refusal.code.as_str(), expected);
            }
            (other, ..) => panic!("{}: {other:?}", case["id"]),
        }
    });
}
