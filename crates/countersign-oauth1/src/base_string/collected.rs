//! Parameters collected and normalised (RFC 5849 §3.4.1.3).

use alloc::{string::String, vec::Vec};

use crate::{
    encoding::{encode_twice, is_plain, push_twice},
    parameter::{Met, Parameter},
};

/// What separates and ends the parts of a parameter, in their double encoding.
pub(crate) const EQUALS: &str = "%3D";
pub(crate) const AMPERSAND: &str = "%26";

/// The parameters of one request: their double encodings appended to a text, and an index to sort.
///
/// Encoding twice keeps the order of encoding once, because `%` sorts before every unreserved character and
/// its second encoding begins with `%` again. So each parameter is encoded once, in one pass, and only the
/// index is moved.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    /// The first bytes of the name, which settle most comparisons.
    prefix: u64,
    start: usize,
    /// Where the name ends.
    middle: usize,
    /// Where the value ends, and the ampersand begins.
    end: usize,
}

/// The first bytes of a name as a number that sorts as they do.
pub(crate) fn prefix(name: &str) -> u64 {
    match name.as_bytes().first_chunk() {
        Some(first) => u64::from_be_bytes(*first),
        None => {
            name.bytes().fold(0, |prefix, byte| prefix << 8 | u64::from(byte))
                << (64_usize.saturating_sub(name.len().saturating_mul(8)) & 63)
        }
    }
}

pub(crate) struct Collected<'a> {
    pub(crate) text: &'a mut String,
    pub(crate) index: &'a mut Vec<Entry>,
}

impl Collected<'_> {
    /// Adds a parameter by its decoded name and value.
    pub(crate) fn decoded(&mut self, name: &str, value: &str) {
        let start = self.text.len();
        encode_twice(name, self.text);
        let middle = self.text.len();
        self.text.push_str(EQUALS);
        encode_twice(value, self.text);
        self.enter(start, middle);
    }

    /// Adds the parameters of a query or form body and answers which of the protocol's are among them.
    ///
    /// A name without `=` has an empty value, `+` is a space, empty pairs count for nothing. The decoded
    /// bytes need not be UTF-8. The error is the offset of a broken percent-encoding.
    pub(crate) fn encoded(&mut self, source: &str) -> Result<Met, usize> {
        let mut met = Met::default();
        let mut start = self.text.len();
        let mut middle = None;
        let mut rest = source;
        loop {
            let end = rest.bytes().position(|byte| !is_plain(byte)).unwrap_or(rest.len());
            let (run, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            self.text.push_str(run);
            let mut chars = after.chars();
            match chars.next() {
                ended @ (None | Some('&')) => {
                    if middle.is_some() || self.text.len() > start {
                        let middle = middle.take().unwrap_or_else(|| {
                            self.text.push_str(EQUALS);
                            self.text.len().saturating_sub(EQUALS.len())
                        });
                        met.note(self.text.get(start..middle).unwrap_or_default());
                        self.enter(start, middle);
                        start = self.text.len();
                    }
                    if ended.is_none() {
                        return Ok(met);
                    }
                }
                Some('=') if middle.is_none() => {
                    middle = Some(self.text.len());
                    self.text.push_str(EQUALS);
                }
                Some('+') => push_twice(b' ', self.text),
                Some('%') => {
                    let mut digit = || chars.next().and_then(|char| char.to_digit(16));
                    let byte = digit()
                        .and_then(|high| Some(high << 4 | digit()?))
                        .and_then(|byte| u8::try_from(byte).ok());
                    match byte {
                        Some(byte) => push_twice(byte, self.text),
                        None => return Err(source.len().saturating_sub(after.len())),
                    }
                }
                Some(char) => {
                    for byte in char.encode_utf8(&mut [0; 4]).bytes() {
                        push_twice(byte, self.text);
                    }
                }
            }
            rest = chars.as_str();
        }
    }

    /// Indexes what has been appended since `start`, unless it is the signature, which does not sign itself.
    fn enter(&mut self, start: usize, middle: usize) {
        let name = self.text.get(start..middle).unwrap_or_default();
        if name == Parameter::Signature.as_str() {
            self.text.truncate(start);
            return;
        }
        let prefix = prefix(name);
        let end = self.text.len();
        self.text.push_str(AMPERSAND);
        self.index.push(Entry { prefix, start, middle, end });
    }

    /// Sorts by encoded name, then by encoded value (RFC 5849 §3.4.1.3.2).
    pub(crate) fn sort(&mut self) {
        let slice = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
        self.index.sort_unstable_by(|a, b| {
            a.prefix.cmp(&b.prefix).then_with(|| {
                let by_name = slice(a.start, a.middle).cmp(slice(b.start, b.middle));
                by_name.then_with(|| slice(a.middle, a.end).cmp(slice(b.middle, b.end)))
            })
        });
    }

    /// Appends the sorted parameters whose names come before `bound`, from the `next`th on.
    pub(crate) fn append_before(&mut self, bound: Option<&str>, next: &mut usize) {
        let bound_prefix = bound.map(prefix);
        for entry in self.index.get(*next..).unwrap_or_default() {
            if let (Some(bound), Some(bound_prefix)) = (bound, bound_prefix) {
                let name = || self.text.get(entry.start..entry.middle).unwrap_or_default();
                if entry.prefix > bound_prefix || (entry.prefix == bound_prefix && name() >= bound) {
                    return;
                }
            }
            self.text.extend_from_within(entry.start..entry.end.saturating_add(AMPERSAND.len()));
            *next = next.saturating_add(1);
        }
    }
}
