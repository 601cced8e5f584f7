//! Whatever the world does: no machine panics, none goes on after its end, and what is good once is not sent
//! again once it may have left.

use countersign_flow::{
    AuthorizationRequest, Callback, ClientCredentialsGrant, DeviceAuthorization, Discovery, Error,
    Introspection, JwtBearerGrant, ProofKey, Refresh, Registration, ResourceDiscovery, Revocation,
    SecurityToken, TokenExchange, agent::AgentDiscovery, error::Misuse,
};
use countersign_token::RefreshToken;
use countersign_wire::{
    flow::{Failure, Flow, Input, Sent, Step},
    registration::ClientMetadata,
};
use proptest::prelude::*;

use crate::support::{
    ISSUER, Plain, confidential, env, json, later, numbered, play, public, server, signed_elsewhere, typed,
    whole_server,
};

/// An input of any kind, whether it answers the last step or not.
fn input() -> impl Strategy<Value = Input> {
    let status = prop_oneof![Just(200_u16), 100_u16..600];
    let kind =
        prop_oneof![Just("application/json"), Just("text/html"), Just("application/x-www-form-urlencoded")];
    let body = prop_oneof![
        Just(r#"{"access_token":"a","token_type":"bearer"}"#.to_string()),
        Just(r#"{"issuer":"https://as.example"}"#.to_string()),
        Just(r#"{"error":"invalid_token"}"#.to_string()),
        Just(r#"{"error":{"code":7}}"#.to_string()),
        Just("oauth_token=a&oauth_token_secret=b&oauth_callback_confirmed=true".to_string()),
        Just("oauth_problem=timestamp_refused".to_string()),
        Just(r#"{"refresh_token":"r"}"#.to_string()),
        Just(r#"{"error":"slow_down"}"#.to_string()),
        Just(r#"{"error":"authorization_pending"}"#.to_string()),
        Just(r#"{"active":true}"#.to_string()),
        Just(r#"{"client_id":"c","token_endpoint_auth_method":"none"}"#.to_string()),
        Just(r#"{"request_uri":"urn:a","expires_in":60}"#.to_string()),
        Just(
            r#"{"resource":"https://as.example/mcp","authorization_servers":["https://as.example"]}"#
                .to_string()
        ),
        Just(r#"{"keys":[]}"#.to_string()),
        Just("Target=a\nScope=b\nSecure=true".to_string()),
        "\\PC{0,30}",
    ];
    prop_oneof![
        Just(()).prop_map(|()| Input::Start),
        Just(()).prop_map(|()| Input::Woken),
        (any::<bool>(), any::<bool>()).prop_map(|(maybe, transient)| {
            Input::Failed(Failure { sent: if maybe { Sent::Maybe } else { Sent::No }, transient })
        }),
        (status, kind, body).prop_map(|(status, kind, body)| typed(status, kind, &body)),
    ]
}

/// Plays any inputs; with `once`, a request after anything but a certain failure is a fault.
fn check<F: Flow<Error = Error>>(mut flow: F, inputs: Vec<Input>, once: bool) {
    let (mut may_have_left, mut ended) = (false, false);
    for (index, input) in core::iter::once(Input::Start).chain(inputs).enumerate() {
        may_have_left |= match &input {
            Input::Failed(failure) => failure.sent == Sent::Maybe,
            Input::Response(_) => true,
            Input::Start | Input::Woken => false,
        };
        match flow.step(input, &later(i64::try_from(index).unwrap())) {
            Err(error) if ended => assert_eq!(error, Error::Misuse(Misuse::Finished)),
            Ok(_) if ended => panic!("the flow went on after its end"),
            Ok(Step::Send(_)) => assert!(!(once && may_have_left), "sent again"),
            Ok(Step::Wait(_)) => {}
            Ok(Step::Done(_)) | Err(_) => ended = true,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_happens(inputs in proptest::collection::vec(input(), 0..8), machine in 0..21) {
        let server = server();
        let endpoint = &server.token_endpoint;
        match machine {
            0 => {
                let (_, pending) = AuthorizationRequest::new(&server, &public()).begin(&env()).unwrap();
                let query = format!("code=c&state={}", pending.state().expose());
                let Ok(Callback::Ours(code)) = pending.callback(&query) else { panic!("ours") };
                check(code.redeem(), inputs, true);
            }
            1 => check(Refresh::new(endpoint, &public(), &RefreshToken::new("r"), "a"), inputs, true),
            2 => check(ClientCredentialsGrant::new(endpoint, &confidential(), "a"), inputs, false),
            3 => check(Discovery::new(ISSUER).unwrap(), inputs, false),
            4 => {
                let endpoint = server.revocation_endpoint.unwrap();
                let token = RefreshToken::new("r");
                let flow = Revocation::new(&endpoint, &public()).refresh_token(&token).refresh_token(&token);
                check(flow, inputs, false);
            }
            10..20 => more(machine, inputs),
            20 => identity(inputs),
            machine => oauth1(machine, inputs),
        }
    }

    #[test]
    fn whatever_is_called_back(query in "\\PC{0,60}", with_state: bool) {
        let (_, pending) = AuthorizationRequest::new(&server(), &public()).begin(&env()).unwrap();
        let query = if with_state { format!("{query}&state={}", pending.state().expose()) } else { query };
        let ours = !matches!(pending.callback(&query), Ok(Callback::NotOurs(_)));
        prop_assert!(with_state || !ours);
    }
}

/// One of the machines that came later; `None` beyond the last.
fn more(machine: i32, inputs: Vec<Input>) {
    let server = whole_server();
    let endpoint = &server.token_endpoint;
    let token = RefreshToken::new("r");
    match machine {
        10 => check(JwtBearerGrant::new(endpoint, numbered("a"), "a"), inputs, false),
        11 => check(
            JwtBearerGrant::new(endpoint, signed_elsewhere(), "a").client(&confidential()),
            inputs,
            false,
        ),
        12 => check(TokenExchange::new(endpoint, &SecurityToken::from(&token)), inputs, false),
        13 => check(DeviceAuthorization::new(&server, &public()).unwrap(), inputs, false),
        14 => {
            let body =
                r#"{"device_code":"d","user_code":"u","verification_uri":"https://x/","expires_in":60}"#;
            let pending =
                play(DeviceAuthorization::new(&server, &public()).unwrap(), [json(200, body)]).done();
            check(pending.poll(), inputs, false);
        }
        15 => {
            let (client, server) = (public(), whole_server());
            check(AuthorizationRequest::new(&server, &client).push(&env()).unwrap(), inputs, false);
        }
        16 => {
            let endpoint = server.introspection_endpoint.as_ref().unwrap();
            check(Introspection::refresh_token(endpoint, &confidential(), &token), inputs, false);
        }
        17 => {
            let metadata = ClientMetadata::native("Demo", ["http://127.0.0.1/"]);
            check(Registration::new(server.registration_endpoint.as_ref().unwrap(), metadata), inputs, true);
        }
        18 => {
            check(
                AgentDiscovery::new("https://as.example/mcp", &http::HeaderMap::new()).unwrap(),
                inputs,
                false,
            );
        }
        _ => {
            let client = public().with_proof_key(ProofKey::new(Plain("thumb")));
            // A nonce that is wanted is a reason to send again; nothing here wants one.
            check(Refresh::new(endpoint, &client, &token, "a"), inputs, true);
        }
    }
}

/// Whatever the network answers, the access token comes back, and nobody is known by a token that is none.
#[cfg(feature = "jwt")]
fn identity(inputs: Vec<Input>) {
    use countersign_flow::id_token::{IdTokenCheck, IdTokenRules};
    use countersign_jwt::{Backend, KeyCache};

    let endpoint = server().token_endpoint;
    let body = r#"{"access_token":"a","token_type":"bearer","id_token":"eyJhbGciOiJFUzI1NiJ9.e30.c2ln"}"#;
    let redeemed =
        play(Refresh::new(&endpoint, &public(), &RefreshToken::new("r"), ""), [json(200, body)]).done();
    let keys = KeyCache::new(Backend::AwsLcRs);
    let rules = IdTokenRules::new(ISSUER, "demo");
    let mut flow = IdTokenCheck::new(redeemed, rules, whole_server().jwks_uri.as_ref(), keys);
    for (index, input) in core::iter::once(Input::Start).chain(inputs).enumerate() {
        match flow.step(input, &later(i64::try_from(index).unwrap())) {
            Ok(Step::Done(identified)) => {
                assert!(identified.redeemed.tokens.access.secret.ct_eq("a") && identified.identity.is_err());
                return;
            }
            Ok(_) => {}
            Err(error) => {
                assert!(matches!(error, Error::Misuse(_)), "only misuse takes it away: {error:?}");
                return;
            }
        }
    }
}

#[cfg(not(feature = "jwt"))]
fn identity(_: Vec<Input>) {}

#[test]
fn no_machine_follows_a_redirect() {
    fn ends<F: Flow<Error = Error>>(mut flow: F, requests: usize) {
        let mut input = Input::Start;
        let mut sent = 0;
        loop {
            match flow.step(input, &env()) {
                Ok(Step::Send(request)) => {
                    assert_ne!(request.uri().host(), Some("evil.example"));
                    sent += 1;
                    let response = http::Response::builder().status([302, 307, 308, 301][sent % 4]);
                    let response = response.header("location", "https://evil.example/").body(Vec::new());
                    input = Input::Response(response.unwrap());
                }
                Ok(Step::Wait(_)) => input = Input::Woken,
                Ok(Step::Done(_)) => panic!("a redirect is no answer"),
                Err(_) => break,
            }
        }
        assert_eq!(sent, requests);
    }
    let server = whole_server();
    let endpoint = &server.token_endpoint;
    let token = RefreshToken::new("r");
    ends(Refresh::new(endpoint, &public(), &token, ""), 1);
    ends(ClientCredentialsGrant::new(endpoint, &confidential(), ""), 1);
    ends(JwtBearerGrant::new(endpoint, numbered("a"), ""), 1);
    ends(TokenExchange::new(endpoint, &SecurityToken::from(&token)), 1);
    ends(DeviceAuthorization::new(&server, &public()).unwrap(), 1);
    ends(Introspection::refresh_token(server.introspection_endpoint.as_ref().unwrap(), &public(), &token), 1);
    ends(Revocation::new(server.revocation_endpoint.as_ref().unwrap(), &public()).refresh_token(&token), 1);
    let metadata = ClientMetadata::native("Demo", ["http://127.0.0.1/"]);
    ends(Registration::new(server.registration_endpoint.as_ref().unwrap(), metadata), 1);
    ends(AuthorizationRequest::new(&server, &public()).push(&env()).unwrap(), 1);
    ends(Discovery::new(ISSUER).unwrap(), 2);
    ends(ResourceDiscovery::new("https://api.example/").unwrap(), 1);
}

#[cfg(feature = "oauth1")]
fn oauth1(machine: i32, inputs: Vec<Input>) {
    use countersign_flow::oauth1::{
        Endpoints, LoginRequest, Migration, Session, SessionRefresh, Signatory, TokenInfoRequest,
        TokenRevocation,
    };
    use countersign_token::TokenCredentials;

    let client = countersign_token::ClientCredentials::new("ck", "cs");
    let endpoint = server().token_endpoint;
    let signatory = Signatory::new(client.clone(), TokenCredentials::new("t", "s"));
    match machine {
        5 => check(TokenInfoRequest::new(&endpoint, &signatory).unwrap(), inputs, true),
        6 => check(TokenRevocation::new(&endpoint, &signatory).unwrap(), inputs, true),
        // What is good once is spent by each of its two requests once.
        7 => check(Migration::new(&endpoint, &confidential(), &signatory).unwrap(), inputs, false),
        8 => check(SessionRefresh::new(&endpoint, &signatory, &Session::new("h")).unwrap(), inputs, true),
        _ => {
            let endpoints =
                Endpoints::new("https://sp.example/a", "https://sp.example/b", "https://sp.example/c");
            let begin = || LoginRequest::new(endpoints.as_ref().unwrap(), &client).begin().unwrap();
            let body = "oauth_token=a&oauth_token_secret=b&oauth_callback_confirmed=true";
            let (_, pending) = play(begin(), [typed(200, "text/html", body)]).done();
            let mut first = inputs;
            let second = first.split_off(first.len() / 2);
            check(begin(), first, true);
            check(pending.verifier("v").unwrap().redeem().unwrap(), second, true);
        }
    }
}

#[cfg(not(feature = "oauth1"))]
fn oauth1(_: i32, _: Vec<Input>) {}
