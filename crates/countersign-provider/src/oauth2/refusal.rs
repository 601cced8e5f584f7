use countersign_token::json::{Object, Value};
use countersign_wire::{flow::NoEntropy, header::challenge::Challenge};
use http::{HeaderValue, Response, StatusCode, header};

use crate::{answer, state::Unavailable};

/// Why a token or revocation request is refused (RFC 6749 §5.2).
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) code: &'static str,
    status: StatusCode,
    description: &'static str,
    /// The client tried the header, so the answer must carry a challenge.
    challenge: bool,
}

impl Refusal {
    pub(super) const fn new(code: &'static str, description: &'static str) -> Self {
        Self { code, status: StatusCode::BAD_REQUEST, description, challenge: false }
    }

    pub(super) const fn request(description: &'static str) -> Self {
        Self::new("invalid_request", description)
    }

    pub(super) const fn grant(description: &'static str) -> Self {
        Self::new("invalid_grant", description)
    }

    /// One answer for an unknown client and for a wrong secret.
    pub(super) const fn client(by_header: bool) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            challenge: by_header,
            ..Self::new("invalid_client", "the client is unknown or did not authenticate")
        }
    }

    pub(super) const fn method() -> Self {
        Self { status: StatusCode::METHOD_NOT_ALLOWED, ..Self::request("the method must be POST") }
    }

    pub(super) fn response(&self, realm: &str) -> Response<alloc::vec::Vec<u8>> {
        let mut object = Object::new();
        object.insert("error", Value::text(self.code));
        object.insert("error_description", Value::text(self.description));
        let mut response = answer::json(self.status, object);
        if self.challenge {
            answer::challenge(&mut response, &Challenge::new("Basic").with("realm", realm));
        }
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        response
    }
}

impl From<Unavailable> for Refusal {
    fn from(_: Unavailable) -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            ..Self::new("temporarily_unavailable", "try again later")
        }
    }
}

impl From<NoEntropy> for Refusal {
    fn from(_: NoEntropy) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, ..Self::new("server_error", "no random bytes") }
    }
}
