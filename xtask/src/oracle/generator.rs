//! Requests at random, with the things in them that signatures go wrong over.

use core::fmt::Write as _;

use countersign_oauth1::{Algorithm, Place};

use super::{
    case::{Body, Case},
    random::Random,
};

const FORM: &str = "application/x-www-form-urlencoded";

/// Characters that stand for themselves, and few, so that names repeat and are prefixes of each other.
const PLAIN: &[&str] = &["a", "b", "A", "0", "1", "-", ".", "_", "~"];
/// Those that may be written as they are in a query, and are encoded in a base string.
const RESERVED: &[&str] = &["!", "*", "'", "(", ")", ";", ":", "@", "$", ",", "/", "?"];
/// Those that must be escaped in a query, or mean something else.
const ESCAPED: &[&str] = &["%", "&", "=", "#", "[", "]", "\"", "<", "|", "\\", "^", "`", "{", "\n"];
const FOREIGN: &[&str] = &["é", "ß", "日", "🦀", "\u{e000}", "\u{301}", "ﬁ", "İ"];
const NAMES: &[&str] =
    &["a", "a3", "x", "x!y", "name", "realm", "oauth", "b5", "page", "xoauth_requestor_id"];

pub(super) fn case(random: &mut Random) -> Case {
    let algorithm = match random.below(100) {
        0..52 => Algorithm::HmacSha1,
        52..64 => Algorithm::HmacSha256,
        64..76 => Algorithm::HmacSha512,
        76..88 => Algorithm::Plaintext,
        88..92 => Algorithm::RsaSha1,
        92..96 => Algorithm::RsaSha256,
        _ => Algorithm::RsaSha512,
    };
    let place = match random.below(10) {
        0..6 => Place::Header,
        6..8 => Place::Query,
        _ => Place::Form,
    };
    let with_form = place == Place::Form || random.percent(35);
    let method = match (with_form, random.percent(3)) {
        // oauthlib refuses the combination; the list of its deviations has it.
        (true, true) => random.pick(&["GET", "HEAD", "get"]),
        (true, false) => random.pick(&["POST", "PUT", "PATCH", "DELETE", "post", "X-a!b"]),
        (false, _) => random.pick(&["GET", "HEAD", "POST", "DELETE", "get", "OPTIONS", "M-SEARCH"]),
    };
    let secure = algorithm == Algorithm::Plaintext || random.percent(50);
    let scheme = match (secure, random.percent(10)) {
        (true, false) => "https",
        (true, true) => "HTTPS",
        (false, false) => "http",
        (false, true) => "Http",
    };
    let secret = |random: &mut Random| if random.percent(10) { String::new() } else { word(random) };
    Case {
        method: method.to_owned(),
        scheme,
        authority: authority(random, secure),
        host_header: random.percent(10),
        path: path(random),
        query: random.percent(75).then(|| form(random)),
        body: body(random, with_form, algorithm),
        place,
        algorithm,
        client: (identifier(random), secret(random)),
        token: random.percent(75).then(|| (identifier(random), secret(random))),
        timestamp: i64::try_from(random.below(4_000_000_000)).unwrap_or_default().saturating_add(1),
        nonce: identifier(random),
        callback: random.percent(15).then(|| {
            random.pick(&["oob", "http://client.example/ready?x=1&y=%C3%A9", "app://back#é"]).to_owned()
        }),
        verifier: random.percent(15).then(|| identifier(random)),
        version: random.percent(80),
        extra: extra(random),
    }
}

fn authority(random: &mut Random, secure: bool) -> String {
    let host = if random.percent(20) {
        // oauthlib shortens what few write.
        let long = random.percent(2);
        let short = random.pick(&["[::1]", "[2001:db8::1]", "[2001:DB8::A:b]", "[fe80::1:0:0:1]", "[::]"]);
        if long { "[2001:0db8::01]" } else { short }
    } else {
        random.pick(&[
            "example.com",
            "EXAMPLE.com",
            "api.example.net",
            "xn--mnchen-3ya.example",
            "127.0.0.1",
            "localhost",
            "a_b.example",
            "h!$'()*,;=.example",
            "e.",
        ])
    };
    let port = match random.below(10) {
        0..3 => ":8080".to_owned(),
        3 => ":".to_owned(),
        4 => if secure { ":443" } else { ":80" }.to_owned(),
        5 => if secure { ":80" } else { ":443" }.to_owned(),
        6 => format!(":{}", random.below(65_535).saturating_add(1)),
        _ => String::new(),
    };
    host.to_owned() + &port
}

fn path(random: &mut Random) -> String {
    let mut path = String::new();
    for _ in 0..random.below(4) {
        path.push('/');
        for _ in 0..random.below(4) {
            path.push_str(random.pick(&[
                "a", "B", "~", "%20", "%2F", "%2f", "%c3%A9", "é", ".", "..", "@", ":", ",", "=", "&", "+",
                "!", "[", "\"",
            ]));
        }
        if random.percent(6) {
            path.push_str(random.pick(&[";", ";v=1", ";;"]));
        }
    }
    path
}

