use core::fmt;

/// A protocol parameter (RFC 5849 §3.1 and §2), by what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Parameter {
    /// `realm`, which is part of the header and of no signature.
    Realm,
    /// `oauth_consumer_key`.
    ConsumerKey,
    /// `oauth_token`.
    Token,
    /// `oauth_signature_method`.
    SignatureMethod,
    /// `oauth_timestamp`.
    Timestamp,
    /// `oauth_nonce`.
    Nonce,
    /// `oauth_version`.
    Version,
    /// `oauth_signature`.
    Signature,
    /// `oauth_callback`.
    Callback,
    /// `oauth_verifier`.
    Verifier,
    /// `oauth_body_hash`, of the extension for bodies that are no forms.
    BodyHash,
    /// One that the protocol does not name.
    Other,
}

impl Parameter {
    /// Those that belong to the protocol and must all be sent in one place.
    pub(crate) const PROTOCOL: [Self; 10] = [
        Self::ConsumerKey,
        Self::Token,
        Self::SignatureMethod,
        Self::Timestamp,
        Self::Nonce,
        Self::Version,
        Self::Signature,
        Self::Callback,
        Self::Verifier,
        Self::BodyHash,
    ];

    /// Those that a signature covers, in the order of the base string.
    pub(crate) const SIGNED: [Self; 9] = [
        Self::BodyHash,
        Self::Callback,
        Self::ConsumerKey,
        Self::Nonce,
        Self::SignatureMethod,
        Self::Timestamp,
        Self::Token,
        Self::Verifier,
        Self::Version,
    ];

    /// The name on the wire; of [`Other`](Self::Other) a word that stands for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Realm => "realm",
            Self::ConsumerKey => "oauth_consumer_key",
            Self::Token => "oauth_token",
            Self::SignatureMethod => "oauth_signature_method",
            Self::Timestamp => "oauth_timestamp",
            Self::Nonce => "oauth_nonce",
            Self::Version => "oauth_version",
            Self::Signature => "oauth_signature",
            Self::Callback => "oauth_callback",
            Self::Verifier => "oauth_verifier",
            Self::BodyHash => "oauth_body_hash",
            Self::Other => "other",
        }
    }

    /// The protocol parameter of this name; `realm` is none, because outside the header it is an ordinary name.
    pub(crate) fn of_protocol(name: &str) -> Option<Self> {
        // The compiler compares lengths first.
        Some(match name {
            "oauth_consumer_key" => Self::ConsumerKey,
            "oauth_token" => Self::Token,
            "oauth_signature_method" => Self::SignatureMethod,
            "oauth_timestamp" => Self::Timestamp,
            "oauth_nonce" => Self::Nonce,
            "oauth_version" => Self::Version,
            "oauth_signature" => Self::Signature,
            "oauth_callback" => Self::Callback,
            "oauth_verifier" => Self::Verifier,
            "oauth_body_hash" => Self::BodyHash,
            _ => return None,
        })
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other => f.write_str("outside the protocol"),
            named => f.write_str(named.as_str()),
        }
    }
}

/// Where the protocol parameters of a request stand (RFC 5849 §3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// The `Authorization` header (§3.5.1).
    Header,
    /// The form body (§3.5.2).
    Form,
    /// The query (§3.5.3).
    Query,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Form => "form body",
            Self::Query => "query",
        })
    }
}

/// The protocol parameters met in one place.
#[derive(Clone, Copy, Default)]
pub(crate) struct Met {
    names: u32,
    beyond_ascii: bool,
}

impl Met {
    /// Notes a name; one that is not of the protocol counts for nothing.
    pub(crate) fn note(&mut self, name: &str) {
        if let Some(parameter) = Parameter::of_protocol(name) {
            self.names |= 1 << parameter as u32;
        }
    }

    /// Notes the bits of bytes that were escaped.
    pub(crate) fn note_decoded(&mut self, bits: u8) {
        self.beyond_ascii |= !bits.is_ascii();
    }

    /// Whether what was escaped may be no UTF-8.
    pub(crate) fn is_beyond_ascii(self) -> bool {
        self.beyond_ascii
    }

    pub(crate) fn first(self) -> Option<Parameter> {
        Parameter::PROTOCOL.into_iter().find(|parameter| self.names & (1 << *parameter as u32) != 0)
    }
}
