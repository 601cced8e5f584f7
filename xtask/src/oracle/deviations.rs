//! Where oauthlib 4.0.1 is known to do something else, each with an exact condition.
//!
//! A case that meets one is not compared. It must differ all the same, or the condition is too wide.

use core::net::Ipv6Addr;

use countersign_oauth1::{Algorithm, Place};

use super::case::{Body, Case, pairs};

pub(super) struct Deviation {
    pub(super) name: &'static str,
    pub(super) reason: &'static str,
    pub(super) applies: fn(&Case) -> bool,
}

pub(super) const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "raw characters",
        reason: "it refuses a query or form with characters that a strict encoder would have escaped",
        applies: |case| !case.forms().iter().all(|text| text.chars().all(is_taken)),
    },
    Deviation {
        name: "form with GET",
        reason: "it refuses a form body with GET or HEAD, which RFC 5849 §3.4.1.3.1 does not",
        applies: |case| {
            let bodiless = ["GET", "HEAD"].iter().any(|method| method.eq_ignore_ascii_case(&case.method));
            bodiless && matches!(case.body, Body::Form(..))
        },
    },
    Deviation {
        name: "content type",
        reason: "it knows the media type of a form in one spelling, and without parameters",
        applies: |case| matches!(case.body, Body::Form(_, kind) if kind != "application/x-www-form-urlencoded"),
    },
    Deviation {
        name: "semicolon",
        reason: "it drops a semicolon that ends the path (urllib takes it for empty parameters)",
        applies: |case| {
            let segment = case.path.rsplit('/').next().unwrap_or_default();
            segment.split_once(';').is_some_and(|(_, parameters)| parameters.is_empty())
        },
    },
    Deviation {
        name: "IPv6 spelling",
        reason: "it shortens an IPv6 address, where RFC 5849 §3.4.1.2 wants what the Host header says",
        applies: |case| {
            let literal = case.authority.strip_prefix('[').and_then(|rest| rest.split_once(']'));
            literal.is_some_and(|(literal, _)| {
                let short = literal.parse().map(|address: Ipv6Addr| address.to_string());
                short.is_ok_and(|short| short != literal.to_ascii_lowercase())
            })
        },
    },
    Deviation {
        name: "not UTF-8",
        reason: "it signs U+FFFD in place of bytes that are not UTF-8; we sign the bytes",
        applies: |case| {
            let text = |bytes: &[u8]| core::str::from_utf8(bytes).is_ok();
            let mut pairs = case.forms().into_iter().flat_map(pairs);
            pairs.any(|(name, value)| !text(&name) || !value.is_none_or(|value| text(&value)))
        },
    },
    Deviation {
        name: "decoded twice",
        reason: "it decodes the values of oauth_* parameters a second time when they are outside the header",
        applies: |case| outside_the_header(case).iter().any(|value| has_escape(value)),
    },
    Deviation {
        name: "names in the header",
        reason: "it does not decode parameter names in the header (RFC 5849 §3.5.1)",
        applies: |case| {
            let encoded = |name: &str| countersign_wire::percent::encode(name) != name;
            case.place == Place::Header && case.extra.iter().any(|(name, _)| encoded(name))
        },
    },
    Deviation {
        name: "repeated in the header",
        reason: "it keeps the last of equal names in the header",
        applies: |case| {
            let mut names: Vec<_> = case.extra.iter().map(|(name, _)| name).collect();
            names.sort();
            case.place == Place::Header && names.windows(2).any(|pair| pair.first() == pair.last())
        },
    },
    Deviation {
        name: "body hash",
        reason: "it hashes the body with SHA-1 whatever the method; we take the method's hash",
        applies: |case| {
            matches!(case.body, Body::Hashed(..))
                && !matches!(case.algorithm, Algorithm::HmacSha1 | Algorithm::RsaSha1)
        },
    },
];

/// The first deviation that a case meets.
pub(super) fn of(case: &Case) -> Option<usize> {
    DEVIATIONS.iter().position(|deviation| (deviation.applies)(case))
}

/// `oauthlib.common.urlencoded`.
fn is_taken(char: char) -> bool {
    char.is_ascii_alphanumeric() || "_.-=&;:%+~,*@!()/?'$".contains(char)
}

/// Values of `oauth_*` parameters that come from query or form.
fn outside_the_header(case: &Case) -> Vec<String> {
    let named = |(name, value): (Vec<u8>, Option<Vec<u8>>)| {
        name.starts_with(b"oauth_").then(|| String::from_utf8_lossy(&value.unwrap_or_default()).into_owned())
    };
    let mut values: Vec<String> = case.forms().into_iter().flat_map(pairs).filter_map(named).collect();
    if case.place != Place::Header {
        values.extend([case.client.0.clone(), case.nonce.clone()]);
        values.extend(case.token.iter().map(|(token, _)| token.clone()));
        values.extend(case.callback.iter().chain(&case.verifier).cloned());
        values.extend(case.extra.iter().map(|(_, value)| value.clone()));
    }
    values
}

/// Whether decoding changes anything: a `%` before two hexadecimal digits.
fn has_escape(value: &str) -> bool {
    value.as_bytes().windows(3).any(
        |window| matches!(window, [b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit()),
    )
}
