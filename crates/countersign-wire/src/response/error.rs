use alloc::{
    boxed::Box,
    string::{String, ToString},
    vec::Vec,
};
use core::{fmt, time::Duration};

use countersign_token::Secret;

use crate::text;

/// The longest description that is kept, in characters.
const LONGEST_DESCRIPTION: usize = 1024;

/// What stands in the place of a secret.
const SCRUBBED: &str = "[secret]";

/// A server's refusal (RFC 6749 §5.2, §4.1.2.1), whatever endpoint it came from.
///
/// `Display` and `Debug` show the code; the server's own words are asked for by
/// [`description`](Self::description).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorResponse {
    /// The error code.
    pub code: ErrorCode,
    /// The status it came with; `None` for an answer that came by redirect.
    pub status: Option<u16>,
    /// How long the server asks to be left alone (`Retry-After` in seconds).
    pub retry_after: Option<Duration>,
    /// Boxed, because an error that is large makes every result large.
    words: Box<Words>,
}

/// What a server says of its refusal, made fit to be shown.
#[derive(Clone, PartialEq, Eq, Default)]
struct Words {
    description: Option<String>,
    uri: Option<String>,
    details: Vec<(String, String)>,
}

impl ErrorResponse {
    /// A refusal with this code.
    pub fn new(code: ErrorCode) -> Self {
        Self { code, status: None, retry_after: None, words: Box::default() }
    }

    /// The same refusal with the server's own words, made fit to be shown.
    #[must_use]
    pub fn with_description(mut self, description: Option<&str>) -> Self {
        self.words.description = description
            .map(|words| text::sanitise(words, LONGEST_DESCRIPTION))
            .filter(|words| !words.is_empty());
        self
    }

    /// The same refusal with the address of a page about it.
    #[must_use]
    pub fn with_uri(mut self, uri: Option<&str>) -> Self {
        self.words.uri =
            uri.map(|uri| text::sanitise(uri, LONGEST_DESCRIPTION)).filter(|uri| !uri.is_empty());
        self
    }

    /// The same refusal with something that the server says besides under this name, made fit to be shown.
    #[must_use]
    pub fn with_detail(mut self, name: &str, value: Option<&str>) -> Self {
        let value = value.map(|value| text::sanitise(value, LONGEST_DESCRIPTION));
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.words.details.push((name.to_string(), value));
        }
        self
    }

    /// The server's own words: one line without control characters.
    pub fn description(&self) -> Option<&str> {
        self.words.description.as_deref()
    }

    /// The address of a page about the error.
    pub fn uri(&self) -> Option<&str> {
        self.words.uri.as_deref()
    }

    /// What the server says besides under this name, such as `oauth_acceptable_timestamps`.
    pub fn detail(&self, name: &str) -> Option<&str> {
        self.words.details.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Takes what was sent out of the server's words: some servers repeat the token they refuse.
    pub fn scrub(&mut self, sent: &Secret) {
        if sent.is_empty() {
            return;
        }
        let other = match &mut self.code {
            ErrorCode::Other(code) => Some(code),
            _ => None,
        };
        let Words { description, uri, details } = &mut *self.words;
        let details = details.iter_mut().map(|(_, value)| value);
        let texts = [description.as_mut(), uri.as_mut(), other].into_iter().flatten();
        for words in texts.chain(details) {
            *words = words.replace(sent.expose(), SCRUBBED);
            scrub_end(words, sent.expose());
        }
    }

    /// Whether the same request may succeed later without anybody doing anything.
    pub fn is_transient(&self) -> bool {
        matches!(self.code, ErrorCode::TemporarilyUnavailable | ErrorCode::ServerError)
            || matches!(self.status, Some(408 | 429 | 500..=599))
    }
}

/// Takes away the beginning of a secret whose rest was cut off.
fn scrub_end(words: &mut String, secret: &str) {
    let Some(cut) = words.strip_suffix('…') else {
        return;
    };
    let begins = |(start, _): &(usize, char)| cut.get(*start..).is_some_and(|end| secret.starts_with(end));
    if let Some((start, _)) = cut.char_indices().find(begins) {
        words.truncate(start);
        words.push_str(SCRUBBED);
    }
}

impl fmt::Display for ErrorResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server refused with {}", self.code.as_str())
    }
}

impl fmt::Debug for ErrorResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, status, retry_after, words: _ } = self;
        f.debug_struct("ErrorResponse")
            .field("code", code)
            .field("status", status)
            .field("retry_after", retry_after)
            .finish_non_exhaustive()
    }
}

macro_rules! codes {
    ($($variant:ident = $text:literal, $doc:literal;)+) => {
        /// An error code of RFC 6749 §4.1.2.1 and §5.2 and of the extensions.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $(#[doc = $doc] $variant,)+
            /// A code of no specification known here, made fit to be shown.
            Other(String),
        }

        impl ErrorCode {
            /// The code as it is written.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(code) => code,
                }
            }

            /// The code of this text.
            pub fn from_text(code: &str) -> Self {
                match code {
                    $($text => Self::$variant,)+
                    other => Self::Other(text::sanitise(other, 64)),
                }
            }
        }
    };
}

codes! {
    InvalidRequest = "invalid_request", "The request is malformed.";
    InvalidClient = "invalid_client", "The client is unknown or did not authenticate.";
    InvalidGrant = "invalid_grant", "The code or refresh token is wrong, expired, revoked or used.";
    UnauthorizedClient = "unauthorized_client", "The client may not use this grant.";
    UnsupportedGrantType = "unsupported_grant_type", "The server does not know this grant.";
    InvalidScope = "invalid_scope", "The scope is unknown or wider than allowed.";
    AccessDenied = "access_denied", "The user or the server said no.";
    UnsupportedResponseType = "unsupported_response_type", "The server does not issue codes this way.";
    ServerError = "server_error", "The server met a condition it did not expect.";
    TemporarilyUnavailable = "temporarily_unavailable", "The server is overloaded or being mended.";
    UnsupportedTokenType = "unsupported_token_type", "The server does not revoke such tokens (RFC 7009 §2.2.1).";
    InvalidTarget = "invalid_target", "The resource is unknown or not allowed (RFC 8707 §2).";
    InvalidToken = "invalid_token", "The access token is expired, revoked or malformed (RFC 6750 §3.1).";
    InsufficientScope = "insufficient_scope", "The access token does not reach that far (RFC 6750 §3.1).";
    AuthorizationPending = "authorization_pending", "The user has not answered yet (RFC 8628 §3.5).";
    SlowDown = "slow_down", "Polling is too fast (RFC 8628 §3.5).";
    ExpiredToken = "expired_token", "The device code has expired (RFC 8628 §3.5).";
    LoginRequired = "login_required", "The user must sign in (OpenID Connect Core §3.1.2.6).";
    ConsentRequired = "consent_required", "The user must consent (OpenID Connect Core §3.1.2.6).";
    InteractionRequired = "interaction_required", "The user must do something (OpenID Connect Core §3.1.2.6).";
}
