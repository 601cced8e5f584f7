use crate::Algorithm;

/// The signature methods that a server accepts.
///
/// The default is what shared secrets can check: HMAC-SHA1, HMAC-SHA256, HMAC-SHA512 and PLAINTEXT. The RSA
/// methods and a method of your own are added by name, RSA-SHA1 with care: its hash is broken, and only the
/// fields of a request that nobody else chooses still hold.
///
/// ```
/// use countersign_oauth1::{Algorithm, Methods};
///
/// let strong = Methods::NONE.with(Algorithm::HmacSha256).with(Algorithm::RsaSha256);
/// assert!(strong.contains(Algorithm::RsaSha256));
/// assert!(!strong.contains(Algorithm::HmacSha1));
/// assert!(!Methods::default().contains(Algorithm::RsaSha1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Methods(u16);

impl Methods {
    /// None at all, to begin from.
    pub const NONE: Self = Self(0);

    /// These and one more.
    #[must_use]
    pub const fn with(self, algorithm: Algorithm) -> Self {
        Self(self.0 | 1 << algorithm as u16)
    }

    /// These without one.
    #[must_use]
    pub const fn without(self, algorithm: Algorithm) -> Self {
        Self(self.0 & !(1 << algorithm as u16))
    }

    /// Whether a method is among them.
    pub const fn contains(self, algorithm: Algorithm) -> bool {
        self.0 & (1 << algorithm as u16) != 0
    }

    /// Those that have a name of their own, in the order of [`Algorithm`].
    pub fn iter(self) -> impl Iterator<Item = Algorithm> {
        Algorithm::NAMED.into_iter().filter(move |algorithm| self.contains(*algorithm))
    }
}

impl Default for Methods {
    fn default() -> Self {
        Self::NONE
            .with(Algorithm::HmacSha1)
            .with(Algorithm::HmacSha256)
            .with(Algorithm::HmacSha512)
            .with(Algorithm::Plaintext)
    }
}
