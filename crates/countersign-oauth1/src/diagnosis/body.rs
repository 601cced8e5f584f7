//! Bodies that are no forms, read as parameters by those who sign too much.

use alloc::{string::String, vec::Vec};

use countersign_token::Secret;

use super::facts::Field;

/// The members of a JSON object; of a nested value, its text.
///
/// What cannot be read ends the list: this is a guess at what others do, not a parser to rely on.
pub(super) fn json(text: &str) -> Vec<Field> {
    let mut fields = Vec::new();
    let Some(mut rest) = text.trim().strip_prefix('{') else { return fields };
    while let Some((name, after)) = rest.trim_start().strip_prefix('"').and_then(string) {
        let Some(after) = after.trim_start().strip_prefix(':') else { break };
        let after = after.trim_start();
        let (value, after) = match after.strip_prefix('"') {
            Some(after) => match string(after) {
                Some(read) => read,
                None => break,
            },
            None => {
                let (value, after) = bare(after);
                (Secret::new(value.trim_end()), after)
            }
        };
        fields.push(Field::new(name, value));
        let Some(next) = after.trim_start().strip_prefix(',') else { break };
        rest = next;
    }
    fields
}

/// The rest of a string after its opening quote, and what follows it.
fn string(text: &str) -> Option<(Secret, &str)> {
    let mut out = String::with_capacity(text.find('"').unwrap_or_default());
    let mut chars = text.chars();
    loop {
        match chars.next()? {
            '"' => return Some((out.into(), chars.as_str())),
            '\\' => match chars.next()? {
                'n' => out.push('\n'),
                'r' => out.push('\r'),
                't' => out.push('\t'),
                'b' => out.push('\u{8}'),
                'f' => out.push('\u{c}'),
                'u' => {
                    let unit = unit(&mut chars)?;
                    let low = if (0xd800..0xdc00).contains(&unit) {
                        (chars.next() == Some('\\') && chars.next() == Some('u')).then_some(())?;
                        Some(self::unit(&mut chars)?)
                    } else {
                        None
                    };
                    out.push(char::decode_utf16([unit].into_iter().chain(low)).next()?.ok()?);
                }
                other => out.push(other),
            },
            other => out.push(other),
        }
    }
}

fn unit(chars: &mut core::str::Chars<'_>) -> Option<u16> {
    let mut unit = 0;
    for _ in 0..4 {
        unit = unit << 4 | u16::try_from(chars.next()?.to_digit(16)?).ok()?;
    }
    Some(unit)
}

/// A number, a word, or a nested value as it is written, and what follows it.
fn bare(text: &str) -> (&str, &str) {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let end = text.bytes().position(|byte| {
        let ends = !quoted && depth == 0 && matches!(byte, b',' | b'}');
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => depth = depth.saturating_add(1),
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        ends
    });
    text.split_at_checked(end.unwrap_or(text.len())).unwrap_or((text, ""))
}

/// The fields of a multipart body that are no files (RFC 7578 §4).
pub(super) fn multipart(text: &str) -> Vec<Field> {
    let boundary = text.lines().next().unwrap_or_default().trim_end();
    if boundary.len() < 3 || !boundary.starts_with("--") {
        return Vec::new();
    }
    let field = |part: &str| {
        let (head, value) = part.split_once("\r\n\r\n").or_else(|| part.split_once("\n\n"))?;
        let value = value.strip_suffix("\r\n").or_else(|| value.strip_suffix('\n'))?;
        let (_, name) = head.split_once(" name=\"")?;
        let (name, _) = name.split_once('"')?;
        (!head.contains("filename")).then(|| Field::new(name, value))
    };
    text.split(boundary).filter_map(field).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: &[Field], expected: &[(&str, &str)]) {
        let found: Vec<_> = found.iter().map(|f| (f.name.expose(), f.value.expose())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_members_of_an_object() {
        check(&json(""), &[]);
        check(&json("[1]"), &[]);
        check(&json("{}"), &[]);
        check(&json(r#"{"a"}"#), &[]);
        check(
            &json(
                r#" { "a" : "x\"\u00e9\n\ud83d\ude00" , "b":-1.5e3,"c":null ,"d":[1,{"e":"]}"}],"f":true}"#,
            ),
            &[("a", "x\"é\n😀"), ("b", "-1.5e3"), ("c", "null"), ("d", r#"[1,{"e":"]}"}]"#), ("f", "true")],
        );
        check(&json(r#"{"a":1,"b":"\ud83d"}"#), &[("a", "1")]);
    }

    #[test]
    fn the_fields_of_a_multipart_body() {
        let head = "Content-Disposition: form-data; name=";
        let body = format!(
            "--b\r\n{head}\"a\"\r\n\r\n1\r\n2\r\n--b\r\n{head}\"f\"; filename=\"x\"\r\n\r\nx\r\n--b--\r\n",
            head = head
        );
        check(&multipart(&body), &[("a", "1\r\n2")]);
        check(&multipart(&body.replace("\r\n", "\n")), &[("a", "1\n2")]);
        check(&multipart("a=1"), &[]);
    }

    use alloc::format;
}
