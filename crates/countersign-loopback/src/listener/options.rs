use core::fmt;

use crate::{Error, ErrorKind};

/// Longer than any path a registration form takes.
const MAX_PATH: usize = 512;

/// What a [`Listener`](crate::Listener) needs to know.
#[derive(Clone)]
#[non_exhaustive]
pub struct Options {
    /// The name of the application, as the person knows it. It is shown on the page that ends a login.
    pub application: String,
    /// The path of the redirect URI: segments led by `/`, of unreserved characters (RFC 3986 §2.3).
    ///
    /// Where the server lets the path vary, it should end in at least 128 random bits, fresh for each login:
    /// whoever cannot read the authorization address then cannot even reach the judge.
    /// The path is for this reason not shown by `Debug`.
    pub path: String,
    /// The ports to try, in this order; none to let the system choose, which every server that follows
    /// RFC 8252 §7.3 permits.
    pub ports: Vec<u16>,
}

impl Options {
    /// Options for an application and a path, on a port the system chooses.
    pub fn new(application: impl Into<String>, path: impl Into<String>) -> Self {
        Self { application: application.into(), path: path.into(), ports: Vec::new() }
    }

    /// The same, on the first of these ports that is free, for servers that want the port registered.
    #[must_use]
    pub fn with_ports(mut self, ports: impl IntoIterator<Item = u16>) -> Self {
        self.ports = ports.into_iter().collect();
        self
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { application, path: _, ports } = self;
        f.debug_struct("Options")
            .field("application", application)
            .field("ports", ports)
            .finish_non_exhaustive()
    }
}

/// Only what a browser requests exactly as it was written: it would resolve `.` and `..` away.
pub(super) fn check_path(path: &str) -> Result<(), Error> {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    let segments = path.strip_prefix('/').ok_or(ErrorKind::Path)?;
    let last = segments.split('/').count().saturating_sub(1);
    let fine = segments.split('/').enumerate().all(|(index, segment)| {
        !matches!(segment, "." | "..")
            && segment.bytes().all(unreserved)
            && (!segment.is_empty() || index == last)
    });
    if fine && path.len() <= MAX_PATH { Ok(()) } else { Err(ErrorKind::Path.into()) }
}
