//! The two names that some of Google's scopes have.

use countersign_token::Scopes;

/// What is asked for, and what the answer says.
const NAMES: [(&str, &str); 2] = [
    ("email", "https://www.googleapis.com/auth/userinfo.email"),
    ("profile", "https://www.googleapis.com/auth/userinfo.profile"),
];

/// What was granted, also under the names under which it was asked for.
///
/// Without that a token would never be taken for the one that was asked for, and be fetched again each time.
pub(crate) fn granted(granted: &Scopes, asked: &Scopes) -> Scopes {
    if granted.is_empty() {
        return asked.clone();
    }
    let other = |(short, long): (&'static str, &'static str)| {
        let is = |has: &'static str, wanted: &'static str| {
            (granted.contains(has) && asked.contains(wanted)).then_some(wanted)
        };
        is(long, short).or_else(|| is(short, long))
    };
    granted.union(&NAMES.into_iter().filter_map(other).collect())
}
