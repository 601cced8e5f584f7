use countersign_oauth1::{Diagnosis, Difference};

use super::steps::shown;

/// What was found, with what is done wrong and what to do about it.
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
