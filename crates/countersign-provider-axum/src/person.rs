//! The turn of the person: sign in, then consent. One URL each for both generations of OAuth.
//!
//! ```text
//!  GET ──► sign-in form ──POST──► 303 to itself ──GET──► consent form ──POST──► the provider's answer
//! ```
//!
//! The request stays in the URL's query and is read anew at every turn, so a form carries nothing but its
//! token (`csrf`) and what the person typed or pressed.

use countersign_provider::{Authorization, AuthorizationRequest, Provider};
use countersign_token::Secret;
use countersign_wire::{
    Params,
    flow::{Env, NoEntropy},
    form,
};
use http::{HeaderValue, Method, Request, Response, StatusCode, header};

use crate::{Service, exchange::Outgoing, page};

/// One of the two authorization endpoints.
pub(crate) type Authorize = fn(&mut Provider, &str, &Env<'_>) -> Authorization;

pub(crate) fn turn(service: &Service, request: &Request<Vec<u8>>, authorize: Authorize) -> Outgoing {
    let query = request.uri().query().unwrap_or_default();
    if request.method() == Method::POST {
        return posted(service, request, query, authorize);
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let mut response = page::failure(StatusCode::METHOD_NOT_ALLOWED, "the method must be GET");
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
        return response.into();
    }
    let asked = match service.ask(|provider, env| authorize(provider, query, env)) {
        Authorization::Ask(asked) => asked,
        Authorization::Answer(answer) => return answer.into(),
    };
    let (browser, is_new) = match service.with_people(|people| people.sessions.browser(request.headers())) {
        Some(browser) => (browser, false),
        None => match service.random() {
            Ok(browser) => (browser, true),
            Err(NoEntropy) => return no_entropy(),
        },
    };
    let now = service.now();
    service
        .with_people(|people| {
            let token = people.sessions.form_token(&browser);
            let mut response = match people.sessions.user(&browser, now) {
                Some(user) => page::consent(&asked, &user, &token),
                None => page::login(&asked, &token, None),
            };
            if is_new {
                set_cookie(&mut response, people.sessions.set_cookie(&browser));
            }
            response
        })
        .into()
}

fn posted(service: &Service, request: &Request<Vec<u8>>, query: &str, authorize: Authorize) -> Outgoing {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let fields = Some(request.body())
        .filter(|_| content_type.is_some_and(form::is_form))
        .and_then(|body| core::str::from_utf8(body).ok())
        .and_then(|body| form::parse(body).ok())
        .filter(|fields| fields.repeated().is_none());
    let Some(fields) = fields else {
        return page::failure(StatusCode::BAD_REQUEST, "the form is not well formed").into();
    };
    let browser = service.with_people(|people| {
        let browser = people.sessions.browser(request.headers())?;
        let token = Secret::new(people.sessions.form_token(&browser));
        token.ct_eq(fields.first("csrf").unwrap_or_default()).then_some(browser)
    });
    let Some(browser) = browser else {
        return page::failure(
            StatusCode::FORBIDDEN,
            "the form is not from this browser; go back and try again",
        )
        .into();
    };
    let asked = match service.ask(|provider, env| authorize(provider, query, env)) {
        Authorization::Ask(asked) => asked,
        Authorization::Answer(answer) => return answer.into(),
    };
    match fields.first("decision") {
        None => sign_in(service, request, &asked, &browser, &fields),
        Some(decision) => decide(service, request, asked, &browser, decision),
    }
}

fn sign_in(
    service: &Service,
    request: &Request<Vec<u8>>,
    asked: &AuthorizationRequest,
    browser: &Secret,
    fields: &Params,
) -> Outgoing {
    let name = fields.first("username").unwrap_or_default();
    let now = service.now();
    let token = service.with_people(|people| people.sessions.form_token(browser));
    if let Some(pause) = service.with_people(|people| people.attempts.pause(name, now)) {
        let mut response = page::login(asked, &token, Some("Too many attempts. Wait a minute."));
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(pause.as_secs().max(1)));
        return response.into();
    }
    let Some(user) = service.sign_in(name, fields.first("password").unwrap_or_default()) else {
        service.with_people(|people| people.attempts.failed(name, now));
        let mut response = page::login(asked, &token, Some("The name or the password is wrong."));
        *response.status_mut() = StatusCode::FORBIDDEN;
        return response.into();
    };
    // A new identifier, so that one that was planted in the browser before is worth nothing.
    let Ok(fresh) = service.random() else {
        return no_entropy();
    };
    service.with_people(|people| {
        people.attempts.succeeded(name);
        people.sessions.end(browser);
        people.sessions.begin(&fresh, user, now);
        let mut response = to_itself(request);
        set_cookie(&mut response, people.sessions.set_cookie(&fresh));
        response.into()
    })
}

fn decide(
    service: &Service,
    request: &Request<Vec<u8>>,
    asked: AuthorizationRequest,
    browser: &Secret,
    decision: &str,
) -> Outgoing {
    let now = service.now();
    let Some(user) = service.with_people(|people| people.sessions.user(browser, now)) else {
        return to_itself(request).into();
    };
    match decision {
        "approve" => service.ask(|provider, env| provider.approve(asked, &user, env)).into(),
        "deny" => service.ask(|provider, env| provider.deny(asked, env)).into(),
        "switch" => {
            service.with_people(|people| people.sessions.end(browser));
            to_itself(request).into()
        }
        _ => page::failure(StatusCode::BAD_REQUEST, "there is no such decision").into(),
    }
}

/// 303 to the same URL, so that the next request is a GET (RFC 9700 §4.12).
fn to_itself(request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let target = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let Ok(mut location) = HeaderValue::from_str(target) else {
        return page::failure(StatusCode::BAD_REQUEST, "the request is not well formed");
    };
    location.set_sensitive(true);
    let mut response = page::failure(StatusCode::SEE_OTHER, "go on");
    response.headers_mut().insert(header::LOCATION, location);
    response
}

fn set_cookie(response: &mut Response<Vec<u8>>, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

fn no_entropy() -> Outgoing {
    page::failure(StatusCode::SERVICE_UNAVAILABLE, "the server cannot answer now").into()
}
