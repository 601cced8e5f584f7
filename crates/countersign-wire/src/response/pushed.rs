use alloc::vec::Vec;
use core::time::Duration;

use countersign_token::{Secret, json::Value};
use http::{Response, StatusCode};

use super::{Oddity, Tolerance, body, number};
use crate::{Error, header::bearer};

/// The answer to a pushed authorization request (RFC 9126 §2.2).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PushedResponse {
    /// What stands for the request when the user is sent to the server.
    pub request_uri: Secret,
    /// How long it does.
    pub lifetime: Duration,
    /// What was tolerated.
    pub oddities: Vec<Oddity>,
}

impl PushedResponse {
    /// Reads the answer of the pushed authorization request endpoint.
    ///
    /// # Errors
    /// [`Error::Refused`] with the server's error, [`Error::NotAnAnswer`], or what is wrong with it;
    /// [`Error::Odd`] when nothing odd is tolerated.
    pub fn parse_with(response: &Response<Vec<u8>>, tolerance: &Tolerance) -> Result<Self, Error> {
        let (mut object, mut oddities) = body::granted(response, tolerance)?;
        // 201 is what the specification says, and 200 what stands for any success elsewhere.
        oddities.retain(|oddity| *oddity != Oddity::Status);
        if response.status() != StatusCode::CREATED {
            oddities.push(Oddity::Status);
        }
        let request_uri = match object.remove("request_uri") {
            Some(Value::Text(uri)) if bearer::is_sendable(uri.expose()) => uri,
            None | Some(Value::Null) => return Err(Error::Missing { name: "request_uri" }),
            Some(_) => return Err(Error::Malformed { name: "request_uri" }),
        };
        let lifetime = number::seconds(&mut object, "expires_in", &mut oddities)?
            .ok_or(Error::Missing { name: "expires_in" })?;
        if tolerance.strict
            && let Some(oddity) = oddities.first()
        {
            return Err(Error::Odd(*oddity));
        }
        Ok(Self { request_uri, lifetime: Duration::from_secs(lifetime.min(86_400)), oddities })
    }
}
