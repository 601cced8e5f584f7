//! Whether a transport keeps its contract, found out against a server that misbehaves.
//!
//! ```no_run
//! use countersign_transport::{Transport, conformance};
//!
//! fn check(build: impl Fn(countersign_transport::Limits) -> Box<dyn Transport>) {
//!     let violations = conformance::run(&*build(conformance::limits())).unwrap();
//!     assert!(violations.is_empty(), "{violations:#?}");
//! }
//! ```

mod behaviour;
mod case;
mod server;

use core::{fmt, time::Duration};
use std::io;

pub use server::Server;

use crate::{Limits, Transport};

/// A case of the contract that a transport breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The case, one of [`cases`].
    pub case: &'static str,
    /// What was found instead.
    pub found: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.case, self.found)
    }
}

/// The limits a transport under test is built with: short, so that the suite takes seconds.
pub fn limits() -> Limits {
    Limits::default()
        .with_total(Duration::from_millis(1500))
        .with_response_bytes(64 * 1024)
        .with_header_bytes(16 * 1024)
}

/// The names of all cases, in the order in which they run.
pub fn cases() -> impl ExactSizeIterator<Item = &'static str> {
    case::ALL.iter().map(|(name, _)| *name)
}

/// Runs every case against `transport`, built with [`limits`], and returns those it breaks.
///
/// # Errors
/// The server cannot listen on a loopback port.
pub fn run(transport: &dyn Transport) -> io::Result<Vec<Violation>> {
    let mut violations = Vec::new();
    for (case, check) in case::ALL {
        // Each case has a server of its own, so that its counters are its own.
        let server = Server::start()?;
        if let Err(found) = check(transport, &server) {
            violations.push(Violation { case, found });
        }
    }
    Ok(violations)
}
