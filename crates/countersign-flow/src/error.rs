//! Why a conversation ends without what it was for.

use alloc::{string::String, vec::Vec};
use core::fmt;

use countersign_wire::{
    flow::{Failure, NoEntropy, Sent},
    response::{ErrorCode, ErrorResponse},
};

/// Why a conversation with a server ended without what it was for.
///
/// Divided by blame: the caller ([`Misuse`](Self::Misuse), [`Endpoint`](Self::Endpoint), [`Profile`](Self::Profile),
/// [`Blob`](Self::Blob), [`LoginExpired`](Self::LoginExpired)), the machine it runs on
/// ([`NoEntropy`](Self::NoEntropy)), a peer that broke the protocol ([`Protocol`](Self::Protocol),
/// [`IssuerMismatch`](Self::IssuerMismatch), [`Undiscovered`](Self::Undiscovered)), a peer that refused
/// ([`Refused`](Self::Refused)), and the network between ([`Network`](Self::Network),
/// [`MaybeSpent`](Self::MaybeSpent)).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The caller asked for what cannot be.
    Misuse(Misuse),
    /// A URI must not be used for what it is meant for.
    Endpoint {
        /// Its name, such as `token_endpoint`.
        name: &'static str,
        /// What is wrong with it.
        problem: EndpointProblem,
    },
    /// A text is not the blob of a pending login, or was cut short or changed on the way.
    Blob,
    /// There are no random bytes.
    NoEntropy,
    /// The login took longer than it may; begin a new one.
    LoginExpired,
    /// The server's answer does not have the form it must have.
    Protocol(countersign_wire::Error),
    /// The answer to a login came from another server than the question went to (RFC 9207 §2.4).
    IssuerMismatch,
    /// No metadata document of the issuer could be used.
    Undiscovered {
        /// Where it was looked for, in order.
        attempts: Vec<Attempt>,
    },
    /// A profile cannot be read.
    Profile {
        /// The line, counted from 1; 0 when something is missing.
        line: usize,
        /// What is wrong there.
        problem: ProfileProblem,
    },
    /// The server refused.
    Refused(ErrorResponse),
    /// There was no response.
    Network(Failure),
    /// There was no response, and the one-time code or verifier may be spent: begin a new login.
    MaybeSpent,
}

/// What a caller did that cannot be done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misuse {
    /// A flow was asked to step after its end.
    Finished,
    /// A flow was told something that does not answer its last step.
    UnexpectedInput,
    /// The server has no endpoint of this name.
    NoEndpoint {
        /// Its name, such as `authorization_endpoint`.
        name: &'static str,
    },
    /// A login needs a redirect URI, and neither the client nor the request names one.
    NoRedirectUri,
    /// A parameter is the protocol's own, or was given twice.
    Parameter {
        /// Its name.
        name: String,
    },
    /// The client authenticates in a way that is not known here, or has no secret for it.
    AuthenticationMethod,
    /// A request is authenticated in two ways at once (RFC 6749 §2.3).
    AuthenticatedTwice,
    /// What was asked for is specified and not supported here yet.
    NotSupported(Unsupported),
    /// The token that is to be spent or sent is not there.
    NoToken {
        /// Its name: `access_token`, `refresh_token`, `oauth_token` or `oauth_session_handle`.
        name: &'static str,
    },
    /// The access token is of a type that is presented in another way.
    TokenType,
    /// The key that tokens are bound to is missing, is another, or cannot make proofs.
    ProofKey,
    /// The server wants the authorization request pushed first (RFC 9126 §5).
    PushRequired,
    /// A credential would have been sent in clear over a network.
    ClearText,
    /// A form body must be seen to be signed (RFC 5849 §3.4.1.3.1).
    UnseenForm,
    /// The credential names a signature method that is not known here.
    SignatureMethod,
    /// A part of the request is such that it cannot be signed.
    Unsignable {
        /// Which part: `URI`, `method`, `form`, `key`, or a parameter by its name.
        part: &'static str,
    },
}

/// What is specified and not supported here yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unsupported {
    /// Authorization requests as signed objects (RFC 9101).
    RequestObject,
    /// Reading, changing and deleting a registration (RFC 7592).
    RegistrationManagement,
    /// Logout at the server by a redirect (OpenID Connect RP-Initiated Logout).
    Logout,
    /// Client authentication and bound tokens by TLS certificates (RFC 8705).
    MutualTls,
    /// The user's claims as a signed or encrypted JWT (OpenID Connect Core §5.3.2).
    SignedUserInfo,
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RequestObject => "signed request objects (RFC 9101)",
            Self::RegistrationManagement => "registration management (RFC 7592)",
            Self::Logout => "logout at the server (OpenID Connect RP-Initiated Logout)",
            Self::MutualTls => "mutual TLS (RFC 8705)",
            Self::SignedUserInfo => "signed claims of the user (OpenID Connect Core §5.3.2)",
        })
    }
}

/// What is wrong with a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProfileProblem {
    /// It is not the part of TOML that is read: tables, texts, booleans and lists of texts.
    Syntax,
    /// The key is there already.
    Repeated,
    /// The key is not known.
    UnknownKey,
    /// The value is of another kind than the key takes.
    Kind,
    /// A key must be there and is not.
    Missing {
        /// Its name.
        key: &'static str,
    },
}

