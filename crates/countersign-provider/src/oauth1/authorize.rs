use alloc::{string::String, vec::Vec};

use countersign_oauth1::Problem;
use countersign_token::{ClientId, Secret};
use countersign_wire::{Params, flow::Env, form};

use crate::{
    Answer, Authorization, AuthorizationRequest, Digest, Endpoint, Fault, Outcome, Page, Provider, User,
    answer,
    fault::Striking,
    provider::{Kind, Noted, blunt, unavailable_page},
    random,
    state::{Approval, Callback, Unavailable},
};

/// Temporary credentials that wait for a person.
#[derive(Debug)]
pub(crate) struct TemporaryRequest {
    identifier: Secret,
    consumer: String,
    client_name: String,
    callback: Callback,
}

impl TemporaryRequest {
    pub(crate) fn callback(&self) -> Option<&str> {
        match &self.callback {
            Callback::OutOfBand => None,
            Callback::Uri(uri) => Some(uri),
        }
    }
}

impl Provider {
    /// Resource owner authorization (RFC 5849 §2.2), given the query of a GET.
    ///
    /// An `oauth_callback` here is ignored: it was fixed, and signed, when the temporary credentials were
    /// asked for.
    pub fn authorize_temporary(&mut self, query: &str, env: &Env<'_>) -> Authorization {
        let faults = self.strike(Endpoint::AuthorizeTemporary, None);
        let mut refuse = |answer: Answer, code: &'static str| {
            let outcome = Outcome::Refused(code);
            self.note(Endpoint::AuthorizeTemporary, Noted::default(), outcome, env.now);
            Authorization::Answer(answer.after(faults.delay()))
        };
        if let Some((answer, code)) = blunt(&faults) {
            return refuse(answer, code);
        }
        if faults.has(Fault::Refuse) {
            return refuse(page("this was refused on purpose"), "permission_denied");
        }
        let token =
            form::parse(query).ok().and_then(|params| params.required("oauth_token").ok().map(Secret::from));
        let Some(token) = token else {
            return refuse(page("oauth_token must be given, and once"), "parameter_absent");
        };
        match self.waiting(token, env) {
            Ok(Some(request)) => Authorization::Ask(AuthorizationRequest {
                client_name: request.client_name.clone(),
                scopes: Vec::new(),
                kind: Kind::Temporary(request),
            }),
            Ok(None) => {
                let outcome = Outcome::Refused(Problem::TokenRejected.as_str());
                self.note(Endpoint::AuthorizeTemporary, Noted::default(), outcome, env.now);
                let answer = page("the request is unknown, over, or was decided before");
                Authorization::Answer(answer.after(faults.delay()))
            }
            Err(Unavailable) => Authorization::Answer(unavailable_page()),
        }
    }

    fn waiting(
        &mut self,
        identifier: Secret,
        env: &Env<'_>,
    ) -> Result<Option<TemporaryRequest>, Unavailable> {
        let id = Digest::of(identifier.expose());
        let Some(temporary) = self.state.credentials.temporary(&id)? else {
            return Ok(None);
        };
        if temporary.spent || temporary.approval.is_some() || env.now >= temporary.expires {
            return Ok(None);
        }
        let consumer = self.state.directory.consumer(&temporary.consumer)?;
        Ok(consumer.map(|consumer| TemporaryRequest {
            identifier,
            consumer: consumer.identifier,
            client_name: consumer.name,
            callback: temporary.callback,
        }))
    }

    pub(crate) fn approve_temporary(
        &mut self,
        request: TemporaryRequest,
        user: &User,
        env: &Env<'_>,
    ) -> Answer {
        let faults = self.strike(Endpoint::AuthorizeTemporary, None);
        let noted = noted(&request);
        let (outcome, answer) = match self.decide(&request, user, env) {
            Ok(Some(verifier)) => (Outcome::Done, hand_over(request, verifier, &faults)),
            Ok(None) => {
                (Outcome::Refused(Problem::TokenUsed.as_str()), page("the request was decided before"))
            }
            Err(Unavailable) => (Outcome::Refused("unavailable"), unavailable_page()),
        };
        self.note(Endpoint::AuthorizeTemporary, noted, outcome, env.now);
        answer.after(faults.delay())
    }

    fn decide(
        &mut self,
        request: &TemporaryRequest,
        user: &User,
        env: &Env<'_>,
    ) -> Result<Option<Secret>, Unavailable> {
        let verifier = random::short(env).map_err(|_| Unavailable)?;
        let approval = Approval { user: user.id.clone(), verifier: Digest::of(verifier.expose()) };
        let id = Digest::of(request.identifier.expose());
        let first = self.state.credentials.approve(&id, approval)?;
        Ok(first.then_some(verifier))
    }

    pub(crate) fn deny_temporary(&mut self, request: TemporaryRequest, env: &Env<'_>) -> Answer {
        let faults = self.strike(Endpoint::AuthorizeTemporary, None);
        let noted = noted(&request);
        let id = Digest::of(request.identifier.expose());
        let answer = match self.state.credentials.burn(&id) {
            Err(Unavailable) => unavailable_page(),
            Ok(()) => match request.callback {
                Callback::OutOfBand => Answer::page(Page::Denied { client: request.client_name }),
                Callback::Uri(uri) => send_back(
                    &uri,
                    Params::new()
                        .with("oauth_problem", Problem::PermissionDenied.as_str())
                        .with("oauth_token", request.identifier),
                ),
            },
        };
        let outcome = Outcome::Refused(Problem::PermissionDenied.as_str());
        self.note(Endpoint::AuthorizeTemporary, noted, outcome, env.now);
        answer.after(faults.delay())
    }
}

/// RFC 5849 §2.2: by redirect, or by the person.
fn hand_over(request: TemporaryRequest, verifier: Secret, faults: &Striking) -> Answer {
    let TemporaryRequest { identifier, consumer: _, client_name, callback } = request;
    match callback {
        Callback::OutOfBand => Answer::page(Page::Verifier { client: client_name, verifier }),
        Callback::Uri(uri) => {
            let token = if faults.has(Fault::WrongState) { Secret::new("forged") } else { identifier };
            let params = Params::new().with("oauth_token", token).with("oauth_verifier", verifier);
            send_back(&uri, params)
        }
    }
}

fn send_back(uri: &str, params: Params) -> Answer {
    Answer::send(answer::redirect(&form::append_to_query(uri, &params)))
}

fn page(why: &'static str) -> Answer {
    Answer::page(Page::Refused { why })
}

fn noted(request: &TemporaryRequest) -> Noted {
    Noted { grant: None, client: Some(ClientId::new(request.consumer.as_str())) }
}
