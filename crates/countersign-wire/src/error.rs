use alloc::string::String;
use core::fmt;

/// A message does not have the form it must have.
///
/// It says where, and never what was there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A `%` is not followed by two hexadecimal digits.
    PercentEncoding {
        /// The byte offset of the `%`.
        position: usize,
    },
    /// Bytes are not UTF-8 once decoded.
    NotUtf8,
    /// A parameter that may appear once appears more often.
    Repeated {
        /// Its name.
        name: String,
    },
    /// A parameter that must be there is not, or is empty.
    Missing {
        /// Its name.
        name: &'static str,
    },
    /// A parameter is there with a value that cannot be used.
    Malformed {
        /// Its name.
        name: &'static str,
    },
    /// A header field does not follow its grammar.
    Header {
        /// The byte offset at which it stops making sense.
        position: usize,
    },
    /// A body that should be JSON is not, or is JSON that is refused.
    #[cfg(feature = "json")]
    Json(countersign_token::json::JsonError),
    /// The answer is of another kind, such as an HTML page of a proxy: the URL is wrong, or the network is.
    NotAnAnswer {
        /// The status of the response.
        status: u16,
    },
    /// The token is of a type that must not be used as if it were another (RFC 6749 §7.1).
    TokenType,
    /// The body is larger than any answer is: more than 1 MiB.
    TooLarge,
    /// The body is still compressed, which nobody asked for.
    Compressed,
    /// Something odd was met where nothing odd is tolerated.
    #[cfg(feature = "json")]
    Odd(crate::response::Oddity),
    /// The server refused.
    #[cfg(feature = "json")]
    Refused(crate::response::ErrorResponse),
}

impl Error {
    /// Whether the same request may succeed later without anybody doing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::NotAnAnswer { status } => matches!(status, 408 | 429 | 500..=599),
            #[cfg(feature = "json")]
            Self::Refused(answer) => answer.is_transient(),
            _ => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PercentEncoding { position } => write!(f, "broken percent-encoding at byte {position}"),
            Self::NotUtf8 => f.write_str("text that is not UTF-8"),
            Self::Repeated { name } => write!(f, "parameter {name} is repeated"),
            Self::Missing { name } => write!(f, "parameter {name} is missing"),
            Self::Malformed { name } => write!(f, "parameter {name} has a value that cannot be used"),
            Self::Header { position } => write!(f, "header field breaks its grammar at byte {position}"),
            #[cfg(feature = "json")]
            Self::Json(error) => error.fmt(f),
            Self::NotAnAnswer { status } => write!(
                f,
                "status {status} without an OAuth answer; check the endpoint's URL, and for a proxy in between"
            ),
            Self::TokenType => f.write_str("a token of a type unknown here"),
            Self::TooLarge => f.write_str("the answer is larger than 1 MiB"),
            Self::Compressed => f.write_str("the answer is compressed, which nobody asked for"),
            #[cfg(feature = "json")]
            Self::Odd(oddity) => write!(f, "not tolerated in strict mode: {oddity}"),
            #[cfg(feature = "json")]
            Self::Refused(answer) => answer.fmt(f),
        }
    }
}

impl core::error::Error for Error {}
