//! Demonstrated proof of possession (RFC 9449): tokens that are worthless without a key.
//!
//! A client with a [`ProofKey`] proves at the token endpoint that it holds the key, gets tokens bound to it,
//! and proves it again at each resource ([`DPoP`]). A server may want its own nonce in the proofs: the request
//! is then sent once more with it, and a second such answer is final.

use alloc::{
    borrow::ToOwned,
    collections::BTreeMap,
    format,
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};
use core::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_token::Secret;
use countersign_wire::{flow::Env, response};
use http::{HeaderMap, HeaderName, Method, Response, Uri};
use sha2::{Digest, Sha256};

use crate::{Error, discovery::challenges};

#[cfg(feature = "jwt")]
mod key;
mod proven;
mod resource;

#[cfg(feature = "jwt")]
pub use key::DPoPKey;
pub(crate) use proven::Proven;
pub use resource::DPoP;

/// The header field of proofs.
const PROOF: HeaderName = HeaderName::from_static("dpop");
/// The header field of nonces.
const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// What makes proofs (RFC 9449 §4.2): a key here ([`DPoPKey`](crate::dpop), feature `jwt`) or wherever it is.
///
/// 1. Each proof is new: with a `jti` of at least 96 random bits and the time of `env`.
/// 2. Its `htm`, `htu`, `ath` and `nonce` are those of the [`Proof`], and no others.
/// 3. [`thumbprint`](Self::thumbprint) is that of the key whose public half the proofs carry.
///
/// # Security
/// A proof is made for one request and one moment. An implementation that repeats itself hands out what a
/// thief needs.
pub trait Prove: Send + Sync {
    /// The JWK thumbprint of the key (RFC 7638 with SHA-256), base64url without padding.
    fn thumbprint(&self) -> &str;

    /// The proof, in compact form.
    ///
    /// # Errors
    /// It cannot be made, such as for want of random bytes.
    fn prove(&self, proof: &Proof<'_>, env: &Env<'_>) -> Result<Secret, Error>;
}

impl<P: Prove + ?Sized> Prove for Arc<P> {
    fn thumbprint(&self) -> &str {
        (**self).thumbprint()
    }

    fn prove(&self, proof: &Proof<'_>, env: &Env<'_>) -> Result<Secret, Error> {
        (**self).prove(proof, env)
    }
}

/// What a proof is of (RFC 9449 §4.2).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Proof<'a> {
    /// The method of the request: `htm`.
    pub method: &'a Method,
    /// Its address without query and fragment: `htu`.
    pub target: String,
    /// The hash of the access token that goes along: `ath`.
    pub token_hash: Option<String>,
    /// The nonce the server wants: `nonce`.
    pub nonce: Option<&'a str>,
}

impl<'a> Proof<'a> {
    /// The proof of a request to a server that has named this nonce last.
    pub fn new(method: &'a Method, uri: &Uri, nonce: Option<&'a str>) -> Self {
        let origin = origin(uri);
        Self { method, target: format!("{origin}{}", uri.path()), token_hash: None, nonce }
    }

    /// The same with this access token going along (RFC 9449 §7).
    ///
    /// ```
    /// use countersign_flow::dpop::Proof;
    /// use http::Method;
    ///
    /// let uri = "https://api.example/files?page=2".parse().unwrap();
    /// let proof = Proof::new(&Method::GET, &uri, None)
    ///     .with_token(&"Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU".into());
    /// assert_eq!(proof.target, "https://api.example/files");
    /// assert_eq!(proof.token_hash.as_deref(), Some("fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"));
    /// ```
    #[must_use]
    pub fn with_token(mut self, token: &Secret) -> Self {
        self.token_hash = Some(URL_SAFE_NO_PAD.encode(Sha256::digest(token.expose())));
        self
    }
}

impl fmt::Debug for Proof<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, target, token_hash: _, nonce: _ } = self;
        write!(f, "Proof({method} {target})")
    }
}

/// The key to which a client's tokens are bound, and what is known of the nonces of its server.
///
/// A token bound to a key is refreshed with the same key (RFC 9449 §5): it is kept as long as the refresh token.
#[derive(Clone)]
pub struct ProofKey {
    key: Arc<dyn Prove>,
    nonces: Nonces,
    or_bearer: bool,
}

impl ProofKey {
    /// A key that makes its proofs in this way.
    pub fn new(key: impl Prove + 'static) -> Self {
        Self { key: Arc::new(key), nonces: Nonces::new(), or_bearer: false }
    }

