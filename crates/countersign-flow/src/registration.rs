use countersign_token::{Extra, Secret, Timestamp};
use countersign_wire::{
    flow::{Env, Flow, Input, Purpose, Step},
    header::bearer,
    registration::{ClientMetadata, RegistrationResponse},
    response::Oddity,
};

use crate::{
    ClientAuthentication, ClientRegistration, Endpoint, Error,
    error::{Misuse, Unsupported},
    exchange::Scrub,
    exchange::{Exchange, Replay},
};

/// A client that registers itself (RFC 7591 §3).
///
/// It is never sent again once it may have left: each time would make another client. What was registered
/// belongs to the server's issuer, under which it is kept.
#[derive(Debug)]
pub struct Registration {
    exchange: Exchange,
    metadata: ClientMetadata,
    endpoint: Endpoint,
    token: Option<Secret>,
    scrub: Scrub,
    other_type: bool,
}

/// A client as a server registered it, which may be other than it asked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Registered {
    /// The client, as it authenticates from now on.
    pub client: ClientRegistration,
    /// When its secret stops being good; `None` when it does not.
    pub secret_expires_at: Option<Timestamp>,
    /// The token by which the registration is managed (RFC 7592): kept like a password.
    pub registration_access_token: Option<Secret>,
    /// Where the registration is managed.
    pub registration_client_uri: Option<alloc::string::String>,
    /// What else the server says.
    pub extra: Extra,
    /// What was odd about the server's answer.
    pub oddities: alloc::vec::Vec<Oddity>,
}

impl Registered {
    /// The management of the registration: reading, changing and deleting it (RFC 7592).
    ///
    /// # Errors
    /// Always [`Unsupported::RegistrationManagement`], for now.
    pub fn management(&self) -> Result<core::convert::Infallible, Error> {
        Err(Misuse::NotSupported(Unsupported::RegistrationManagement).into())
    }
}

impl Registration {
    /// Registers a client that says this of itself.
    pub fn new(registration_endpoint: &Endpoint, metadata: ClientMetadata) -> Self {
        let mut scrub = Scrub::default();
        if let Some(statement) = &metadata.software_statement {
            scrub.push(statement);
        }
        Self {
            exchange: exchange(registration_endpoint, &metadata, None),
            metadata,
            endpoint: registration_endpoint.clone(),
            token: None,
            scrub,
            other_type: false,
        }
    }

    /// Shows the token without which the server registers nobody (RFC 7591 §3).
    ///
    /// # Errors
    /// [`Error::Protocol`] when no header field can hold the token.
    pub fn initial_access_token(mut self, token: &Secret) -> Result<Self, Error> {
        let value = bearer::print(token.expose())?;
        self.scrub.push(token);
        self.exchange = exchange(&self.endpoint, &self.metadata, Some(&value));
        self.token = Some(value);
        Ok(self)
    }

    /// When the server refuses the redirect URIs, tries once more as the other of `native` and `web`: servers
    /// differ in what they let each of them have.
    #[must_use]
    pub fn or_as_other_application_type(mut self) -> Self {
        self.other_type = true;
        self
    }

    fn read(&self, response: RegistrationResponse) -> Result<Registered, Error> {
        let RegistrationResponse {
            client_id,
            client_secret,
            client_secret_expires_at,
            token_endpoint_auth_method,
            redirect_uris,
            registration_access_token,
            registration_client_uri,
            extra,
            oddities,
            ..
        } = response;
        // The server's word counts, and where it has none, ours.
        let method =
            token_endpoint_auth_method.unwrap_or_else(|| self.metadata.token_endpoint_auth_method.clone());
        let authentication = match ClientAuthentication::from_blob(&method, client_secret.clone()) {
            Some(authentication) => authentication,
            None => ClientAuthentication::from_method(Some(method.as_str()), client_secret)?,
        };
        let mut client = ClientRegistration::new(client_id, authentication);
        client.redirect_uri =
            redirect_uris.into_iter().next().or_else(|| self.metadata.redirect_uris.first().cloned());
        Ok(Registered {
            client,
            secret_expires_at: client_secret_expires_at,
            registration_access_token,
            registration_client_uri,
            extra,
            oddities,
        })
    }

    /// The other kind of application, once.
    fn retry(&mut self, error: &Error) -> bool {
        let refused =
            matches!(error, Error::Refused(refusal) if refusal.code.as_str() == "invalid_redirect_uri");
        let other = match self.metadata.application_type.as_deref() {
            Some("native") => "web",
            _ => "native",
        };
        if !refused || !core::mem::take(&mut self.other_type) {
            return false;
        }
        self.metadata.application_type = Some(other.into());
        self.exchange = exchange(&self.endpoint, &self.metadata, self.token.as_ref());
        true
    }
}

fn exchange(endpoint: &Endpoint, metadata: &ClientMetadata, authorization: Option<&Secret>) -> Exchange {
    let mut exchange =
        Exchange::post_json(endpoint, Purpose::Registration, metadata.to_json(), Replay::UnlessSent);
    if let Some(value) = authorization {
        exchange.authorize(value.clone());
    }
    exchange
}

impl Flow for Registration {
    type Output = Registered;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Registered>, Error> {
        let answer = match self.exchange.step(input, env)? {
            Step::Send(request) => return Ok(Step::Send(request)),
            Step::Wait(pause) => return Ok(Step::Wait(pause)),
            Step::Done(answer) => answer,
        };
        match RegistrationResponse::parse(&answer.response) {
            Ok(response) => self.read(response).map(Step::Done),
            Err(error) => {
                let error = self.scrub.error(error.into());
                if self.retry(&error) { self.step(Input::Start, env) } else { Err(error) }
            }
        }
    }
}
