use countersign_flow::{
    AuthorizationRequest, ClientCredentialsGrant, ClientRegistration, Error, Redeemed, Refresh,
    error::{EndpointProblem, ProfileProblem},
    profile::{Loopback, Profile},
};
use countersign_token::{Expiry, RefreshToken, Scopes};
use countersign_wire::{
    flow::Input,
    response::{ErrorCode, Oddity},
};

use crate::support::{env, json, play, play_in_time, typed};

const NAMES: [&str; 10] = [
    "discord",
    "dropbox",
    "fastmail",
    "github",
    "gitlab",
    "google",
    "microsoft",
    "reddit",
    "slack",
    "spotify",
];

fn profile(name: &str) -> Profile {
    Profile::find(name).unwrap()
}

fn client(profile: &Profile) -> ClientRegistration {
    profile.client("id", Some("secret".into())).with_redirect_uri("http://127.0.0.1:4711/")
}

/// A refresh at this provider that is answered so.
fn answered(name: &str, answer: Input) -> Result<Redeemed, Error> {
    let profile = profile(name);
    let flow =
        Refresh::new(&profile.server().token_endpoint, &client(&profile), &RefreshToken::new("rt"), "asked");
    play(flow, [answer]).end.unwrap()
}

#[test]
fn ten_are_built_in_and_each_says_where_it_is_from() {
    assert_eq!(Profile::builtin().map(|profile| profile.name).collect::<Vec<_>>(), NAMES);
    for profile in Profile::builtin() {
        let Profile { name, title, source, written, registered_at, notes, .. } = &profile;
        assert!(source.as_ref().is_some_and(|source| source.starts_with("https://")), "{name}");
        assert!(registered_at.as_ref().is_some_and(|place| place.starts_with("https://")), "{name}");
        assert!(written.as_ref().is_some_and(|date| date.len() == 10 && date.starts_with("20")), "{name}");
        assert!(!notes.is_empty() && title != name, "{name}");
        assert!(notes.iter().all(|note| note.ends_with('.')), "{name}");
        assert_eq!(Profile::of_issuer(&profile.server().issuer).unwrap().name, *name);
        let client = client(&profile);
        let request = AuthorizationRequest::new(profile.server(), &client).scopes("a");
        let (url, _) = profile.prepare(request).begin(&env()).unwrap();
        assert!(url.contains("code_challenge_method=S256") && url.contains("state="), "{name}");
        for (parameter, value) in &profile.authorization {
            assert!(url.contains(&format!("{parameter}={value}")), "{name}");
        }
    }
    assert_eq!(Profile::find("GitHub").unwrap().title, "GitHub");
    assert!(Profile::find("nobody").is_none() && Profile::of_issuer("https://google.com").is_none());
}

#[test]
fn clients_authenticate_as_the_provider_wants() {
    let method = |name: &str, secret: Option<&str>| {
        profile(name).client("id", secret.map(Into::into)).authentication.method()
    };
    for (name, with, without) in [
        ("google", "client_secret_basic", "none"),
        ("github", "client_secret_post", "none"),
        ("spotify", "client_secret_basic", "none"),
        ("reddit", "client_secret_basic", "client_secret_basic"),
        ("slack", "client_secret_basic", "none"),
        ("fastmail", "client_secret_basic", "none"),
    ] {
        assert_eq!((method(name, Some("s")), method(name, None)), (with, without), "{name}");
    }
    // A client of Reddit's without a secret shows an empty one.
    let reddit = profile("reddit");
    let flow = ClientCredentialsGrant::new(&reddit.server().token_endpoint, &reddit.client("id", None), "");
    let header = play(flow, []).requests[0].headers()["authorization"].to_str().unwrap().to_string();
    assert_eq!(header, countersign_wire::header::basic::print("id", "").expose());
}