    /// The same key with the nonces that are known already, which saves a request.
    #[must_use]
    pub fn with_nonces(mut self, nonces: Nonces) -> Self {
        self.nonces = nonces;
        self
    }

    /// Takes a bearer token too, from a server that does not bind: what the key protects is then unprotected.
    #[must_use]
    pub fn or_bearer(mut self) -> Self {
        self.or_bearer = true;
        self
    }

    /// The thumbprint of the key.
    pub fn thumbprint(&self) -> &str {
        self.key.thumbprint()
    }

    pub(crate) fn takes_bearer(&self) -> bool {
        self.or_bearer
    }
}

impl fmt::Debug for ProofKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, nonces: _, or_bearer } = self;
        f.debug_struct("ProofKey")
            .field("thumbprint", &key.thumbprint())
            .field("or_bearer", or_bearer)
            .finish_non_exhaustive()
    }
}

/// The last nonce of each server, by its origin (RFC 9449 §8.2, §9): a nonce of one is nothing to another.
///
/// Whoever calls resources keeps one and lets it see every answer, whatever its status.
///
/// ```
/// use countersign_flow::dpop::Nonces;
///
/// let uri: http::Uri = "https://api.example/files".parse().unwrap();
/// let mut nonces = Nonces::new();
/// let answer = http::Response::builder().header("dpop-nonce", "n-1").body(()).unwrap();
/// nonces.observe(&uri, answer.headers());
/// assert_eq!(nonces.get(&"https://API.example:443/other".parse().unwrap()), Some("n-1"));
/// assert_eq!(nonces.get(&"https://as.example/".parse().unwrap()), None);
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Nonces(BTreeMap<String, String>);

impl Nonces {
    /// Nothing is known yet.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Takes note of the nonce in an answer from this address, if there is one.
    pub fn observe(&mut self, uri: &Uri, headers: &HeaderMap) {
        if let Some(nonce) = nonce(headers) {
            self.0.insert(normal_origin(uri), nonce.to_owned());
        }
    }

    /// The nonce to use at this address.
    pub fn get(&self, uri: &Uri) -> Option<&str> {
        self.0.get(&normal_origin(uri)).map(String::as_str)
    }
}

impl fmt::Debug for Nonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonces")?;
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// The nonce that an answer asks for, by `use_dpop_nonce` (RFC 9449 §8, §9): send the request once more with a
/// new proof that has it.
///
/// `None` for any other answer, and for one that names no nonce or several.
pub fn wanted_nonce(response: &Response<Vec<u8>>) -> Option<String> {
    if !matches!(response.status().as_u16(), 400 | 401) {
        return None;
    }
    let by_challenge = || {
        challenges(response.headers())
            .iter()
            .any(|challenge| challenge.is("DPoP") && challenge.param("error") == Some("use_dpop_nonce"))
    };
    let by_body = || {
        let (object, _) = response::members(response).ok()?;
        response::refused(response, &object).map(|refusal| refusal.code.as_str() == "use_dpop_nonce")
    };
    (by_body().unwrap_or(false) || by_challenge())
        .then(|| nonce(response.headers()).map(ToOwned::to_owned))
        .flatten()
}

/// The one nonce of an answer (RFC 9449 §8.1: exactly one, of the characters of a nonce).
fn nonce(headers: &HeaderMap) -> Option<&str> {
    let mut fields = headers.get_all(&NONCE).iter();
    let (Some(nonce), None) = (fields.next(), fields.next()) else {
        return None;
    };
    let nonce = nonce.to_str().ok()?;
    let is_nonce = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    (!nonce.is_empty() && nonce.len() <= 1024 && nonce.bytes().all(is_nonce)).then_some(nonce)
}

fn origin(uri: &Uri) -> String {
    format!("{}://{}", uri.scheme_str().unwrap_or_default(), uri.authority().map_or("", |host| host.as_str()))
}

/// As browsers compare origins: in lower case, the scheme's own port left out.
fn normal_origin(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or_default().to_ascii_lowercase();
    let host = uri.host().unwrap_or_default().to_ascii_lowercase();
    let usual = match scheme.as_str() {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    };
    match uri.port_u16().filter(|port| Some(*port) != usual) {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => [scheme.as_str(), "://", host.as_str()].concat().to_string(),
    }
}
