use alloc::vec::Vec;
use core::fmt;

use countersign_token::json::{Object, Value};

use crate::{Algorithm, Claims, Error, Jwk, Segment, TokenFault, base64url};

/// A token of somebody, split and not yet believed.
///
/// ```
/// use countersign_jwt::{Error, TokenFault, Unverified};
///
/// let token = Unverified::parse("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.")?;
/// assert_eq!(token.parameter("alg"), Some("none"));
/// assert_eq!(token.algorithm(), Err(Error::Token { fault: TokenFault::Algorithm }));
/// assert_eq!(token.claims()?.text("sub"), Some("alice"));
/// # Ok::<(), Error>(())
/// ```
///
/// # Security
/// Nothing in it is true before the signature has held: it is for choosing the key and for showing to a person.
#[derive(Clone)]
pub struct Unverified<'a> {
    /// Header and claims as they were signed; they are not written anew.
    message: &'a str,
    claims: &'a str,
    signature: &'a str,
    header: Object,
}

impl<'a> Unverified<'a> {
    /// The longest token that is looked at, in bytes.
    pub const LONGEST: usize = 16 * 1024;

    /// Splits a token, and reads its header.
    ///
    /// The length and the number of segments are settled before anything is decoded.
    ///
    /// # Errors
    /// [`Error::Token`] when it is too long, has not three segments, or has a header that is not base64url, is
    /// no JSON object, repeats a name or gives `alg`, `typ` or `kid` another type than text.
    pub fn parse(token: &'a str) -> Result<Self, Error> {
        if token.len() > Self::LONGEST {
            return Err(Error::token(TokenFault::TooLong { length: token.len() }));
        }
        let split = || {
            let (message, signature) = token.rsplit_once('.')?;
            let (header, claims) = message.split_once('.').filter(|(_, claims)| !claims.contains('.'))?;
            Some((message, header, claims, signature))
        };
        let (message, header, claims, signature) = split().ok_or(Error::token(TokenFault::Segments))?;
        let header = object(header, Segment::Header)?;
        for name in ["alg", "typ", "kid"] {
            if header.get(name).is_some_and(|value| value.as_text().is_none()) {
                return Err(Error::token(TokenFault::Parameter(name)));
            }
        }
        Ok(Self { message, claims, signature, header })
    }

    /// By which algorithm it says it is signed.
    ///
    /// # Errors
    /// [`Error::Token`] when that is missing, unknown, or `none`.
    pub fn algorithm(&self) -> Result<Algorithm, Error> {
        let name = self.parameter("alg").unwrap_or_default();
        Algorithm::from_name(name).ok_or(Error::token(TokenFault::Algorithm))
    }

    /// The name of the key that it says it is signed with (`kid`).
    pub fn key_id(&self) -> Option<&str> {
        self.parameter("kid")
    }

    /// What it says it is for (`typ`).
    pub fn kind(&self) -> Option<&str> {
        self.parameter("typ")
    }

    /// A member of the header that is a text.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.header.get(name).and_then(Value::as_text)
    }

    /// The header.
    pub const fn header(&self) -> &Object {
        &self.header
    }

    /// The claims, which nobody vouches for.
    ///
    /// # Errors
    /// [`Error::Token`] when they are not base64url, are no JSON object or repeat a name.
    pub fn claims(&self) -> Result<Claims, Error> {
        object(self.claims, Segment::Claims).map(Claims::from)
    }

    /// The public key in the header (`jwk`), for a proof of possession (RFC 9449 §4.2).
    ///
    /// # Errors
    /// [`Error::Token`] when there is none, and [`Error::Key`] when it is no public key.
    ///
    /// # Security
    /// A token that verifies with the key it brings proves that its maker has the private half, and nothing
    /// else: who that is must be known from elsewhere, by the key's thumbprint.
    pub fn proof_key(&self) -> Result<Jwk, Error> {
        let value = self.header.get("jwk").ok_or(Error::token(TokenFault::Parameter("jwk")))?;
        Jwk::from_value(value)
    }

    /// What was signed, byte for byte.
    pub const fn message(&self) -> &'a str {
        self.message
    }

    /// The signature, as bytes.
    ///
    /// # Errors
    /// [`Error::Token`] when it is not base64url.
    pub fn signature(&self) -> Result<Vec<u8>, Error> {
        let fault = TokenFault::Encoding(Segment::Signature);
        base64url::decode(self.signature).ok_or(Error::token(fault))
    }
}

fn object(segment: &str, which: Segment) -> Result<Object, Error> {
    let json = base64url::decode(segment).ok_or(Error::token(TokenFault::Encoding(which)))?;
    match Value::parse(&json) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(Error::token(TokenFault::Json(which))),
    }
}

impl fmt::Debug for Unverified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { message, claims: _, signature: _, header: _ } = self;
        let mut debug = f.debug_struct("Unverified");
        debug.field("algorithm", &self.algorithm().ok()).field("length", &message.len());
        debug.finish_non_exhaustive()
    }
}
