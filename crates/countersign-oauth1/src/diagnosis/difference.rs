use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use countersign_token::Secret;
use countersign_wire::{percent, text};

/// A part of the base string (RFC 5849 §3.4.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Segment {
    /// The request method.
    Method,
    /// The base string URI.
    Uri,
    /// The normalised parameters.
    Parameters,
}

impl Segment {
    /// A stable word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Uri => "uri",
            Self::Parameters => "parameters",
        }
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// In what two base strings differ at the place where they first do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The other text has not three parts between ampersands, as a base string has.
    Parts,
    /// The method is in another case.
    MethodCase,
    /// The method is another.
    Method,
    /// One URI is `http`, the other `https`.
    Scheme,
    /// The host is in another case.
    HostCase,
    /// The host is another.
    Host,
    /// The port is another, or is there on one side only.
    Port,
    /// The path is another, or is written in another way.
    Path,
    /// The other side has a query or a fragment in the URI.
    Query,
    /// A parameter is missing on the other side.
    Missing,
    /// A parameter is there on the other side only.
    Added,
    /// Parameters are in another order.
    Order,
    /// Escapes differ in the case of their digits.
    HexCase,
    /// The other side has encoded once more.
    EncodedMore,
    /// The other side has encoded once less.
    EncodedLess,
    /// One side took a `+` for a space, or wrote a space as `+`.
    Plus,
    /// The same character is encoded on one side only.
    Encoding,
    /// The value is another.
    Value,
}

impl Reason {
    /// What differs, in a clause about this side and the other.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Parts => "the other text is no base string: it has not three parts with & between them",
            Self::MethodCase => "the method is in another case, and upper case is what is signed",
            Self::Method => "the method is another",
            Self::Scheme => "one side signs http and the other https, as behind a proxy that ends TLS",
            Self::HostCase => "the host is in another case, and lower case is what is signed",
            Self::Host => "the host is another",
            Self::Port => "the port is another; only the default port of the scheme is left out",
            Self::Path => "the path is another; it is signed as it is sent",
            Self::Query => {
                "the other side has left the query in the URI; its parameters are signed with the others"
            }
            Self::Missing => "the other side has not signed the parameter",
            Self::Added => "only the other side has signed the parameter",
            Self::Order => {
                "the order is another; encoded pairs are sorted byte by byte, by name and then by value"
            }
            Self::HexCase => "escapes differ in the case of their digits, and upper case is what is signed",
            Self::EncodedMore => "the other side has encoded once more",
            Self::EncodedLess => "the other side has encoded once less",
            Self::Plus => {
                "a space and a plus sign are confused; + is a space when it is read, and a space is signed as %20"
            }
            Self::Encoding => {
                "a character is encoded on one side only; all but letters, digits and - . _ ~ are encoded"
            }
            Self::Value => "the value is another",
        }
    }
}

/// The place where two base strings begin to differ, and why.
///
/// ```
/// use countersign_oauth1::{Difference, Reason, Segment};
///
/// let ours = "GET&http%3A%2F%2Fexample.com%2F&a%3D1%26b%3Dx%252Cy";
/// let theirs = "GET&http%3A%2F%2Fexample.com%2F&a%3D1%26b%3Dx%25252Cy";
/// let difference = Difference::between(ours, theirs).unwrap();
/// assert_eq!((difference.segment(), difference.offset()), (Segment::Parameters, 49));
/// assert_eq!((difference.parameter(), difference.reason()), (Some("b"), Reason::EncodedMore));
/// assert_eq!(
///     difference.sentence(),
///     "At byte 49, in the parameters, at b: the other side has encoded once more."
/// );
/// assert!(Difference::between(ours, ours).is_none());
/// ```
#[derive(Clone)]
pub struct Difference {
    segment: Segment,
    offset: usize,
    parameter: Option<String>,
    reason: Reason,
    ours: Secret,
    theirs: Secret,
}