fn body(random: &mut Random, with_form: bool, algorithm: Algorithm) -> Body {
    if with_form {
        let odd = random.percent(3);
        let other = random
            .pick(&["Application/X-WWW-Form-Urlencoded", "application/x-www-form-urlencoded; charset=UTF-8"]);
        return Body::Form(form(random), if odd { other } else { FORM });
    }
    // Braces, so that nobody takes it for a form.
    let json = |random: &mut Random| format!("{{\"text\":\"{}\"}}", random.pick(&["", "a=b&c", "é", "+"]));
    match random.below(20) {
        0 => Body::Unsigned(json(random)),
        // PLAINTEXT signs nothing, a hash of the body neither.
        1..4 if algorithm != Algorithm::Plaintext => {
            let content_type = random.pick(&["application/json", "text/plain; charset=utf-8"]);
            Body::Hashed(json(random), content_type)
        }
        _ => Body::None,
    }
}

/// Pairs as some client or other might write them.
fn form(random: &mut Random) -> String {
    let mut text = String::new();
    let mut names: Vec<String> = Vec::new();
    let count = random.below(7);
    for index in 0..count {
        if index > 0 {
            text.push('&');
        }
        if random.percent(2) {
            text.push('&');
        }
        let again = random.percent(30).then(|| names.get(random.below(names.len())).cloned()).flatten();
        let name = again.unwrap_or_else(|| match random.below(20) {
            0..8 => random.pick(NAMES).to_owned(),
            8 => random.pick(&["oauth_extension", "oauth_session_handle"]).to_owned(),
            _ => word(random),
        });
        write(random, &name, &mut text);
        names.push(name);
        match random.below(10) {
            0 => {}
            1 => text.push('='),
            _ => {
                text.push('=');
                let value = word(random);
                write(random, &value, &mut text);
            }
        }
    }
    if random.percent(2) {
        text.push('&');
    }
    text
}

/// A decoded name or value.
fn word(random: &mut Random) -> String {
    let mut word = String::new();
    for _ in 0..random.below(6) {
        word.push_str(match random.below(20) {
            0..10 => random.pick(PLAIN),
            10..13 => random.pick(RESERVED),
            13..15 => random.pick(ESCAPED),
            15..17 => random.pick(FOREIGN),
            17 => "+",
            _ => " ",
        });
    }
    word
}

/// Appends a word in one of the ways that decode to it, and rarely in one that is a matter of taste.
fn write(random: &mut Random, word: &str, out: &mut String) {
    let rare = random.below(200);
    for char in word.chars() {
        let mut bytes = [0; 4];
        let text = char.encode_utf8(&mut bytes);
        let plain = char.is_ascii_alphanumeric() || PLAIN.contains(&&*text);
        let raw = match char {
            ' ' if random.percent(60) => {
                out.push('+');
                continue;
            }
            _ if plain => random.percent(95),
            _ if RESERVED.contains(&&*text) => random.percent(50),
            // oauthlib refuses these as they are.
            '"' | '[' | ']' | '|' | '<' | '^' | '`' | '{' | '\\' => rare < 2,
            _ => rare < 2 && !char.is_ascii(),
        };
        if raw {
            out.push(char);
            continue;
        }
        for byte in text.bytes() {
            // A text takes what is written to it.
            let _taken =
                if random.percent(70) { write!(out, "%{byte:02X}") } else { write!(out, "%{byte:02x}") };
        }
    }
    if rare == 2 {
        out.push_str(random.pick(&["%FF", "%c3", "%ED%A0%80"]));
    }
}

/// A key, token, nonce or verifier: mostly what servers give out, and sometimes what they should not.
fn identifier(random: &mut Random) -> String {
    let mut text = random.pick(&["k", "dpf43f3p2l4k3l03", "a-b.c_d~e", "x", "nnch734d00sl2jdk"]).to_owned();
    match random.below(12) {
        0 => text.push_str(&word(random)),
        1 => text.push_str(random.pick(&["+é", "/==", " ", ",\"", "&"])),
        2 if random.percent(20) => text.push_str("%2B"),
        _ => {}
    }
    text
}

fn extra(random: &mut Random) -> Vec<(String, String)> {
    let mut extra = Vec::new();
    if random.percent(15) {
        extra.push(("oauth_session_handle".to_owned(), word(random).replace('%', "")));
    }
    match random.below(100) {
        0..2 => extra.push(("oauth_a b".to_owned(), "1".to_owned())),
        2..4 => extra.push(("oauth_session_handle".to_owned(), "again".to_owned())),
        _ => {}
    }
    extra
}
