//! Rust source, read without a parser: code apart from comments and literals.

/// The code of `source`: comments and literals become a space, line breaks stay.
pub(crate) fn code(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(next) = rest.chars().next() {
        let in_word = code.ends_with(is_word_character);
        let length = match next {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => block_comment(rest),
            '"' => quoted(rest, '"'),
            'r' | 'b' | 'c' if !in_word => prefixed(rest),
            '\'' => character(rest),
            _ => 0,
        };
        if length == 0 {
            code.push(next);
            rest = rest.strip_prefix(next).unwrap_or_default();
        } else {
            let (blanked, after) = rest.split_at(length);
            code.push(' ');
            code.extend(blanked.chars().filter(|&c| c == '\n'));
            rest = after;
        }
    }
    code
}

/// Whether `word` stands in `code` on its own, not as part of a longer name.
pub(crate) fn has_word(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let (before, after) = code.split_at(at);
        let after = after.strip_prefix(word).unwrap_or_default();
        let joins_before = word.starts_with(is_word_character) && before.ends_with(is_word_character);
        let joins_after = word.ends_with(is_word_character) && after.starts_with(is_word_character);
        !joins_before && !joins_after
    })
}

/// How many lines of `source` are not in a `#[cfg(test)]` module, and how many are.
pub(crate) fn lines(source: &str) -> (usize, usize) {
    let code = code(source);
    let module = |(at, attribute): (usize, &str)| {
        let item = code.split_at(at).1.strip_prefix(attribute)?.trim_start();
        let body = item.strip_prefix("mod ")?;
        // The attribute has a line of its own.
        Some(body.split_at(bracketed(body)?).0.matches('\n').count() + 2)
    };
    let tests = code.match_indices("#[cfg(test)]").filter_map(module).sum();
    (source.lines().count().saturating_sub(tests), tests)
}

pub(crate) fn is_word_character(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Where the first bracket of `code` is closed again; nothing when a statement ends before it.
pub(crate) fn bracketed(code: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in code.char_indices() {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' if depth == 1 => return Some(at),
            '}' | ')' | ']' => depth = depth.saturating_sub(1),
            ';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    loop {
        let rest = text.split_at(at).1;
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else if let Some(c) = rest.chars().next() {
            at += c.len_utf8();
        } else {
            return text.len();
        }
    }
}

/// The length of a literal that begins and ends with `quote`, with escapes.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of a literal with a prefix: `r"…"`, `br#"…"#`, `b"…"`, `b'…'`; 0 where a name begins.
fn prefixed(text: &str) -> usize {
    let prefix = text.len() - text.trim_start_matches(['b', 'c', 'r']).len();
    let (letters, after) = text.split_at(prefix);
    if prefix > 2 {
        return 0;
    }
    if !letters.ends_with('r') {
        return match after.chars().next() {
            Some(quote @ ('"' | '\'')) => prefix + quoted(after, quote),
            _ => 0,
        };
    }
    let hashes = after.len() - after.trim_start_matches('#').len();
    let Some(body) = after.split_at(hashes).1.strip_prefix('"') else {
        return 0;
    };
    let end = format!("\"{}", "#".repeat(hashes));
    body.find(&end).map_or(text.len(), |at| prefix + hashes + 1 + at + end.len())
}

/// The length of a character literal; 0 for a lifetime.
fn character(text: &str) -> usize {
    let mut after = text.chars().skip(1);
    match (after.next(), after.next()) {
        (Some('\\'), _) | (_, Some('\'')) => quoted(text, '\''),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_no_code() {
        #[track_caller]
        fn check(source: &str, expected: &str) {
            assert_eq!(code(source), expected, "{source}");
        }
        check("a // b\nc", "a  \nc");
        check("a /* b /* c */ d */ e", "a   e");
        check(r#"f("std::fs \" x", y)"#, "f( , y)");
        check(r##"f(r#"a "quoted" b"#, br"c", b'x', b"d")"##, "f( ,  ,  ,  )");
        check(
            "fn f<'a>(x: &'a str, c: char) { c == '\\'' || c == '\"' }",
            "fn f<'a>(x: &'a str, c: char) { c ==   || c ==   }",
        );
        check("\"two\nlines\" r#type bar", " \n r#type bar");
        check("\"never closed", " ");
    }

    #[test]
    fn a_word_stands_on_its_own() {
        assert!(has_word("use std::fs;", "std::"));
        assert!(!has_word("use my_std::fs;", "std::"));
        assert!(has_word("let x: Token = y;", "Token"));
        assert!(!has_word("let x: TokenSet = AccessToken::new();", "Token"));
    }

    #[test]
    fn lines_of_inline_tests_are_counted_apart() {
        let source = "fn f() {}\n\n#[cfg(test)]\nmod tests {\n    fn g() { \"}\"; }\n}\nfn h() {}\n";
        assert_eq!(lines(source), (3, 4));
        assert_eq!(lines("#[cfg(test)]\nmod tests;\nfn f() {}\n"), (3, 0));
        assert_eq!(lines("#[cfg(test)]\nfn f() {}\n"), (2, 0));
    }
}
