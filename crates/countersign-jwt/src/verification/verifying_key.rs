use core::fmt;

use countersign_token::Secret;
use jsonwebtoken::{
    DecodingKey,
    jwk::{
        AlgorithmParameters, CommonParameters, EllipticCurve, EllipticCurveKeyParameters,
        EllipticCurveKeyType, Jwk as Joined, OctetKeyPairParameters, OctetKeyPairType, RSAKeyParameters,
        RSAKeyType,
    },
};

use super::provider::named;
use crate::{
    Algorithm, Backend, Error, Jwk, KeyFault, KeyKind, base64url,
    jwk::{Material, material::Curve},
};

/// What checks signatures: a public key, or a shared secret, with the library that does the arithmetic.
///
/// ```
/// # #[cfg(feature = "aws-lc-rs")] {
/// use countersign_jwt::{Algorithm, Backend, Jwk, VerifyingKey, base64url};
///
/// // RFC 8037 §A.4.
/// let key = Jwk::from_json(br#"{
///     "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
/// }"#)?;
/// let key = VerifyingKey::new(&key, Backend::AwsLcRs)?;
/// let message = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
/// let signature = base64url::decode(
///     "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
/// ).unwrap();
/// assert!(key.holds(Algorithm::EdDsa, message, &signature));
/// assert!(!key.holds(Algorithm::Hs256, message, &signature));
/// # }
/// # Ok::<(), countersign_jwt::Error>(())
/// ```
#[derive(Clone)]
pub struct VerifyingKey {
    key: DecodingKey,
    /// The public key; nothing for a shared secret.
    jwk: Option<Jwk>,
    backend: Backend,
}

impl VerifyingKey {
    /// A public key.
    ///
    /// # Errors
    /// [`Error::Key`] when the library refuses it, such as a point that is not on its curve.
    pub fn new(jwk: &Jwk, backend: Backend) -> Result<Self, Error> {
        let refused = Error::key(KeyFault::Refused);
        let key = DecodingKey::from_jwk(&joined(jwk)).map_err(|_| refused.clone())?;
        let any = Algorithm::ALL.into_iter().find(|algorithm| algorithm.suits(jwk.kind()));
        let name = named(any.ok_or(refused.clone())?);
        // The key is parsed once more with each signature, for what the factory makes cannot be kept by threads.
        (backend.provider().verifier_factory)(&name, &key).map_err(|_| refused)?;
        Ok(Self { key, jwk: Some(jwk.clone()), backend })
    }

    /// A shared secret, for HS256.
    ///
    /// # Errors
    /// [`Error::Key`] with [`KeyFault::TooShort`] under 256 bits (RFC 7518 §3.2).
    pub fn from_secret(secret: &Secret, backend: Backend) -> Result<Self, Error> {
        let bytes = secret.expose().as_bytes();
        if bytes.len() < 32 {
            return Err(Error::key(KeyFault::TooShort { bits: bytes.len().saturating_mul(8) }));
        }
        Ok(Self { key: DecodingKey::from_secret(bytes), jwk: None, backend })
    }

    /// What kind of key it is.
    pub fn kind(&self) -> KeyKind {
        self.jwk.as_ref().map_or(KeyKind::Symmetric, Jwk::kind)
    }

    /// The name of the key (`kid`).
    pub fn key_id(&self) -> Option<&str> {
        self.jwk.as_ref().and_then(Jwk::key_id)
    }

    /// The public key; nothing for a shared secret.
    pub const fn public_key(&self) -> Option<&Jwk> {
        self.jwk.as_ref()
    }

    /// Whether it checks signatures of this algorithm, by its kind and by what it says it is for.
    pub fn serves(&self, algorithm: Algorithm) -> bool {
        self.jwk.as_ref().map_or(algorithm.suits(KeyKind::Symmetric), |jwk| jwk.serves(algorithm))
    }

    /// Whether the signature of a message holds; never by an algorithm that is not the key's.
    pub fn holds(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let checked = || {
            let verifier = (self.backend.provider().verifier_factory)(&named(algorithm), &self.key).ok()?;
            verifier.verify(message, &signature.to_vec()).ok()
        };
        self.serves(algorithm) && checked().is_some()
    }
}

/// The same key in jsonwebtoken's words.
fn joined(jwk: &Jwk) -> Joined {
    let text = |number: &[u8]| base64url::encode(number);
    let algorithm = match jwk.material() {
        Material::Rsa { modulus, exponent } => AlgorithmParameters::RSA(RSAKeyParameters {
            key_type: RSAKeyType::RSA,
            n: text(modulus),
            e: text(exponent),
        }),
        Material::Ec { curve, x, y } => AlgorithmParameters::EllipticCurve(EllipticCurveKeyParameters {
            key_type: EllipticCurveKeyType::EC,
            curve: match curve {
                Curve::P256 => EllipticCurve::P256,
                Curve::P384 => EllipticCurve::P384,
            },
            x: text(x),
            y: text(y),
        }),
        Material::Ed25519(x) => AlgorithmParameters::OctetKeyPair(OctetKeyPairParameters {
            key_type: OctetKeyPairType::OctetKeyPair,
            curve: EllipticCurve::Ed25519,
            x: text(x),
        }),
    };
    Joined { common: CommonParameters::default(), algorithm }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key: _, jwk, backend } = self;
        let mut debug = f.debug_struct("VerifyingKey");
        debug.field("kind", &self.kind()).field("public", jwk).field("backend", backend);
        debug.finish_non_exhaustive()
    }
}
