//! How the program ends, for scripts to branch on.

use std::process::ExitCode;

/// What happened, as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Ok,
    Other,
    Usage,
    NoAccount,
    LoginNeeded,
    Refused,
    Network,
    StoreUnavailable,
    PersonTimedOut,
    VerificationFailed,
    StoreCorrupt,
    HttpStatus,
    Interrupted,
}

/// Every code with its meaning, in the order in which `help exit-codes` prints them.
pub(crate) const TABLE: [(Exit, &str); 13] = [
    (Exit::Ok, "ok"),
    (Exit::Other, "another error"),
    (Exit::Usage, "usage"),
    (Exit::NoAccount, "no such account or profile, or bad configuration"),
    (Exit::LoginNeeded, "login needed"),
    (Exit::Refused, "refused by the user or the server (access_denied, invalid_grant, invalid_client)"),
    (Exit::Network, "network, TLS or timeout: worth a retry"),
    (Exit::StoreUnavailable, "store locked or unavailable"),
    (Exit::PersonTimedOut, "timed out waiting for a person"),
    (Exit::VerificationFailed, "verification failed (signature, JWT, state, issuer)"),
    (Exit::StoreCorrupt, "store corrupt or cannot be decrypted"),
    (Exit::HttpStatus, "HTTP status 400 or above with `request --fail`"),
    (Exit::Interrupted, "interrupted"),
];

impl Exit {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Other => 1,
            Self::Usage => 2,
            Self::NoAccount => 3,
            Self::LoginNeeded => 4,
            Self::Refused => 5,
            Self::Network => 6,
            Self::StoreUnavailable => 7,
            Self::PersonTimedOut => 8,
            Self::VerificationFailed => 9,
            Self::StoreCorrupt => 10,
            Self::HttpStatus => 22,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
