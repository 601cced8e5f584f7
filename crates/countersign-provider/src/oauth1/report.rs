use alloc::vec::Vec;

use countersign_oauth1::Error;
use countersign_wire::header::challenge::Challenge;
use http::{HeaderValue, Response, StatusCode, header};

use crate::{Provider, answer};

impl Provider {
    /// RFC 5849 §3.2, with the body of the Problem Reporting extension.
    pub(crate) fn report(&self, error: &Error) -> Response<Vec<u8>> {
        let mut response = answer::form_body(error.status(), &error.report());
        if response.status() == StatusCode::UNAUTHORIZED {
            answer::challenge(&mut response, &self.oauth1_challenge());
        }
        response
    }

    pub(crate) fn oauth1_challenge(&self) -> Challenge {
        Challenge::new("OAuth").with("realm", self.config.issuer())
    }
}

/// Credentials are asked for by POST (RFC 5849 §2.1, §2.3).
pub(super) fn method_not_allowed() -> Response<Vec<u8>> {
    let mut response = answer::empty(StatusCode::METHOD_NOT_ALLOWED);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    response
}
