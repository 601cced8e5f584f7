//! What a person may do about an error, where experience knows more than the error says.

use core::fmt;

use countersign_wire::response::{ErrorCode, ErrorResponse};

use crate::{Error, Redeemed};

/// Something to tell a person.
///
/// ```
/// use countersign_flow::{Error, hint::Hint};
/// use countersign_wire::response::{ErrorCode, ErrorResponse};
///
/// let refusal = ErrorResponse::new(ErrorCode::from_text("redirect_uri_mismatch"));
/// assert_eq!(Hint::of(&Error::Refused(refusal)), Some(Hint::RedirectUri));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Hint {
    /// The grant is over: log in again. At Google, tokens of an application in testing end after seven days.
    LogIn,
    /// The organisation wants the user to sign in anew: log in again; trying again does not help.
    SignInAnew,
    /// The redirect URI is not the one that was registered, character by character.
    RedirectUri,
    /// The clocks of this machine and of the server differ.
    Clock,
    /// The client identifier or its secret is wrong, or is shown in a way the server does not take.
    Client,
    /// An administrator must allow the application.
    Administrator,
    /// The address is not that of the endpoint, or something stands between.
    Address,
    /// There is no refresh token: the server wants to be asked for offline access.
    OfflineAccess,
    /// Nothing is to be done but to wait.
    Wait,
}

impl Hint {
    /// What may be done about this error; `None` when the error says it itself.
    pub fn of(error: &Error) -> Option<Self> {
        match error {
            Error::Refused(refusal) => of_refusal(refusal),
            Error::Protocol(countersign_wire::Error::NotAnAnswer { status: 401 | 403 | 404 | 405 }) => {
                Some(Self::Address)
            }
            error if error.is_transient() => Some(Self::Wait),
            _ => None,
        }
    }

    /// What may be done about tokens that will not last: a login that brought no refresh token.
    pub fn of_tokens(redeemed: &Redeemed) -> Option<Self> {
        redeemed.tokens.refresh.is_none().then_some(Self::OfflineAccess)
    }
}

fn of_refusal(refusal: &ErrorResponse) -> Option<Hint> {
    let says = |words: &[&str]| {
        refusal.description().is_some_and(|own| {
            let own = own.to_ascii_lowercase();
            words.iter().any(|word| own.contains(word))
        })
    };
    match (&refusal.code, refusal.code.as_str()) {
        (_, "redirect_uri_mismatch") => Some(Hint::RedirectUri),
        (_, "admin_policy_enforced" | "org_internal" | "disallowed_useragent") => Some(Hint::Administrator),
        (_, "rapt_required") => Some(Hint::SignInAnew),
        (ErrorCode::InvalidGrant, _)
            if matches!(refusal.detail("error_subtype"), Some("invalid_rapt" | "rapt_required")) =>
        {
            Some(Hint::SignInAnew)
        }
        (ErrorCode::InvalidGrant | ErrorCode::InvalidClient, _)
            if says(&["iat", "exp claim", "exp values", "clock", "timeframe", "not yet valid"]) =>
        {
            Some(Hint::Clock)
        }
        (ErrorCode::InvalidGrant | ErrorCode::InvalidRequest, _)
            if says(&["redirect_uri", "redirect uri"]) =>
        {
            Some(Hint::RedirectUri)
        }
        (ErrorCode::InvalidGrant, _) => Some(Hint::LogIn),
        (ErrorCode::InvalidClient, _) | (_, "incorrect_client_credentials") => Some(Hint::Client),
        _ if refusal.is_transient() => Some(Hint::Wait),
        _ => None,
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LogIn => {
                "log in again; at Google, tokens of an application in testing end after seven days"
            }
            Self::SignInAnew => "log in again: the organisation wants its users to sign in anew",
            Self::RedirectUri => "register the redirect URI exactly as it is sent",
            Self::Clock => "set this machine's clock",
            Self::Client => "check the client identifier, its secret, and how the server wants them shown",
            Self::Administrator => "ask an administrator to allow the application",
            Self::Address => "check the address of the endpoint, and for a proxy in between",
            Self::OfflineAccess => {
                "ask for offline access: the scope offline_access, or at Google access_type=offline and prompt=consent"
            }
            Self::Wait => "try again later",
        })
    }
}
