use super::{Material, material::Curve};
use crate::{
    KeyFault,
    der::{self, OID},
    pem,
    private_key::der::{EC, ED25519, P256, P384, RSA},
};

/// The first public key of a file in PEM; the error names what the file holds instead.
pub(super) fn public(file: &[u8]) -> Result<Material, KeyFault> {
    pem::find(file, |label| match label {
        "PUBLIC KEY" => Some(spki),
        "RSA PUBLIC KEY" => Some(pkcs1),
        _ => None,
    })
}

/// `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).
fn spki(file: &[u8]) -> Result<Material, KeyFault> {
    let mut inner = der::sequence(file).ok_or(KeyFault::Malformed)?;
    let mut parts = || {
        let mut algorithm = inner.sequence()?;
        let (oid, parameters) = (algorithm.expect(OID)?, algorithm.expect(OID));
        let key = inner.bits()?;
        inner.is_empty().then_some((oid, parameters, key))
    };
    match parts().ok_or(KeyFault::Malformed)? {
        (RSA, _, key) => pkcs1(key),
        (EC, Some(P256), point) => Material::point(Curve::P256, point),
        (EC, Some(P384), point) => Material::point(Curve::P384, point),
        (ED25519, _, key) => Material::ed25519(key),
        _ => Err(KeyFault::Unsupported),
    }
}

/// `RSAPublicKey` (RFC 8017 §A.1.1).
fn pkcs1(file: &[u8]) -> Result<Material, KeyFault> {
    let mut inner = der::sequence(file).ok_or(KeyFault::Malformed)?;
    let mut number = || inner.number().ok_or(KeyFault::Malformed);
    let (modulus, exponent) = (number()?, number()?);
    if !inner.is_empty() {
        return Err(KeyFault::Malformed);
    }
    Material::rsa(modulus, exponent)
}
