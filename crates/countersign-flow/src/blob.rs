use alloc::{format, string::String};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_token::Secret;
use countersign_wire::{Params, form};
use sha2::{Digest, Sha256};

use crate::Error;

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
