use countersign_flow::{
    AuthorizationRequest, Callback, ClientAssertion, ClientAuthenticated, ClientAuthentication,
    ClientRegistration, Error, PendingAuthorization,
    error::{Misuse, Unsupported},
};
use countersign_token::{Client, Secret};
use countersign_wire::{
    flow::{Env, Flow, Handling, Input, Purpose, Step},
    form,
    response::Tolerance,
};
use http::{Request, header::AUTHORIZATION};

use testkit::vectors::Suite;

use crate::support::{env, numbered, play, server};

/// A flow that sends one form with this purpose, or without any.
struct Once(Option<Purpose>);

impl Flow for Once {
    type Output = ();
    type Error = Error;

    fn step(&mut self, _: Input, _: &Env<'_>) -> Result<Step<()>, Error> {
        let mut request = Request::post("https://as.example/token").body(b"a=b".to_vec()).unwrap();
        if let Some(purpose) = self.0 {
            request.extensions_mut().insert(Handling::new(purpose));
        }
        Ok(Step::Send(request))
    }
}

fn check(authentication: ClientAuthentication, purpose: Option<Purpose>, body: &str, header: Option<&str>) {
    let client = ClientRegistration::new("a:b +%\u{e9}", authentication);
    let step = ClientAuthenticated::new(Once(purpose), client).step(Input::Start, &env());
    let Ok(Step::Send(request)) = step else { panic!("a request") };
    assert_eq!(core::str::from_utf8(request.body()).unwrap(), body);
    let sent = request.headers().get(AUTHORIZATION);
    assert_eq!(sent.map(|value| value.to_str().unwrap()), header);
    assert!(sent.is_none_or(http::HeaderValue::is_sensitive));
    assert_eq!(request.uri().query(), None, "never in the address");
}

#[test]
fn a_client_authenticates_in_one_way_and_only_where_it_must() {
    let secret = || Secret::new("p:w+ %");
    let id = "client_id=a%3Ab+%2B%25%C3%A9";
    // Both halves form-encoded before they are joined (RFC 6749 §2.3.1).
    let basic = || countersign_wire::header::basic::print("a:b +%\u{e9}", "p:w+ %");
    let raw = || countersign_wire::header::basic::print_unencoded("a:b +%\u{e9}", "p:w+ %");
    assert_ne!(raw().expose(), basic().expose());
    for purpose in [
        Purpose::Token,
        Purpose::Revocation,
        Purpose::Introspection,
        Purpose::PushedAuthorization,
        Purpose::DeviceAuthorization,
    ] {
        check(
            ClientAuthentication::SecretBasicUnencoded(secret()),
            Some(purpose),
            "a=b",
            Some(raw().expose()),
        );
        check(ClientAuthentication::None, Some(purpose), &format!("a=b&{id}"), None);
        let post = format!("a=b&{id}&client_secret=p%3Aw%2B+%25");
        check(ClientAuthentication::SecretPost(secret()), Some(purpose), &post, None);
        check(ClientAuthentication::SecretBasic(secret()), Some(purpose), "a=b", Some(basic().expose()));
    }
    for purpose in [
        None,
        Some(Purpose::Metadata),
        Some(Purpose::Resource),
        Some(Purpose::Registration),
        Some(Purpose::Keys),
        Some(Purpose::Signature),
        Some(Purpose::TemporaryCredentials),
        Some(Purpose::TokenCredentials),
    ] {
        check(ClientAuthentication::None, purpose, "a=b", None);
        check(ClientAuthentication::SecretPost(secret()), purpose, "a=b", None);
        check(ClientAuthentication::SecretBasic(secret()), purpose, "a=b", None);
    }
}

#[test]
fn a_stored_client_comes_back_as_it_was() {
    for authentication in [
        ClientAuthentication::None,
        ClientAuthentication::SecretBasic(Secret::new("x")),
        ClientAuthentication::SecretBasicUnencoded(Secret::new("x")),
        ClientAuthentication::SecretPost(Secret::new("x")),
    ] {
        let client = ClientRegistration::new("demo", authentication).with_redirect_uri("http://127.0.0.1/");
        let stored = client.to_client(&server());
        assert_eq!(stored.token_endpoint.as_deref(), Some("https://as.example/token"));
        assert_eq!(stored.revocation_endpoint.as_deref(), Some("https://as.example/revoke"));
        let back = ClientRegistration::from_client(&stored).unwrap();
        assert_eq!(format!("{:?}", back.authentication), format!("{:?}", client.authentication));
        assert_eq!(back.authentication.secret().is_some(), client.authentication.secret().is_some());
        assert_eq!((back.id, back.redirect_uri), (client.id, client.redirect_uri));
    }
}