impl fmt::Display for ProfileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax => f.write_str("not a table, a text, a boolean or a list of texts"),
            Self::Repeated => f.write_str("the key is there already"),
            Self::UnknownKey => f.write_str("the key is not known"),
            Self::Kind => f.write_str("the key takes a value of another kind"),
            Self::Missing { key } => write!(f, "{key} is missing"),
        }
    }
}

/// Why a URI must not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EndpointProblem {
    /// It is not an absolute URI.
    NotAbsolute,
    /// It is neither `https` nor `http` to a literal loopback address.
    ClearText,
    /// It has a fragment (RFC 6749 §3.1, §3.1.2).
    Fragment,
    /// It has user information, which hides the host from a reader.
    UserInfo,
    /// Its query sets a parameter of the protocol.
    Query,
}

/// One place where a metadata document was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The address.
    pub url: String,
    /// The status of the answer.
    pub status: u16,
    /// Why the answer could not be used; `None` when its status says it.
    pub problem: Option<countersign_wire::Error>,
}

impl Error {
    /// Whether the same may succeed later without anybody doing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Network(failure) => failure.transient,
            Self::Refused(refusal) => refusal.is_transient(),
            Self::Protocol(error) => error.is_transient(),
            Self::Misuse(_)
            | Self::Endpoint { .. }
            | Self::Blob
            | Self::NoEntropy
            | Self::LoginExpired
            | Self::IssuerMismatch
            | Self::Undiscovered { .. }
            | Self::Profile { .. }
            | Self::MaybeSpent => false,
        }
    }

    /// Whether the server said that the grant is gone (`invalid_grant`), so that only a new login helps.
    pub fn needs_login(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.code == ErrorCode::InvalidGrant)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Misuse(misuse) => misuse.fmt(f),
            Self::Endpoint { name, problem } => write!(f, "{name} cannot be used: {problem}"),
            Self::Blob => f.write_str("not the complete blob of a pending login"),
            Self::NoEntropy => NoEntropy.fmt(f),
            Self::LoginExpired => f.write_str("the login took longer than ten minutes; begin a new one"),
            Self::Protocol(error) => error.fmt(f),
            Self::IssuerMismatch => {
                f.write_str("the answer to the login names another issuer, or none where it must name one")
            }
            Self::Undiscovered { attempts } => {
                f.write_str("no usable metadata document")?;
                for (index, attempt) in attempts.iter().enumerate() {
                    let Attempt { url, status, problem } = attempt;
                    write!(f, "{} {url}: status {status}", if index > 0 { ";" } else { ":" })?;
                    if let Some(problem) = problem {
                        write!(f, ", {problem}")?;
                    }
                }
                Ok(())
            }
            Self::Profile { line: 0, problem } => write!(f, "the profile cannot be read: {problem}"),
            Self::Profile { line, problem } => {
                write!(f, "line {line} of the profile cannot be read: {problem}")
            }
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Network(failure) => f.write_str(match failure.sent {
                Sent::No => "the request could not be sent",
                Sent::Maybe => "the request was sent, perhaps, and got no response",
            }),
            Self::MaybeSpent => {
                f.write_str("no response, and the one-time code may be spent; begin a new login")
            }
        }
    }
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finished => f.write_str("the flow has ended already"),
            Self::UnexpectedInput => f.write_str("the input does not answer the flow's last step"),
            Self::NoEndpoint { name } => write!(f, "the server has no {name}"),
            Self::NoRedirectUri => f.write_str("a login needs a redirect URI"),
            Self::Parameter { name } => {
                write!(f, "parameter {name} is the protocol's own or was given twice")
            }
            Self::AuthenticationMethod => {
                f.write_str("a client authentication method unknown here, or one that lacks its secret")
            }
            Self::AuthenticatedTwice => f.write_str("the request is authenticated in two ways at once"),
            Self::NotSupported(what) => write!(f, "{what} is not supported yet"),
            Self::NoToken { name } => write!(f, "there is no {name}"),
            Self::TokenType => f.write_str("the access token is presented in another way"),
            Self::ProofKey => f.write_str("the key that the tokens are bound to is missing or another"),
            Self::PushRequired => f.write_str("the server wants the authorization request pushed first"),
            Self::ClearText => f.write_str("the credential would be sent in clear; use https"),
            Self::UnseenForm => f.write_str("a form body that cannot be seen cannot be signed"),
            Self::SignatureMethod => f.write_str("a signature method unknown here"),
            Self::Unsignable { part } => write!(f, "a request with this {part} cannot be signed"),
        }
    }
}

impl fmt::Display for EndpointProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAbsolute => "it is not an absolute URI",
            Self::ClearText => "it is neither https nor http to a literal loopback address",
            Self::Fragment => "it has a fragment",
            Self::UserInfo => "it has user information before its host",
            Self::Query => "its query sets a parameter of the protocol",
        })
    }
}

impl core::error::Error for Error {}

impl From<Misuse> for Error {
    fn from(misuse: Misuse) -> Self {
        Self::Misuse(misuse)
    }
}

impl From<NoEntropy> for Error {
    fn from(NoEntropy: NoEntropy) -> Self {
        Self::NoEntropy
    }
}

impl From<countersign_wire::Error> for Error {
    fn from(error: countersign_wire::Error) -> Self {
        match error {
            countersign_wire::Error::Refused(refusal) => Self::Refused(refusal),
            other => Self::Protocol(other),
        }
    }
}
