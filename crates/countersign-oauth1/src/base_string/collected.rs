//! Parameters collected and normalised (RFC 5849 §3.4.1.3).

use alloc::{string::String, vec::Vec};
use core::fmt::Write;

use zeroize::Zeroize;

use super::twice::{encode_twice, recode_twice};
use crate::parameter::{Met, Parameter};

/// The parameters of one request: their double encodings in one text, and an index to sort.
///
/// Encoding twice keeps the order of encoding once, because `%` sorts before every unreserved character and
/// its second encoding begins with `%` again. So each parameter is encoded once, in one pass, and only the
/// index is moved.
#[derive(Default)]
pub(crate) struct Collected {
    text: String,
    index: Vec<Entry>,
}

#[derive(Clone, Copy)]
struct Entry {
    /// The first bytes of the name, which settle most comparisons.
    prefix: u64,
    start: usize,
    middle: usize,
    end: usize,
}

impl Collected {
    pub(crate) fn clear(&mut self) {
        let Self { text, index } = self;
        text.clear();
        index.clear();
    }

    pub(crate) fn wipe(&mut self) {
        let Self { text, index } = self;
        text.zeroize();
        index.clear();
    }

    /// Adds a parameter by its decoded name and value.
    pub(crate) fn decoded(&mut self, name: &str, value: &str) {
        let start = self.text.len();
        encode_twice(name, &mut self.text);
        let middle = self.text.len();
        encode_twice(value, &mut self.text);
        self.enter(start, middle);
    }

    /// Adds a parameter whose name needs no encoding and whose value is encoded twice already.
    pub(crate) fn prepared(&mut self, name: &str, value: &str) {
        let start = self.text.len();
        self.text.push_str(name);
        let middle = self.text.len();
        self.text.push_str(value);
        self.enter(start, middle);
    }

    /// Adds a parameter whose value is a number.
    pub(crate) fn number(&mut self, name: &str, value: i64) {
        let start = self.text.len();
        self.text.push_str(name);
        let middle = self.text.len();
        // Writing to a string cannot fail.
        let _ = write!(self.text, "{value}");
        self.enter(start, middle);
    }

    /// Adds the parameters of a query or form body and answers which of the protocol's are among them.
    ///
    /// A name without `=` has an empty value, `+` is a space, empty pairs count for nothing. The error is
    /// the offset of a broken percent-encoding.
    pub(crate) fn encoded(&mut self, text: &str) -> Result<Met, usize> {
        let mut met = Met::default();
        let mut offset = 0_usize;
        for pair in text.split('&') {
            if !pair.is_empty() {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                let value_offset = offset.saturating_add(name.len()).saturating_add(1);
                let start = self.text.len();
                recode_twice(name, &mut self.text).map_err(|at| offset.saturating_add(at))?;
                let middle = self.text.len();
                recode_twice(value, &mut self.text).map_err(|at| value_offset.saturating_add(at))?;
                met.note(self.text.get(start..middle).unwrap_or_default());
                self.enter(start, middle);
            }
            offset = offset.saturating_add(pair.len()).saturating_add(1);
        }
        Ok(met)
    }

    /// Indexes what has been appended since `start`, unless it is the signature, which does not sign itself.
    fn enter(&mut self, start: usize, middle: usize) {
        let name = self.text.get(start..middle).unwrap_or_default();
        if name == Parameter::Signature.as_str() {
            self.text.truncate(start);
            return;
        }
        let mut prefix = [0; 8];
        for (slot, byte) in prefix.iter_mut().zip(name.bytes()) {
            *slot = byte;
        }
        self.index.push(Entry { prefix: u64::from_be_bytes(prefix), start, middle, end: self.text.len() });
    }

    /// Sorts by encoded name, then by encoded value, and appends all joined (RFC 5849 §3.4.1.3.2).
    pub(crate) fn normalise(&mut self, out: &mut String) {
        let Self { text, index } = self;
        let slice = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
        index.sort_unstable_by(|a, b| {
            a.prefix.cmp(&b.prefix).then_with(|| {
                let by_name = slice(a.start, a.middle).cmp(slice(b.start, b.middle));
                by_name.then_with(|| slice(a.middle, a.end).cmp(slice(b.middle, b.end)))
            })
        });
        for (position, entry) in index.iter().enumerate() {
            if position > 0 {
                out.push_str("%26");
            }
            out.push_str(slice(entry.start, entry.middle));
            out.push_str("%3D");
            out.push_str(slice(entry.middle, entry.end));
        }
    }
}
