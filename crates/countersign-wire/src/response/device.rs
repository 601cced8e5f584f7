use alloc::{string::String, vec::Vec};
use core::time::Duration;

use countersign_token::{
    Secret,
    json::{Object, Value},
};
use http::Response;

use super::{Oddity, Tolerance, body, number};
use crate::{Error, header::bearer, text};

/// What a device is told to show its user (RFC 8628 §3.2).
///
/// ```
/// use countersign_wire::response::{DeviceResponse, Oddity, Tolerance};
///
/// let body = br#"{"device_code":"4/4-GMM","user_code":"GQVQ-JKEC","verification_url":"https://as.example/device",
///     "expires_in":1800}"#;
/// let answer = http::Response::builder().header("content-type", "application/json").body(body.to_vec()).unwrap();
/// let answer = DeviceResponse::parse_with(&answer, &Tolerance::default())?;
/// assert_eq!((answer.user_code.as_str(), answer.interval.as_secs()), ("GQVQ-JKEC", 5));
/// assert_eq!(answer.oddities, [Oddity::VerificationUrl]);
/// # Ok::<(), countersign_wire::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DeviceResponse {
    /// What the device polls with.
    pub device_code: Secret,
    /// What the user types; shown on purpose, made fit for that.
    pub user_code: String,
    /// Where the user types it.
    pub verification_uri: String,
    /// The same place with the code filled in.
    pub verification_uri_complete: Option<String>,
    /// How long both codes are good for.
    pub lifetime: Duration,
    /// How long to wait between polls: 5 seconds when the server does not say.
    pub interval: Duration,
    /// What was tolerated.
    pub oddities: Vec<Oddity>,
}

/// The longest lifetime of a device code that is believed: nobody waits longer.
const LONGEST: u64 = 86_400;

impl DeviceResponse {
    /// Reads the answer of the device authorization endpoint.
    ///
    /// # Errors
    /// [`Error::Refused`] with the server's error, [`Error::NotAnAnswer`], or what is wrong with it;
    /// [`Error::Odd`] when nothing odd is tolerated.
    pub fn parse_with(response: &Response<Vec<u8>>, tolerance: &Tolerance) -> Result<Self, Error> {
        let (mut object, mut oddities) = body::granted(response, tolerance)?;
        let device_code = secret(&mut object, "device_code")?;
        let shown = secret(&mut object, "user_code")?;
        let user_code = text::sanitise(shown.expose(), 64);
        // What a person reads must be what the server meant.
        if user_code != shown.expose().trim() {
            return Err(Error::Malformed { name: "user_code" });
        }
        let verification_uri = match address(&mut object, "verification_uri")? {
            Some(uri) => uri,
            None => {
                oddities.push(Oddity::VerificationUrl);
                address(&mut object, "verification_url")?
                    .ok_or(Error::Missing { name: "verification_uri" })?
            }
        };
        let complete = address(&mut object, "verification_uri_complete")?;
        let lifetime = number::seconds(&mut object, "expires_in", &mut oddities)?
            .filter(|seconds| *seconds > 0)
            .ok_or(Error::Missing { name: "expires_in" })?;
        let interval = number::seconds(&mut object, "interval", &mut oddities)?.unwrap_or(5);
        if tolerance.strict
            && let Some(oddity) = oddities.first()
        {
            return Err(Error::Odd(*oddity));
        }
        Ok(Self {
            device_code,
            user_code,
            verification_uri,
            verification_uri_complete: complete,
            lifetime: Duration::from_secs(lifetime.min(LONGEST)),
            // A server that does not mind is still not asked more than once a second.
            interval: Duration::from_secs(interval.clamp(1, LONGEST)),
            oddities,
        })
    }
}

fn secret(object: &mut Object, name: &'static str) -> Result<Secret, Error> {
    match object.remove(name) {
        None | Some(Value::Null) => Err(Error::Missing { name }),
        Some(Value::Text(text)) if text.is_empty() => Err(Error::Missing { name }),
        Some(Value::Text(text)) => Ok(text),
        Some(_) => Err(Error::Malformed { name }),
    }
}

fn address(object: &mut Object, name: &'static str) -> Result<Option<String>, Error> {
    match object.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Text(text)) if text.is_empty() => Ok(None),
        // It is shown and perhaps opened: without white space and control characters it is one address.
        Some(Value::Text(text)) if bearer::is_sendable(text.expose()) => Ok(Some(text.expose().into())),
        Some(_) => Err(Error::Malformed { name }),
    }
}
