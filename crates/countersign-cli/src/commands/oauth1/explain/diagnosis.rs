use countersign_oauth1::{Diagnosis, Difference, Finding};
use countersign_token::json::{Object, Value};

use super::steps::shown;
use crate::output::text_or_null;

/// What was found, for programs: each explanation by the ids of its mistakes.
pub(super) fn value(diagnosis: &Diagnosis) -> Value {
    let ids = |finding: &Finding| {
        Value::Array(finding.mistakes().iter().map(|mistake| Value::text(mistake.id())).collect())
    };
    let tried = diagnosis.tried().try_into().unwrap_or(i128::MAX);
    let mut object = Object::new();
    object.insert("agrees", Value::Bool(diagnosis.agrees()));
    object.insert("found", Value::Array(diagnosis.found().iter().map(ids).collect()));
    object.insert("tried", Value::Integer(tried));
    object.insert("gave_up", Value::Bool(diagnosis.gave_up()));
    Value::Object(object)
}

/// The same for people, with what is done wrong and what to do about it.
pub(super) fn text(diagnosis: &Diagnosis, of_signature: bool) -> String {
    let what = if of_signature { "signature" } else { "base string" };
    if diagnosis.agrees() {
        return format!("The other side's {what} is the right one.");
    }
    let tried = diagnosis.tried();
    let gave_up = if diagnosis.gave_up() { "; the search was given up" } else { "" };
    let found = diagnosis.found();
    let head = match found.len() {
        0 => return format!("No known mistake leads to the other side's {what} ({tried} tried{gave_up})."),
        1 => format!("The other side's {what} comes of this mistake:"),
        _ => format!(
            "The other side's {what} comes of one of these mistakes, which this request cannot tell apart:"
        ),
    };
    let mut lines = vec![head];
    for finding in found {
        let ids: Vec<&str> = finding.mistakes().iter().map(|mistake| mistake.id()).collect();
        lines.push(String::new());
        lines.push(format!("   {}", ids.join(" together with ")));
        for mistake in finding.mistakes() {
            lines.push(format!("      {}", mistake.description()));
            lines.push(format!("      {}", mistake.advice()));
        }
    }
    lines.join("\n")
}

pub(super) fn difference_value(difference: &Difference) -> Value {
    let offset = difference.offset().try_into().unwrap_or(i128::MAX);
    let mut object = Object::new();
    object.insert("segment", Value::text(difference.segment().as_str()));
    object.insert("offset", Value::Integer(offset));
    object.insert("parameter", text_or_null(difference.parameter()));
    object.insert("reason", Value::text(difference.reason().description()));
    object.insert("ours", Value::text(difference.ours().clone()));
    object.insert("theirs", Value::text(difference.theirs().clone()));
    Value::Object(object)
}

pub(super) fn difference_text(difference: Option<&Difference>) -> String {
    let Some(difference) = difference else {
        return "Both base strings are the same: key, method or the writing of the signature differ."
            .to_owned();
    };
    let part = |text: &str| if text.is_empty() { "(nothing)".to_owned() } else { shown(text) };
    format!(
        "The first difference of the base strings:\n   {}\n   ours    {}\n   theirs  {}",
        shown(&difference.sentence()),
        part(difference.ours().expose()),
        part(difference.theirs().expose())
    )
}
