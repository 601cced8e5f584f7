use alloc::string::ToString;
use core::{fmt, mem};

use countersign_token::{Client, Credential, Grant, RefreshToken, Scopes, TokenSet};
use countersign_wire::{
    Params,
    flow::{Env, Flow, Input, Purpose, Step},
    header::bearer,
    response::{self, TokenResponse},
};

use super::{Signatory, answer, clock::Clock, signed::Signed};
use crate::{
    ClientRegistration, Endpoint, Error, Redeemed, Refresh,
    error::Misuse,
    exchange::{Answer, Exchange, Replay},
};

/// The grant type by which Google exchanged OAuth 1.0a tokens for OAuth 2.0 ones.
const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:migration:oauth1";

/// OAuth 1.0a token credentials exchanged for OAuth 2.0 tokens, without the user.
///
/// A form is posted to the token endpoint of OAuth 2.0, with the OAuth 2.0 client in it, and signed with OAuth 1.0a.
/// Google's server answered with a refresh token alone. It is refreshed at once for an access token; should that
/// fail, the refresh token is what the conversation ends with.
///
/// Google's endpoint answers no more; the grant is here for servers of one's own.
///
/// # Security
/// Whoever holds the old token can migrate it. The old token stays good unless the server ends it: revoke it.
pub struct Migration {
    state: State,
    endpoint: Endpoint,
    client: ClientRegistration,
    scopes: Scopes,
    signatory: Signatory,
}

#[expect(clippy::large_enum_variant, reason = "there is one of it, for as long as a conversation lasts")]
enum State {
    Asking(Signed),
    Refreshing(RefreshToken, Refresh),
    Finished,
}

/// What OAuth 1.0a token credentials were exchanged for: at least one of the two.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Migrated {
    /// The tokens; `None` when the server gave a refresh token alone, and refreshing it failed for now.
    pub tokens: Option<TokenSet>,
    /// The refresh token, which is among the tokens too.
    pub refresh_token: Option<RefreshToken>,
}

impl Migrated {
    /// All of it as what is kept, with the client that it belongs to.
    pub fn into_credential(self, client: Client) -> Credential {
        let Self { tokens, refresh_token } = self;
        match tokens {
            Some(tokens) => Credential::oauth2(client, tokens),
            None => {
                let mut credential = Credential::client_credentials(client);
                credential.grant = Grant::OAuth2 { refresh_token };
                credential
            }
        }
    }
}

impl Migration {
    /// Asks the token endpoint for tokens of this client that reach as far as the signatory's token.
    ///
    /// The client's secret goes into the form, however the client authenticates otherwise: the header is taken.
    ///
    /// # Errors
    /// [`Misuse::SignatureMethod`] when the signatory's method is not known here, or its key is not given.
    pub fn new(
        token_endpoint: &Endpoint,
        client: &ClientRegistration,
        signatory: &Signatory,
    ) -> Result<Self, Error> {
        let mut form = Params::new().with("grant_type", GRANT_TYPE).with("client_id", client.id.as_str());
        if let Some(secret) = client.authentication.secret() {
            form.push("client_secret", secret.clone());
        }
        let exchange = Exchange::post(token_endpoint, Purpose::Token, form, Replay::UnlessSent);
        Ok(Self {
            state: State::Asking(signatory.signed(exchange)?),
            endpoint: token_endpoint.clone(),
            client: client.clone(),
            scopes: Scopes::none(),
            signatory: signatory.clone(),
        })
    }

    /// Asks for these scopes.
    #[must_use]
    pub fn scopes(mut self, scopes: impl Into<Scopes>) -> Self {
        self.scopes = scopes.into();
        self
    }

    /// When the server refuses the timestamp, signs once more by the server's clock.
    #[must_use]
    pub fn follow_server_clock(mut self) -> Self {
        if let State::Asking(signed) = &mut self.state {
            signed.clock = Clock::following(0);
        }
        self
    }

    fn ask(&mut self, mut signed: Signed, input: Input, env: &Env<'_>) -> Result<Step<Migrated>, Error> {
        if matches!(input, Input::Start) && !self.scopes.is_empty() {
            signed.exchange.push("scope", &self.scopes.to_string());
        }
        let answer = match signed.step(input, env)? {
            Step::Send(request) => {
                self.state = State::Asking(signed);
                return Ok(Step::Send(request));
            }
            Step::Wait(pause) => {
                self.state = State::Asking(signed);
                return Ok(Step::Wait(pause));
            }
            Step::Done(answer) => answer,
        };
        let [client, token, token_secret] = self.signatory.secrets();
        let mut sent = alloc::vec![client, token, token_secret];
        sent.extend(self.client.authentication.secret());
        answer::heed(&answer.response, answer::body(&answer.response).as_ref(), &sent)?;
        if let Some(refresh) = refresh_token_alone(&answer) {
            let flow = Refresh::new(&self.endpoint, &self.client, &refresh, self.scopes.clone());
            return Ok(self.refresh(refresh, flow, Input::Start, env));
        }
        let Answer { response, requested_at } = answer;
        let tokens = TokenResponse::parse(&response)?.into_tokens(&self.scopes, requested_at);
        Ok(Step::Done(Migrated { refresh_token: tokens.refresh.clone(), tokens: Some(tokens) }))
    }

    fn refresh(
        &mut self,
        token: RefreshToken,
        mut flow: Refresh,
        input: Input,
        env: &Env<'_>,
    ) -> Step<Migrated> {
        match flow.step(input, env) {
            Ok(Step::Send(request)) => {
                self.state = State::Refreshing(token, flow);
                Step::Send(request)
            }
            Ok(Step::Wait(pause)) => {
                self.state = State::Refreshing(token, flow);
                Step::Wait(pause)
            }
            Ok(Step::Done(Redeemed { mut tokens, .. })) => {
                let newest = tokens.refresh.get_or_insert(token).clone();
                Step::Done(Migrated { tokens: Some(tokens), refresh_token: Some(newest) })
            }
            Err(_) => Step::Done(Migrated { tokens: None, refresh_token: Some(token) }),
        }
    }
}

/// The refresh token of an answer that has no access token.
fn refresh_token_alone(answer: &Answer) -> Option<RefreshToken> {
    let (members, _) = response::members(&answer.response).ok()?;
    let text = |name| members.get(name)?.as_text().filter(|text| !text.is_empty());
    if !answer.response.status().is_success() || text("access_token").is_some() {
        return None;
    }
    text("refresh_token").filter(|token| bearer::is_sendable(token)).map(RefreshToken::new)
}

impl Flow for Migration {
    type Output = Migrated;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Migrated>, Error> {
        match mem::replace(&mut self.state, State::Finished) {
            State::Asking(signed) => self.ask(signed, input, env),
            State::Refreshing(token, flow) => Ok(self.refresh(token, flow, input, env)),
            State::Finished => Err(Misuse::Finished.into()),
        }
    }
}

impl fmt::Debug for Migration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { state: _, endpoint, client, scopes, signatory } = self;
        f.debug_struct("Migration")
            .field("endpoint", endpoint)
            .field("client", client)
            .field("scopes", scopes)
            .field("signatory", signatory)
            .finish_non_exhaustive()
    }
}
