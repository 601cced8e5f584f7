use countersign_flow::{Endpoint, Error, Exchanged, SecurityToken, TokenExchange, error::Misuse, token_type};
use countersign_token::{AccessToken, Expiry, IdToken, RefreshToken, Timestamp};
use countersign_wire::{
    flow::Purpose,
    response::{ErrorCode, Oddity},
};
use testkit::vectors::Suite;

use crate::support::{NOW, TOKEN_ENDPOINT, confidential, json, maybe_sent, play};

const TOKEN: &str = r#"{"access_token":"at","token_type":"Bearer","expires_in":60,
    "issued_token_type":"urn:ietf:params:oauth:token-type:access_token"}"#;

fn exchange() -> TokenExchange {
    let endpoint = Endpoint::new("token_endpoint", TOKEN_ENDPOINT).unwrap();
    TokenExchange::new(&endpoint, &SecurityToken::new("s-1", token_type::JWT))
}

#[test]
fn the_request_is_that_of_rfc_8693_section_2_3() {
    Suite::open("protocol", "token_exchange.json", "/vectors").run(|case| {
        let form = &case["input"]["form"];
        let text = |name: &str| form[name].as_str().unwrap();
        let endpoint = Endpoint::new("token_endpoint", TOKEN_ENDPOINT).unwrap();
        let subject = SecurityToken::new(text("subject_token"), text("subject_token_type"));
        let flow = TokenExchange::new(&endpoint, &subject).resource([text("resource")]);
        let played = play(flow, [json(200, TOKEN)]);
        assert_eq!(played.purposes(), [Purpose::Token]);
        let mut sent: Vec<(String, String)> =
            played.form(0).iter().map(|(name, value)| (name.into(), value.into())).collect();
        let mut expected: Vec<(String, String)> = form
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_string()))
            .collect();
        sent.sort();
        expected.sort();
        assert_eq!(sent, expected);
        for name in case["expected"]["response_required"].as_array().unwrap() {
            assert!(TOKEN.contains(name.as_str().unwrap()));
        }
    });
}

#[test]
fn everything_that_may_be_asked_is_asked() {
    let flow = exchange()
        .client(&confidential())
        .actor(&SecurityToken::new("a-1", token_type::ACCESS_TOKEN))
        .resource(["https://one.example/", "https://two.example/"])
        .audience(["one", "two"])
        .scopes("files mail")
        .requested_token_type(token_type::ACCESS_TOKEN)
        .param("options", "{}")
        .unwrap();
    let played = play(flow, [json(200, TOKEN)]);
    let form = played.form(0);
    assert_eq!(form.unique("actor_token").unwrap(), Some("a-1"));
    assert_eq!(form.unique("actor_token_type").unwrap(), Some(token_type::ACCESS_TOKEN));
    assert_eq!(form.all("resource").count(), 2);
    assert_eq!(form.all("audience").collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!(form.unique("scope").unwrap(), Some("files mail"));
    assert_eq!(form.unique("requested_token_type").unwrap(), Some(token_type::ACCESS_TOKEN));
    assert_eq!(form.unique("options").unwrap(), Some("{}"));
    assert!(played.requests[0].headers().contains_key("authorization"));
    let redeemed = played.done().access_token().unwrap();
    assert_eq!(redeemed.tokens.access.resource.len(), 2);
    assert_eq!(redeemed.tokens.access.expires, Expiry::At(Timestamp::from_unix(NOW + 60)));
    for name in ["subject_token", "actor_token", "grant_type", "client_id", "options"] {
        let error = exchange().param("options", "1").unwrap().param(name, "2").unwrap_err();
        assert_eq!(error, Misuse::Parameter { name: name.into() }.into());
    }
}

#[test]
fn without_a_client_nobody_in_particular_asks() {
    let played = play(exchange(), [json(200, TOKEN)]);
    assert_eq!(played.form(0).first("client_id"), None);
    assert!(!played.requests[0].headers().contains_key("authorization"));
}

#[test]
fn what_is_no_access_token_cannot_be_taken_for_one() {
    let body = r#"{"access_token":"jag","token_type":"N_A","expires_in":60,
        "issued_token_type":"urn:ietf:params:oauth:token-type:id-jag"}"#;
    let Exchanged::Other(issued) = play(exchange(), [json(200, body)]).done() else { panic!("another kind") };
    assert_eq!(issued.token.token_type, token_type::ID_JAG);
    assert!(issued.token.token.ct_eq("jag"));
    assert_eq!(issued.expires, Expiry::At(Timestamp::from_unix(NOW + 60)));
    let error = play(exchange(), [json(200, body)]).done().access_token().unwrap_err();
    assert_eq!(error, Misuse::TokenType.into());

    let unnamed = r#"{"access_token":"jag","token_type":"n_a"}"#;
    let error = play(exchange(), [json(200, unnamed)]).error();
    assert_eq!(error, countersign_wire::Error::Missing { name: "issued_token_type" }.into());
    let error = play(exchange(), [json(200, r#"{"access_token":"a","token_type":"mac"}"#)]).error();
    assert_eq!(error, countersign_wire::Error::TokenType.into());
    let broken = r#"{"access_token":"a","token_type":"bearer","issued_token_type":7}"#;
    let error = play(exchange(), [json(200, broken)]).error();
    assert_eq!(error, countersign_wire::Error::Malformed { name: "issued_token_type" }.into());
}

#[test]
fn a_missing_issued_token_type_is_reported() {
    let body = r#"{"access_token":"at","token_type":"Bearer"}"#;
    let Exchanged::AccessToken { redeemed, issued_token_type } = play(exchange(), [json(200, body)]).done()
    else {
        panic!("an access token")
    };
    assert_eq!(issued_token_type, None);
    assert_eq!(redeemed.oddities, [Oddity::IssuedTokenTypeMissing]);
}

#[test]
fn an_exchange_may_be_repeated_and_a_refusal_repeats_no_token() {
    let played = play(exchange(), [maybe_sent(), json(200, TOKEN)]);
    assert_eq!(played.requests.len(), 2);
    let body = r#"{"error":"invalid_target","error_description":"s-1 and a-1 and s3cret-of-web"}"#;
    let flow = exchange().client(&confidential()).actor(&SecurityToken::new("a-1", token_type::ACCESS_TOKEN));
    let Error::Refused(refusal) = play(flow, [json(400, body)]).error() else { panic!("a refusal") };
    assert_eq!(refusal.code, ErrorCode::InvalidTarget);
    assert_eq!(refusal.description(), Some("[secret] and [secret] and [secret]"));
}

#[test]
fn tokens_are_presented_as_what_they_are() {
    let access = AccessToken::bearer("a".into(), Timestamp::from_unix(0));
    for (token, expected) in [
        (SecurityToken::from(&access), token_type::ACCESS_TOKEN),
        (SecurityToken::from(&RefreshToken::new("r")), token_type::REFRESH_TOKEN),
        (SecurityToken::from(&IdToken::new("i")), token_type::ID_TOKEN),
    ] {
        assert_eq!(token.token_type, expected);
    }
}
