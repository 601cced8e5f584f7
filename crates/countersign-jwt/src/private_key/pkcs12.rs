use p12_keystore::{Pkcs12Archive, error::Error as Archive};

use super::{Numbers, PrivateKey, der};
use crate::{Error, KeyFault};

/// The first private key of a PKCS#12 file (RFC 7292).
pub(super) fn private(file: &[u8], password: &str) -> Result<Numbers, KeyFault> {
    match PrivateKey::read(file) {
        Err(Error::Key { fault: KeyFault::Pkcs12 }) => {}
        Err(Error::Key { fault }) => return Err(fault),
        _ => return Err(KeyFault::NotPkcs12),
    }
    let archive = Pkcs12Archive::from_pkcs12(file, password).map_err(|error| match error {
        Archive::MacError(_) | Archive::UnpadError | Archive::Pkcs5Error(_) => KeyFault::Password,
        Archive::UnsupportedEncryptionScheme
        | Archive::UnsupportedMacAlgorithm
        | Archive::UnsupportedContentType => KeyFault::Unsupported,
        _ => KeyFault::Malformed,
    })?;
    let bag = archive.keys.first().ok_or(KeyFault::Certificate)?;
    der::pkcs8(bag.key.as_der())
}
