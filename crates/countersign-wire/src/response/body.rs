use alloc::{
    string::{String, ToString},
    vec,
    vec::Vec,
};
use core::time::Duration;

use countersign_token::{
    Extra, ExtraValue, Secret,
    json::{Object, Value},
};
use http::{HeaderMap, Response, StatusCode, header};

use super::{ErrorCode, ErrorResponse, Oddity, Tolerance};
use crate::{Error, form};

/// The largest body that is looked into: 1 MiB, which no answer of OAuth comes near.
const LARGEST: usize = 1 << 20;

/// What servers say beside the code: a device's interval (RFC 8628 §3.5), Google's and Microsoft's own.
const DETAILS: [&str; 5] = ["interval", "error_subtype", "suberror", "trace_id", "correlation_id"];

/// The members of an answer's body, JSON or form, with what was odd about it.
///
/// The first character decides: `{` is JSON whatever the content type says; text with a `=` under a form's
/// content type, plain text or none is a form. HTML is never looked into.
///
/// # Errors
/// [`Error::TooLarge`] beyond 1 MiB, [`Error::Compressed`], [`Error::NotAnAnswer`] for a body of another kind, [`Error::Json`] for broken JSON, and
/// [`Error::Repeated`] for a form that repeats a name.
pub fn members(response: &Response<Vec<u8>>) -> Result<(Object, Vec<Oddity>), Error> {
    if response.body().len() > LARGEST {
        return Err(Error::TooLarge);
    }
    let not_an_answer = Error::NotAnAnswer { status: response.status().as_u16() };
    let mut oddities = Vec::new();
    let mut body = response.body().as_slice();
    if let Some(rest) = body.strip_prefix(b"\xef\xbb\xbf") {
        oddities.push(Oddity::ByteOrderMark);
        body = rest;
    }
    let content_type = content_type(response.headers());
    if body.trim_ascii_start().starts_with(b"{") {
        if !is_json(content_type) {
            oddities.push(Oddity::ContentType);
        }
        return match Value::parse(body).map_err(Error::Json)? {
            Value::Object(object) => Ok((object, oddities)),
            _ => Err(not_an_answer),
        };
    }
    let may_be_form = match content_type {
        None => true,
        Some(content_type) => {
            form::is_form(content_type) || essence(content_type).eq_ignore_ascii_case("text/plain")
        }
    };
    if body.starts_with(b"\x1f\x8b") {
        return Err(Error::Compressed);
    }
    let text = core::str::from_utf8(body).map_err(|_| not_an_answer.clone())?.trim();
    if !may_be_form || !text.contains('=') || text.starts_with('<') {
        return Err(not_an_answer);
    }
    oddities.push(Oddity::FormBody);
    let mut object = Object::new();
    for (name, value) in form::parse(text)?.iter() {
        if object.get(name).is_some() {
            return Err(Error::Repeated { name: crate::text::sanitise(name, 64) });
        }
        object.insert(name, Value::text(value));
    }
    Ok((object, oddities))
}

/// The refusal that a body holds or a status implies, if there is one.
///
/// A body with an `error` is a refusal whatever its status; so is Slack's `"ok": false`. An error may be an
/// object, as Google's APIs write it.
pub fn refused(response: &Response<Vec<u8>>, object: &Object) -> Option<ErrorResponse> {
    let text = |object: &Object, names: &[&str]| {
        names
            .iter()
            .find_map(|name| object.get(name)?.as_text().filter(|text| !text.is_empty()).map(Secret::new))
    };
    let (code, description) = match object.get("error") {
        Some(Value::Text(code)) if !code.is_empty() => {
            (Some(code.clone()), text(object, &["error_description"]))
        }
        Some(Value::Object(inner)) => {
            let code = text(inner, &["status", "code", "type"])
                .or_else(|| inner.get("code")?.as_integer().map(|code| code.to_string().into()));
            (Some(code.unwrap_or_else(|| "unknown_error".into())), text(inner, &["message"]))
        }
        _ if matches!(object.get("ok"), Some(Value::Bool(false))) => (Some("unknown_error".into()), None),
        _ => (None, None),
    };
    let refusal = ErrorResponse::new(ErrorCode::from_text(code?.expose()))
        .with_description(description.as_ref().map(Secret::expose))
        .with_uri(object.get("error_uri").and_then(Value::as_text));
    Some(complete(refusal, response, object))
}

