use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use countersign_token::Timestamp;
use countersign_wire::response::{ErrorCode, ErrorResponse};
use http::Response;

use super::answer::{self, ABSENT, METHODS, REJECTED, TIMESTAMPS};

/// What helps against a refusal, by the code of the Problem Reporting extension (`oauth_problem`).
///
/// `Display` says it in one clause. The server's own advice, when it gives any, is
/// [`ErrorResponse::description`].
///
/// ```
/// use countersign_flow::oauth1::Advice;
/// use countersign_wire::response::{ErrorCode, ErrorResponse};
///
/// let refusal = ErrorResponse::new(ErrorCode::from_text("timestamp_refused"))
///     .with_detail("oauth_acceptable_timestamps", Some("1700000000-1700000600"));
/// assert_eq!(
///     Advice::of(&refusal).unwrap().to_string(),
///     "set this machine's clock: the server accepts 2023-11-14T22:13:20Z to 2023-11-14T22:23:20Z"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Advice {
    /// Set the clock, or follow the server's (`timestamp_refused`).
    SetClock {
        /// The oldest and the newest that the server accepts (`oauth_acceptable_timestamps`).
        acceptable: Option<(Timestamp, Timestamp)>,
    },
    /// Sign the request anew; this one may have been carried out already (`nonce_used`).
    SignAnew,
    /// Compare the secrets, and what both sides sign (`signature_invalid`).
    CompareSignatures,
    /// Sign with another method (`signature_method_rejected`).
    ChangeMethod {
        /// Those that the server accepts (`oauth_acceptable_signature_methods`).
        acceptable: Vec<String>,
    },
    /// Send the parameters, or send them otherwise (`parameter_absent`, `parameter_rejected`,
    /// `version_rejected`).
    CheckParameters {
        /// Their names (`oauth_parameters_absent`, `oauth_parameters_rejected`).
        names: Vec<String>,
    },
    /// Check the client's identifier, and whether the server still admits it (`consumer_key_unknown`,
    /// `consumer_key_rejected`, `consumer_key_refused`).
    CheckClient,
    /// Refresh the token by its session, or log in again where there is none (`token_expired`).
    Refresh,
    /// Log in again (`token_used`, `token_revoked`, `token_rejected`, `verifier_invalid`).
    LogIn,
    /// Log in again, and ask for more (`additional_authorization_required`).
    AskForMore,
    /// Try again when the user has decided (`permission_unknown`).
    AwaitUser,
    /// Accept the no of the user or the server (`permission_denied`, `user_refused`, Twitter's `denied`).
    AcceptRefusal,
}

impl Advice {
    /// The advice for a server's answer to a signed request; `None` when it is no refusal, or one without a word
    /// of the extension.
    pub fn of_answer(response: &Response<Vec<u8>>) -> Option<Self> {
        let status = response.status();
        if status.is_success() || status.is_server_error() {
            return None;
        }
        Self::of(&answer::refusal(response, answer::body(response).as_ref())?)
    }

    /// The advice for a refusal; `None` when its code is none of the extension's.
    pub fn of(refusal: &ErrorResponse) -> Option<Self> {
        let list = |names: &[&str]| {
            let lists = names.iter().filter_map(|name| refusal.detail(name));
            lists
                .flat_map(|list| list.split('&'))
                .filter(|item| !item.is_empty())
                .map(str::to_string)
                .collect()
        };
        Some(match refusal.code.as_str() {
            "timestamp_refused" => Self::SetClock { acceptable: refusal.detail(TIMESTAMPS).and_then(range) },
            "nonce_used" => Self::SignAnew,
            "signature_invalid" => Self::CompareSignatures,
            "signature_method_rejected" => Self::ChangeMethod { acceptable: list(&[METHODS]) },
            "version_rejected" => Self::CheckParameters { names: alloc::vec!["oauth_version".to_string()] },
            "parameter_absent" | "parameter_rejected" => {
                Self::CheckParameters { names: list(&[ABSENT, REJECTED]) }
            }
            "consumer_key_unknown" | "consumer_key_rejected" | "consumer_key_refused" => Self::CheckClient,
            "token_expired" => Self::Refresh,
            "token_used" | "token_revoked" | "token_rejected" | "verifier_invalid" => Self::LogIn,
            "additional_authorization_required" => Self::AskForMore,
            "permission_unknown" => Self::AwaitUser,
            _ if refusal.code == ErrorCode::AccessDenied => Self::AcceptRefusal,
            _ => return None,
        })
    }
}

/// Two numbers of seconds with a hyphen between.
fn range(text: &str) -> Option<(Timestamp, Timestamp)> {
    let (oldest, newest) = text.split_once('-')?;
    let time = |seconds: &str| seconds.trim().parse().ok().map(Timestamp::from_unix);
    Some((time(oldest)?, time(newest)?)).filter(|(oldest, newest)| oldest <= newest)
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = |f: &mut fmt::Formatter<'_>, before: &str, items: &[String]| {
            f.write_str(before)?;
            if items.is_empty() { Ok(()) } else { write!(f, ": {}", items.join(", ")) }
        };
        match self {
            Self::SetClock { acceptable: None } => f.write_str("set this machine's clock"),
            Self::SetClock { acceptable: Some((oldest, newest)) } => {
                write!(f, "set this machine's clock: the server accepts {oldest} to {newest}")
            }
            Self::SignAnew => {
                f.write_str("see whether the request was carried out already, and if not sign it anew")
            }
            Self::CompareSignatures => f.write_str("compare the secrets, and what both sides sign"),
            Self::ChangeMethod { acceptable } => {
                listed(f, "sign with a method that the server accepts", acceptable)
            }
            Self::CheckParameters { names } => listed(f, "check the parameters that are sent", names),
            Self::CheckClient => f.write_str("check the client's identifier with the server"),
            Self::Refresh => f.write_str("refresh the token by its session, or log in again"),
            Self::LogIn => f.write_str("log in again"),
            Self::AskForMore => f.write_str("log in again and ask for more"),
            Self::AwaitUser => f.write_str("try again when the user has decided"),
            Self::AcceptRefusal => f.write_str("accept the refusal: the user or the server said no"),
        }
    }
}