#[test]
fn a_method_that_is_not_known_or_lacks_its_secret_is_refused() {
    for (method, secret, expected) in [
        (None, None, Some("none")),
        (None, Some("x"), Some("client_secret_basic")),
        (Some("none"), Some("x"), Some("none")),
        (Some("client_secret_post"), Some("x"), Some("client_secret_post")),
        (Some("client_secret_post"), None, None),
        (Some("client_secret_basic"), None, None),
        (Some("private_key_jwt"), Some("x"), None),
    ] {
        let mut client = Client::new("demo");
        client.auth_method = method.map(Into::into);
        client.secret = secret.map(Secret::new);
        let registration = ClientRegistration::from_client(&client);
        match expected {
            Some(expected) => assert_eq!(registration.unwrap().authentication.method(), expected),
            None => {
                assert_eq!(registration.unwrap_err(), Error::Misuse(Misuse::AuthenticationMethod));
            }
        }
    }
}

#[test]
fn mutual_tls_is_named_as_what_is_not_supported_yet() {
    for method in ["tls_client_auth", "self_signed_tls_client_auth"] {
        let error = ClientAuthentication::from_method(Some(method), None).unwrap_err();
        assert_eq!(error, Misuse::NotSupported(Unsupported::MutualTls).into());
        assert_eq!(error.to_string(), "mutual TLS (RFC 8705) is not supported yet");
    }
}

#[test]
fn logout_at_the_server_is_named_as_what_is_not_supported_yet() {
    assert_eq!(server().logout().unwrap_err(), Misuse::NotSupported(Unsupported::Logout).into());
}

#[test]
fn a_client_assertion_takes_the_place_of_a_secret() {
    Suite::open("protocol", "client_assertion_request.json", "/vectors").run(|case| {
        let form = &case["expected"]["form"];
        let authentication = ClientAuthentication::Assertion(ClientAssertion::new(numbered("jwt")));
        let client = ClientRegistration::new("robot", authentication);
        let step = ClientAuthenticated::new(Once(Some(Purpose::Token)), client).step(Input::Start, &env());
        let Ok(Step::Send(request)) = step else { panic!("a request") };
        let sent = form::parse(core::str::from_utf8(request.body()).unwrap()).unwrap();
        assert_eq!(sent.unique("client_assertion_type").unwrap(), form["client_assertion_type"].as_str());
        assert_eq!(sent.unique("client_assertion").unwrap(), Some("jwt-1"));
        assert!(form["client_assertion"].is_string());
        assert_eq!(sent.unique("client_id").unwrap(), Some("robot"));
        assert!(!request.headers().contains_key(AUTHORIZATION));
    });
}

#[test]
fn a_request_is_never_authenticated_twice() {
    let outer = |inner| ClientAuthenticated::new(inner, ClientRegistration::confidential("web", "s"));
    let assertion = || ClientAuthentication::Assertion(ClientAssertion::new(numbered("jwt")));
    for inner in [
        ClientRegistration::public("demo"),
        ClientRegistration::confidential("web", "s"),
        ClientRegistration::new("web", ClientAuthentication::SecretPost("s".into())),
        ClientRegistration::new("web", assertion()),
    ] {
        // A public client that pushes only names itself, which is no proof.
        if !matches!(inner.authentication, ClientAuthentication::None) {
            let pushing = ClientAuthenticated::new(Once(Some(Purpose::PushedAuthorization)), inner.clone());
            let error = outer(pushing).step(Input::Start, &env()).unwrap_err();
            assert_eq!(error, Misuse::AuthenticatedTwice.into());
        }
        let mut flow = outer(ClientAuthenticated::new(Once(Some(Purpose::Token)), inner));
        assert_eq!(flow.step(Input::Start, &env()).unwrap_err(), Misuse::AuthenticatedTwice.into());
        assert_eq!(flow.step(Input::Start, &env()).unwrap_err(), Misuse::Finished.into());
    }
}

