//! What countersign-oauth1 makes of a case.

use countersign_oauth1::{
    Algorithm, ClientCredentials, Error, Form, Incoming, Methods, Place, Received, RequestUri, Rsa, RsaHash,
    RsaPrivateKey, Signer, Stamp, Target, Token, TokenCredentials,
};
use countersign_token::{ClientId, Secret, Timestamp};
use countersign_wire::percent;

use super::{
    case::{Body, Case},
    random::Blinding,
    theirs::Sent,
};

/// Base string and signature.
pub(super) type Signed = (String, String);

pub(super) struct Ours {
    key: RsaPrivateKey,
    blinding: Blinding,
}

impl Ours {
    pub(super) fn new(pem: &str) -> Result<Self, Error> {
        Ok(Self { key: RsaPrivateKey::from_pem(pem)?, blinding: Blinding::default() })
    }

    /// Signs the case, and reads the signature from what would be sent.
    pub(super) fn sign(&self, case: &Case) -> Result<Signed, Error> {
        let token = match &case.token {
            Some((token, secret)) => Token::from(TokenCredentials::new(token.as_str(), secret.as_str())),
            None => Token::None,
        };
        let (key, secret) = &case.client;
        let signer = match self.rsa(case.algorithm) {
            Some(method) => Signer::with_method(method, ClientId::new(key.as_str()), token),
            None => {
                Signer::new(case.algorithm, ClientCredentials::new(key.as_str(), secret.as_str()), token)?
            }
        };
        let (uri, path_and_query) = (case.uri(), case.path_and_query());
        let uri = if case.host_header {
            RequestUri::parts(case.scheme, &case.authority, &path_and_query)
        } else {
            RequestUri::from(&uri)
        };
        let form = match &case.body {
            Body::Form(text, content_type) => Form::from_body(Some(content_type), text.as_bytes())?,
            _ => Form::None,
        };
        let extra: Vec<_> = case.extra.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let mut target = Target::new(&case.method, uri, form).version(case.version).parameters(&extra);
        if let Some(callback) = &case.callback {
            target = target.callback(callback);
        }
        if let Some(verifier) = &case.verifier {
            target = target.verifier(verifier);
        }
        if let Body::Hashed(body, _) = &case.body {
            target = target.body_hash(body.as_bytes());
        }
        let stamp = Stamp::new(Timestamp::from_unix(case.timestamp), &case.nonce).entropy(&self.blinding);
        let sent = match case.place {
            Place::Query => signer.query(target, stamp),
            Place::Form => signer.form(target, stamp),
            _ => signer.authorization(target, stamp),
        }?;
        let signature = sent.rsplit_once("oauth_signature=").map_or("", |(_, value)| value.trim_matches('"'));
        let signature = percent::decode(signature).unwrap_or_default();
        Ok((signer.base_string(target, stamp)?, signature))
    }

    /// Whether the request that the other side sends is accepted here.
    pub(super) fn accepts(&self, case: &Case, sent: &Sent) -> Result<(), Error> {
        let path_and_query;
        let uri = if case.host_header {
            let rest = sent.uri.split_once("://").map_or("", |(_, rest)| rest);
            path_and_query = rest.get(rest.find(['/', '?']).unwrap_or(rest.len())..).unwrap_or_default();
            RequestUri::parts(case.scheme, &case.authority, path_and_query)
        } else {
            RequestUri::from(&sent.uri)
        };
        let body = sent.body.as_deref().unwrap_or_default();
        let form = if matches!(case.body, Body::Form(..)) { Form::Encoded(body) } else { Form::None };
        let rsa = [Algorithm::RsaSha1, Algorithm::RsaSha256, Algorithm::RsaSha512];
        let methods = rsa.into_iter().fold(Methods::default(), Methods::with);
        let mut incoming = Incoming::new(&case.method, uri, form).body(body.as_bytes()).methods(methods);
        if let Some(authorization) = &sent.authorization {
            incoming = incoming.authorization(authorization);
        }
        let received = Received::parse(incoming)?;
        let verified = match self.rsa(case.algorithm) {
            Some(method) => received.verify_with(&method),
            None => {
                let token_secret = case.token.as_ref().map(|(_, secret)| Secret::new(secret.as_str()));
                received.verify(&Secret::new(case.client.1.as_str()), token_secret.as_ref())
            }
        };
        verified.map(drop)
    }

    fn rsa(&self, algorithm: Algorithm) -> Option<Rsa> {
        RsaHash::of(algorithm).map(|hash| Rsa::signing(hash, self.key.clone()))
    }
}
