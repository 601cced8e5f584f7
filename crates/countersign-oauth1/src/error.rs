#[cfg(feature = "serde")]
mod serialisation;

use alloc::{format, vec::Vec};
use core::fmt;

use countersign_token::Timestamp;
use countersign_wire::Params;
use http::StatusCode;

use crate::{Algorithm, KeyFault, Methods, Parameter, Place, Problem, UriFault};

/// What is wrong with one parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParameterFault {
    /// It is not there, or is empty.
    Missing,
    /// It is there more than once.
    Repeated,
    /// It is there, in a place other than that of the other protocol parameters.
    SecondPlace,
    /// Its value cannot be used.
    Malformed,
    /// It has no name.
    Nameless,
    /// The caller gave it as an extra parameter, but it is the signer's to send.
    Reserved,
    /// It asks for something that is not done, or cannot be done here.
    Unsupported,
    /// Its value is none of those that the server accepts.
    NotAccepted(Methods),
}

/// A request cannot be signed, or is not accepted.
///
/// It says what and where, and never what the value was.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The request URI cannot be signed, because client and server could read it differently.
    Uri {
        /// Why.
        fault: UriFault,
        /// The byte offset in the URI.
        position: usize,
    },
    /// A `%` in the form body is not followed by two hexadecimal digits.
    Form {
        /// The byte offset in the body.
        position: usize,
    },
    /// The `Authorization` header breaks its grammar, or there are several.
    Header {
        /// The byte offset, counted from the end of the scheme.
        position: usize,
    },
    /// A received parameter is not UTF-8 once decoded (RFC 5849 §3.6).
    NotUtf8 {
        /// Where it stands.
        place: Place,
    },
    /// The request method is not an HTTP token (RFC 9110 §9.1).
    Method,
    /// A parameter is at fault.
    Parameter {
        /// Which one.
        parameter: Parameter,
        /// In what way.
        fault: ParameterFault,
    },
    /// PLAINTEXT shows the secrets, and the URI is neither `https` nor this machine (RFC 5849 §3.4.4).
    ClearText,
    /// The request carries no OAuth 1.0a parameters at all.
    Unsigned,
    /// The timestamp is outside the window.
    Timestamp {
        /// The oldest that would be accepted.
        oldest: Timestamp,
        /// The newest that would be accepted.
        newest: Timestamp,
    },
    /// The request is well formed and refused.
    Refused {
        /// Why.
        problem: Problem,
    },
    /// The key cannot be read, or cannot sign.
    Key {
        /// In what way.
        fault: KeyFault,
    },
    /// The store of nonces cannot answer, so the request cannot be told from its repetition.
    NoncesUnavailable,
}

impl Error {
    pub(crate) const fn parameter(parameter: Parameter, fault: ParameterFault) -> Self {
        Self::Parameter { parameter, fault }
    }

    /// The error of a key, for a [`SignatureMethod`](crate::SignatureMethod) of your own as well.
    pub const fn key(fault: KeyFault) -> Self {
        Self::Key { fault }
    }

    /// The code by which a server reports the error; `None` when it has none.
    pub fn problem(&self) -> Option<Problem> {
        match self {
            Self::Uri { .. }
            | Self::Form { .. }
            | Self::Header { .. }
            | Self::NotUtf8 { .. }
            | Self::Method => Some(Problem::ParameterRejected),
            Self::Parameter { parameter, fault } => Some(match (parameter, fault) {
                (_, ParameterFault::Missing) => Problem::ParameterAbsent,
                (
                    Parameter::SignatureMethod,
                    ParameterFault::Malformed | ParameterFault::Unsupported | ParameterFault::NotAccepted(_),
                ) => Problem::SignatureMethodRejected,
                (Parameter::Version, ParameterFault::Malformed) => Problem::VersionRejected,
                _ => Problem::ParameterRejected,
            }),
            Self::ClearText => Some(Problem::SignatureMethodRejected),
            Self::Timestamp { .. } => Some(Problem::TimestampRefused),
            Self::Refused { problem } => Some(*problem),
            Self::Unsigned | Self::NoncesUnavailable | Self::Key { .. } => None,
        }
    }

