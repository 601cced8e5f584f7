//! How somebody signs: switches whose defaults are those of RFC 5849, and the texts they lead to.

mod encoding;
mod head;
mod key;
mod parameters;

use crate::Algorithm;

/// Everything that decides a signature besides the request and the secrets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Recipe {
    pub(super) head: Head,
    pub(super) parameters: Parameters,
    pub(super) key: Key,
    /// Another hash than that of the method.
    pub(super) digest: Option<Digest>,
    pub(super) output: Output,
}

impl Recipe {
    /// Switches something in every encoding at once, as a faulty encoder does.
    pub(super) fn encodings(&mut self, change: impl Fn(&mut Encoding)) {
        for encoding in [
            &mut self.head.encoding,
            &mut self.parameters.inner,
            &mut self.parameters.outer,
            &mut self.key.encoding,
        ] {
            change(encoding);
        }
    }
}

/// How a byte is encoded that does not stand for itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Encoding {
    pub(super) lower: bool,
    pub(super) tilde: bool,
    pub(super) plus: bool,
    pub(super) asterisk: bool,
    pub(super) exclamation: bool,
    pub(super) quotes: bool,
}

/// Method and URI.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Head {
    pub(super) method: Case,
    pub(super) other_scheme: bool,
    pub(super) port: Port,
    pub(super) host_as_written: bool,
    pub(super) path: Path,
    pub(super) encoding: Encoding,
    pub(super) not_encoded: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Case {
    #[default]
    Upper,
    Lower,
    AsWritten,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Port {
    #[default]
    Rfc,
    /// With the default port, written or not.
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Path {
    #[default]
    Rfc,
    /// An empty path stays empty.
    Empty,
    /// Dot segments are resolved.
    Resolved,
    Decoded,
    Encoded,
    OtherSlash,
}

/// The parameters, from the request to the third part of the base string.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Parameters {
    pub(super) no_query: bool,
    pub(super) no_form: bool,
    pub(super) body: Body,
    pub(super) realm: bool,
    pub(super) signature: Signed,
    pub(super) no_token: bool,
    pub(super) empty_token: bool,
    pub(super) no_version: bool,
    pub(super) added_version: bool,
    pub(super) no_callback: bool,
    pub(super) no_verifier: bool,
    pub(super) no_body_hash: bool,
    pub(super) added_body_hash: bool,
    pub(super) other_nonce: bool,
    pub(super) other_timestamp: bool,
    /// The method's name, when another hash is used under its own name.
    pub(super) method_name: Option<Digest>,
    pub(super) query: Reading,
    pub(super) form: Reading,
    pub(super) twice: bool,
    pub(super) plus_kept: bool,
    pub(super) protocol_encoded: bool,
    pub(super) unicode: Unicode,
    pub(super) no_empty: bool,
    pub(super) duplicates: Duplicates,
    pub(super) inner: Encoding,
    pub(super) values_not_encoded: bool,
    pub(super) source: Sources,
    /// The protocol's parameters are sorted among themselves before they are joined with the others.
    pub(super) protocol_sorted: bool,
    pub(super) order: Order,
    pub(super) no_equals: bool,
    pub(super) outer: Encoding,
    pub(super) not_encoded: bool,
}

/// A body that is no form, and is taken for parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Body {
    #[default]
    Rfc,
    AsForm,
    AsJson,
    AsMultipart,
}

/// Whether the signature is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Signed {
    #[default]
    Rfc,
    Whole,
    Empty,
}

/// How a query or form body is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reading {
    #[default]
    Decoded,
    /// As if it were decoded already, so that it is encoded on top.
    Raw,
    /// As if it were encoded the right way already.
    AsWritten,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unicode {
    #[default]
    AsWritten,
    #[cfg(feature = "unicode")]
    Composed,
    #[cfg(feature = "unicode")]
    Decomposed,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Duplicates {
    #[default]
    Kept,
    First,
    Last,
}

/// In which order the sources are collected, which matters when nothing is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sources {
    #[default]
    QueryFormProtocol,
    QueryProtocolForm,
    ProtocolQueryForm,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Order {
    #[default]
    Rfc,
    AsCollected,
    ByDecoded,
    ByNameOnly,
    Joined,
    WithoutCase,
}

/// The key of HMAC and PLAINTEXT.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) no_ampersand: bool,
    pub(super) no_client: bool,
    pub(super) no_token: bool,
    pub(super) swapped: bool,
    pub(super) not_encoded: bool,
    pub(super) client_space: Space,
    pub(super) token_space: Space,
    pub(super) encoding: Encoding,
}

/// White space at the end of a secret, as it is read from a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Space {
    #[default]
    AsGiven,
    Newline,
    CarriageReturn,
    Trimmed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Digest {
    Sha1,
    Sha256,
    Sha512,
}

impl Digest {
    pub(super) const fn method_name(self) -> &'static str {
        match self {
            Self::Sha1 => Algorithm::HmacSha1.as_str(),
            Self::Sha256 => Algorithm::HmacSha256.as_str(),
            Self::Sha512 => Algorithm::HmacSha512.as_str(),
        }
    }
}

/// How the code is written as a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Output {
    #[default]
    Base64,
    Unpadded,
    UrlSafe,
    Hex,
    Base64OfHex,
    PercentEncoded,
}
