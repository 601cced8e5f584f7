use alloc::vec::Vec;
use core::cmp::Reverse;

use countersign_token::{Secret, json::Value};
use countersign_wire::{
    Params, form,
    header::oauth,
    response::{self, ErrorCode, ErrorResponse},
};
use http::{Response, header::WWW_AUTHENTICATE};

use super::Advice;
use crate::Error;

pub(super) const TIMESTAMP_REFUSED: &str = "timestamp_refused";
pub(super) const TIMESTAMPS: &str = "oauth_acceptable_timestamps";
pub(super) const METHODS: &str = "oauth_acceptable_signature_methods";
pub(super) const VERSIONS: &str = "oauth_acceptable_versions";
pub(super) const ABSENT: &str = "oauth_parameters_absent";
pub(super) const REJECTED: &str = "oauth_parameters_rejected";

/// The form of a successful answer (RFC 5849 §2.1, §2.3), whatever its content type says.
///
/// White space around it is cut off, any success will do for a status, and HTML is never looked into.
pub(super) fn credentials(response: &Response<Vec<u8>>, sent: &[&Secret]) -> Result<Params, Error> {
    let not_an_answer = countersign_wire::Error::NotAnAnswer { status: response.status().as_u16() };
    let params = body(response);
    heed(response, params.as_ref(), sent)?;
    Ok(params.filter(|_| response.status().is_success()).ok_or(not_an_answer)?)
}

/// What the server says against it, as an error that does not repeat what was sent.
pub(super) fn heed(
    response: &Response<Vec<u8>>,
    body: Option<&Params>,
    sent: &[&Secret],
) -> Result<(), Error> {
    match refusal(response, body) {
        Some(refusal) => Err(Error::Refused(scrubbed(refusal, sent))),
        None => Ok(()),
    }
}

/// A refusal without what was sent.
pub(super) fn scrubbed(mut refusal: ErrorResponse, sent: &[&Secret]) -> ErrorResponse {
    // A code of the extension repeats nothing, even if a short identifier is part of it.
    let code = Advice::of(&refusal).map(|_| refusal.code.clone());
    // The longest first: one may begin with another.
    let mut sent = sent.to_vec();
    sent.sort_by_key(|secret| Reverse(secret.expose().len()));
    for secret in sent {
        refusal.scrub(secret);
    }
    if let Some(code) = code {
        refusal.code = code;
    }
    refusal
}

/// A body that is a form, whatever its content type says.
pub(super) fn body(response: &Response<Vec<u8>>) -> Option<Params> {
    let text = core::str::from_utf8(response.body()).ok()?.trim();
    let is_form =
        text.contains('=') && !text.starts_with(['<', '{', '[']) && !text.contains(char::is_whitespace);
    form::parse(is_form.then_some(text)?).ok()
}

/// What the server says against it: the Problem Reporting extension in body or header, JSON, or a bare 401.
pub(super) fn refusal(response: &Response<Vec<u8>>, body: Option<&Params>) -> Option<ErrorResponse> {
    let header = response
        .headers()
        .get_all(WWW_AUTHENTICATE)
        .iter()
        .find_map(|value| oauth::parse(value.to_str().ok()?).ok()?);
    let reported = body.into_iter().chain(header.as_ref()).find_map(problem);
    let status = response.status().as_u16();
    let mut refusal = reported.or_else(|| {
        let json = response::members(response).ok().and_then(|(object, _)| {
            response::refused(response, &object).or_else(|| object.get("errors").and_then(numbered))
        });
        json.or_else(|| {
            matches!(status, 401 | 403).then(|| ErrorResponse::new(ErrorCode::from_text("unknown_error")))
        })
    })?;
    refusal.status = Some(status);
    Some(refusal)
}

/// Twitter's way to report: `{"errors":[{"code":135,"message":"Timestamp out of bounds."}]}`.
fn numbered(errors: &Value) -> Option<ErrorResponse> {
    let Value::Array(errors) = errors else {
        return None;
    };
    let Some(Value::Object(error)) = errors.first() else {
        return None;
    };
    let code = match error.get("code")?.as_integer()? {
        135 => TIMESTAMP_REFUSED,
        _ => "unknown_error",
    };
    let message = error.get("message").and_then(Value::as_text);
    Some(ErrorResponse::new(ErrorCode::from_text(code)).with_description(message))
}

/// The report of a problem among these parameters.
pub(super) fn problem(params: &Params) -> Option<ErrorResponse> {
    let problem = params.first("oauth_problem").filter(|problem| !problem.is_empty())?;
    let code = match problem {
        "permission_denied" | "user_refused" => ErrorCode::AccessDenied,
        other => ErrorCode::from_text(other),
    };
    let mut refusal = ErrorResponse::new(code).with_description(params.first("oauth_problem_advice"));
    for name in [TIMESTAMPS, METHODS, VERSIONS] {
        refusal = refusal.with_detail(name, params.first(name));
    }
    for name in [ABSENT, REJECTED] {
        // Some servers send the values back along with the names, secrets among them.
        let names = params.first(name).map(|list| {
            let names = list.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
            names.collect::<Vec<_>>().join("&")
        });
        refusal = refusal.with_detail(name, names.as_deref());
    }
    Some(refusal)
}