impl Difference {
    /// The first difference of the base string of this side and that of the other; `None` when there is none.
    pub fn between(ours: &str, theirs: &str) -> Option<Self> {
        let same = ours.bytes().zip(theirs.bytes()).take_while(|(a, b)| a == b).count();
        if same == ours.len() && same == theirs.len() {
            return None;
        }
        let offset = (0..=same).rev().find(|at| theirs.is_char_boundary(*at)).unwrap_or_default();
        let before = ours.bytes().take(offset).filter(|byte| *byte == b'&').count();
        let segment = match before {
            0 => Segment::Method,
            1 => Segment::Uri,
            _ => Segment::Parameters,
        };
        let at = |text: &'_ str| text.split('&').nth(before).unwrap_or_default().to_string();
        let (mine, other) = (at(ours), at(theirs));
        let (reason, parameter, ours, theirs) = if theirs.split('&').count() == 3 {
            match segment {
                Segment::Method => (method(&mine, &other), None, mine, other),
                Segment::Uri => (uri(&mine, &other), None, decoded(&mine), decoded(&other)),
                Segment::Parameters => parameters(&mine, &other),
            }
        } else {
            (Reason::Parts, None, mine, other)
        };
        Some(Self { segment, offset, parameter, reason, ours: ours.into(), theirs: theirs.into() })
    }

    /// The part of the base string in which it is.
    pub fn segment(&self) -> Segment {
        self.segment
    }

    /// The byte in both base strings.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The decoded name of the parameter at fault, without what a terminal might act on.
    pub fn parameter(&self) -> Option<&str> {
        self.parameter.as_deref()
    }

    /// Why they differ.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// The part or the parameter as this side has it, encoded once if it is a parameter; empty when it is missing.
    pub fn ours(&self) -> &Secret {
        &self.ours
    }

    /// The part or the parameter as the other side has it; empty when it is missing.
    pub fn theirs(&self) -> &Secret {
        &self.theirs
    }

    /// Where and why in a sentence, without any value.
    pub fn sentence(&self) -> String {
        let Self { segment, offset, parameter, reason, ours: _, theirs: _ } = self;
        let part = match segment {
            Segment::Method => "the method",
            Segment::Uri => "the URI",
            Segment::Parameters => "the parameters",
        };
        let name = parameter.as_ref().map(|name| format!(", at {name}")).unwrap_or_default();
        format!("At byte {offset}, in {part}{name}: {}.", reason.description())
    }
}

impl fmt::Debug for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { segment, offset, parameter: _, reason, ours: _, theirs: _ } = self;
        f.debug_struct("Difference")
            .field("segment", segment)
            .field("offset", offset)
            .field("reason", reason)
            .finish_non_exhaustive()
    }
}

/// Decoded once, or as it is when it cannot be.
fn decoded(text: &str) -> String {
    percent::decode(text).unwrap_or_else(|_| text.to_string())
}

fn method(ours: &str, theirs: &str) -> Reason {
    if ours.eq_ignore_ascii_case(theirs) { Reason::MethodCase } else { Reason::Method }
}

fn uri(ours: &str, theirs: &str) -> Reason {
    let (mine, other) = (decoded(ours), decoded(theirs));
    if mine == other {
        return writing(ours, theirs);
    }
    if other == *ours || decoded(&other) == mine {
        return if other == *ours { Reason::EncodedMore } else { writing(&mine, &other) };
    }
    let parts = |text: &'_ str| -> Option<[String; 4]> {
        let (scheme, rest) = text.split_once("://")?;
        let (authority, path) = rest.split_at_checked(rest.find(['/', '?']).unwrap_or(rest.len()))?;
        let colon = authority.rfind(':').filter(|colon| !authority.ends_with(']') && *colon > 0);
        let (host, port) = authority.split_at_checked(colon.unwrap_or(authority.len()))?;
        Some([scheme, host, port, path].map(String::from))
    };
    let (Some([scheme, host, port, _]), Some([other_scheme, other_host, other_port, path])) =
        (parts(&mine), parts(&other))
    else {
        return Reason::Encoding;
    };
    if scheme != other_scheme {
        Reason::Scheme
    } else if host != other_host {
        if host.eq_ignore_ascii_case(&other_host) { Reason::HostCase } else { Reason::Host }
    } else if port != other_port {
        Reason::Port
    } else if path.contains(['?', '#']) {
        Reason::Query
    } else {
        Reason::Path
    }
}