#[test]
fn a_key_does_not_travel_and_is_given_again() {
    let client = |assertions| {
        let authentication = ClientAuthentication::Assertion(ClientAssertion::new(assertions));
        ClientRegistration::new("robot", authentication).with_redirect_uri("http://127.0.0.1/")
    };
    let own_client = client(numbered("before"));
    let (_, pending) = AuthorizationRequest::new(&server(), &own_client).begin(&env()).unwrap();
    let query = format!("code=x&state={}", pending.state().expose());
    let after = || PendingAuthorization::from_blob(&pending.to_blob()).unwrap();
    let redeem = |pending: PendingAuthorization| match pending.callback(&query).unwrap() {
        Callback::Ours(code) => play(code.redeem(), []),
        Callback::NotOurs(_) => panic!("ours"),
    };
    assert_eq!(redeem(after()).error(), Misuse::AuthenticationMethod.into());
    let again = after().with_authentication(client(numbered("after")).authentication);
    assert_eq!(redeem(again).form(0).unique("client_assertion").unwrap(), Some("after-1"));
    let error = ClientRegistration::from_client(&own_client.to_client(&server())).unwrap_err();
    assert_eq!(error, Misuse::AuthenticationMethod.into());
}

#[test]
fn how_answers_are_read_travels_with_the_login() {
    let mut tolerance = Tolerance::strict();
    tolerance.bearer_types = vec!["bot".into(), "us&er".into()];
    tolerance.nested = vec!["authed_user".into()];
    tolerance.error_names = vec!["errcode".into()];
    tolerance.scope_commas = true;
    tolerance.expires_at = true;
    tolerance.zero_is_over = true;
    for tolerance in [Tolerance::default(), tolerance] {
        let client = ClientRegistration::new("web", ClientAuthentication::SecretBasicUnencoded("s".into()))
            .with_redirect_uri("http://127.0.0.1/")
            .with_tolerance(tolerance.clone());
        let (_, pending) = AuthorizationRequest::new(&server(), &client).begin(&env()).unwrap();
        let back = PendingAuthorization::from_blob(&pending.to_blob()).unwrap();
        let shown = format!("{back:?}");
        assert!(
            shown.contains(&format!("{tolerance:?}")) && shown.contains("SecretBasicUnencoded"),
            "{shown}"
        );
    }
}

#[test]
fn the_way_is_chosen_by_what_the_server_names() {
    for (methods, secret, expected) in [
        (&["client_secret_basic", "client_secret_post"][..], true, "client_secret_basic"),
        (&["client_secret_post"][..], true, "client_secret_post"),
        (&["private_key_jwt"][..], true, "client_secret_basic"),
        (&[][..], true, "client_secret_basic"),
        (&["client_secret_post"][..], false, "none"),
    ] {
        let methods: Vec<String> = methods.iter().map(ToString::to_string).collect();
        let chosen = ClientAuthentication::choose(secret.then(|| Secret::new("x")), &methods);
        assert_eq!(chosen.method(), expected);
    }
}

#[test]
fn an_assertion_is_preferred_where_the_server_takes_it() {
    let chosen = |methods: &[&str], secret: Option<&str>| {
        let methods: Vec<String> = methods.iter().map(ToString::to_string).collect();
        let assertion = ClientAssertion::new(numbered("jwt"));
        ClientAuthentication::choose_with(assertion, secret.map(Secret::new), &methods).method()
    };
    assert_eq!(chosen(&["client_secret_basic", "private_key_jwt"], Some("s")), "private_key_jwt");
    assert_eq!(chosen(&["client_secret_jwt"], Some("s")), "client_secret_basic");
    assert_eq!(chosen(&["client_secret_post"], Some("s")), "client_secret_post");
    assert_eq!(chosen(&["client_secret_basic"], None), "none");
}

/// A flow of somebody else's, whose errors can be made of ours.
#[derive(Debug)]
struct Foreign;

impl From<Error> for Foreign {
    fn from(_: Error) -> Self {
        Self
    }
}

struct Theirs(Once);

impl Flow for Theirs {
    type Output = ();
    type Error = Foreign;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<()>, Foreign> {
        Ok(self.0.step(input, env)?)
    }
}

#[test]
fn any_flow_can_be_authenticated() {
    let mut flow =
        ClientAuthenticated::new(Theirs(Once(Some(Purpose::Token))), ClientRegistration::public("demo"));
    let Ok(Step::Send(request)) = flow.step(Input::Start, &env()) else { panic!("a request") };
    assert_eq!(request.body(), b"a=b&client_id=demo");
}
