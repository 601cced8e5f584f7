use alloc::{format, string::String};
use core::fmt;

/// The URI of a request as it goes on the wire, in one text or in the parts a server has it in.
///
/// It is checked when it is used. `http::Uri` has dropped a fragment before we see it; a text with one is
/// refused.
#[derive(Clone, Copy)]
pub struct RequestUri<'a>(pub(crate) Written<'a>);

#[derive(Clone, Copy)]
pub(crate) enum Written<'a> {
    Whole(&'a str),
    Parts { scheme: &'a str, authority: &'a str, path_and_query: &'a str },
}

impl<'a> RequestUri<'a> {
    /// A URI from the scheme and `Host` that clients use, and the request target (RFC 5849 §3.4.1.2).
    ///
    /// Behind a proxy, scheme and host are those of the public address: configure them, for headers that
    /// name them can be forged.
    pub const fn parts(scheme: &'a str, host: &'a str, path_and_query: &'a str) -> Self {
        Self(Written::Parts { scheme, authority: host, path_and_query })
    }

    /// How many bytes it has.
    pub(crate) const fn len(self) -> usize {
        match self.0 {
            Written::Whole(text) => text.len(),
            Written::Parts { scheme, authority, path_and_query } => scheme
                .len()
                .saturating_add(3)
                .saturating_add(authority.len())
                .saturating_add(path_and_query.len()),
        }
    }

    /// The URI in one text.
    pub(crate) fn to_text(self) -> String {
        match self.0 {
            Written::Whole(text) => text.into(),
            Written::Parts { scheme, authority, path_and_query } => {
                format!("{scheme}://{authority}{path_and_query}")
            }
        }
    }
}

impl fmt::Debug for RequestUri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An unchecked URI may hold a password or a token anywhere.
        f.write_str("RequestUri(..)")
    }
}

impl<'a> From<&'a str> for RequestUri<'a> {
    fn from(text: &'a str) -> Self {
        Self(Written::Whole(text))
    }
}

impl<'a> From<&'a &str> for RequestUri<'a> {
    fn from(text: &'a &str) -> Self {
        Self(Written::Whole(text))
    }
}

impl<'a> From<&'a String> for RequestUri<'a> {
    fn from(text: &'a String) -> Self {
        Self(Written::Whole(text))
    }
}

impl<'a> From<&'a http::Uri> for RequestUri<'a> {
    fn from(uri: &'a http::Uri) -> Self {
        Self::parts(
            uri.scheme_str().unwrap_or_default(),
            uri.authority().map_or("", http::uri::Authority::as_str),
            uri.path_and_query().map_or("", http::uri::PathAndQuery::as_str),
        )
    }
}
