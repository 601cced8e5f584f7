use core::{fmt, mem};

use countersign_flow::{
    ClientRegistration, Endpoint, Error, SecurityToken, TokenExchange, error::Misuse, token_type,
};
use countersign_token::{Scopes, Secret, TokenSet};
use countersign_wire::flow::{Env, Flow, Input, Step};
use http::StatusCode;

use super::subject_token::SubjectToken;
use crate::{
    call::{self, Call},
    scope_names,
};

/// What is exchanged, and for what.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    pub(super) token_endpoint: Endpoint,
    pub(super) audience: String,
    pub(super) subject_token_type: String,
    pub(super) client: Option<ClientRegistration>,
    pub(super) workforce_project: Option<String>,
    pub(super) scopes: Scopes,
}

impl Terms {
    fn exchange(&self, subject: Secret) -> Result<TokenExchange, Error> {
        let subject = SecurityToken::new(subject, self.subject_token_type.as_str());
        let mut flow = TokenExchange::new(&self.token_endpoint, &subject)
            .audience([self.audience.as_str()])
            .requested_token_type(token_type::ACCESS_TOKEN)
            .scopes(self.scopes.clone());
        if let Some(client) = &self.client {
            flow = flow.client(client);
        } else if let Some(project) = &self.workforce_project {
            // A client has a project of its own.
            let project = countersign_token::json::Value::text(project.as_str()).to_json();
            flow = flow.param("options", &format!("{{\"userProject\":{}}}", project.expose()))?;
        }
        Ok(flow)
    }
}

/// The token of elsewhere, and what Google gives for it.
///
/// ```text
/// ┌──────────┐ subject ┌────────────┐ access token
/// │ Fetching ├────────►│ Exchanging ├─────────────► done
/// └──────────┘         └────────────┘
/// ```
pub(super) struct SubjectExchange {
    subject: SubjectToken,
    terms: Terms,
    resource: Vec<String>,
    stage: Stage,
}

enum Stage {
    Fetching(Call),
    Exchanging(Box<TokenExchange>),
    Finished,
}

impl SubjectExchange {
    pub(super) fn new(subject: SubjectToken, terms: Terms, resource: Vec<String>) -> Result<Self, Error> {
        let stage = match (&subject.place, subject.call()) {
            (super::subject_token::Place::File(path), _) => {
                Stage::Exchanging(Box::new(terms.exchange(subject.in_file(path)?)?))
            }
            (_, Some(call)) => Stage::Fetching(call),
            (_, None) => return Err(Misuse::NoToken { name: "subject_token" }.into()),
        };
        Ok(Self { subject, terms, resource, stage })
    }
}

impl Flow for SubjectExchange {
    type Output = TokenSet;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<TokenSet>, Error> {
        match mem::replace(&mut self.stage, Stage::Finished) {
            Stage::Fetching(mut call) => match call.step(input, env)? {
                Step::Send(request) => {
                    self.stage = Stage::Fetching(call);
                    Ok(Step::Send(request))
                }
                Step::Wait(pause) => {
                    self.stage = Stage::Fetching(call);
                    Ok(Step::Wait(pause))
                }
                Step::Done(response) if response.status() != StatusCode::OK => {
                    Err(call::not_an_answer(&response))
                }
                Step::Done(response) => {
                    let subject = self.subject.token(response.body())?;
                    self.stage = Stage::Exchanging(Box::new(self.terms.exchange(subject)?));
                    self.step(Input::Start, env)
                }
            },
            Stage::Exchanging(mut exchange) => match exchange.step(input, env)? {
                Step::Send(request) => {
                    self.stage = Stage::Exchanging(exchange);
                    Ok(Step::Send(request))
                }
                Step::Wait(pause) => {
                    self.stage = Stage::Exchanging(exchange);
                    Ok(Step::Wait(pause))
                }
                Step::Done(exchanged) => {
                    let mut access = exchanged.access_token()?.tokens.access;
                    access.scopes = scope_names::granted(&access.scopes, &self.terms.scopes);
                    access.resource.clone_from(&self.resource);
                    Ok(Step::Done(TokenSet::new(access)))
                }
            },
            Stage::Finished => Err(Misuse::Finished.into()),
        }
    }
}

impl fmt::Debug for SubjectExchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubjectExchange").field("terms", &self.terms).finish_non_exhaustive()
    }
}
