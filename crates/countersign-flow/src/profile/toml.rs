//! The part of TOML that profiles are written in: tables of one level, texts, booleans and lists of texts.

use alloc::{string::String, vec::Vec};

use crate::{Error, error::ProfileProblem};

/// A value, and the line it is on.
pub(super) struct Entry {
    pub(super) table: String,
    pub(super) key: String,
    pub(super) value: Value,
    pub(super) line: usize,
}

pub(super) enum Value {
    Text(String),
    Bool(bool),
    List(Vec<String>),
}

/// The values of a document, in order; no key repeats within its table.
pub(super) fn parse(text: &str) -> Result<Vec<Entry>, Error> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut table = String::new();
    let mut lines = text.lines().zip(1_usize..);
    while let Some((text, line)) = lines.next() {
        let syntax = || Error::Profile { line, problem: ProfileProblem::Syntax };
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        if let Some(rest) = text.strip_prefix('[') {
            let (name, rest) = rest.split_once(']').ok_or_else(syntax)?;
            if !is_key(name) || !is_end(rest) {
                return Err(syntax());
            }
            table = name.into();
            continue;
        }
        let (key, value) = text.split_once('=').ok_or_else(syntax)?;
        let key = key.trim_end();
        if !is_key(key) {
            return Err(syntax());
        }
        if entries.iter().any(|entry| entry.table == table && entry.key == key) {
            return Err(Error::Profile { line, problem: ProfileProblem::Repeated });
        }
        let mut value = String::from(value.trim());
        // A list may go on for lines.
        while value.starts_with('[') && list(&value).is_none() {
            let (next, _) = lines.next().ok_or_else(syntax)?;
            value.push('\n');
            value.push_str(next);
        }
        let value = scalar(&value).or_else(|| list(&value).map(Value::List)).ok_or_else(syntax)?;
        entries.push(Entry { table: table.clone(), key: key.into(), value, line });
    }
    Ok(entries)
}

fn scalar(text: &str) -> Option<Value> {
    if let Some((value, rest)) = string(text) {
        return is_end(rest).then_some(Value::Text(value));
    }
    let (value, rest) = match (text.strip_prefix("true"), text.strip_prefix("false")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return None,
    };
    is_end(rest).then_some(Value::Bool(value))
}

fn list(text: &str) -> Option<Vec<String>> {
    let mut rest = skip(text.strip_prefix('[')?);
    let mut items = Vec::new();
    loop {
        if let Some(rest) = rest.strip_prefix(']') {
            return is_end(rest).then_some(items);
        }
        let (item, after) = string(rest)?;
        items.push(item);
        rest = skip(after);
        match rest.strip_prefix(',') {
            Some(after) => rest = skip(after),
            None if rest.starts_with(']') => {}
            None => return None,
        }
    }
}

/// A text at the beginning, and what follows it: `"…"` with `\"` and `\\`, or `'…'`.
fn string(text: &str) -> Option<(String, &str)> {
    if let Some(rest) = text.strip_prefix('\'') {
        let (value, rest) = rest.split_once('\'')?;
        return (!value.contains('\n')).then(|| (value.into(), rest));
    }
    let rest = text.strip_prefix('"')?;
    let mut value = String::new();
    let mut chars = rest.char_indices();
    while let Some((offset, char)) = chars.next() {
        match char {
            '"' => return Some((value, rest.get(offset.saturating_add(1)..).unwrap_or_default())),
            '\\' => match chars.next() {
                Some((_, escaped @ ('"' | '\\'))) => value.push(escaped),
                _ => return None,
            },
            char if char.is_control() => return None,
            char => value.push(char),
        }
    }
    None
}

/// Past white space and comments.
fn skip(mut text: &str) -> &str {
    loop {
        text = text.trim_start();
        match text.strip_prefix('#') {
            Some(comment) => text = comment.split_once('\n').map_or("", |(_, rest)| rest),
            None => return text,
        }
    }
}

fn is_end(text: &str) -> bool {
    skip(text).is_empty()
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}
