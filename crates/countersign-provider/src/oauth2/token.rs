use alloc::vec::Vec;

use countersign_token::{
    Scopes, Secret,
    json::{Object, Value},
};
use countersign_wire::{Params, flow::Env};
use http::{Request, StatusCode};

use super::{client_authentication::read_form, refusal::Refusal};
use crate::{
    Answer, Digest, Endpoint, Fault, GrantKind, Outcome, Provider, RegisteredClient, answer,
    fault::Striking,
    provider::{Noted, blunt},
    random,
    state::{Access, Family, Issue, Refresh},
};

/// Tokens in clear, on their way to the client.
pub(super) struct Fresh {
    pub(super) access: Secret,
    pub(super) refresh: Option<Secret>,
    pub(super) scopes: Scopes,
}

/// Whom new tokens are for.
pub(super) struct Recipient<'a> {
    pub(super) client: &'a RegisteredClient,
    pub(super) user: Option<&'a str>,
    /// What the person approved, and a refresh token may bring back.
    pub(super) granted: &'a Scopes,
    /// What the access token opens.
    pub(super) scopes: Scopes,
    pub(super) family: Family,
}

impl Provider {
    /// The token endpoint (RFC 6749 §3.2).
    pub fn token(&mut self, request: &Request<Vec<u8>>, env: &Env<'_>) -> Answer {
        let form = read_form(request);
        let kind =
            form.as_ref().ok().and_then(|form| form.first("grant_type")).and_then(GrantKind::from_name);
        let mut noted = Noted { grant: kind, client: None };
        let faults = self.strike(Endpoint::Token, kind);
        if let Some((answer, code)) = blunt(&faults) {
            self.note(Endpoint::Token, noted, Outcome::Refused(code), env.now);
            return answer.after(faults.delay());
        }
        let result = form.and_then(|form| self.grant(request, &form, &faults, &mut noted, env));
        let (outcome, response) = match result {
            Ok(fresh) => (Outcome::Done, answer::json(StatusCode::OK, self.token_response(&fresh, &faults))),
            Err(refusal) => (Outcome::Refused(refusal.code), refusal.response(self.config.issuer())),
        };
        self.note(Endpoint::Token, noted, outcome, env.now);
        Answer::send(response).after(faults.delay())
    }

    fn grant(
        &mut self,
        request: &Request<Vec<u8>>,
        form: &Params,
        faults: &Striking,
        noted: &mut Noted,
        env: &Env<'_>,
    ) -> Result<Fresh, Refusal> {
        let grant_type = form
            .first("grant_type")
            .filter(|name| !name.is_empty())
            .ok_or(Refusal::request("grant_type is missing"))?;
        let client = self.authenticate(request, form)?;
        noted.client = Some(client.id.clone());
        let kind = GrantKind::from_name(grant_type)
            .ok_or(Refusal::new("unsupported_grant_type", "this grant_type is not offered"))?;
        if !client.may(kind) {
            return Err(Refusal::new(
                "unauthorized_client",
                "the client is not registered for this grant_type",
            ));
        }
        if form.first("resource").is_some() {
            return Err(Refusal::new("invalid_target", "no resource can be asked for here"));
        }
        if faults.has(Fault::Refuse) {
            return Err(match kind {
                GrantKind::ClientCredentials => Refusal::client(false),
                _ => Refusal::grant("refused on purpose"),
            });
        }
        match kind {
            GrantKind::AuthorizationCode => self.code_grant(&client, form, faults, env),
            GrantKind::RefreshToken => self.refresh_grant(&client, form, faults, env),
            GrantKind::ClientCredentials => self.client_credentials_grant(&client, form, env),
        }
    }

    /// RFC 6749 §5.1.
    fn token_response(&self, fresh: &Fresh, faults: &Striking) -> Object {
        let mut object = Object::new();
        object.insert("access_token", Value::Text(fresh.access.clone()));
        let token_type = if faults.has(Fault::WrongTokenType) { "mac" } else { "Bearer" };
        object.insert("token_type", Value::text(token_type));
        if !faults.has(Fault::MissingExpiresIn) {
            let seconds = self.config.lifetimes.access_token.as_secs();
            object.insert("expires_in", Value::Integer(seconds.into()));
        }
        if let Some(refresh) = &fresh.refresh {
            object.insert("refresh_token", Value::Text(refresh.clone()));
        }
        object.insert("scope", Value::text(alloc::string::ToString::to_string(&fresh.scopes)));
        object
    }

    /// New tokens, in clear for the client and as digests for the state.
    pub(super) fn mint(
        &self,
        recipient: Recipient<'_>,
        with_refresh: bool,
        env: &Env<'_>,
    ) -> Result<(Fresh, Issue), Refusal> {
        let Recipient { client, user, granted, scopes, family } = recipient;
        let access = random::secret(env)?;
        let access_record = Access {
            client: client.id.clone(),
            user: user.map(Into::into),
            scopes: scopes.clone(),
            family,
            expires: env.now.plus(self.config.lifetimes.access_token),
        };
        let (refresh, refresh_record) = match user {
            Some(user) if with_refresh && client.may(GrantKind::RefreshToken) => {
                let refresh = random::secret(env)?;
                let record = Refresh {
                    client: client.id.clone(),
                    user: user.into(),
                    scopes: granted.clone(),
                    family,
                    expires: env.now.plus(self.config.lifetimes.refresh_token),
                    spent: false,
                };
                let id = Digest::of(refresh.expose());
                (Some(refresh), Some((id, record)))
            }
            _ => (None, None),
        };
        let issue = Issue { access: (Digest::of(access.expose()), access_record), refresh: refresh_record };
        let fresh = Fresh { access, refresh, scopes };
        Ok((fresh, issue))
    }
}
