use countersign_oauth1::{Form, Stamp, Target, nonce, with_requestor};
use countersign_token::Timestamp;
use countersign_transport::{Clock, SystemClock};
use countersign_wire::{
    flow::{Entropy, NoEntropy},
    form,
};
use http::header;

use super::pairs;
use crate::{
    args::oauth1::{Place, RequestArgs},
    commands::request::{content, header_field},
    exit::Exit,
    failure::Failure,
};

/// The random bytes of the operating system.
pub(crate) fn entropy(out: &mut [u8]) -> Result<(), NoEntropy> {
    getrandom::fill(out).map_err(|_| NoEntropy)
}

/// A request as it was typed, with all that its signature covers.
pub(super) struct Draft<'a> {
    args: &'a RequestArgs,
    /// The address to send it to.
    pub(super) url: String,
    body: Option<Vec<u8>>,
    /// The body, when it is a form.
    form: Option<String>,
    params: Vec<(&'a str, &'a str)>,
    time: Timestamp,
    nonce: String,
}

impl<'a> Draft<'a> {
    pub(super) fn read(args: &'a RequestArgs) -> Result<Self, Failure> {
        let parts = &args.parts;
        let place = args.place();
        if parts.realm.is_some() && place != Place::Header {
            return Err(Failure::usage("--realm has a place in the header alone").then("--place header"));
        }
        let url = match &parts.requestor_id {
            Some(requestor) => with_requestor(&args.url, requestor),
            None => args.url.clone(),
        };
        let time = parts.timestamp.map(|seconds| i64::try_from(seconds).unwrap_or(i64::MAX));
        let nonce = match &parts.nonce {
            Some(nonce) => nonce.clone(),
            None => nonce(&entropy).map_err(|error| Failure::new(Exit::Other, error.to_string()))?,
        };
        let body = match (&parts.data_file, &parts.data) {
            (Some(path), _) => Some(content(path)?),
            (None, data) => data.as_ref().map(|data| data.clone().into_bytes()),
        };
        let content_type = content_type(&parts.headers)?;
        let is_form = content_type.as_deref().map_or(body.is_some(), form::is_form);
        let form = match &body {
            Some(body) if is_form => Some(String::from_utf8(body.clone()).map_err(|error| {
                Failure::usage("the body is no form")
                    .because(error)
                    .then("say what it is: --header 'Content-Type: application/octet-stream'")
            })?),
            Some(_) if place == Place::Body => {
                return Err(Failure::usage("the body is no form, so that parameters have no place in it")
                    .then("--place header"));
            }
            None if place == Place::Body => Some(String::new()),
            _ => None,
        };
        Ok(Self {
            args,
            url,
            body,
            form,
            params: pairs(&parts.param, "--param")?,
            time: time.map_or_else(|| SystemClock.now(), Timestamp::from_unix),
            nonce,
        })
    }

    pub(super) fn target(&self) -> Target<'_> {
        let RequestArgs { method, url: _, parts } = self.args;
        let form = self.form.as_deref().map_or(Form::None, Form::Encoded);
        let mut target =
            Target::new(method.as_str(), &self.url, form).version(!parts.no_version).parameters(&self.params);
        if parts.body_hash {
            target = target.body_hash(self.body.as_deref().unwrap_or_default());
        }
        if let Some(callback) = &parts.callback {
            target = target.callback(callback);
        }
        if let Some(verifier) = &parts.verifier {
            target = target.verifier(verifier);
        }
        if let Some(realm) = &parts.realm {
            target = target.realm(realm);
        }
        target
    }

    pub(super) fn stamp<'s>(&'s self, entropy: &'s dyn Entropy) -> Stamp<'s> {
        Stamp::new(self.time, &self.nonce).entropy(entropy)
    }

    /// The body, when it is no form and so is not signed.
    pub(super) fn unsigned_body(&self) -> Option<&[u8]> {
        self.body.as_deref().filter(|_| self.form.is_none())
    }

    /// The body as it was given, when it is text.
    pub(super) fn text(&self) -> Option<&str> {
        self.body.as_deref().and_then(|body| core::str::from_utf8(body).ok())
    }
}

/// The content type among the header fields that were typed.
fn content_type(headers: &[String]) -> Result<Option<String>, Failure> {
    let mut found = None;
    for field in headers {
        let (name, value) = header_field(field)?;
        if name == header::AUTHORIZATION {
            return Err(Failure::usage("the Authorization field is what the signature makes")
                .then("leave it out; countersign oauth1 verify checks one that is there"));
        }
        if name == header::CONTENT_TYPE {
            let value = value.to_str().map_err(|error| {
                Failure::usage("the content type cannot be used")
                    .because(error)
                    .then("-H 'Content-Type: application/json'")
            })?;
            found.get_or_insert_with(|| value.to_owned());
        }
    }
    Ok(found)
}
