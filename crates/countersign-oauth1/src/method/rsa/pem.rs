//! The PEM block of a key (RFC 7468), read from files as they are found.

use alloc::{string::String, vec::Vec};

use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use crate::{Error, KeyFault};

/// Which half of the key is asked for.
#[derive(Clone, Copy)]
pub(super) enum Wanted {
    Private,
    Public,
}

/// The contents of the block.
pub(super) enum Block {
    /// PKCS#1, which is RSA's alone.
    Pkcs1(Zeroizing<Vec<u8>>),
    /// PKCS#8 or SPKI, which names the algorithm.
    Pkcs8(Zeroizing<Vec<u8>>),
}

/// The first block that is the wanted half; the error names what the file holds instead.
pub(super) fn find(file: &[u8], wanted: Wanted) -> Result<Block, Error> {
    let Ok(text) = core::str::from_utf8(file) else {
        let der = file.first() == Some(&0x30);
        return Err(Error::key(if der { KeyFault::Der } else { KeyFault::NotPem }));
    };
    let mut other = None;
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let Some((label, after)) = after.split_once("-----") else { break };
        let (body, after) = match after.split_once("-----END ") {
            Some((body, after)) => (Some(body), after),
            None => (None, after),
        };
        rest = after;
        let read = |block: fn(Zeroizing<Vec<u8>>) -> Block| {
            let body = body.ok_or(Error::key(KeyFault::Malformed))?;
            decode(body).map(block)
        };
        match (wanted, label) {
            (Wanted::Private, "RSA PRIVATE KEY") | (Wanted::Public, "RSA PUBLIC KEY") => {
                return read(Block::Pkcs1);
            }
            (Wanted::Private, "PRIVATE KEY") | (Wanted::Public, "PUBLIC KEY") => return read(Block::Pkcs8),
            _ => other = other.or(Some(kind(label))),
        }
    }
    Err(Error::key(other.unwrap_or_else(|| unmarked(text.trim_start()))))
}

/// What a block is that is not the wanted one.
fn kind(label: &str) -> KeyFault {
    match label {
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => KeyFault::Certificate,
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => KeyFault::CertificateRequest,
        "PUBLIC KEY" | "RSA PUBLIC KEY" => KeyFault::PublicKey,
        "PRIVATE KEY" | "RSA PRIVATE KEY" => KeyFault::PrivateKey,
        "ENCRYPTED PRIVATE KEY" => KeyFault::Encrypted,
        "OPENSSH PRIVATE KEY" | "SSH2 PUBLIC KEY" => KeyFault::OpenSsh,
        other if other.ends_with(" PRIVATE KEY") || other.ends_with(" PUBLIC KEY") => KeyFault::NotRsa,
        _ => KeyFault::OtherPem,
    }
}

/// What a text without a block is.
fn unmarked(text: &str) -> KeyFault {
    if text.starts_with('{') {
        KeyFault::Json
    } else if text.starts_with("PuTTY-User-Key-File") {
        KeyFault::Putty
    } else if text.starts_with("ssh-") || text.starts_with("ecdsa-") {
        KeyFault::OpenSsh
    } else if text.starts_with('0') && text.bytes().any(|byte| byte == 0) {
        KeyFault::Der
    } else {
        KeyFault::NotPem
    }
}

/// Base64 in lines, which may be indented; the headers of an old encrypted key (RFC 1421) give it away.
fn decode(body: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    if body.contains("Proc-Type:") {
        return Err(Error::key(KeyFault::Encrypted));
    }
    // Sized ahead, so that growing leaves no copy behind that is not wiped.
    let mut joined = Zeroizing::new(String::with_capacity(body.len()));
    joined.extend(body.split_ascii_whitespace());
    let mut der = Zeroizing::new(Vec::with_capacity(joined.len()));
    STANDARD.decode_vec(joined.as_bytes(), &mut der).map_err(|_| Error::key(KeyFault::Malformed))?;
    Ok(der)
}
