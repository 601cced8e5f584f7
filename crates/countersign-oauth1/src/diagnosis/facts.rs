//! A request taken apart by hand, beside the signer's own way to do it.

use alloc::{string::String, vec::Vec};

use countersign_token::Secret;

use super::body;
use crate::{BodyHash, Error, Explanation, Form, Parameter, Signer, Stamp, Target};

/// What the recipes are applied to.
pub(super) struct Facts {
    pub(super) request_method: String,
    pub(super) tls: bool,
    pub(super) host: String,
    pub(super) port: String,
    pub(super) path: String,
    pub(super) query: Vec<Field>,
    pub(super) form: Vec<Field>,
    /// Decoded, by name and value, as they are sent.
    pub(super) protocol: Vec<(String, Secret)>,
    pub(super) realm: Option<String>,
    pub(super) signature: Option<Secret>,
    pub(super) body_hash: Option<String>,
    pub(super) as_form: Vec<Field>,
    pub(super) as_json: Vec<Field>,
    pub(super) as_multipart: Vec<Field>,
    pub(super) nonce: Option<Secret>,
    pub(super) timestamp: Option<String>,
    pub(super) client_secret: Secret,
    pub(super) token_secret: Secret,
    /// The right base string, by the signer.
    pub(super) base_string: Secret,
    /// About how many bytes there are to sign.
    pub(super) size: usize,
}

/// A parameter as it is written in a query or form body; of other bodies, decoded.
#[derive(Clone)]
pub(super) struct Field {
    pub(super) name: Secret,
    pub(super) value: Secret,
}

impl Field {
    pub(super) fn new(name: impl Into<Secret>, value: impl Into<Secret>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// The pairs of a query or form body, as they are written.
pub(super) fn fields(text: &str) -> Vec<Field> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(n, v)| Field::new(n, v)).collect()
}

impl Facts {
    /// The request, which must be one that can be signed.
    pub(super) fn new(
        signer: &Signer,
        target: Target<'_>,
        stamp: Stamp<'_>,
        other_body: Option<&[u8]>,
    ) -> Result<Self, Error> {
        let base_string = Secret::new(signer.base_string(target, stamp)?);
        let uri = target.uri.to_text();
        let (scheme, rest) = uri.split_once("://").unwrap_or_default();
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) =
            rest.split_at_checked(rest.find('/').unwrap_or(rest.len())).unwrap_or_default();
        let host_end = authority.rfind(']').map_or(0, |bracket| bracket.saturating_add(1));
        let colon = authority.get(host_end..).and_then(|rest| rest.find(':'));
        let host_end = colon.map_or(authority.len(), |colon| host_end.saturating_add(colon));
        let (host, port) = authority.split_at_checked(host_end).unwrap_or_default();

        let body = other_body.or(target.body);
        let text = body.and_then(|body| core::str::from_utf8(body).ok()).filter(|_| !target.form.is_some());
        let text = text.unwrap_or_default();
        let hashed = match target.form {
            Form::Encoded(form) => form.as_bytes(),
            Form::None => body.unwrap_or_default(),
        };
        let kind = BodyHash::of_method(signer.method_name()).unwrap_or(BodyHash::Sha1);
        Ok(Self {
            request_method: target.method.into(),
            tls: scheme.eq_ignore_ascii_case("https"),
            host: host.into(),
            port: port.trim_start_matches(':').into(),
            path: path.into(),
            query: fields(query),
            form: fields(target.form.text()),
            realm: target.realm.map(String::from),
            // A public key signs nothing.
            signature: Explanation::with_signer(signer, target, stamp)
                .ok()
                .map(|steps| steps.signature().clone()),
            body_hash: Some(kind.of_body(hashed)),
            as_form: fields(text),
            as_json: body::json(text),
            as_multipart: body::multipart(text),
            nonce: None,
            timestamp: None,
            client_secret: Secret::default(),
            token_secret: Secret::default(),
            size: base_string.expose().len().saturating_add(text.len()),
            protocol: signer.protocol(target, stamp)?,
            base_string,
        })
    }

    /// Whether a protocol parameter is sent.
    pub(super) fn sends(&self, parameter: Parameter) -> bool {
        self.protocol.iter().any(|(name, _)| name == parameter.as_str())
    }
}
