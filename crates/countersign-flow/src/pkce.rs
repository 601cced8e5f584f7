//! Proof Key for Code Exchange (RFC 7636): who redeems a code is who asked for it.
//!
//! There is only `S256`; `plain` protects against nobody who sees the request.

use alloc::string::String;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_token::Secret;
use countersign_wire::flow::{Entropy, NoEntropy};
use sha2::{Digest, Sha256};

/// A code verifier (RFC 7636 §4.1): 32 random octets as 43 characters.
#[derive(Clone, Debug)]
pub struct Verifier(Secret);

impl Verifier {
    /// A verifier that nobody can guess, for one login.
    ///
    /// # Errors
    /// [`NoEntropy`] when there are no random bytes.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        random_text(entropy).map(Self)
    }

    /// The verifier of these octets, which must be random; for whoever has them already.
    pub fn from_octets(octets: &[u8; 32]) -> Self {
        Self(Secret::new(URL_SAFE_NO_PAD.encode(octets)))
    }

    /// The verifier of this text: 43 to 128 unreserved characters; `None` for any other.
    pub fn from_text(text: &Secret) -> Option<Self> {
        let valid = (43..=128).contains(&text.expose().len())
            && text.expose().bytes().all(countersign_wire::percent::is_unreserved);
        valid.then(|| Self(text.clone()))
    }

    /// The text that is sent with the code.
    pub fn secret(&self) -> &Secret {
        &self.0
    }

    /// The code challenge (RFC 7636 §4.2 `S256`), which is sent with the user.
    ///
    /// ```
    /// use countersign_flow::pkce::Verifier;
    /// use countersign_token::Secret;
    ///
    /// let verifier = Verifier::from_text(&Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")).unwrap();
    /// assert_eq!(verifier.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    /// ```
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.expose()))
    }
}

/// 256 random bits as 43 characters that need no encoding anywhere.
pub(crate) fn random_text(entropy: &dyn Entropy) -> Result<Secret, NoEntropy> {
    let mut octets = [0; 32];
    entropy.fill(&mut octets)?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(octets)))
}
