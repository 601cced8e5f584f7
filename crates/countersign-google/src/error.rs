use core::{error, fmt};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::FileKind;

/// Why a credential file, or the default credentials, cannot be used.
///
/// It names files, members and hosts' roles, and shows no value of a file.
#[derive(Clone, Debug)]
pub struct Error {
    kind: ErrorKind,
    path: Option<PathBuf>,
    source: Option<Arc<dyn error::Error + Send + Sync>>,
}

/// What is the matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file cannot be read.
    Unreadable,
    /// The file is larger than 64 KiB.
    TooBig,
    /// The file is not JSON, or not the JSON that is accepted: no repeated names, no deep nesting.
    Json,
    /// The file is of another kind than the one that is wanted.
    Kind {
        /// What is wanted.
        wanted: FileKind,
        /// What it is.
        found: FileKind,
    },
    /// A member is missing, empty, or not of the type that it must have.
    Member {
        /// Its name.
        name: &'static str,
    },
    /// A member still has the placeholder that the template came with, such as `[[INSERT CLIENT ID HERE]]`.
    Placeholder {
        /// Its name.
        name: &'static str,
    },
    /// An address must not be used at all, for example because it is neither `https` nor loopback.
    Endpoint {
        /// The name of the member or variable that holds it.
        name: &'static str,
    },
    /// An address is on a host that is not trusted with secrets; [`TrustedHosts`](crate::TrustedHosts) says which are.
    UnexpectedHost {
        /// The name of the member that holds it.
        name: &'static str,
    },
    /// The private key cannot be used.
    PrivateKey,
    /// The file, or what is asked of it, is specified by Google and not supported here yet.
    NotSupported(Unsupported),
    /// There are no default credentials.
    NoCredentials,
    /// What is asked for cannot be had from these credentials.
    Misuse(&'static str),
}

/// What Google specifies and is not supported here yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unsupported {
    /// External accounts of AWS (`environment_id`).
    Aws,
    /// External accounts whose token a program prints (`executable`).
    Executable,
    /// External accounts with a certificate (`certificate`).
    Certificate,
    /// Accounts of Google Distributed Cloud (`gdch_service_account`).
    DistributedCloud,
    /// A metadata server that is reached by mutual TLS (`GCE_METADATA_MTLS_MODE`).
    MetadataMutualTls,
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind) -> Self {
        Self { kind, path: None, source: None }
    }

    pub(crate) fn because(kind: ErrorKind, source: impl error::Error + Send + Sync + 'static) -> Self {
        Self { kind, path: None, source: Some(Arc::new(source)) }
    }

    /// The same about this file, unless it is about another already.
    pub(crate) fn at(mut self, path: &Path) -> Self {
        self.path.get_or_insert_with(|| path.to_owned());
        self
    }

    /// What is the matter.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The file it is about, when there is one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Whether the same may succeed later without anybody doing anything; it never does: files do not mend themselves.
    pub const fn is_transient(&self) -> bool {
        false
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "credential file {path:?}: ")?;
        }
        self.kind.fmt(f)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => f.write_str("it cannot be read"),
            Self::TooBig => f.write_str("it is larger than 64 KiB"),
            Self::Json => f.write_str("it is not JSON as it is accepted here"),
            Self::Kind { wanted, found } => write!(f, "{found} where {wanted} is wanted"),
            Self::Member { name } => write!(f, "the member {name:?} is missing, empty or of a wrong type"),
            Self::Placeholder { name } => {
                write!(f, "the member {name:?} is still the template's placeholder; fill in the real value")
            }
            Self::Endpoint { name } => write!(f, "the address {name:?} cannot be used"),
            Self::UnexpectedHost { name } => write!(
                f,
                "the address {name:?} is not on a host of Google's; trust the host by name if the file is yours"
            ),
            Self::PrivateKey => f.write_str("the private key cannot be used"),
            Self::NotSupported(what) => write!(f, "{what} are not supported yet"),
            Self::NoCredentials => f.write_str(
                "no default credentials: GOOGLE_APPLICATION_CREDENTIALS is not set, there is no file of \
                 gcloud's, and no metadata server is to be asked",
            ),
            Self::Misuse(what) => f.write_str(what),
        }
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aws => "external accounts of AWS",
            Self::Executable => "external accounts with an executable",
            Self::Certificate => "external accounts with a certificate",
            Self::DistributedCloud => "accounts of Google Distributed Cloud",
            Self::MetadataMutualTls => "metadata servers behind mutual TLS",
        })
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
