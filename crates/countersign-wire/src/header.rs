//! The header fields of OAuth: `Authorization` and `WWW-Authenticate`.

pub mod basic;
pub mod bearer;
pub mod challenge;
pub mod date;
mod grammar;
pub mod oauth;

/// Splits a credentials field into its scheme and what follows (RFC 9110 §11.4).
///
/// The scheme is compared without regard to case: `if scheme.eq_ignore_ascii_case("Bearer")`.
pub fn split_scheme(value: &str) -> (&str, &str) {
    let value = value.trim_matches([' ', '\t']);
    value
        .split_once([' ', '\t'])
        .map_or((value, ""), |(scheme, rest)| (scheme, rest.trim_start_matches([' ', '\t'])))
}
