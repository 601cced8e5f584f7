use alloc::{string::String, vec::Vec};

use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::{Numbers, der};
use crate::KeyFault;

/// The first private key of a file in PEM (RFC 7468); the error names what the file holds instead.
pub(super) fn private(file: &[u8]) -> Result<Numbers, KeyFault> {
    // Comments around the block may be in any encoding; what counts is ASCII.
    let text = String::from_utf8_lossy(file);
    let mut other = None;
    let mut rest = text.as_ref();
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let Some((label, after)) = after.split_once("-----") else { break };
        let (body, after) = match after.split_once("-----END ") {
            Some((body, after)) => (Some(body), after),
            None => (None, after),
        };
        rest = after;
        let read: fn(&[u8]) -> Result<Numbers, KeyFault> = match label {
            "PRIVATE KEY" => der::pkcs8,
            "RSA PRIVATE KEY" => der::pkcs1,
            "EC PRIVATE KEY" => |der| der::sec1(der, None),
            _ => {
                other = other.or(kind(label));
                continue;
            }
        };
        return read(&decode(body.ok_or(KeyFault::Malformed)?)?);
    }
    Err(other.unwrap_or_else(|| unmarked(file, text.trim_start())))
}

/// What a block is that is not the wanted one; nothing when it may stand beside a key.
fn kind(label: &str) -> Option<KeyFault> {
    Some(match label {
        "EC PARAMETERS" | "DH PARAMETERS" | "X509 CRL" => return None,
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => KeyFault::Certificate,
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => KeyFault::CertificateRequest,
        "PUBLIC KEY" | "RSA PUBLIC KEY" => KeyFault::PublicKey,
        "ENCRYPTED PRIVATE KEY" => KeyFault::Encrypted,
        "OPENSSH PRIVATE KEY" | "SSH2 PUBLIC KEY" => KeyFault::OpenSsh,
        other if other.ends_with(" PRIVATE KEY") => KeyFault::Unsupported,
        _ => KeyFault::OtherPem,
    })
}

/// What a file without a block is.
fn unmarked(file: &[u8], text: &str) -> KeyFault {
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
        Err(fault @ (KeyFault::Pkcs12 | KeyFault::Encrypted | KeyFault::Certificate)) => fault,
        Err(fault @ (KeyFault::CertificateRequest | KeyFault::PublicKey)) => fault,
        _ => KeyFault::Unknown,
    }
}

/// Base64 in lines, which may be indented; the headers of an old encrypted key (RFC 1421) give it away.
fn decode(body: &str) -> Result<Zeroizing<Vec<u8>>, KeyFault> {
    if body.contains("Proc-Type:") {
        return Err(KeyFault::Encrypted);
    }
    // Sized ahead, so that growing leaves no copy behind that is not wiped.
    let mut joined = Zeroizing::new(String::with_capacity(body.len()));
    joined.extend(body.split_ascii_whitespace());
    let mut der = Zeroizing::new(Vec::with_capacity(joined.len()));
    STANDARD.decode_vec(joined.as_bytes(), &mut der).map_err(|_| KeyFault::Malformed)?;
    Ok(der)
}
