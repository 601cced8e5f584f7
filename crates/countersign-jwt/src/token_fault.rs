use core::fmt;

/// One of the three segments of a token (RFC 7515 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Segment {
    /// The header.
    Header,
    /// The claims.
    Claims,
    /// The signature.
    Signature,
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Claims => "claims",
            Self::Signature => "signature",
        })
    }
}

/// Why a text is no token, or none that can be accepted whoever signed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenFault {
    /// It is longer than any token in use.
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// It has not exactly three segments.
    Segments,
    /// A segment is not base64url as it must be written: padding, white space, other letters, bits left over.
    Encoding(Segment),
    /// A segment is no JSON object, or repeats a name.
    Json(Segment),
    /// A member of the header has the wrong type, or is one that would have to be understood and is not:
    /// `crit`, `b64`, `zip`, `enc`.
    Parameter(&'static str),
    /// The algorithm is `none`, unknown or not one of those accepted.
    Algorithm,
    /// The type (`typ`) is not the expected one: the token was made for another purpose.
    Type,
}

impl fmt::Display for TokenFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { length } => write!(f, "a token of {length} bytes is too long"),
            Self::Segments => f.write_str("the token has not three segments"),
            Self::Encoding(segment) => write!(f, "the {segment} of the token is not base64url"),
            Self::Json(segment) => {
                write!(f, "the {segment} of the token is no JSON object, or repeats a name")
            }
            Self::Parameter(name) => write!(f, "the header parameter {name} of the token is not acceptable"),
            Self::Algorithm => f.write_str("the algorithm of the token is not one of those accepted"),
            Self::Type => f.write_str("the token was made for another purpose, by its type"),
        }
    }
}
