//! A failure as a person is told of it: what happened, why, and what to type next.

use core::fmt;

use countersign_wire::text::sanitise;

use crate::exit::Exit;

/// The longest reason that is shown, in characters.
const LONGEST_REASON: usize = 500;

/// Why a command ends without doing what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    what: String,
    why: Vec<String>,
    next: Vec<String>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self { exit, what: what.into(), why: Vec::new(), next: Vec::new() }
    }

    pub(crate) fn usage(what: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what)
    }

    /// Adds a reason; a server's words are made fit for a terminal here.
    pub(crate) fn because(mut self, why: impl fmt::Display) -> Self {
        let why = sanitise(&why.to_string(), LONGEST_REASON);
        if !why.is_empty() {
            self.why.push(why);
        }
        self
    }

    /// Adds an error and what it came from as reasons.
    pub(crate) fn because_of(mut self, error: &dyn core::error::Error) -> Self {
        let mut cause = Some(error);
        while let Some(error) = cause {
            self = self.because(error);
            cause = error.source();
        }
        self
    }

    /// Adds a command to type next, or a thing to do.
    pub(crate) fn then(mut self, next: impl Into<String>) -> Self {
        self.next.push(next.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { exit: _, what, why, next } = self;
        write!(f, "countersign: {what}")?;
        for why in why {
            write!(f, "\n  why:  {why}")?;
        }
        for next in next {
            write!(f, "\n  next: {next}")?;
        }
        Ok(())
    }
}
