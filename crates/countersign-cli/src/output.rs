//! Data on standard output and people on standard error.

use std::io::{self, IsTerminal, Write};

use countersign_token::{
    Secret,
    json::{Object, Value},
};

use zeroize::Zeroizing;

use crate::{exit::Exit, failure::Failure};

/// What serialises itself, to be put in a document.
pub(crate) fn serialised(json: serde_json::Result<Vec<u8>>) -> Result<Value, Failure> {
    let failure = || Failure::new(Exit::Other, "the answer could not be written as JSON");
    let json = Zeroizing::new(json.map_err(|error| failure().because(error))?);
    Value::parse(&json).map_err(|error| failure().because(error))
}

/// Where a command puts what it has to say.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) json: bool,
    pub(crate) quiet: bool,
    pub(crate) verbose: u8,
}

impl Output {
    /// Writes a line of data.
    ///
    /// `println!` would panic when a reader such as `head` has gone; here it is an error like any other.
    pub(crate) fn line(&self, text: &str) -> Result<(), Failure> {
        self.bytes(format!("{text}\n").as_bytes())
    }

    /// Writes data as it is.
    #[expect(clippy::unused_self, reason = "so that every way out goes through one value")]
    pub(crate) fn bytes(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(bytes).and_then(|()| out.flush()).map_err(|error| {
            if error.kind() == io::ErrorKind::BrokenPipe {
                return Failure::silent(Exit::Other);
            }
            Failure::new(Exit::Other, "standard output could not be written").because(error)
        })
    }

    /// Writes a JSON document with `"v": 1` at its top.
    pub(crate) fn document(
        &self,
        members: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> Result<(), Failure> {
        let mut object = Object::new();
        object.insert("v", Value::Integer(1));
        for (name, value) in members {
            object.insert(name, value);
        }
        self.line(Value::Object(object).to_json_pretty().expose())
    }

    /// Tells a person something, unless nobody wants to hear it.
    pub(crate) fn say(&self, text: &str) {
        if !self.quiet {
            tell(text);
        }
    }

    /// Tells a person a detail that `-v` asks for.
    pub(crate) fn detail(&self, text: &str) {
        if self.verbose > 0 {
            tell(text);
        }
    }
}

/// Writes a line to standard error; when that cannot be written there is nobody left to tell.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Whether a person sits at both ends of the conversation.
pub(crate) fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// A text value, or null.
pub(crate) fn text_or_null(text: Option<impl Into<Secret>>) -> Value {
    text.map_or(Value::Null, Value::text)
}
