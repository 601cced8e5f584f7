use alloc::vec::Vec;

use countersign_token::{ClientId, Scopes};
use countersign_wire::{
    flow::Env,
    header::{bearer, challenge::Challenge},
};
use http::{Response, StatusCode, header, request::Parts};

use crate::{Answer, Digest, Endpoint, Error, Fault, Outcome, Provider, User, answer, provider::Noted};

/// Who a request to a resource comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// The person the credential speaks for; `None` when a client speaks for itself.
    pub user: Option<User>,
    /// The client the credential was issued to.
    pub client: ClientId,
    /// What the credential opens.
    pub scopes: Scopes,
}

impl Identity {
    /// Whether the credential speaks for an administrator.
    pub fn is_admin(&self) -> bool {
        self.user.as_ref().is_some_and(|user| user.admin)
    }

    /// Nothing, when the credential has at least one of these scopes, or none is needed.
    ///
    /// # Errors
    /// [`Error::InsufficientScope`].
    pub fn require_any(&self, needed: &Scopes) -> Result<(), Error> {
        if needed.is_empty() || needed.iter().any(|scope| self.scopes.contains(scope)) {
            Ok(())
        } else {
            Err(Error::InsufficientScope { needed: needed.clone() })
        }
    }
}

impl Provider {
    /// Who sent this request, by its `Authorization` field, and whether it reaches as far as `needed`: any
    /// one of these scopes will do.
    ///
    /// `body` is the request's body when it is a form, which an OAuth 1.0a signature covers.
    ///
    /// # Errors
    /// Why the request is refused; [`refuse`](Self::refuse) makes the answer of it.
    pub fn check(
        &mut self,
        head: &Parts,
        body: Option<&[u8]>,
        needed: &Scopes,
        env: &Env<'_>,
    ) -> Result<Identity, Error> {
        let result = self.identify(head, body, env).and_then(|identity| {
            identity.require_any(needed)?;
            Ok(identity)
        });
        let outcome = match &result {
            Ok(_) => Outcome::Done,
            Err(error) => Outcome::Refused(code(error).unwrap_or("no_credentials")),
        };
        let noted =
            Noted { grant: None, client: result.as_ref().ok().map(|identity| identity.client.clone()) };
        self.note(Endpoint::Resource, noted, outcome, env.now);
        result
    }

    fn identify(&mut self, head: &Parts, body: Option<&[u8]>, env: &Env<'_>) -> Result<Identity, Error> {
        let mut fields = head.headers.get_all(header::AUTHORIZATION).iter();
        let field = fields.next();
        if fields.next().is_some() {
            return Err(Error::InvalidRequest);
        }
        let is_bearer = field.is_some_and(|field| {
            let scheme = field.as_bytes().get(..6).unwrap_or_default();
            scheme.eq_ignore_ascii_case(b"Bearer")
        });
        let Some(field) = field.filter(|_| is_bearer) else {
            return self.signed_identity(head, body.unwrap_or_default(), env);
        };
        let field = field.to_str().map_err(|_| Error::InvalidRequest)?;
        let token = bearer::parse(field).ok().flatten().ok_or(Error::InvalidRequest)?;
        self.bearer(&Digest::of(token.expose()), env)
    }

    /// RFC 6750 §2.1.
    fn bearer(&mut self, id: &Digest, env: &Env<'_>) -> Result<Identity, Error> {
        let faults = self.strike(Endpoint::Resource, None);
        let lenient = faults.has(Fault::AcceptDeadTokens);
        if faults.has(Fault::Refuse) {
            return Err(Error::InvalidToken);
        }
        let access = self.state.grants.access(id).map_err(|_| Error::Unavailable)?;
        if lenient && access.is_none() {
            return Ok(Identity {
                user: Some(User::new("0", "somebody")),
                client: ClientId::new("unknown"),
                scopes: self.config.known_scopes(),
            });
        }
        let access =
            access.filter(|access| lenient || env.now < access.expires).ok_or(Error::InvalidToken)?;
        let user = match &access.user {
            None => None,
            Some(id) => Some(
                self.state.directory.user(id).map_err(|_| Error::Unavailable)?.ok_or(Error::InvalidToken)?,
            ),
        };
        Ok(Identity { user, client: access.client, scopes: access.scopes })
    }

    /// The answer to a request that was refused, with its challenge (RFC 6750 §3).
    pub fn refuse(&self, error: &Error) -> Answer {
        Answer::send(self.refusal(error))
    }

    fn refusal(&self, error: &Error) -> Response<Vec<u8>> {
        let status = match error {
            Error::NoCredentials | Error::InvalidToken => StatusCode::UNAUTHORIZED,
            Error::InvalidRequest => StatusCode::BAD_REQUEST,
            Error::InsufficientScope { .. } => StatusCode::FORBIDDEN,
            Error::OAuth1(error) => return self.report(error),
            Error::Unavailable => return answer::empty(StatusCode::SERVICE_UNAVAILABLE),
            Error::Issuer | Error::NotLoopback => return answer::empty(StatusCode::INTERNAL_SERVER_ERROR),
        };
        let mut response = answer::empty(status);
        let mut bearer = Challenge::new("Bearer").with("realm", self.config.issuer());
        if let Some(code) = code(error) {
            bearer = bearer.with("error", code);
        }
        if let Error::InsufficientScope { needed } = error {
            bearer = bearer.with("scope", alloc::string::ToString::to_string(needed));
        }
        answer::challenge(&mut response, &bearer);
        if *error == Error::NoCredentials {
            answer::challenge(&mut response, &self.oauth1_challenge());
        }
        response
    }
}

/// RFC 6750 §3.1; nothing for a request that did not even try.
fn code(error: &Error) -> Option<&'static str> {
    match error {
        Error::InvalidRequest => Some("invalid_request"),
        Error::InvalidToken => Some("invalid_token"),
        Error::InsufficientScope { .. } => Some("insufficient_scope"),
        Error::OAuth1(error) => error.problem().map(countersign_oauth1::Problem::as_str),
        Error::Unavailable => Some("temporarily_unavailable"),
        Error::NoCredentials | Error::Issuer | Error::NotLoopback => None,
    }
}
