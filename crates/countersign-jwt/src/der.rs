//! As much of DER (ITU-T X.690) as private and public keys are written in.

use alloc::vec::Vec;

use zeroize::Zeroizing;

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OID: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;
/// `[0]` and `[1]`, constructed.
pub(crate) const CONTEXT_0: u8 = 0xa0;
pub(crate) const CONTEXT_1: u8 = 0xa1;

/// Elements one after the other.
#[derive(Clone, Copy)]
pub(crate) struct Elements<'a>(&'a [u8]);

impl<'a> Elements<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next element: its tag and what is in it. `None` when there is none, or it is not DER.
    pub(crate) fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        // Tags of more than one byte are in no key.
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81..=0x83 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                let length = bytes.iter().fold(0, |length: usize, byte| length << 8 | usize::from(*byte));
                let least = if bytes.len() == 1 { 0x80 } else { 1 << (8 * (bytes.len() - 1)) };
                (Some(length).filter(|length| *length >= least)?, rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    /// The next element, when it has this tag.
    pub(crate) fn expect(&mut self, tag: u8) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let (_, content) = ahead.next().filter(|(own, _)| *own == tag)?;
        *self = ahead;
        Some(content)
    }

    /// What is in the next element, when that is a sequence.
    pub(crate) fn sequence(&mut self) -> Option<Self> {
        self.expect(SEQUENCE).map(Self)
    }

    /// The next number, when it is not negative, without a zero for the sign.
    pub(crate) fn number(&mut self) -> Option<&'a [u8]> {
        match self.expect(INTEGER)? {
            [] | [0x80..=0xff, ..] => None,
            [0, rest @ ..] if !rest.is_empty() => rest.first().filter(|byte| **byte >= 0x80).map(|_| rest),
            number => Some(number),
        }
    }

    /// The bytes of the next bit string, when it is whole bytes.
    pub(crate) fn bits(&mut self) -> Option<&'a [u8]> {
        match self.expect(BIT_STRING)? {
            [0, rest @ ..] => Some(rest),
            _ => None,
        }
    }
}

/// The one sequence that a file is, and nothing after it.
pub(crate) fn sequence(der: &[u8]) -> Option<Elements<'_>> {
    let mut file = Elements::new(der);
    let inner = file.sequence()?;
    file.is_empty().then_some(inner)
}

/// Writes an element at the end.
pub(crate) fn write(out: &mut Vec<u8>, tag: u8, content: &[u8]) {
    out.push(tag);
    let length = content.len().to_be_bytes();
    let length: &[u8] = crate::jwk::material::significant(&length);
    match (content.len(), u8::try_from(length.len())) {
        (0..=0x7f, _) => out.push(length.first().copied().unwrap_or(0)),
        (_, count) => {
            out.push(0x80 | count.unwrap_or(0));
            out.extend_from_slice(length);
        }
    }
    out.extend_from_slice(content);
}

/// A sequence of elements that are written already.
pub(crate) fn wrap(tag: u8, content: &[u8]) -> Zeroizing<Vec<u8>> {
    // Sized ahead, so that growing leaves no copy behind that is not wiped.
    let mut out = Zeroizing::new(Vec::with_capacity(content.len() + 8));
    write(&mut out, tag, content);
    out
}

/// Writes a number that is not negative at the end.
pub(crate) fn write_number(out: &mut Vec<u8>, number: &[u8]) {
    let number = crate::jwk::material::significant(number);
    let mut content = Zeroizing::new(Vec::with_capacity(number.len() + 1));
    if number.first().is_none_or(|byte| *byte >= 0x80) {
        content.push(0);
    }
    content.extend_from_slice(number);
    write(out, INTEGER, &content);
}
