use alloc::{vec, vec::Vec};

use zeroize::Zeroizing;

use super::Numbers;
use crate::{
    KeyFault,
    der::{self, CONTEXT_0, CONTEXT_1, Elements, INTEGER, OCTET_STRING, OID, SEQUENCE},
    jwk::{Material, material::Curve},
};

/// The contents of the object identifiers (RFC 8017 §A.1, RFC 5480 §2.1.1, RFC 8410 §3, RFC 7292 §4.1).
pub(crate) const RSA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
pub(crate) const EC: &[u8] = b"\x2a\x86\x48\xce\x3d\x02\x01";
pub(crate) const P256: &[u8] = b"\x2a\x86\x48\xce\x3d\x03\x01\x07";
pub(crate) const P384: &[u8] = b"\x2b\x81\x04\x00\x22";
pub(crate) const ED25519: &[u8] = b"\x2b\x65\x70";
const PKCS7_DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";

/// Whether a file begins as a sequence that is about as long as the file.
pub(super) fn looks_like(file: &[u8]) -> bool {
    Elements::new(file).sequence().is_some() || file.get(1).is_some_and(|byte| *byte >= 0x80)
}

/// A private key in one of its three forms.
pub(super) fn private(file: &[u8]) -> Result<Numbers, KeyFault> {
    let inner = der::sequence(file).ok_or(KeyFault::Malformed)?;
    let mut ahead = inner;
    if ahead.expect(INTEGER).is_none() {
        return Err(other(inner));
    }
    match ahead.next() {
        Some((SEQUENCE, algorithm)) if Elements::new(algorithm).expect(OID) == Some(PKCS7_DATA) => {
            Err(KeyFault::Pkcs12)
        }
        Some((SEQUENCE, _)) => pkcs8(file),
        Some((OCTET_STRING, _)) => sec1(file, None),
        Some((INTEGER, _)) if ahead.is_empty() => Err(KeyFault::PublicKey),
        Some((INTEGER, _)) => pkcs1(file),
        _ => Err(KeyFault::Unknown),
    }
}

/// What the sequence is that is no private key.
fn other(mut elements: Elements<'_>) -> KeyFault {
    let Some(first) = elements.sequence() else { return KeyFault::Unknown };
    let second = elements.next().map(|(tag, _)| tag);
    let mut ahead = first;
    match (ahead.next(), second) {
        (Some((OID, _)), Some(OCTET_STRING)) => KeyFault::Encrypted,
        (Some((OID, _)), Some(der::BIT_STRING)) => KeyFault::PublicKey,
        (Some((CONTEXT_0, _)), Some(SEQUENCE)) => KeyFault::Certificate,
        (Some((INTEGER, _)), Some(SEQUENCE)) => {
            // A certificate goes on with how it is signed, a request with a name.
            let signed = ahead.sequence().is_some_and(|mut next| next.expect(OID).is_some());
            if signed { KeyFault::Certificate } else { KeyFault::CertificateRequest }
        }
        _ => KeyFault::Unknown,
    }
}

/// `PrivateKeyInfo` (RFC 5208 §5, RFC 5958 §2).
pub(super) fn pkcs8(file: &[u8]) -> Result<Numbers, KeyFault> {
    let mut inner = der::sequence(file).ok_or(KeyFault::Malformed)?;
    let mut parts = || {
        inner.number()?;
        let mut algorithm = inner.sequence()?;
        let (oid, parameters) = (algorithm.expect(OID)?, algorithm.expect(OID));
        Some((oid, parameters, inner.expect(OCTET_STRING)?))
    };
    let (oid, parameters, key) = parts().ok_or(KeyFault::Malformed)?;
    match oid {
        RSA => pkcs1(key),
        EC => sec1(key, Some(curve(parameters)?)),
        ED25519 => {
            // The seed is an octet string once more, and the public key may follow (RFC 8410 §7, RFC 5958).
            let mut seed = Elements::new(key);
            let seed = seed.expect(OCTET_STRING).filter(|_| seed.is_empty());
            inner.expect(CONTEXT_0);
            let public = match inner.next() {
                Some((0x81, [0, public @ ..])) => Some(public.try_into().map_err(|_| KeyFault::Malformed)?),
                Some(_) => return Err(KeyFault::Malformed),
                None => None,
            };
            let seed = seed.and_then(|seed| seed.try_into().ok()).ok_or(KeyFault::Malformed)?;
            Ok(Numbers::Ed25519 { seed: Zeroizing::new(seed), public })
        }
        _ => Err(KeyFault::Unsupported),
    }
}

/// `RSAPrivateKey` (RFC 8017 §A.1.2), of two primes.
pub(super) fn pkcs1(file: &[u8]) -> Result<Numbers, KeyFault> {
    let mut inner = der::sequence(file).ok_or(KeyFault::Malformed)?;
    let version = inner.number().ok_or(KeyFault::Malformed)?;
    if version != [0] {
        return Err(KeyFault::Unsupported);
    }
    let mut number = || inner.number().ok_or(KeyFault::Malformed);
    let public = Material::rsa(number()?, number()?)?;
    for _ in 0..6 {
        number()?;
    }
    if !inner.is_empty() {
        return Err(KeyFault::Malformed);
    }
    Ok(Numbers::Rsa { pkcs1: Zeroizing::new(file.to_vec()), public })
}

/// `ECPrivateKey` (RFC 5915 §3); inside of PKCS#8 the curve stands outside.
pub(super) fn sec1(file: &[u8], known: Option<Curve>) -> Result<Numbers, KeyFault> {
    let mut inner = der::sequence(file).ok_or(KeyFault::Malformed)?;
    let mut parts = || Some((inner.number()?, inner.expect(OCTET_STRING)?));
    let (_, scalar) = parts().ok_or(KeyFault::Malformed)?;
    let named = match inner.expect(CONTEXT_0) {
        Some(parameters) => Some(curve(Elements::new(parameters).expect(OID))?),
        None => None,
    };
    let curve = match (known, named) {
        (Some(known), Some(named)) if known != named => return Err(KeyFault::Malformed),
        (known, named) => known.or(named).ok_or(KeyFault::Malformed)?,
    };
    let public = match inner.expect(CONTEXT_1) {
        Some(point) => {
            let point = Elements::new(point).bits().ok_or(KeyFault::Malformed)?;
            Some(Material::point(curve, point)?)
        }
        None => None,
    };
    scalar_of(curve, scalar).map(|scalar| Numbers::Ec { curve, scalar, public })
}

fn curve(oid: Option<&[u8]>) -> Result<Curve, KeyFault> {
    match oid {
        Some(P256) => Ok(Curve::P256),
        Some(P384) => Ok(Curve::P384),
        _ => Err(KeyFault::Unsupported),
    }
}

/// The private number in its full length; some programs leave the zeros before it out.
pub(super) fn scalar_of(curve: Curve, scalar: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyFault> {
    let mut full = Zeroizing::new(vec![0; curve.length()]);
    let start = curve.length().checked_sub(scalar.len()).ok_or(KeyFault::Malformed)?;
    full.get_mut(start..).ok_or(KeyFault::Malformed)?.copy_from_slice(scalar);
    Ok(full)
}
