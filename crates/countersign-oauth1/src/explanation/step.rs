use core::fmt;

/// One of the seven steps from a request to its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Step {
    /// The parameters are collected from header, query and form body (RFC 5849 §3.4.1.3.1).
    Collect,
    /// What the query and the form body escape is decoded.
    Decode,
    /// Names and values are encoded, in one way only (RFC 5849 §3.6).
    Encode,
    /// The encoded pairs are sorted by name, then by value (RFC 5849 §3.4.1.3.2).
    Sort,
    /// The pairs are joined with `=` and `&`.
    Join,
    /// Method, URI and parameters are encoded once more and joined with `&` (RFC 5849 §3.4.1.1).
    BaseString,
    /// The base string is signed (RFC 5849 §3.4.2 to §3.4.4).
    Sign,
}

impl Step {
    /// All seven, in order.
    pub const ALL: [Self; 7] =
        [Self::Collect, Self::Decode, Self::Encode, Self::Sort, Self::Join, Self::BaseString, Self::Sign];

    /// A stable name in kebab case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Collect => "collect",
            Self::Decode => "decode",
            Self::Encode => "encode",
            Self::Sort => "sort",
            Self::Join => "join",
            Self::BaseString => "base-string",
            Self::Sign => "sign",
        }
    }

    /// What is done, in a sentence.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Collect => {
                "Take the parameters of the header, the query and the form body; realm and oauth_signature are \
                 not signed."
            }
            Self::Decode => {
                "Decode what the query and the form body escape: %XX is a byte, and + is a space."
            }
            Self::Encode => {
                "Encode each name and value: letters, digits and - . _ ~ stay, every other byte is % and two \
                 upper-case digits."
            }
            Self::Sort => "Sort the encoded pairs by name, and pairs of one name by value, byte by byte.",
            Self::Join => "Join each name to its value with =, and the pairs with &.",
            Self::BaseString => {
                "Encode the method, the URI without its query, and the joined parameters, and join the three \
                 with &."
            }
            Self::Sign => "Sign the base string.",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
