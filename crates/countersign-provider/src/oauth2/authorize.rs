use alloc::string::String;
use core::time::Duration;

use countersign_token::{ClientId, Scopes};
use countersign_wire::{Params, flow::Env, form};

use crate::{
    Answer, Authorization, AuthorizationRequest, Digest, Endpoint, Fault, GrantKind, Outcome, Page, Provider,
    RedirectRule, RegisteredClient, User, answer,
    fault::Striking,
    provider::{Kind, Noted, blunt, unavailable_page},
    random,
    state::{Code, Family, Unavailable},
};

/// The longest query that is read, in bytes.
const LONGEST_QUERY: usize = 16 * 1024;

/// No code lives longer, whatever is configured (RFC 6749 §4.1.2).
const LONGEST_CODE: Duration = Duration::from_secs(600);

/// An authorization request whose client and redirect URI are known to belong together.
#[derive(Debug)]
pub(crate) struct CodeRequest {
    client: ClientId,
    pub(crate) redirect_uri: String,
    state: Option<countersign_token::Secret>,
    scopes: Scopes,
    challenge: String,
}

/// What may be said by redirect, once client and redirect URI hold.
struct Return<'a> {
    redirect_uri: &'a str,
    state: Option<&'a str>,
}

impl Provider {
    /// The authorization endpoint (RFC 6749 §3.1), given the query of a GET.
    ///
    /// Client and redirect URI come first: while either is in doubt the answer is a page and never a
    /// redirect (RFC 6749 §4.1.2.1).
    pub fn authorize(&mut self, query: &str, env: &Env<'_>) -> Authorization {
        let faults = self.strike(Endpoint::Authorize, None);
        if let Some((answer, code)) = blunt(&faults) {
            self.note(Endpoint::Authorize, Noted::default(), Outcome::Refused(code), env.now);
            return Authorization::Answer(answer.after(faults.delay()));
        }
        let page = |provider: &mut Self, why: &'static str| {
            provider.note(
                Endpoint::Authorize,
                Noted::default(),
                Outcome::Refused("invalid_request"),
                env.now,
            );
            Authorization::Answer(Answer::page(Page::Refused { why }))
        };
        if query.len() > LONGEST_QUERY {
            return page(self, "the request is too long");
        }
        let Ok(params) = form::parse(query) else {
            return page(self, "the request is not well formed");
        };
        let (Ok(client_id), Ok(redirect_uri)) =
            (params.required("client_id"), params.required("redirect_uri"))
        else {
            return page(self, "client_id and redirect_uri must be given, and once each");
        };
        let client = match self.state.directory.client(&ClientId::new(client_id)) {
            Ok(Some(client)) => client,
            Ok(None) => return page(self, "the application is not known here"),
            Err(Unavailable) => return Authorization::Answer(unavailable_page()),
        };
        if !client.redirects.iter().any(|rule: &RedirectRule| rule.allows(redirect_uri)) {
            return page(self, "the application did not register this redirect URI");
        }
        let back = Return { redirect_uri, state: params.unique("state").ok().flatten() };
        match self.sound(&client, &params, &faults) {
            Ok((scopes, challenge)) => Authorization::Ask(AuthorizationRequest {
                client_name: client.name.clone(),
                scopes: self
                    .config
                    .scopes
                    .iter()
                    .filter(|scope| scopes.contains(&scope.name))
                    .cloned()
                    .collect(),
                kind: Kind::Code(CodeRequest {
                    client: client.id,
                    redirect_uri: redirect_uri.into(),
                    state: back.state.map(Into::into),
                    scopes,
                    challenge,
                }),
            }),
            Err((code, description)) => {
                let answer = self.turn_away(&back, code, description, &faults);
                let noted = Noted { grant: None, client: Some(client.id) };
                self.note(Endpoint::Authorize, noted, Outcome::Refused(code), env.now);
                Authorization::Answer(answer.after(faults.delay()))
            }
        }
    }

    /// Everything that is refused by redirect; the scopes and the challenge when nothing is.
    fn sound(
        &self,
        client: &RegisteredClient,
        params: &Params,
        faults: &Striking,
    ) -> Result<(Scopes, String), (&'static str, &'static str)> {
        if params.repeated().is_some() {
            return Err(("invalid_request", "a parameter is repeated"));
        }
        let present = |name: &str| params.first(name).filter(|value| !value.is_empty());
        for (name, code) in [
            ("request", "request_not_supported"),
            ("request_uri", "request_uri_not_supported"),
            ("registration", "registration_not_supported"),
            ("authorization_details", "invalid_authorization_details"),
            ("resource", "invalid_target"),
        ] {
            if present(name).is_some() {
                return Err((code, "this parameter is not supported"));
            }
        }
        match present("response_type") {
            None => return Err(("invalid_request", "response_type is missing")),
            Some("code") => {}
            Some(_) => return Err(("unsupported_response_type", "response_type must be code")),
        }
        if !client.may(GrantKind::AuthorizationCode) {
            return Err(("unauthorized_client", "the client is not registered for codes"));
        }
        if present("response_mode").is_some_and(|mode| mode != "query") {
            return Err(("invalid_request", "response_mode must be query"));
        }
        // RFC 7636 §4.3: a missing method means plain, which shows the verifier to whoever sees the URL.
        if present("code_challenge_method") != Some("S256") {
            return Err(("invalid_request", "code_challenge_method must be S256"));
        }
        let challenge = present("code_challenge").unwrap_or_default();
        let sound = challenge.len() == 43
            && challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if !sound {
            return Err(("invalid_request", "code_challenge must be a SHA-256 in base64url"));
        }
        let allowed = self.allowed_scopes(client);
        let scopes = present("scope").map_or_else(|| allowed.clone(), Scopes::from);
        if !allowed.covers(&scopes) {
            return Err(("invalid_scope", "the scope is unknown or not for this client"));
        }
        // Consent is asked for every time, so a request that forbids asking cannot be met.
        if present("prompt").is_some_and(|prompt| prompt.split(' ').any(|word| word == "none")) {
            return Err(("interaction_required", "the person has to be asked"));
        }
        if faults.has(Fault::Refuse) {
            return Err(("temporarily_unavailable", "refused on purpose"));
        }
        Ok((scopes, challenge.into()))
    }

    pub(crate) fn approve_code(&mut self, request: CodeRequest, user: &User, env: &Env<'_>) -> Answer {
        let faults = self.strike(Endpoint::Authorize, None);
        let noted = Noted { grant: None, client: Some(request.client.clone()) };
        let made = self.make_code(&request, user, env);
        let CodeRequest { client: _, redirect_uri, state, scopes: _, challenge: _ } = request;
        let back = Return { redirect_uri: &redirect_uri, state: state.as_ref().map(|state| state.expose()) };
        let (outcome, answer) = match made {
            Ok(code) => (Outcome::Done, self.send_back(&back, [("code", code.expose())].as_slice(), &faults)),
            Err(code) => (
                Outcome::Refused(code),
                self.turn_away(&back, code, "the provider cannot answer now", &faults),
            ),
        };
        self.note(Endpoint::Authorize, noted, outcome, env.now);
        answer.after(faults.delay())
    }

    fn make_code(
        &mut self,
        request: &CodeRequest,
        user: &User,
        env: &Env<'_>,
    ) -> Result<countersign_token::Secret, &'static str> {
        let secret = random::secret(env).map_err(|_| "server_error")?;
        let code = Code {
            client: request.client.clone(),
            redirect_uri: request.redirect_uri.clone(),
            challenge: request.challenge.clone(),
            user: user.id.clone(),
            scopes: request.scopes.clone(),
            family: Family::from_bytes(random::bytes(env).map_err(|_| "server_error")?),
            expires: env.now.plus(self.config.lifetimes.code.min(LONGEST_CODE)),
            spent: false,
        };
        self.state
            .grants
            .put_code(Digest::of(secret.expose()), code, env.now)
            .map_err(|Unavailable| "temporarily_unavailable")?;
        Ok(secret)
    }

    pub(crate) fn deny_code(&mut self, request: CodeRequest, env: &Env<'_>) -> Answer {
        let faults = self.strike(Endpoint::Authorize, None);
        let CodeRequest { client, redirect_uri, state, scopes: _, challenge: _ } = request;
        let back = Return { redirect_uri: &redirect_uri, state: state.as_ref().map(|state| state.expose()) };
        let answer = self.turn_away(&back, "access_denied", "the person said no", &faults);
        let noted = Noted { grant: None, client: Some(client) };
        self.note(Endpoint::Authorize, noted, Outcome::Refused("access_denied"), env.now);
        answer.after(faults.delay())
    }

    /// RFC 6749 §4.1.2.1.
    fn turn_away(&self, back: &Return<'_>, code: &str, description: &str, faults: &Striking) -> Answer {
        self.send_back(back, &[("error", code), ("error_description", description)], faults)
    }

    /// RFC 6749 §4.1.2 and RFC 9207 §2: `state` as it came, and `iss` always.
    fn send_back(&self, back: &Return<'_>, members: &[(&str, &str)], faults: &Striking) -> Answer {
        let mut params: Params = members.iter().copied().collect();
        if let Some(state) = back.state {
            params.push("state", if faults.has(Fault::WrongState) { "forged" } else { state });
        }
        params.push(
            "iss",
            if faults.has(Fault::WrongIssuer) { "https://issuer.invalid" } else { self.config.issuer() },
        );
        Answer::send(answer::redirect(&form::append_to_query(back.redirect_uri, &params)))
    }
}
