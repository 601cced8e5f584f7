use alloc::string::String;
use core::fmt;

use countersign_token::Secret;
use zeroize::Zeroizing;

use crate::{Algorithm, Claims, Error, Header, Signer, base64url};

/// A token without its signature, for a key that is elsewhere: a key service, a card, another process.
///
/// ```
/// use countersign_jwt::{Algorithm, Claims, Header, Unsigned};
///
/// let unsigned = Unsigned::new(Algorithm::Rs256, &Header::jwt(), &Claims::new().with_issuer("me"))?;
/// assert_eq!(unsigned.message(), "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJtZSJ9");
/// let token = unsigned.finish([0x5f; 256]);
/// assert_eq!(token.expose().matches('.').count(), 2);
/// # Ok::<(), countersign_jwt::Error>(())
/// ```
#[derive(Clone)]
pub struct Unsigned {
    algorithm: Algorithm,
    message: Zeroizing<String>,
}

/// Room for the signature of the longest usual key, so that the token is not moved again.
const SIGNATURE: usize = 700;

impl Unsigned {
    /// Puts header and claims together.
    ///
    /// # Errors
    /// [`Error::Reserved`] when the header sets by hand what is not to be set so.
    pub fn new(algorithm: Algorithm, header: &Header, claims: &Claims) -> Result<Self, Error> {
        Self::with_key_id(algorithm, header, None, claims)
    }

    pub(crate) fn with_key_id(
        algorithm: Algorithm,
        header: &Header,
        key_id: Option<&str>,
        claims: &Claims,
    ) -> Result<Self, Error> {
        let header = header.to_json(algorithm, key_id)?;
        let claims = claims.to_json();
        let length = (header.len() + claims.expose().len()) / 3 * 4 + 16;
        let mut message = Zeroizing::new(String::with_capacity(length + SIGNATURE));
        base64url::encode_into(header.as_bytes(), &mut message);
        message.push('.');
        base64url::encode_into(claims.expose().as_bytes(), &mut message);
        Ok(Self { algorithm, message })
    }

    /// By which algorithm it is to be signed.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// What is to be signed (RFC 7515 §5.1), as ASCII.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The token with a signature that was made elsewhere, as bytes in the form of JWS.
    pub fn finish(mut self, signature: impl AsRef<[u8]>) -> Secret {
        self.message.push('.');
        base64url::encode_into(signature.as_ref(), &mut self.message);
        Secret::new(core::mem::take(&mut *self.message))
    }
}

impl fmt::Debug for Unsigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { algorithm, message: _ } = self;
        f.debug_struct("Unsigned").field("algorithm", algorithm).finish_non_exhaustive()
    }
}

/// Signs claims, and gives the token in its compact form (RFC 7515 §7.1).
///
/// The header names the algorithm of the key, and the key itself by its `kid`, when it has one.
///
/// # Errors
/// [`Error::Reserved`] for a header that sets by hand what is not to be set so, and what the signer answers.
pub fn sign(header: &Header, claims: &Claims, signer: &dyn Signer) -> Result<Secret, Error> {
    let unsigned = Unsigned::with_key_id(signer.algorithm(), header, signer.key_id(), claims)?;
    let signature = signer.sign(unsigned.message().as_bytes())?;
    Ok(unsigned.finish(signature))
}
