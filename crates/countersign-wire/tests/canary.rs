//! No secret reaches what is printed.
#![cfg(feature = "json")]

use core::time::Duration;

use countersign_token::Timestamp;
use countersign_wire::{
    Error, Params,
    flow::{Env, Failure, Handling, Input, NoEntropy, Purpose, Sent, Step},
    header::challenge::Challenge,
    metadata::{ResourceMetadata, ServerMetadata},
    redact::{self, RedactedRequest, RedactedResponse},
    registration::{ClientMetadata, RegistrationResponse},
    response::{
        DeviceResponse, ErrorCode, ErrorResponse, ExchangeResponse, IdTokenResponse, IntrospectionResponse,
        Lifetime, Oddity, PushedResponse, TokenResponse, Tolerance,
    },
};
use http::{Request, Response};
use testkit::{assert_no_canary, canary::SECRET};

fn request() -> Request<Vec<u8>> {
    Request::post(format!("https://user:{SECRET}@as.example/token?code={SECRET}"))
        .header("authorization", SECRET)
        .body(SECRET.into())
        .unwrap()
}

fn response() -> Response<Vec<u8>> {
    Response::builder().header("set-cookie", SECRET).body(SECRET.into()).unwrap()
}

fn token_response() -> TokenResponse {
    TokenResponse::parse(&token_answer()).unwrap()
}

fn answer(body: &str) -> Response<Vec<u8>> {
    Response::new(body.replace('$', SECRET).into_bytes())
}

fn token_answer() -> Response<Vec<u8>> {
    let body = format!(
        r#"{{"access_token":"{SECRET}","refresh_token":"{SECRET}","id_token":"{SECRET}","user":"{SECRET}","n":["{SECRET}"]}}"#
    );
    Response::new(body.into_bytes())
}

#[test]
fn nothing_shows_a_secret() {
    let refusal = || {
        ErrorResponse::new(ErrorCode::InvalidGrant)
            .with_description(Some(SECRET))
            .with_uri(Some(SECRET))
            .with_detail("oauth_acceptable_timestamps", Some(SECRET))
    };
    let (a_request, a_response) = (request(), response());
    assert_no_canary! {
        Params => Params::new().with("code", SECRET),
        Input => Input::Response(response()),
        Step<String> => Step::Send(request()),
        Step<String> => Step::Done(SECRET.to_owned()),
        Env<'_> => Env { now: Timestamp::from_unix(0), entropy: &testkit::entropy::Empty::default() },
        NoEntropy, Display => NoEntropy,
        Failure => Failure { sent: Sent::Maybe, transient: true },
        Sent => Sent::No,
        Handling => Handling::new(Purpose::Token),
        Purpose => Purpose::Token,
        RedactedRequest<'_, Vec<u8>> => redact::request(&a_request),
        RedactedResponse<'_, Vec<u8>> => redact::response(&a_response),
        TokenResponse => token_response(),
        ExchangeResponse => ExchangeResponse::parse_with(&token_answer(), &Tolerance::default()).unwrap(),
        IdTokenResponse => IdTokenResponse::parse(&token_answer()).unwrap(),
        Tolerance => Tolerance::strict(),
        DeviceResponse => DeviceResponse::parse_with(
            &answer(
                r#"{"device_code":"$","user_code":"U","verification_uri":"https://as.example","expires_in":60}"#
            ),
            &Tolerance::default()
        )
        .unwrap(),
        PushedResponse => PushedResponse::parse_with(
            &answer(r#"{"request_uri":"urn:$","expires_in":60}"#),
            &Tolerance::default()
        )
        .unwrap(),
        IntrospectionResponse => {
            IntrospectionResponse::parse(&answer(r#"{"active":true,"note":"$","n":["$"]}"#)).unwrap()
        },
        RegistrationResponse => RegistrationResponse::parse(&answer(
            r#"{"client_id":"c","client_secret":"$","registration_access_token":"$","note":"$"}"#
        ))
        .unwrap(),
        ClientMetadata => {
            let mut metadata = ClientMetadata::native("Demo", ["http://127.0.0.1/"]);
            metadata.software_statement = Some(SECRET.into());
            metadata
        },
        ResourceMetadata => {
            ResourceMetadata::parse(&answer(r#"{"resource":"r","note":"$"}"#), "r").unwrap()
        },
        ErrorResponse, Display => refusal(),
        ErrorCode => ErrorCode::from_text("other"),
        Error, Display => Error::Refused(refusal()),
        Lifetime => Lifetime::For(Duration::from_secs(1)),
        Oddity, Display => Oddity::FormBody,
        Challenge, Display => Challenge::new("Bearer"),
        ServerMetadata => ServerMetadata::new("https://as.example"),
    }
}

#[test]
fn a_refused_request_is_named_by_place_alone() {
    assert_eq!(format!("{:?}", Step::<()>::Send(request())), "Send(POST https://as.example/token)");
}
