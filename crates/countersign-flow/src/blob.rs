use alloc::{
    format,
    string::{String, ToString},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_token::{ClientId, Secret};
use countersign_wire::{Params, form, response::Tolerance};
use sha2::{Digest, Sha256};

use crate::{ClientAuthentication, ClientRegistration, Error};

const SUM: &str = "&sum=";

/// The parameters as a text that shows any accidental change, headed by what it is and in which version.
pub(crate) fn print(version: &str, params: Params) -> Secret {
    let mut all = Params::new().with("v", version);
    all.extend(params.iter());
    let text = Secret::new(form::print(&all));
    Secret::new(format!("{}{SUM}{}", text.expose(), sum(text.expose())))
}

/// The parameters of a text that [`print`] made in this version.
pub(crate) fn parse(version: &str, blob: &Secret) -> Result<Params, Error> {
    let (text, own_sum) = blob.expose().trim_ascii().rsplit_once(SUM).ok_or(Error::Blob)?;
    if own_sum != sum(text) {
        return Err(Error::Blob);
    }
    let params = form::parse(text).map_err(|_| Error::Blob)?;
    if params.first("v") == Some(version) { Ok(params) } else { Err(Error::Blob) }
}

/// Against accident, not against attack: whoever holds the blob holds its secrets.
fn sum(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text))
}

/// Adds how a server's answers are read.
fn push_tolerance(params: &mut Params, tolerance: &Tolerance) {
    let Tolerance {
        strict, bearer_types, nested, scope_commas, error_names, expires_at, zero_is_over, ..
    } = tolerance;
    let flags = [
        ("strict", strict),
        ("scope_commas", scope_commas),
        ("expires_at", expires_at),
        ("zero_is_over", zero_is_over),
    ];
    params.extend(flags.into_iter().filter(|(_, set)| **set).map(|(name, _)| ("tolerance", name)));
    for (name, items) in [("bearer_type", bearer_types), ("nested", nested), ("error_name", error_names)] {
        params.extend(items.iter().map(|item| (name, item.as_str())));
    }
}

/// How a server's answers are read, as [`push_tolerance`] wrote it.
fn tolerance(params: &Params) -> Tolerance {
    let is_set = |flag| params.all("tolerance").any(|own| own == flag);
    let list = |name| params.all(name).map(ToString::to_string).collect();
    let mut tolerance = Tolerance::default();
    tolerance.strict = is_set("strict");
    tolerance.scope_commas = is_set("scope_commas");
    tolerance.expires_at = is_set("expires_at");
    tolerance.zero_is_over = is_set("zero_is_over");
    tolerance.bearer_types = list("bearer_type");
    tolerance.nested = list("nested");
    tolerance.error_names = list("error_name");
    tolerance
}

/// Adds a client with what it authenticates with, a key apart.
pub(crate) fn push_client(params: &mut Params, client: &ClientRegistration) {
    let ClientRegistration { id, authentication, redirect_uri, tolerance, proof_key } = client;
    params.push("client_id", id.as_str());
    params.push("auth_method", authentication.to_blob());
    if let Some(secret) = authentication.secret() {
        params.push("client_secret", secret.clone());
    }
    if let Some(uri) = redirect_uri {
        params.push("client_redirect_uri", uri.as_str());
    }
    if let Some(key) = proof_key {
        params.push("dpop_jkt", key.thumbprint());
    }
    push_tolerance(params, tolerance);
}

/// The client, as [`push_client`] wrote it.
pub(crate) fn client(params: &Params) -> Option<ClientRegistration> {
    let secret = params.first("client_secret").map(Secret::new);
    let authentication = ClientAuthentication::from_blob(params.first("auth_method")?, secret)?;
    let mut client = ClientRegistration::new(ClientId::new(params.first("client_id")?), authentication);
    client.redirect_uri = params.first("client_redirect_uri").map(ToString::to_string);
    client.tolerance = tolerance(params);
    Some(client)
}
