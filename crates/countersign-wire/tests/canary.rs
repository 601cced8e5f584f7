//! No secret reaches what is printed.
#![cfg(feature = "json")]

use core::time::Duration;

use countersign_token::Timestamp;
use countersign_wire::{
    Error, Params,
    flow::{Env, Failure, Handling, Input, NoEntropy, Purpose, Sent, Step},
    header::challenge::Challenge,
    metadata::ServerMetadata,
    redact::{self, RedactedRequest, RedactedResponse},
    response::{
        ErrorCode, ErrorResponse, ExchangeResponse, IdTokenResponse, Lifetime, Oddity, TokenResponse,
        Tolerance,
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
