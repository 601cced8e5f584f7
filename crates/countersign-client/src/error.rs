use core::{error, fmt};
use std::sync::Arc;

use countersign_token::Key;
use countersign_wire::response::ErrorResponse;

/// Why there is no credential, no token or no answer.
///
/// It names accounts, endpoints and files, never a secret, a body or a value from the wire beyond the
/// server's own error code. It can be cloned, because everybody who waited for one refresh is told of its
/// end.
#[derive(Clone, Debug)]
pub struct Error {
    kind: ErrorKind,
    transient: bool,
    source: Option<Arc<dyn error::Error + Send + Sync>>,
}

/// What went wrong, divided by what can be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No account of this name is stored.
    NoSuchAccount {
        /// What was asked for.
        name: String,
        /// The accounts that are.
        known: Vec<String>,
    },
    /// More than one stored grant bears this name: the key tells which is meant.
    Ambiguous {
        /// What was asked for.
        name: String,
        /// The grants that bear it.
        keys: Vec<Key>,
    },
    /// The grant is over, or has run out and cannot be refreshed: only a new login helps.
    NeedsLogin {
        /// The account to log in to.
        account: String,
    },
    /// The server, or the person at the server, said no.
    Refused(ErrorResponse),
    /// No answer came, or none that was sent for.
    Network,
    /// An answer came that is not one of OAuth, or breaks its rules: a page of a proxy, a wrong endpoint.
    Answer,
    /// The store did not do what it was asked.
    Store(countersign_store::ErrorKind),
    /// A refresh token was rotated and the new one could not be stored.
    ///
    /// It is kept in memory as long as the client lives, and the next call tries to store it before anything
    /// else; no token that came with it is handed out before that.
    NotPersisted,
    /// Another program is refreshing this credential, did not end in time, and no usable token is at hand.
    RefreshInProgress,
    /// Nobody completed the login in time.
    LoginTimedOut,
    /// The answer to a login is not the one to this login: wrong state, wrong issuer.
    Verification,
    /// There is no listener for the redirect.
    Listener,
    /// Something that was configured cannot be used: a client secrets file, a server without an endpoint.
    Configuration,
    /// The call does not fit the credential, the request or the options; says which.
    Misuse(&'static str),
    /// The system gave no random bytes.
    NoEntropy,
}

impl Error {
    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Whether the same call may succeed later without anybody's help.
    pub fn is_transient(&self) -> bool {
        self.transient
    }

    /// The server's own words about its refusal, fit to be shown.
    pub fn description(&self) -> Option<&str> {
        match &self.kind {
            ErrorKind::Refused(answer) => answer.description(),
            _ => None,
        }
    }

    pub(crate) fn because(
        kind: ErrorKind,
        transient: bool,
        source: impl error::Error + Send + Sync + 'static,
    ) -> Self {
        Self { kind, transient, source: Some(Arc::new(source)) }
    }

    pub(crate) fn not_persisted(source: countersign_store::Error) -> Self {
        Self::because(ErrorKind::NotPersisted, source.is_transient(), source)
    }

    /// No account of this name; the others are named as far as the store tells.
    pub(crate) fn no_such_account(name: impl Into<String>, store: &dyn countersign_store::Store) -> Self {
        let known = store.list().unwrap_or_default();
        ErrorKind::NoSuchAccount { name: name.into(), known: known.iter().map(label).collect() }.into()
    }

    pub(crate) fn needs_login(key: &Key) -> Self {
        ErrorKind::NeedsLogin { account: label(key) }.into()
    }
}

/// What a person calls a grant: the account, or the client where it acts for itself.
pub(crate) fn label(key: &Key) -> String {
    if key.account.is_empty() { key.client.clone() } else { key.account.clone() }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        let transient = match &kind {
            ErrorKind::Network | ErrorKind::RefreshInProgress => true,
            ErrorKind::Refused(answer) => answer.is_transient(),
            _ => false,
        };
        Self { kind, transient, source: None }
    }
}

impl From<countersign_flow::Error> for Error {
    fn from(error: countersign_flow::Error) -> Self {
        use countersign_flow::{Error as Flow, error::Misuse};
        let kind = match &error {
            Flow::Refused(answer) => return ErrorKind::Refused(answer.clone()).into(),
            Flow::NoEntropy => return ErrorKind::NoEntropy.into(),
            Flow::LoginExpired => return ErrorKind::LoginTimedOut.into(),
            Flow::Network(_) | Flow::MaybeSpent => ErrorKind::Network,
            Flow::Protocol(_) => ErrorKind::Answer,
            Flow::IssuerMismatch => ErrorKind::Verification,
            Flow::Misuse(
                Misuse::NoEndpoint { .. } | Misuse::AuthenticationMethod | Misuse::SignatureMethod,
            )
            | Flow::Endpoint { .. }
            | Flow::Undiscovered { .. } => ErrorKind::Configuration,
            _ => ErrorKind::Misuse("the request cannot be made this way"),
        };
        Self::because(kind, error.is_transient(), error)
    }
}

impl From<countersign_store::Error> for Error {
    fn from(error: countersign_store::Error) -> Self {
        Self::because(ErrorKind::Store(error.kind()), error.is_transient(), error)
    }
}

impl From<countersign_transport::Error> for Error {
    fn from(error: countersign_transport::Error) -> Self {
        let kind = match error.kind() {
            countersign_transport::ErrorKind::Refused => {
                ErrorKind::Misuse("the transport does not send such a request")
            }
            _ => ErrorKind::Network,
        };
        Self::because(kind, error.is_transient(), error)
    }
}

impl From<countersign_loopback::Error> for Error {
    fn from(error: countersign_loopback::Error) -> Self {
        let kind = match error.kind() {
            countersign_loopback::ErrorKind::TimedOut => ErrorKind::LoginTimedOut,
            _ => ErrorKind::Listener,
        };
        Self::because(kind, error.is_transient(), error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchAccount { name, known } if known.is_empty() => {
                write!(f, "no account {name:?}, nor any other, is stored")
            }
            Self::NoSuchAccount { name, known } => {
                write!(f, "no account {name:?} is stored; there are: {}", known.join(", "))
            }
            Self::Ambiguous { name, keys } => {
                write!(f, "more than one account is named {name:?}: name one by its key:")?;
                keys.iter().try_for_each(|key| write!(f, " {}", key.to_text()))
            }
            Self::NeedsLogin { account } => write!(f, "account {account:?} needs a new login"),
            Self::Refused(answer) => answer.fmt(f),
            Self::Network => f.write_str("no answer from the server"),
            Self::Answer => f.write_str("the server's answer cannot be used"),
            Self::Store(_) => f.write_str("the credential store failed"),
            Self::NotPersisted => f.write_str("a new refresh token could not be stored"),
            Self::RefreshInProgress => f.write_str("another program is still refreshing this credential"),
            Self::LoginTimedOut => f.write_str("nobody completed the login in time"),
            Self::Verification => f.write_str("an answer that does not belong to this login"),
            Self::Listener => f.write_str("cannot listen for the answer to the login"),
            Self::Configuration => f.write_str("the configuration cannot be used"),
            Self::Misuse(what) => f.write_str(what),
            Self::NoEntropy => f.write_str("the system gave no random bytes"),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