/// The first pair of parameters that differs: why, its name, and how it is on either side.
fn parameters(ours: &str, theirs: &str) -> (Reason, Option<String>, String, String) {
    let (mine, other) = (decoded(ours), decoded(theirs));
    if mine == other {
        return (writing(ours, theirs), None, ours.to_string(), theirs.to_string());
    }
    let pairs = |text: &'_ str| -> Vec<String> {
        text.split('&').filter(|pair| !pair.is_empty()).map(String::from).collect()
    };
    let (mine, other) = (pairs(&mine), pairs(&other));
    let first = mine.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let (a, b) = (mine.get(first), other.get(first));
    let has = |pairs: &[String], pair: Option<&String>| {
        pair.is_some_and(|pair| pairs.iter().skip(first).any(|one| one == pair))
    };
    let name = |pair: &str| pair.split_once('=').map_or(pair, |(name, _)| name).to_string();
    let same_name = match (a, b) {
        (Some(a), Some(b)) => decoded(&name(a)) == decoded(&name(b)),
        _ => false,
    };
    let (reason, pair) = match (has(&other, a), has(&mine, b)) {
        (true, true) => (Reason::Order, a),
        (true, false) => (Reason::Added, b),
        (false, true) => (Reason::Missing, a),
        (false, false) => match (a, b) {
            (None, _) => (Reason::Added, b),
            (_, None) => (Reason::Missing, a),
            // A text that is not sorted may have it further on.
            (Some(a), Some(b)) if !same_name && decoded(a) != decoded(b) => {
                let elsewhere = other.iter().find(|one| name(one) == name(a));
                match elsewhere {
                    Some(one) => return (why(a, one), Some(named(a)), a.clone(), one.clone()),
                    None => (Reason::Missing, Some(a)),
                }
            }
            (Some(one), Some(b)) => (why(one, b), Some(one)),
        },
    };
    let (shown_a, shown_b) = match reason {
        Reason::Missing => (a, None),
        Reason::Added => (None, b),
        _ => (a, b),
    };
    let shown = |pair: Option<&String>| pair.cloned().unwrap_or_default();
    (reason, pair.map(|pair| named(pair)), shown(shown_a), shown(shown_b))
}

/// The name of a pair, fit to be shown.
fn named(pair: &str) -> String {
    let name = pair.split_once('=').map_or(pair, |(name, _)| name);
    text::sanitise(&decoded(name), 64).to_string()
}

/// Why two pairs of one name differ, each encoded once.
fn why(ours: &str, theirs: &str) -> Reason {
    let (mine, other) = (decoded(ours), decoded(theirs));
    if mine == other {
        writing(ours, theirs)
    } else if other == *ours || decoded(&other) == mine {
        Reason::EncodedMore
    } else if mine == *theirs || decoded(&mine) == other {
        Reason::EncodedLess
    } else if mine.replace('+', " ") == other.replace('+', " ") {
        Reason::Plus
    } else {
        Reason::Value
    }
}

/// How two texts differ that mean the same.
fn writing(ours: &str, theirs: &str) -> Reason {
    if ours.eq_ignore_ascii_case(theirs) {
        Reason::HexCase
    } else if theirs.len() < ours.len() && !theirs.contains('%') {
        Reason::EncodedLess
    } else {
        Reason::Encoding
    }
}
