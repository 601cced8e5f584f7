use core::{error, fmt};
use std::io;

use countersign_store::{Error, ErrorKind};
use zeroize::Zeroize;

/// What the keyring did, as the source of an [`Error`].
///
/// It is all that is left of the keyring's own error, which may hold the secret and is dropped where it
/// occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// There is no keyring to talk to: no session bus, no such service.
    Absent,
    /// The keyring is locked, and nobody unlocked it.
    Locked,
    /// The keyring did not answer in time. What it was asked to change may still change.
    TimedOut,
    /// So many earlier calls have not come back that no further one is tried.
    Hung,
    /// The keyring reported a failure.
    Failed,
    /// The keyring does not take such an entry.
    Refused,
    /// More than one entry has the name, so somebody else made one.
    Ambiguous,
    /// The keyring does not keep values of more bytes than this.
    TooBig {
        /// The most that it keeps, in bytes.
        limit: usize,
    },
    /// The keyring has no room left.
    Full,
    /// What the keyring gave back is not what it was given.
    Changed,
}

impl Cause {
    /// The cause of an error of this crate, where the keyring was it.
    pub fn of(error: &Error) -> Option<Self> {
        let source = error::Error::source(error)?;
        source.downcast_ref().copied().or_else(|| {
            let inner = source.downcast_ref::<io::Error>()?.get_ref()?;
            inner.downcast_ref().copied()
        })
    }

    /// The error that has this cause.
    pub(crate) fn into_error(self) -> Error {
        match self {
            // As an error of I/O, because that is what tells the transient ones.
            Self::TimedOut | Self::Hung => Error::io(io::Error::new(io::ErrorKind::TimedOut, self)),
            Self::TooBig { .. } => Error::new(ErrorKind::TooBig).because(self),
            Self::Ambiguous => Error::new(ErrorKind::Insecure).because(self),
            Self::Absent | Self::Locked | Self::Failed | Self::Refused | Self::Full | Self::Changed => {
                Error::new(ErrorKind::Unavailable).because(self)
            }
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "there is no keyring to talk to",
            Self::Locked => "the keyring is locked",
            Self::TimedOut => "the keyring did not answer in time",
            Self::Hung => "earlier calls to the keyring have not come back",
            Self::Failed => "the keyring reported a failure",
            Self::Refused => "the keyring does not take such an entry",
            Self::Ambiguous => "more than one entry of the keyring has this name",
            Self::TooBig { limit } => return write!(f, "the keyring keeps at most {limit} bytes"),
            Self::Full => "the keyring has no room left",
            Self::Changed => "the keyring gave back something else than it was given",
        })
    }
}

impl error::Error for Cause {}

/// The error that is left of the keyring's own; `connected` is whether there was a keyring before it.
pub(crate) fn translate(error: keyring_core::Error, connected: bool) -> Error {
    use keyring_core::Error as Own;
    let cause = match error {
        Own::BadEncoding(mut bytes) | Own::BadDataFormat(mut bytes, _) => {
            bytes.zeroize();
            return Error::new(ErrorKind::Corrupt).because(Cause::Changed);
        }
        Own::BadStoreFormat(_) => return Error::new(ErrorKind::Corrupt).because(Cause::Failed),
        Own::NoStorageAccess(_) => Cause::Locked,
        Own::TooLong(_, limit) => Cause::TooBig { limit: usize::try_from(limit).unwrap_or(usize::MAX) },
        Own::Ambiguous(_) => Cause::Ambiguous,
        Own::Invalid(..) | Own::NotSupportedByStore(_) => Cause::Refused,
        Own::PlatformFailure(error) if is_full(&*error) => Cause::Full,
        _ if !connected => Cause::Absent,
        _ => Cause::Failed,
    };
    cause.into_error()
}

#[cfg(all(target_os = "linux", feature = "keyutils"))]
fn is_full(error: &(dyn error::Error + 'static)) -> bool {
    error.downcast_ref() == Some(&linux_keyutils::KeyError::QuotaExceeded)
}

#[cfg(not(all(target_os = "linux", feature = "keyutils")))]
fn is_full(_: &(dyn error::Error + 'static)) -> bool {
    false
}
