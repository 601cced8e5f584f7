//! The blocks of PEM (RFC 7468), read from files as they are found.

use alloc::{string::String, vec::Vec};

use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use crate::{KeyFault, private_key::instead};

/// The first block that `read` has a use for; the error names what the file holds instead.
///
/// Lines may be indented, and other text may stand before and after a block.
pub(crate) fn find<T>(
    file: &[u8],
    read: impl Fn(&str) -> Option<fn(&[u8]) -> Result<T, KeyFault>>,
) -> Result<T, KeyFault> {
    // Text around the block may be in any encoding; what counts is ASCII.
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
        match read(label) {
            Some(read) => return read(&decode(body.ok_or(KeyFault::Malformed)?)?),
            None => other = other.or(kind(label)),
        }
    }
    Err(other.unwrap_or_else(|| instead(file, text.trim_start())))
}

/// What a block is that is not the wanted one; nothing when it may stand beside a key.
fn kind(label: &str) -> Option<KeyFault> {
    Some(match label {
        "EC PARAMETERS" | "DH PARAMETERS" | "X509 CRL" => return None,
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => KeyFault::Certificate,
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => KeyFault::CertificateRequest,
        "PUBLIC KEY" | "RSA PUBLIC KEY" => KeyFault::PublicKey,
        "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" => KeyFault::PrivateKey,
        "ENCRYPTED PRIVATE KEY" => KeyFault::Encrypted,
        "OPENSSH PRIVATE KEY" | "SSH2 PUBLIC KEY" => KeyFault::OpenSsh,
        other if other.ends_with(" PRIVATE KEY") => KeyFault::Unsupported,
        _ => KeyFault::OtherPem,
    })
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
