use super::{Numbers, der};
use crate::{KeyFault, pem};

/// The first private key of a file in PEM; the error names what the file holds instead.
pub(super) fn private(file: &[u8]) -> Result<Numbers, KeyFault> {
    pem::find(file, |label| match label {
        "PRIVATE KEY" => Some(der::pkcs8),
        "RSA PRIVATE KEY" => Some(der::pkcs1),
        "EC PRIVATE KEY" => Some(|der| der::sec1(der, None)),
        _ => None,
    })
}

/// What a file without a block is.
pub(crate) fn instead(file: &[u8], text: &str) -> KeyFault {
    if text.starts_with('{') {
        return super::jwk::instead(text);
    }
    if text.starts_with("PuTTY-User-Key-File") {
        return KeyFault::Putty;
    }
    if ["ssh-", "ecdsa-", "sk-ssh-"].iter().any(|start| text.starts_with(start)) {
        return KeyFault::OpenSsh;
    }
    match der::private(file) {
        Err(KeyFault::Malformed) => KeyFault::Unknown,
        Err(fault) => fault,
        Ok(_) => KeyFault::PrivateKey,
    }
}
