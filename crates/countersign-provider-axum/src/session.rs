//! Who is signed in in which browser, and the token that every form of that browser carries.

use core::time::Duration;
use std::collections::BTreeMap;

use countersign_provider::{Digest, User};
use countersign_token::{Secret, Timestamp};
use http::{HeaderMap, HeaderValue, header};

/// How long somebody stays signed in.
const LIFETIME: Duration = Duration::from_secs(3600);
/// So many people at a time; the oldest session makes room.
const MOST_SESSIONS: usize = 10_000;
/// The length of a session identifier: 256 bits in base64url.
const LENGTH: usize = 43;

/// Signed-in browsers.
///
/// A browser that is not signed in has an identifier of its own too, of which nothing is kept: its form token
/// is derived from it by a key, so a flood of strangers fills nothing.
#[derive(Debug)]
pub(crate) struct Sessions {
    cookie: String,
    secure: bool,
    key: Secret,
    live: BTreeMap<Digest, (Timestamp, User)>,
}

impl Sessions {
    /// Cookies ignore ports, so the name carries it: two providers on one machine keep apart.
    pub(crate) fn new(issuer: &str, key: Secret) -> Self {
        let port = issuer.rsplit(':').next().filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
        Self {
            cookie: format!("countersign_{}", port.unwrap_or("443")),
            secure: issuer.starts_with("https://"),
            key,
            live: BTreeMap::new(),
        }
    }

    /// The browser's identifier, when it sent one of the right form.
    pub(crate) fn browser(&self, headers: &HeaderMap) -> Option<Secret> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|field| field.to_str().ok())
            .flat_map(|field| field.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, value)| *name == self.cookie && is_identifier(value))
            .map(|(_, value)| Secret::from(value))
    }

    /// The field that gives a browser its identifier.
    pub(crate) fn set_cookie(&self, browser: &Secret) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let field = format!("{}={}; Path=/; HttpOnly; SameSite=Lax{secure}", self.cookie, browser.expose());
        let mut value = HeaderValue::from_str(&field).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// The token of this browser's forms.
    pub(crate) fn form_token(&self, browser: &Secret) -> String {
        // Both parts have a fixed length, so no other pair makes the same text.
        Digest::of(&format!("{}.{}", self.key.expose(), browser.expose())).to_base64url()
    }

    /// Who is signed in.
    pub(crate) fn user(&self, browser: &Secret, now: Timestamp) -> Option<User> {
        let (end, user) = self.live.get(&Digest::of(browser.expose()))?;
        (now < *end).then(|| user.clone())
    }

    /// Signs somebody in under an identifier nobody knew before.
    pub(crate) fn begin(&mut self, browser: &Secret, user: User, now: Timestamp) {
        if self.live.len() >= MOST_SESSIONS {
            self.live.retain(|_, (end, _)| now < *end);
        }
        if self.live.len() >= MOST_SESSIONS {
            let oldest = self.live.iter().min_by_key(|(_, (end, _))| *end).map(|(id, _)| *id);
            oldest.and_then(|oldest| self.live.remove(&oldest));
        }
        self.live.insert(Digest::of(browser.expose()), (now.plus(LIFETIME), user));
    }

    /// Signs out.
    pub(crate) fn end(&mut self, browser: &Secret) {
        self.live.remove(&Digest::of(browser.expose()));
    }
}

fn is_identifier(text: &str) -> bool {
    text.len() == LENGTH
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
