use alloc::{string::String, vec::Vec};
use core::{fmt, ops::Range};

use countersign_token::Secret;
use countersign_wire::percent;

/// Which text of a request a signed parameter stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// The query of the URI.
    Query,
    /// The form body.
    Form,
    /// The `Authorization` header, with what the signer adds.
    Header,
}

impl Source {
    /// A stable word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Form => "form",
            Self::Header => "header",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A parameter on its way into the base string.
#[derive(Clone)]
pub struct SignedParameter {
    source: Source,
    range: Range<usize>,
    written: Secret,
    name: String,
    value: Secret,
}

impl SignedParameter {
    /// One that is written as `name` and `value` in `range` of its text.
    pub(super) fn new(source: Source, start: usize, written: &str, name: &str, value: &str) -> Self {
        let encode = |text: &str| {
            // A header has no plus sign: its spaces are encoded as everything else is.
            let text = text.replace('+', " ");
            let mut out = String::new();
            percent::encode_to(&decode(&text), &mut out);
            drop(Secret::new(text));
            out
        };
        Self {
            source,
            range: start..start.saturating_add(written.len()),
            written: written.into(),
            name: encode(name),
            value: encode(value).into(),
        }
    }

    /// Where it stands.
    pub fn source(&self) -> Source {
        self.source
    }

    /// The bytes that it takes in the URI, in the form body, or in
    /// [`Explanation::authorization`](crate::Explanation::authorization).
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// How it is written there, name and value.
    pub fn written(&self) -> &Secret {
        &self.written
    }

    /// The decoded name; bytes that are no UTF-8 are shown as U+FFFD.
    pub fn name(&self) -> String {
        String::from_utf8_lossy(&decode(&self.name)).into_owned()
    }

    /// The decoded value; bytes that are no UTF-8 are shown as U+FFFD.
    pub fn value(&self) -> Secret {
        let bytes = decode(self.value.expose());
        Secret::new(String::from_utf8(bytes).unwrap_or_else(|error| {
            let bytes = zeroize::Zeroizing::new(error.into_bytes());
            String::from_utf8_lossy(&bytes).into_owned()
        }))
    }

    /// The encoded name, by which it is sorted.
    pub fn encoded_name(&self) -> &str {
        &self.name
    }

    /// The encoded value, by which it is sorted among those of its name.
    pub fn encoded_value(&self) -> &Secret {
        &self.value
    }
}

/// The bytes of a text whose escapes have been found whole already.
fn decode(text: &str) -> Vec<u8> {
    percent::decode_bytes(text).unwrap_or_default()
}

impl fmt::Debug for SignedParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, range, written: _, name: _, value: _ } = self;
        f.debug_struct("SignedParameter")
            .field("source", source)
            .field("range", range)
            .finish_non_exhaustive()
    }
}
