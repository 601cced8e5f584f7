//! HMAC (RFC 5849 §3.4.2), over the hash that RFC 5849 names and over those that servers added.

use alloc::string::String;
use core::fmt;

use countersign_token::Secret;
use countersign_wire::flow::Entropy;
use subtle::ConstantTimeEq;

use super::{
    SharedSecret, SignatureMethod,
    keyed::{self, Keyed},
};
use crate::{Algorithm, Error, Signature, encoding::base64_to, room::Room};

/// A method over `$hash`, whose block has `$block` bytes and whose code in base64 has `$length` characters.
macro_rules! method {
    ($(#[$docs:meta])* $name:ident, $algorithm:expr, $hash:ident, $block:literal, $length:literal) => {
        $(#[$docs])*
        #[derive(Clone)]
        pub struct $name(Keyed<keyed::$hash, $block>);

        impl $name {
            /// The method under a client's secret and the token's; no token is an empty secret.
            pub fn new(client: &Secret, token: Option<&Secret>) -> Self {
                Self(SharedSecret::new(client, token).with(Keyed::in_place))
            }

            /// The value of `oauth_signature` over a base string.
            pub fn sign(&self, base_string: &str) -> String {
                self.encoded(base_string.as_bytes()).map(char::from).iter().collect()
            }

            /// Whether a signature holds, in time that does not depend on it.
            pub fn verify(&self, base_string: &str, signature: &str) -> bool {
                are_same(&self.encoded(base_string.as_bytes()), signature.as_bytes())
            }

            /// Puts the encoded signature over the base string that begins here in the place of all from there on.
            pub(crate) fn sign_at(&self, place: usize, base_string: usize, room: &mut Room) {
                let (code, length) = self.0.code_in_place(room.since_with(base_string, 2 * $block));
                room.truncate(place);
                room.encode_base64(code.get(..length).unwrap_or_default());
            }

            /// The code in base64.
            pub(crate) fn encoded(&self, base_string: &[u8]) -> [u8; $length] {
                let (code, length) = self.0.code(base_string);
                let mut text = [b'='; $length];
                base64_to(code.get(..length).unwrap_or_default(), &mut text);
                text
            }
        }

        impl SignatureMethod for $name {
            fn name(&self) -> &str {
                $algorithm.as_str()
            }

            fn sign(&self, base_string: &str, _: &dyn Entropy) -> Result<Signature, Error> {
                Ok(Signature::of_ascii(&self.encoded(base_string.as_bytes())))
            }

            fn verify(&self, base_string: &str, signature: &str) -> bool {
                $name::verify(self, base_string, signature)
            }

            fn verify_bytes(&self, base_string: &[u8], signature: &str) -> bool {
                are_same(&self.encoded(base_string), signature.as_bytes())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

method! {
    /// HMAC-SHA1 (RFC 5849 §3.4.2) with the key worked in once.
    ///
    /// ```
    /// use countersign_oauth1::HmacSha1;
    /// use countersign_token::Secret;
    ///
    /// let method = HmacSha1::new(&Secret::new("cs"), Some(&Secret::new("ts")));
    /// assert_eq!(method.sign("bs"), "VZVjXceV7JgPq/dOTnNmEfO0Fv8=");
    /// assert!(method.verify("bs", "VZVjXceV7JgPq/dOTnNmEfO0Fv8="));
    /// ```
    HmacSha1, Algorithm::HmacSha1, Sha1, 64, 28
}

method! {
    /// HMAC-SHA256, with the key of HMAC-SHA1 worked in once.
    ///
    /// ```
    /// use countersign_oauth1::HmacSha256;
    /// use countersign_token::Secret;
    ///
    /// let method = HmacSha256::new(&Secret::new("cs"), Some(&Secret::new("ts")));
    /// assert!(method.verify("bs", &method.sign("bs")));
    /// ```
    HmacSha256, Algorithm::HmacSha256, Sha256, 64, 44
}

method! {
    /// HMAC-SHA512, with the key of HMAC-SHA1 worked in once.
    ///
    /// ```
    /// use countersign_oauth1::HmacSha512;
    /// use countersign_token::Secret;
    ///
    /// let method = HmacSha512::new(&Secret::new("cs"), Some(&Secret::new("ts")));
    /// assert!(method.verify("bs", &method.sign("bs")));
    /// ```
    HmacSha512, Algorithm::HmacSha512, Sha512, 128, 88
}

/// Whether two codes are the same, in time that depends on their lengths alone.
///
/// What differs is gathered by words, so that one comparison is hidden from the compiler and not one for each
/// byte.
fn are_same(code: &[u8], signature: &[u8]) -> bool {
    let ((ours, our_rest), (theirs, their_rest)) = (code.as_chunks(), signature.as_chunks());
    let words = ours.iter().zip(theirs);
    let differing = words.fold(0, |differing, (ours, theirs)| {
        differing | (u32::from_ne_bytes(*ours) ^ u32::from_ne_bytes(*theirs))
    });
    let is_as_long = code.len() == signature.len();
    is_as_long && (differing.ct_eq(&0) & our_rest.ct_eq(their_rest)).into()
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::are_same;

    #[test]
    fn codes_are_the_same_when_every_bit_and_the_length_is() {
        for length in 0..20 {
            let code = vec![b'a'; length];
            assert!(are_same(&code, &code.clone()));
            assert!(!are_same(&code, &[&code[..], b"a"].concat()));
            assert!(!are_same(&[&code[..], b"a"].concat(), &code));
            for bit in 0..length * 8 {
                let mut other = code.clone();
                other[bit / 8] ^= 1 << (bit % 8);
                assert!(!are_same(&code, &other), "bit {bit} of {length} bytes");
            }
        }
    }
}
