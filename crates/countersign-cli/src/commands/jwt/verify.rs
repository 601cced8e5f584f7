use countersign_jwt::{Algorithm, ClaimFault, Error, Expected, TokenFault, Unverified};
use countersign_token::{
    Timestamp,
    json::{Object, Value},
};
use countersign_transport::{Clock, SystemClock};

use super::{keys, parts, shown, times, token};
use crate::{args::jwt::VerifyArgs, exit::Exit, failure::Failure, output::text_or_null, settings::Settings};

/// Checks a token, and shows what it says when it holds.
pub(super) fn run(args: &VerifyArgs, settings: &Settings) -> Result<Exit, Failure> {
    let now = time(args)?;
    let text = token(&args.token)?;
    let keys = keys::public(args, settings)?;
    let parsed = Unverified::parse(text.expose());
    let result = match &parsed {
        Ok(token) => expected(args).accept(token, &keys, now),
        Err(error) => Err(error.clone()),
    };
    if settings.output.json {
        let read = parsed.as_ref().ok().and_then(|token| parts(token).ok());
        let (header, claims) = read.unzip();
        let claims = claims.map_or(Value::Null, |claims| Value::Object(Object::from(claims)));
        settings.output.document([
            ("verified", Value::Bool(result.is_ok())),
            ("error", text_or_null(result.as_ref().err().map(ToString::to_string))),
            ("header", header.unwrap_or(Value::Null)),
            ("claims", claims),
        ])?;
    }
    let verified = result.map_err(|error| refused(&error, args))?;
    if !settings.output.json {
        let claims = verified.claims().clone();
        settings.output.line(&shown(&Value::Object(Object::from(claims))))?;
        settings.output.say(&format!("the token holds: {}", verified.algorithm()));
        for line in times(verified.claims()) {
            settings.output.say(&line);
        }
        for (is_asked, name, option) in
            [(args.issuer.is_some(), "iss", "--issuer"), (!args.audience.is_empty(), "aud", "--audience")]
        {
            if !is_asked && verified.claims().get(name).is_some() {
                settings.output.say(&format!("{name} is not checked without {option}"));
            }
        }
    }
    Ok(Exit::Ok)
}

fn expected(args: &VerifyArgs) -> Expected {
    let mut expected = match &args.issuer {
        Some(issuer) => Expected::from_issuer(issuer.as_str()),
        None => Expected::from_anyone(),
    };
    expected = expected.with_leeway(args.leeway);
    expected = match args.audience.as_slice() {
        [] => expected.for_any_audience(),
        audiences => audiences.iter().fold(expected, |expected, audience| expected.for_audience(audience)),
    };
    expected = match &args.kind {
        Some(kind) => expected.of_type(kind.as_str()),
        None => expected.of_any_type(),
    };
    if let Some(nonce) = &args.nonce {
        expected = expected.with_nonce(nonce.as_str());
    }
    if args.without_expiry {
        expected = expected.without_expiry();
    }
    if !args.algorithm.is_empty() {
        expected.signed_by(args.algorithm.iter().copied().map(Algorithm::from))
    } else if args.secret.is_some() {
        expected.signed_by([Algorithm::Hs256])
    } else {
        expected
    }
}

/// When the token came.
fn time(args: &VerifyArgs) -> Result<Timestamp, Failure> {
    let Some(text) = &args.at else { return Ok(SystemClock.now()) };
    if let Ok(seconds) = text.parse() {
        return Ok(Timestamp::from_unix(seconds));
    }
    Timestamp::parse(text).map_err(|error| {
        Failure::usage("--at cannot be understood").because(error).then("seconds since 1970 will do as well")
    })
}

fn refused(error: &Error, args: &VerifyArgs) -> Failure {
    let failure = Failure::new(Exit::VerificationFailed, "the token is not accepted").because(error);
    match error {
        Error::UnknownKey => {
            failure.then("give the keys of its issuer; countersign jwt decode shows its iss and kid")
        }
        Error::Signature => {
            failure.then("check that the key is its issuer's, and that all of the token is there")
        }
        Error::Token { fault: TokenFault::Algorithm } if args.secret.is_none() => {
            failure.then("a token signed by HS256 is checked with --secret SECRET")
        }
        Error::Token { fault: TokenFault::Type } => failure.then("another --type, if it may be for that"),
        Error::Claim { fault: ClaimFault::Expired | ClaimFault::NotYet, .. } => {
            failure.then("--at TIME, to ask whether it held at another time")
        }
        Error::Claim { name: "exp", fault: ClaimFault::Missing } => {
            failure.then("--without-expiry, if it is to hold for ever")
        }
        _ => failure.then("countersign jwt decode shows what is in it"),
    }
}
