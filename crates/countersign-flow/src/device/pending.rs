use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::time::Duration;

use countersign_token::{Scopes, Secret, Timestamp};
use countersign_wire::{Params, response::Oddity};

use super::{DeviceGrantName, DevicePolling};
use crate::{ClientAuthentication, ClientRegistration, Endpoint, Error, blob};

const VERSION: &str = "countersign-device-1";

/// A device whose user has been asked: what to show, and what must be remembered meanwhile (RFC 8628 §3.2).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PendingDevice {
    /// What the user types, fit to be shown.
    pub user_code: String,
    /// Where the user types it. It comes from the server: show it, and open it only if it is `https`.
    pub verification_uri: String,
    /// The same place with the code filled in, for a QR code.
    pub verification_uri_complete: Option<String>,
    /// When it is too late.
    pub expires_at: Timestamp,
    /// How long to wait between polls, at first.
    pub interval: Duration,
    /// What was odd about the server's answer.
    pub oddities: Vec<Oddity>,
    pub(super) device_code: Secret,
    pub(super) token_endpoint: Endpoint,
    pub(super) client: ClientRegistration,
    pub(super) grant_name: DeviceGrantName,
    pub(super) scopes: Scopes,
    pub(super) resource: Vec<String>,
}

impl PendingDevice {
    /// The conversation that asks until the user has answered.
    pub fn poll(self) -> DevicePolling {
        DevicePolling::new(self)
    }

    /// The same by a client that authenticates in this way: a key does not travel in a blob, so whoever
    /// authenticates by assertions says so again here.
    #[must_use]
    pub fn with_authentication(mut self, authentication: ClientAuthentication) -> Self {
        self.client.authentication = authentication;
        self
    }

    /// The pending device as a text, for another process or a later start of this one.
    ///
    /// It holds the device code and the client's secret: it is kept like a password.
    pub fn to_blob(&self) -> Secret {
        let Self {
            user_code,
            verification_uri,
            verification_uri_complete,
            expires_at,
            interval,
            oddities: _,
            device_code,
            token_endpoint,
            client,
            grant_name,
            scopes,
            resource,
        } = self;
        let mut params = Params::new()
            .with("device_code", device_code.clone())
            .with("user_code", user_code.as_str())
            .with("verification_uri", verification_uri.as_str())
            .with("expires_at", expires_at.unix().to_string())
            .with("interval", interval.as_secs().to_string())
            .with("token_endpoint", token_endpoint.as_str())
            .with("older", if *grant_name == DeviceGrantName::Older { "1" } else { "0" })
            .with("scope", scopes.to_string());
        if let Some(uri) = verification_uri_complete {
            params.push("verification_uri_complete", uri.as_str());
        }
        blob::push_client(&mut params, client);
        params.extend(resource.iter().map(|resource| ("resource", resource.as_str())));
        blob::print(VERSION, params)
    }

    /// The pending device of which [`to_blob`](Self::to_blob) made this text.
    ///
    /// # Errors
    /// [`Error::Blob`] for any other text, also for one that was cut short or changed on the way.
    pub fn from_blob(blob: &Secret) -> Result<Self, Error> {
        read(&blob::parse(VERSION, blob)?).ok_or(Error::Blob)
    }
}

fn read(params: &Params) -> Option<PendingDevice> {
    let interval: u64 = params.first("interval")?.parse().ok()?;
    Some(PendingDevice {
        user_code: params.first("user_code")?.to_string(),
        verification_uri: params.first("verification_uri")?.to_string(),
        verification_uri_complete: params.first("verification_uri_complete").map(ToString::to_string),
        expires_at: Timestamp::from_unix(params.first("expires_at")?.parse().ok()?),
        interval: Duration::from_secs(interval.max(1)),
        oddities: Vec::new(),
        device_code: params.first("device_code").filter(|code| !code.is_empty()).map(Secret::new)?,
        token_endpoint: Endpoint::new("token_endpoint", params.first("token_endpoint")?).ok()?,
        client: blob::client(params)?,
        grant_name: match params.first("older")? {
            "0" => DeviceGrantName::Standard,
            "1" => DeviceGrantName::Older,
            _ => return None,
        },
        scopes: Scopes::from(params.first("scope")?),
        resource: params.all("resource").map(ToString::to_string).collect(),
    })
}
