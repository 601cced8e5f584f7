//! A failure as a person is told of it: what happened, why, and what to type next.

use core::fmt;

use countersign_wire::text::sanitise;

use crate::{exit::Exit, paint::Paint};

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

    /// A failure that nobody is left to be told of, such as a reader of standard output that has gone.
    pub(crate) fn silent(exit: Exit) -> Self {
        Self::new(exit, String::new())
    }

    /// Why, in short.
    pub(crate) fn reason(&self) -> &str {
        self.why.first().unwrap_or(&self.what)
    }

    /// What happened and why, on one line.
    pub(crate) fn summary(&self) -> String {
        [&self.what].into_iter().chain(&self.why).map(String::as_str).collect::<Vec<_>>().join(": ")
    }

    /// The first thing to do.
    pub(crate) fn next(&self) -> Option<&str> {
        self.next.first().map(String::as_str)
    }

    /// The words for standard error; none for a failure that is not spoken of.
    pub(crate) fn text(&self, paint: Paint) -> Option<String> {
        let Self { exit, what, why, next } = self;
        if what.is_empty() {
            return None;
        }
        let mut text = format!("{} {what}", paint.error("countersign:"));
        for why in why {
            text.push_str(&format!("\n  {}  {why}", paint.label("why:")));
        }
        let fallback = if *exit == Exit::Usage { "countersign help" } else { "see more of it with -vv" };
        let fallback = next.is_empty().then_some(fallback);
        for next in next.iter().map(String::as_str).chain(fallback) {
            text.push_str(&format!("\n  {} {next}", paint.label("next:")));
        }
        Some(text)
    }
}
