use alloc::{boxed::Box, sync::Arc};

use countersign_wire::flow::Entropy;

use crate::{BodyHash, Error, Signature};

/// A way to sign (RFC 5849 §3.4), with its key: the crate's own methods are made of it, and so is yours.
///
/// 1. [`name`](Self::name) is what is sent as `oauth_signature_method`, the same at every call.
/// 2. [`sign`](Self::sign) answers the signature as it is before it is percent-encoded.
/// 3. [`verify`](Self::verify) holds for what `sign` answered over the same base string, and for nothing that
///    was made without the key.
/// 4. The key is read once, when the value is made: the methods are called from many threads at a time.
///
/// # Security
/// A server that accepts a method accepts every request that whoever can sign with it makes.
/// `verify` compares in constant time, and takes no shorter for an empty signature or another key's.
///
/// ```
/// use countersign_oauth1::{Error, Form, Signature, SignatureMethod, Signer, Stamp, Target, Token};
/// use countersign_token::{ClientId, Timestamp};
/// use countersign_wire::flow::Entropy;
///
/// /// Not a signature at all, but it shows where one would be made.
/// struct Length;
///
/// impl SignatureMethod for Length {
///     fn name(&self) -> &str {
///         "X-LENGTH"
///     }
///
///     fn sign(&self, base_string: &str, _: &dyn Entropy) -> Result<Signature, Error> {
///         Ok(base_string.len().to_string().into())
///     }
///
///     fn verify(&self, base_string: &str, signature: &str) -> bool {
///         signature == base_string.len().to_string()
///     }
/// }
///
/// let signer = Signer::with_method(Length, ClientId::new("ck"), Token::None);
/// let target = Target::new("GET", "https://example.com/", Form::None);
/// let header = signer.authorization(target, Stamp::new(Timestamp::from_unix(1_318_622_958), "n"))?;
/// assert!(header.contains(r#"oauth_signature_method="X-LENGTH""#));
/// assert!(header.ends_with(r#"oauth_signature="163""#));
/// # Ok::<(), Error>(())
/// ```
pub trait SignatureMethod: Send + Sync {
    /// The value of `oauth_signature_method`.
    fn name(&self) -> &str;

    /// The value of `oauth_signature` over a base string.
    ///
    /// The random bytes are those of the stamp, for methods that blind the key or salt the signature.
    ///
    /// # Errors
    /// [`Error::Key`], with [`KeyFault::Unavailable`](crate::KeyFault::Unavailable) when the key is out of
    /// reach.
    fn sign(&self, base_string: &str, entropy: &dyn Entropy) -> Result<Signature, Error>;

    /// Whether a signature holds over a base string.
    fn verify(&self, base_string: &str, signature: &str) -> bool;

    /// The same over the bytes of a base string, for methods that hash bytes and need not know them to be text.
    #[doc(hidden)]
    fn verify_bytes(&self, base_string: &[u8], signature: &str) -> bool {
        self.verify(core::str::from_utf8(base_string).unwrap_or_default(), signature)
    }

    /// The hash that `oauth_body_hash` goes by; `None` when the method does not sign the base string.
    fn body_hash(&self) -> Option<BodyHash> {
        BodyHash::of_method(self.name())
    }

    /// Whether the signature shows the secrets, so that it needs TLS as PLAINTEXT does.
    fn shows_secrets(&self) -> bool {
        self.name() == crate::Algorithm::Plaintext.as_str()
    }
}

macro_rules! forward {
    ($($pointer:ty),*) => { $(
        impl<T: SignatureMethod + ?Sized> SignatureMethod for $pointer {
            fn name(&self) -> &str {
                (**self).name()
            }

            fn sign(&self, base_string: &str, entropy: &dyn Entropy) -> Result<Signature, Error> {
                (**self).sign(base_string, entropy)
            }

            fn verify(&self, base_string: &str, signature: &str) -> bool {
                (**self).verify(base_string, signature)
            }

            fn verify_bytes(&self, base_string: &[u8], signature: &str) -> bool {
                (**self).verify_bytes(base_string, signature)
            }

            fn body_hash(&self) -> Option<BodyHash> {
                (**self).body_hash()
            }

            fn shows_secrets(&self) -> bool {
                (**self).shows_secrets()
            }
        }
    )* };
}

forward!(&T, Box<T>, Arc<T>);
