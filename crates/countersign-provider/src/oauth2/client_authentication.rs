use alloc::string::String;

use countersign_token::{ClientId, Secret};
use countersign_wire::{Params, form, header::basic};
use http::{Method, Request, header};

use super::refusal::Refusal;
use crate::{Provider, RegisteredClient, client};

/// The largest form that is read, in bytes.
const LARGEST_BODY: usize = 64 * 1024;

/// Reads the form of a POST, in which no parameter may repeat (RFC 6749 §3.2).
pub(super) fn read_form(request: &Request<alloc::vec::Vec<u8>>) -> Result<Params, Refusal> {
    if request.method() != Method::POST {
        return Err(Refusal::method());
    }
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(form::is_form);
    if !is_form {
        return Err(Refusal::request("the body must be a form"));
    }
    if request.body().len() > LARGEST_BODY {
        return Err(Refusal::request("the body is too large"));
    }
    let params = core::str::from_utf8(request.body())
        .ok()
        .and_then(|text| form::parse(text).ok())
        .ok_or(Refusal::request("the body is not a well-formed form"))?;
    if params.repeated().is_some() {
        return Err(Refusal::request("a parameter is repeated"));
    }
    Ok(params)
}

/// What the client says it is, by exactly one method.
struct Presented {
    id: String,
    secret: Option<Secret>,
    by_header: bool,
}

fn presented(request: &Request<alloc::vec::Vec<u8>>, params: &Params) -> Result<Presented, Refusal> {
    let mut fields = request.headers().get_all(header::AUTHORIZATION).iter();
    let field = fields.next();
    if fields.next().is_some() {
        return Err(Refusal::request("there are several Authorization fields"));
    }
    let id = params.first("client_id").filter(|id| !id.is_empty());
    let secret = params.first("client_secret").filter(|secret| !secret.is_empty());
    if params.first("client_assertion").is_some() || params.first("client_assertion_type").is_some() {
        return if field.is_some() || secret.is_some() {
            Err(Refusal::request("the client authenticates in two ways"))
        } else {
            Err(Refusal::client(false))
        };
    }
    let Some(field) = field else {
        return Ok(Presented {
            id: id.ok_or(Refusal::client(false))?.into(),
            secret: secret.map(Secret::from),
            by_header: false,
        });
    };
    if secret.is_some() {
        return Err(Refusal::request("the client authenticates in two ways"));
    }
    let (own, secret) = field
        .to_str()
        .ok()
        .and_then(|field| basic::parse(field).ok().flatten())
        .ok_or(Refusal::client(true))?;
    if id.is_some_and(|id| id != own) {
        return Err(Refusal::request("client_id differs from the Authorization field"));
    }
    Ok(Presented { id: own, secret: Some(secret).filter(|secret| !secret.is_empty()), by_header: true })
}

impl Provider {
    /// RFC 6749 §2.3: who is asking, proven as it was registered.
    pub(super) fn authenticate(
        &mut self,
        request: &Request<alloc::vec::Vec<u8>>,
        params: &Params,
    ) -> Result<RegisteredClient, Refusal> {
        let Presented { id, secret, by_header } = presented(request, params)?;
        let client = self.state.directory.client(&ClientId::new(id))?;
        if client::authenticates(client.as_ref(), secret.as_ref()) {
            client.ok_or(Refusal::client(by_header))
        } else {
            Err(Refusal::client(by_header))
        }
    }
}