/// The refusal that is written under one of these names, which are a provider's own.
pub(super) fn refused_under(
    names: &[String],
    response: &Response<Vec<u8>>,
    object: &Object,
) -> Option<ErrorResponse> {
    let code = names.iter().find_map(|name| match object.get(name)? {
        Value::Text(code) if !code.is_empty() && code.expose() != "0" => Some(code.expose().to_string()),
        Value::Integer(code) if *code != 0 => Some(code.to_string()),
        _ => None,
    })?;
    let words = ["error_description", "errmsg", "error_msg", "message"]
        .iter()
        .find_map(|name| object.get(name).and_then(Value::as_text));
    Some(complete(ErrorResponse::new(ErrorCode::from_text(&code)).with_description(words), response, object))
}

/// What servers say beside the code, and the head of the response, added to a refusal.
fn complete(mut refusal: ErrorResponse, response: &Response<Vec<u8>>, object: &Object) -> ErrorResponse {
    for name in DETAILS {
        let text = match object.get(name) {
            Some(Value::Text(text)) => Some(text.expose().to_string()),
            Some(Value::Integer(number)) => Some(number.to_string()),
            _ => None,
        };
        refusal = refusal.with_detail(name, text.as_deref());
    }
    refusal.status = Some(response.status().as_u16());
    refusal.retry_after = retry_after(response.headers());
    refusal
}

/// `Retry-After` in seconds (RFC 9110 §10.2.3); its other form, a date, needs a clock and is left to whoever has one.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::CONTENT_TYPE)?.to_str().ok()
}

fn essence(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

fn is_json(content_type: Option<&str>) -> bool {
    content_type.is_some_and(|content_type| {
        let essence = essence(content_type).to_ascii_lowercase();
        essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
    })
}

pub(super) fn scopes(
    value: Option<&Value>,
    tolerance: &Tolerance,
) -> Result<(Option<countersign_token::Scopes>, Vec<Oddity>), Error> {
    let malformed = Error::Malformed { name: "scope" };
    match value {
        None | Some(Value::Null) => Ok((None, vec![])),
        Some(Value::Text(text)) if text.expose().trim().is_empty() => {
            Ok((Some(countersign_token::Scopes::none()), vec![Oddity::ScopeEmpty]))
        }
        // Without a space a comma delimits; with one it is part of a scope's name, unless the provider is
        // known to write it so.
        Some(Value::Text(text))
            if !tolerance.strict
                && text.expose().contains(',')
                && (tolerance.scope_commas || !text.expose().contains(' ')) =>
        {
            Ok((Some(text.expose().split(',').collect()), vec![Oddity::ScopeCommas]))
        }
        Some(Value::Text(text)) => Ok((Some(text.expose().into()), vec![])),
        Some(Value::Array(items)) => {
            let scopes = items
                .iter()
                .map(|item| item.as_text().ok_or(malformed.clone()))
                .collect::<Result<Vec<_>, _>>()?;
            Ok((Some(scopes.into()), vec![Oddity::ScopeArray]))
        }
        Some(_) => Err(malformed),
    }
}

/// The members of an answer that is not a refusal.
pub(crate) fn granted(
    response: &Response<Vec<u8>>,
    tolerance: &Tolerance,
) -> Result<(Object, Vec<Oddity>), Error> {
    let (object, mut oddities) = members(response)?;
    let refusal =
        refused(response, &object).or_else(|| refused_under(&tolerance.error_names, response, &object));
    if let Some(refusal) = refusal {
        if tolerance.strict && object.get("error").and_then(Value::as_text).is_none() {
            return Err(Error::Odd(Oddity::ErrorShape));
        }
        return Err(Error::Refused(refusal));
    }
    if !response.status().is_success() {
        return Err(Error::NotAnAnswer { status: response.status().as_u16() });
    }
    if response.status() != StatusCode::OK {
        oddities.push(Oddity::Status);
    }
    Ok((object, oddities))
}

/// What has no meaning here, kept.
pub(crate) fn extra(object: Object) -> Extra {
    let mut extra = Extra::new();
    for (name, value) in object {
        let value = match value {
            Value::Text(text) => ExtraValue::Text(text),
            other => ExtraValue::Json(other.to_json()),
        };
        extra.insert(name, value);
    }
    extra
}
