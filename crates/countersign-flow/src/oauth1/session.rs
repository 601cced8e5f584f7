use alloc::string::ToString;

use countersign_token::{Expiry, Extra, Secret, Timestamp};

use crate::{Error, error::Misuse};

pub(super) const HANDLE: &str = "oauth_session_handle";

/// Each lifetime that a server sends, with the name under which its end is kept.
const LIFETIMES: [(&str, &str); 2] = [
    ("oauth_expires_in", "oauth_expires_at"),
    ("oauth_authorization_expires_in", "oauth_authorization_expires_at"),
];

/// The longest lifetime that is believed, in seconds, about 68 years.
const LONGEST: i64 = 2_147_483_647;

/// Token credentials that end, and the handle by which new ones are had without the user.
///
/// The Session extension of OAuth 1.0 (`oauth_session_handle`), as Yahoo, Xero and Intuit had it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Session {
    /// The handle (`oauth_session_handle`): as good as a password, as long as it lives.
    pub handle: Secret,
    /// When the token credentials end (`oauth_expires_in`).
    pub expires: Expiry,
    /// When the handle ends, and with it what the user allowed (`oauth_authorization_expires_in`).
    pub authorization_expires: Expiry,
}

impl Session {
    /// A session of which nothing but the handle is known.
    pub fn new(handle: impl Into<Secret>) -> Self {
        Self { handle: handle.into(), expires: Expiry::Unknown, authorization_expires: Expiry::Unknown }
    }

    /// The session in what a server sent besides the credentials: in [`Redeemed::extra`](super::Redeemed), and
    /// in the [`Credential::extra`](countersign_token::Credential) that was made of it.
    ///
    /// The lifetimes are kept there beside what the server sent, as the moments at which they end
    /// (`oauth_expires_at` and `oauth_authorization_expires_at`, RFC 3339).
    ///
    /// # Errors
    /// [`Misuse::NoToken`] when there is no handle: the server has no sessions, or the credential was made
    /// elsewhere.
    pub fn of(extra: &Extra) -> Result<Self, Error> {
        let handle = extra.text(HANDLE).filter(|handle| !handle.is_empty());
        let [expires, authorization_expires] = LIFETIMES.map(|(_, end)| {
            let end = extra.text(end).and_then(|end| Timestamp::parse(end).ok());
            end.map_or(Expiry::Unknown, Expiry::At)
        });
        let handle = Secret::new(handle.ok_or(Misuse::NoToken { name: HANDLE })?);
        Ok(Self { handle, expires, authorization_expires })
    }
}

/// Keeps beside each lifetime when it ends, counted from before the request was sent.
pub(super) fn keep_ends(extra: &mut Extra, requested_at: Timestamp) {
    for (lifetime, end) in LIFETIMES {
        let seconds = extra.text(lifetime).and_then(|seconds| seconds.trim().parse::<i64>().ok());
        // Zero is what servers send that do not say.
        if let Some(seconds) = seconds.filter(|seconds| *seconds != 0) {
            extra.insert_text(end, requested_at.plus_seconds(seconds.clamp(0, LONGEST)).to_string());
        }
    }
}

/// What is still true of an older answer beside a newer one: everything but the lifetimes.
pub(super) fn without_lifetimes(older: &Extra) -> Extra {
    let mut kept = Extra::new();
    for (name, value) in older.iter() {
        if !LIFETIMES.iter().any(|(lifetime, end)| name == *lifetime || name == *end) {
            kept.insert(name, value.clone());
        }
    }
    kept
}
