use alloc::vec::Vec;

use countersign_token::Secret;
use countersign_wire::{
    Params, form,
    header::oauth,
    response::{self, ErrorCode, ErrorResponse},
};
use http::{Response, header::WWW_AUTHENTICATE};

use crate::Error;

/// The form of a successful answer (RFC 5849 §2.1, §2.3), whatever its content type says.
///
/// White space around it is cut off, any success will do for a status, and HTML is never looked into.
pub(super) fn credentials(response: &Response<Vec<u8>>, sent: &[&Secret]) -> Result<Params, Error> {
    let not_an_answer = countersign_wire::Error::NotAnAnswer { status: response.status().as_u16() };
    let params = body(response);
    if let Some(mut refusal) = refusal(response, params.as_ref()) {
        for secret in sent {
            refusal.scrub(secret);
        }
        return Err(Error::Refused(refusal));
    }
    Ok(params.filter(|_| response.status().is_success()).ok_or(not_an_answer)?)
}

fn body(response: &Response<Vec<u8>>) -> Option<Params> {
    let text = core::str::from_utf8(response.body()).ok()?.trim();
    let is_form =
        text.contains('=') && !text.starts_with(['<', '{', '[']) && !text.contains(char::is_whitespace);
    form::parse(is_form.then_some(text)?).ok()
}

/// What the server says against it: the Problem Reporting extension in body or header, JSON, or a bare 401.
fn refusal(response: &Response<Vec<u8>>, body: Option<&Params>) -> Option<ErrorResponse> {
    let header = response
        .headers()
        .get_all(WWW_AUTHENTICATE)
        .iter()
        .find_map(|value| oauth::parse(value.to_str().ok()?).ok()?);
    let reported = body.into_iter().chain(header.as_ref()).find_map(problem);
    let status = response.status().as_u16();
    let mut refusal = reported.or_else(|| {
        let json =
            response::members(response).ok().and_then(|(object, _)| response::refused(response, &object));
        json.or_else(|| {
            matches!(status, 401 | 403).then(|| ErrorResponse::new(ErrorCode::from_text("unknown_error")))
        })
    })?;
    refusal.status = Some(status);
    Some(refusal)
}

/// The report of a problem among these parameters.
pub(super) fn problem(params: &Params) -> Option<ErrorResponse> {
    let problem = params.first("oauth_problem").filter(|problem| !problem.is_empty())?;
    let code = match problem {
        "permission_denied" | "user_refused" => ErrorCode::AccessDenied,
        other => ErrorCode::from_text(other),
    };
    Some(ErrorResponse::new(code).with_description(params.first("oauth_problem_advice")))
}
