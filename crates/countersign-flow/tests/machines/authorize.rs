use std::sync::Arc;

use countersign_flow::{
    Authorization, Authorize, Bearer, Error, Payload, RequestView, authorize, error::Misuse,
};
use countersign_token::{AccessToken, Binding, Secret, Timestamp, TokenSet, TokenType};
use http::{HeaderName, Request, header::AUTHORIZATION};

use crate::support::env;

fn tokens(secret: &str) -> TokenSet {
    TokenSet::new(AccessToken::bearer(Secret::new(secret), Timestamp::from_unix(0)))
}

fn bearer(uri: &str, tokens: Option<&TokenSet>) -> Result<Request<Vec<u8>>, Error> {
    let mut request = Request::get(uri).header("AUTHORIZATION", "old").body(Vec::new()).unwrap();
    Bearer.authorize(RequestView::whole(&request), tokens, &env())?.apply(&mut request);
    Ok(request)
}

#[test]
fn a_bearer_token_takes_the_place_of_what_was_there() {
    for uri in ["https://api.example/files?x=1", "http://127.0.0.1:80/", "http://[::1]/"] {
        let request = bearer(uri, Some(&tokens("at-1"))).unwrap();
        let values: Vec<_> = request.headers().get_all(AUTHORIZATION).iter().collect();
        assert_eq!(values, ["Bearer at-1"]);
        assert!(values[0].is_sensitive());
        assert_eq!(request.uri(), uri, "never in the query");
    }
}

#[test]
fn a_bearer_token_does_not_travel_in_clear() {
    for uri in [
        "http://api.example/",
        "http://localhost/",
        "http://127.0.0.1:80@attacker.example/",
        "http://127.0.0.1.attacker.example/",
        "ws://127.0.0.1/",
        "/files",
    ] {
        let error = bearer(uri, Some(&tokens("at-1"))).unwrap_err();
        assert_eq!(error, Error::Misuse(Misuse::ClearText), "{uri}");
    }
}

#[test]
fn what_is_no_bearer_token_is_not_sent_as_one() {
    let uri = "https://api.example/";
    assert_eq!(bearer(uri, None).unwrap_err(), Error::Misuse(Misuse::NoToken { name: "access_token" }));
    for secret in ["", "a b", "a\r\nx: y", "\u{e9}", "a\0"] {
        let malformed = countersign_wire::Error::Malformed { name: "access_token" };
        assert_eq!(bearer(uri, Some(&tokens(secret))).unwrap_err(), Error::Protocol(malformed), "{secret:?}");
    }
    let mut dpop = tokens("at-1");
    dpop.access.token_type = TokenType::DPoP;
    assert_eq!(bearer(uri, Some(&dpop)).unwrap_err(), Error::Misuse(Misuse::TokenType));
    let mut bound = tokens("at-1");
    bound.access.binding = Some(Binding::DPoP { thumbprint: "x".into() });
    assert_eq!(bearer(uri, Some(&bound)).unwrap_err(), Error::Misuse(Misuse::TokenType));
}

#[test]
fn a_way_may_be_borrowed_shared_boxed_or_a_function() {
    let check = |way: &dyn Authorize| {
        let mut request = Request::get("https://api.example/").body(()).unwrap();
        let tokens = tokens("at-1");
        way.authorize(RequestView::head(&request), Some(&tokens), &env()).unwrap().apply(&mut request);
        assert_eq!(request.headers()[AUTHORIZATION], "Bearer at-1");
    };
    check(&&Bearer);
    check(&(Arc::new(Bearer) as Arc<dyn Authorize>));
    check(&(Box::new(Bearer) as Box<dyn Authorize>));
    check(&authorize::from_fn(|request, tokens, env| {
        assert!(matches!(request.payload, Payload::Unseen));
        Bearer.authorize(request, tokens, env)
    }));
}

#[test]
fn an_authorization_may_be_more_than_one_field() {
    let key = HeaderName::from_static("x-api-key");
    let authorization =
        Authorization::new(&Secret::new("Bearer a")).unwrap().with_header(key, &Secret::new("k")).unwrap();
    let mut request = Request::get("/").header("X-Api-Key", "1").header("X-API-KEY", "2").body(()).unwrap();
    authorization.apply(&mut request);
    let keys: Vec<_> = request.headers().get_all("x-api-key").iter().collect();
    assert_eq!(keys, ["k"]);
    assert!(keys[0].is_sensitive());
    assert!(Authorization::new(&Secret::new("a\r\nb: c")).is_err());
}
