use countersign_flow::{ClientAuthenticated, ClientAuthentication, ClientRegistration, Error, error::Misuse};
use countersign_token::{Client, Secret};
use countersign_wire::flow::{Env, Flow, Handling, Input, Purpose, Step};
use http::{Request, header::AUTHORIZATION};

use crate::support::{env, server};

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
    for purpose in [Purpose::Token, Purpose::Revocation] {
        check(ClientAuthentication::None, Some(purpose), &format!("a=b&{id}"), None);
        let post = format!("a=b&{id}&client_secret=p%3Aw%2B+%25");
        check(ClientAuthentication::SecretPost(secret()), Some(purpose), &post, None);
        check(ClientAuthentication::SecretBasic(secret()), Some(purpose), "a=b", Some(basic().expose()));
    }
    for purpose in [
        None,
        Some(Purpose::Metadata),
        Some(Purpose::Resource),
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
        ClientAuthentication::SecretPost(Secret::new("x")),
    ] {
        let client = ClientRegistration::new("demo", authentication).with_redirect_uri("http://127.0.0.1/");
        let stored = client.to_client(&server());
        assert_eq!(stored.token_endpoint.as_deref(), Some("https://as.example/token"));
        assert_eq!(stored.revocation_endpoint.as_deref(), Some("https://as.example/revoke"));
        let back = ClientRegistration::from_client(&stored).unwrap();
        assert_eq!(back.authentication.method(), client.authentication.method());
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
        (Some("tls_client_auth"), None, None),
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