#[test]
fn github_answers_forms_errors_with_200_and_commas() {
    let body = "access_token=gho_1&scope=repo%2Cgist&token_type=bearer";
    let redeemed = answered("github", typed(200, "application/x-www-form-urlencoded", body)).unwrap();
    assert_eq!(redeemed.tokens.access.scopes, Scopes::from("repo gist"));
    assert_eq!(redeemed.tokens.access.expires, Expiry::Unknown);
    let body = r#"{"access_token":"gho_1","scope":"repo, gist","token_type":"bearer"}"#;
    let redeemed = answered("github", json(200, body)).unwrap();
    assert_eq!(redeemed.tokens.access.scopes, Scopes::from("repo gist"));
    let body = "error=bad_verification_code&error_description=The+code+is+wrong.";
    let Error::Refused(refusal) =
        answered("github", typed(200, "application/x-www-form-urlencoded", body)).unwrap_err()
    else {
        panic!("a refusal")
    };
    assert_eq!(refusal.code, ErrorCode::Other("bad_verification_code".into()));

    let github = profile("github");
    let codes = r#"{"device_code":"d","user_code":"U","verification_uri":"https://github.com/login/device",
        "expires_in":900,"interval":5}"#;
    let pending = play(github.device(&client(&github)).unwrap(), [json(200, codes)]).done();
    let slow = json(200, r#"{"error":"slow_down","interval":10}"#);
    let played =
        play_in_time(pending.poll(), [slow, json(200, r#"{"access_token":"g","token_type":"bearer"}"#)]);
    assert_eq!(played.times, [5, 15]);
}

#[test]
fn slack_nests_and_names_its_tokens() {
    let bot = r#"{"ok":true,"access_token":"xoxb-1","token_type":"bot","scope":"commands,incoming-webhook",
        "bot_user_id":"U0","team":{"name":"T"},"authed_user":{"id":"U1","access_token":"xoxp-1","token_type":"user"}}"#;
    let redeemed = answered("slack", json(200, bot)).unwrap();
    assert!(redeemed.tokens.access.secret.ct_eq("xoxb-1"), "the outermost comes first");
    assert!(redeemed.tokens.extra.get("authed_user").is_some());
    assert!(redeemed.oddities.contains(&Oddity::TokenTypeAlias));
    let user = r#"{"ok":true,"authed_user":{"id":"U1","scope":"chat:write","access_token":"xoxp-1","token_type":"user"}}"#;
    let redeemed = answered("slack", json(200, user)).unwrap();
    assert!(redeemed.tokens.access.secret.ct_eq("xoxp-1"));
    assert_eq!(redeemed.tokens.access.scopes, Scopes::from("chat:write"));
    assert!(redeemed.oddities.contains(&Oddity::Nested));
    let Error::Refused(refusal) =
        answered("slack", json(200, r#"{"ok":false,"error":"invalid_refresh_token"}"#)).unwrap_err()
    else {
        panic!("a refusal")
    };
    assert_eq!(refusal.code.as_str(), "invalid_refresh_token");
    // Nobody else is read so.
    assert!(answered("github", json(200, user)).is_err() && answered("github", json(200, bot)).is_err());
}

#[test]
fn microsoft_writes_numbers_as_texts_and_more_beside_its_errors() {
    let body = r#"{"token_type":"Bearer","scope":"https://graph.microsoft.com/User.Read","expires_in":"3599",
        "ext_expires_in":"3599","access_token":"ey"}"#;
    let redeemed = answered("microsoft", json(200, body)).unwrap();
    assert!(matches!(redeemed.tokens.access.expires, Expiry::At(_)));
    assert_eq!(redeemed.missing_scopes.to_string(), "asked");
    let body = r#"{"token_type":"Bearer","expires_on":"1700000060","access_token":"ey"}"#;
    let redeemed = answered("microsoft", json(200, body)).unwrap();
    assert_eq!(redeemed.oddities, [Oddity::ExpiresAt]);
    let body = r#"{"error":"invalid_grant","error_description":"AADSTS70000: over.\r\nTrace ID: 1","suberror":"bad_token",
        "error_codes":[70000],"trace_id":"t-1","correlation_id":"c-1"}"#;
    let Error::Refused(refusal) = answered("microsoft", json(400, body)).unwrap_err() else {
        panic!("a refusal")
    };
    assert_eq!(refusal.description(), Some("AADSTS70000: over. Trace ID: 1"));
    assert_eq!((refusal.detail("suberror"), refusal.detail("trace_id")), (Some("bad_token"), Some("t-1")));
    let microsoft = profile("microsoft");
    assert_eq!((microsoft.loopback, microsoft.resource_with_scopes), (Loopback::Localhost, false));
}

#[test]
fn the_others_answer_much_as_the_specification_says() {
    let body =
        r#"{"access_token":"a","token_type":"Bearer","expires_in":3600,"scope":"asked","refresh_token":"r"}"#;
    for name in ["discord", "dropbox", "fastmail", "gitlab", "google", "reddit", "spotify"] {
        let redeemed = answered(name, json(200, body)).unwrap();
        assert!(redeemed.oddities.is_empty() && redeemed.missing_scopes.is_empty(), "{name}");
    }
    // Google's device endpoint, and its errors that are objects.
    let google = profile("google");
    let codes = r#"{"device_code":"d","user_code":"U","verification_url":"https://www.google.com/device","expires_in":1800,"interval":5}"#;
    let pending = play(google.device(&client(&google)).unwrap(), [json(200, codes)]).done();
    assert_eq!(pending.verification_uri, "https://www.google.com/device");
    let body = r#"{"error":{"code":403,"message":"no","status":"PERMISSION_DENIED"}}"#;
    let Error::Refused(refusal) = answered("google", json(403, body)).unwrap_err() else {
        panic!("a refusal")
    };
    assert_eq!((refusal.code.as_str(), refusal.description()), ("PERMISSION_DENIED", Some("no")));
    // Dropbox writes a uid beside the token, Reddit its errors with 200.
    let body = r#"{"access_token":"sl.1","token_type":"bearer","expires_in":14400,"uid":"12","account_id":"dbid:x"}"#;
    assert_eq!(answered("dropbox", json(200, body)).unwrap().tokens.extra.text("uid"), Some("12"));
    assert!(answered("reddit", json(200, r#"{"error":"invalid_grant"}"#)).unwrap_err().needs_login());
}

const OWN: &str = r#"
# A server of our own.
name = "ours" # for people who type
issuer = 'https://as.example'
title = "Our \"own\" \\ server"
loopback = "exact-port"
older_device_grant = true
resource_with_scopes = false
iss_parameter = true
notes = [
    "One.", # the first
    'Two, [with] brackets.',
]

[endpoints]
token = "https://as.example/token"
device = "https://as.example/device"
pushed = "https://as.example/par"

[client]
authentication = ["client_secret_basic"]
unencoded = true

[authorization]
audience = "api"

[answers]
strict = true
error_names = ["errcode"]
zero_is_over = true
"#;

#[test]
fn a_user_adds_one_without_code() {
    let own = Profile::from_toml(OWN).unwrap();
    assert_eq!((own.name.as_str(), own.title.as_str()), ("ours", "Our \"own\" \\ server"));
    assert_eq!(own.notes, ["One.", "Two, [with] brackets."]);
    assert_eq!(own.authorization, [("audience".to_string(), "api".to_string())]);
    assert!(own.tolerance.strict && own.tolerance.zero_is_over);
    assert_eq!(own.loopback, Loopback::ExactPort);
    assert!(own.server().iss_parameter_supported);
    assert_eq!(
        own.server().pushed_authorization_request_endpoint.as_ref().unwrap().as_str(),
        "https://as.example/par"
    );
    let debug = format!("{:?}", own.client("id", Some("s".into())).authentication);
    assert!(debug.starts_with("SecretBasicUnencoded"));
    let codes = r#"{"device_code":"d","user_code":"U","verification_uri":"https://x/","expires_in":60}"#;
    let pending = play(own.device(&client(&own)).unwrap(), [json(200, codes)]).done();
    let played = play_in_time(pending.poll(), []);
    assert_eq!(played.form(0).first("grant_type"), Some("http://oauth.net/grant_type/device/1.0"));
}

#[test]
fn what_cannot_be_read_is_named_by_its_line() {
    use ProfileProblem::{Kind, Missing, Repeated, Syntax, UnknownKey};
    let base = "name = \"a\"\nissuer = \"https://as.example\"\n";
    let token = "[endpoints]\ntoken = \"https://as.example/token\"\n";
    for (text, line, problem) in [
        (String::new(), 0, Missing { key: "token" }),
        (base.to_string(), 0, Missing { key: "token" }),
        (token.to_string(), 0, Missing { key: "name" }),
        (format!("name = \"a\"\n{token}"), 0, Missing { key: "issuer" }),
        (format!("name = true\nissuer = \"x\"\n{token}"), 1, Kind),
        (format!("{base}titel = \"x\"\n{token}"), 3, UnknownKey),
        (format!("{base}{token}[answer]\nstrict = true\n"), 6, UnknownKey),
        (format!("{base}{token}[client]\nsecret = \"x\"\n"), 6, UnknownKey),
        (format!("{base}{token}lambda = \"x\"\n"), 5, UnknownKey),
        (format!("{base}{token}[answers]\nstrikt = true\n"), 6, UnknownKey),
        (format!("{base}{token}[identity]\nx = true\n"), 6, UnknownKey),
        (format!("{base}notes = \"x\"\n{token}"), 3, Kind),
        (format!("{base}loopback = \"maybe\"\n{token}"), 3, Kind),
        (format!("{base}resource_with_scopes = \"no\"\n{token}"), 3, Kind),
        (format!("{base}name = \"b\"\n{token}"), 3, Repeated),
        (format!("{base}x\n{token}"), 3, Syntax),
        (format!("{base}x = \n{token}"), 3, Syntax),
        (format!("{base}x = \"open\n{token}"), 3, Syntax),
        (format!("{base}x = \"a\" \"b\"\n{token}"), 3, Syntax),
        (format!("{base}x = \"\\n\"\n{token}"), 3, Syntax),
        (format!("{base}x = 7\n{token}"), 3, Syntax),
        (format!("{base}x = trueish\n{token}"), 3, Syntax),
        (format!("{base}x = [\"a\"\n"), 3, Syntax),
        (format!("{base}x = [\"a\" \"b\"]\n"), 3, Syntax),
        (format!("{base}[a.b]\n"), 3, Syntax),
        (format!("{base}[a\n"), 3, Syntax),
        (format!("{base}a b = \"x\"\n"), 3, Syntax),
    ] {
        assert_eq!(Profile::from_toml(&text).unwrap_err(), Error::Profile { line, problem }, "{text}");
    }
    let text = format!("{base}{token}device = \"http://as.example/\"\n");
    let clear =
        Error::Endpoint { name: "device_authorization_endpoint", problem: EndpointProblem::ClearText };
    assert_eq!(Profile::from_toml(&text).unwrap_err(), clear);
}