    /// The status of a server's answer (RFC 5849 §3.2).
    pub fn status(&self) -> StatusCode {
        match (self, self.problem()) {
            (Self::NoncesUnavailable, _) => StatusCode::SERVICE_UNAVAILABLE,
            (Self::Key { .. }, _) => StatusCode::INTERNAL_SERVER_ERROR,
            (_, Some(problem)) => problem.status(),
            (_, None) => StatusCode::UNAUTHORIZED,
        }
    }

    /// The body of a server's answer, to be written as a form; empty when there is nothing to report.
    ///
    /// It holds `oauth_problem` and what the extension adds to it: the parameters that are absent, the
    /// timestamps, versions or signature methods that would be accepted.
    pub fn report(&self) -> Params {
        let Some(problem) = self.problem() else {
            return Params::new();
        };
        let report = Params::new().with("oauth_problem", problem.as_str());
        match (self, problem) {
            (Self::Parameter { parameter, .. }, Problem::ParameterAbsent) => {
                report.with("oauth_parameters_absent", parameter.as_str())
            }
            (Self::Parameter { parameter, .. }, Problem::ParameterRejected) => {
                report.with("oauth_parameters_rejected", parameter.as_str())
            }
            (_, Problem::VersionRejected) => report.with("oauth_acceptable_versions", "1.0-1.0"),
            (Self::Parameter { fault: ParameterFault::NotAccepted(methods), .. }, _) => {
                let names: Vec<_> = methods.iter().map(Algorithm::as_str).collect();
                report.with("oauth_acceptable_signature_methods", names.join("&"))
            }
            (Self::Timestamp { oldest, newest }, _) => {
                report.with("oauth_acceptable_timestamps", format!("{}-{}", oldest.unix(), newest.unix()))
            }
            _ => report,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uri { fault, position } => write!(f, "{fault} at byte {position} of the request URI"),
            Self::Form { position } => {
                write!(f, "broken percent-encoding at byte {position} of the form body")
            }
            Self::Header { position } => {
                write!(f, "the authorization header breaks its grammar at byte {position}")
            }
            Self::NotUtf8 { place } => write!(f, "a parameter in the {place} is not UTF-8"),
            Self::Method => f.write_str("the request method is not an HTTP token"),
            Self::Parameter { parameter, fault } => match fault {
                ParameterFault::Missing => write!(f, "parameter {parameter} is missing"),
                ParameterFault::Repeated => write!(f, "parameter {parameter} is repeated"),
                ParameterFault::SecondPlace => {
                    write!(f, "parameter {parameter} stands apart from the other protocol parameters")
                }
                ParameterFault::Malformed => {
                    write!(f, "parameter {parameter} has a value that cannot be used")
                }
                ParameterFault::Nameless => write!(f, "parameter {parameter} has no name"),
                ParameterFault::Reserved => write!(f, "parameter {parameter} is not one to add by hand"),
                ParameterFault::Unsupported => {
                    write!(f, "parameter {parameter} asks for something not supported")
                }
                ParameterFault::NotAccepted(_) => {
                    write!(f, "parameter {parameter} is none of those that are accepted")
                }
            },
            Self::ClearText => f.write_str("PLAINTEXT needs https, for it sends the secrets themselves"),
            Self::Unsigned => f.write_str("the request carries no OAuth 1.0a parameters"),
            Self::Timestamp { oldest, newest } => {
                write!(f, "the timestamp is not between {oldest} and {newest}; compare the clocks")
            }
            Self::Refused { problem } => write!(f, "the request is refused: {problem}"),
            Self::Key { fault } => write!(f, "{fault}"),
            Self::NoncesUnavailable => f.write_str("the store of nonces cannot answer"),
        }
    }
}

impl core::error::Error for Error {}
