use core::fmt;

/// What is wrong with a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClaimFault {
    /// It is not there, and has to be.
    Missing,
    /// It is not of the JSON type that it has to be, or a time beyond the year 9999.
    Mistyped,
    /// It is not what was expected.
    Mismatch,
    /// The time is over.
    Expired,
    /// The time has not come.
    NotYet,
    /// The token is older, or is to live longer, than is accepted.
    TooLong,
}

impl fmt::Display for ClaimFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "is missing",
            Self::Mistyped => "is not of the type it has to be",
            Self::Mismatch => "is not the expected one",
            Self::Expired => "is over; compare the clocks",
            Self::NotYet => "is still to come; compare the clocks",
            Self::TooLong => "is further away than is accepted",
        })
    }
}
