//! When a token is fit for use, when it is time for the next, and when it must not be used.

use core::time::Duration;
use std::sync::Arc;

use countersign_token::{AccessToken, Credential, Expiry, Key, Secret, State, Timestamp};

/// The longest time before expiry at which a refresh begins.
const EARLIEST: Duration = Duration::from_secs(225);

/// How far into the past a clock may jump before what it says of lifetimes is doubted.
const CLOCK_SLACK: Duration = Duration::from_secs(60);

/// What a caller needs.
#[derive(Clone, Debug)]
pub(crate) struct Need {
    pub(crate) quality: Quality,
    /// What the token is to be for (RFC 8707); empty for what the grant is for.
    pub(crate) resource: Arc<[String]>,
}

/// How good a token has to be.
#[derive(Clone, Debug)]
pub(crate) enum Quality {
    /// It is good for at least this long, as far as is known.
    Good(Duration),
    /// It is good, and not this one, which was refused.
    Other(Secret),
}

/// What a token is worth to a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// It is used.
    Fresh,
    /// It is used, and somebody should get the next one.
    Early,
    /// It is not used.
    Stale,
}

impl Quality {
    /// What `token` is worth; `jitter` moves the moment of an early refresh.
    pub(crate) fn freshness(&self, token: &AccessToken, now: Timestamp, jitter: u8) -> Freshness {
        let least = match self {
            Self::Good(least) => *least,
            Self::Other(refused) if refused.ct_eq(&token.secret) => return Freshness::Stale,
            Self::Other(_) => Duration::ZERO,
        };
        let end = match token.expires {
            Expiry::At(end) => end,
            // Unknown is used until it is refused, which is what `Other` reports.
            Expiry::Unknown | Expiry::Never => return Freshness::Fresh,
        };
        let left = end.since(now);
        if left.is_zero() || left < least {
            Freshness::Stale
        } else if left <= margin(end.since(token.obtained_at), jitter) || runs_back(token, now) {
            Freshness::Early
        } else {
            Freshness::Fresh
        }
    }
}

/// How long before expiry a refresh begins: a tenth of the lifetime, at most 225 s, and up to a quarter
/// less by chance, so that programs which started together do not come together.
fn margin(lifetime: Duration, jitter: u8) -> Duration {
    let whole = EARLIEST.min(lifetime / 10);
    whole.saturating_sub(whole / 4 * u32::from(jitter) / u32::from(u8::MAX))
}

/// Whether the clock shows a time before the token was obtained: then its end is further off than it seems.
fn runs_back(token: &AccessToken, now: Timestamp) -> bool {
    token.obtained_at.since(now) > CLOCK_SLACK
}

/// The token of a credential that is handed out: the newest that nothing binds and that is for the scopes of
/// the key, and for `resource` or, when that is empty, the resources of the key.
pub(crate) fn pick<'a>(
    credential: &'a Credential,
    key: &Key,
    resource: &[String],
) -> Option<&'a AccessToken> {
    pick_exactly(credential, key, if resource.is_empty() { &key.resource } else { resource })
}

pub(crate) fn pick_exactly<'a>(
    credential: &'a Credential,
    key: &Key,
    resource: &[String],
) -> Option<&'a AccessToken> {
    credential.tokens.iter().rev().find(|token| {
        token.binding.is_none()
            && token.resource == resource
            && key.scopes.as_ref().is_none_or(|asked| token.scopes.is_empty() || token.scopes.covers(asked))
    })
}

/// Removes the tokens that are over, apart from the newest, which tells what there was.
pub(crate) fn prune(credential: &mut Credential, now: Timestamp) {
    let mut older = credential.tokens.len().saturating_sub(1);
    credential.tokens.retain(|token| {
        let is_last = older == 0;
        older = older.saturating_sub(1);
        is_last || !token.is_expired(now)
    });
}

/// Whether the server has said that the grant is over.
pub(crate) fn is_over(credential: &Credential) -> bool {
    !matches!(credential.state, State::Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BORN: Timestamp = Timestamp::from_unix(1_700_000_000);

    fn token(lifetime: i64) -> AccessToken {
        AccessToken::bearer(Secret::new("t"), BORN).with_expiry(Expiry::At(BORN.plus_seconds(lifetime)))
    }

    fn check(token: &AccessToken, age: i64, least: u64, jitter: u8, expected: Freshness) {
        let found =
            Quality::Good(Duration::from_secs(least)).freshness(token, BORN.plus_seconds(age), jitter);
        assert_eq!(found, expected, "age {age}, at least {least}, jitter {jitter}");
    }

    #[test]
    fn an_early_refresh_begins_at_225_seconds_or_a_tenth() {
        let day = token(86_400);
        check(&day, 86_400 - 226, 0, 0, Freshness::Fresh);
        check(&day, 86_400 - 225, 0, 0, Freshness::Early);
        let brief = token(100);
        check(&brief, 89, 0, 0, Freshness::Fresh);
        check(&brief, 90, 0, 0, Freshness::Early);
        check(&brief, 99, 0, 0, Freshness::Early);
        check(&brief, 100, 0, 0, Freshness::Stale);
    }

    #[test]
    fn jitter_makes_it_later_by_a_quarter_at_most() {
        let day = token(86_400);
        check(&day, 86_400 - 225, 0, 255, Freshness::Fresh);
        check(&day, 86_400 - 168, 0, 255, Freshness::Early);
    }

    #[test]
    fn a_caller_may_ask_for_more() {
        check(&token(3600), 0, 3600, 0, Freshness::Fresh);
        check(&token(3600), 1, 3600, 0, Freshness::Stale);
    }

    #[test]
    fn an_unknown_end_is_used_until_refused() {
        let unknown = AccessToken::bearer(Secret::new("t"), BORN);
        check(&unknown, 1_000_000_000, 3600, 0, Freshness::Fresh);
        let refused = Quality::Other(Secret::new("t"));
        assert_eq!(refused.freshness(&unknown, BORN, 0), Freshness::Stale);
        let another = Quality::Other(Secret::new("u"));
        assert_eq!(another.freshness(&unknown, BORN, 0), Freshness::Fresh);
    }

    #[test]
    fn a_clock_that_went_back_does_not_make_a_token_eternal() {
        check(&token(3600), -60, 0, 0, Freshness::Fresh);
        check(&token(3600), -61, 0, 0, Freshness::Early);
        check(&token(3600), -315_360_000, 0, 0, Freshness::Early);
    }

    #[test]
    fn old_tokens_go_and_the_newest_stays() {
        let (old, new) = (token(10).with_scopes("a".into()), token(20).with_scopes("b".into()));
        let mut credential =
            Credential::oauth2(countersign_token::Client::new("c"), countersign_token::TokenSet::new(old));
        credential.merge(countersign_token::TokenSet::new(new));
        prune(&mut credential, BORN.plus_seconds(5));
        assert_eq!(credential.tokens.len(), 2);
        prune(&mut credential, BORN.plus_seconds(15));
        assert_eq!(credential.tokens.len(), 1);
        prune(&mut credential, BORN.plus_seconds(25));
        assert_eq!(credential.tokens.len(), 1);
    }
}
