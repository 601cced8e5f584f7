//! Which path is what.

use axum::{Router, body::Body, extract::State, routing::any};
use countersign_provider::Provider;
use http::{HeaderValue, Method, Request, StatusCode, header};

use crate::{
    Service,
    exchange::{Outgoing, answer},
    page, person, sample,
};

/// What answers a whole request.
type Work = fn(&Service, Request<Vec<u8>>) -> Outgoing;

const ROUTES: [(&str, Work); 14] = [
    ("/.well-known/oauth-authorization-server", metadata),
    ("/authorize", |service, request| person::turn(service, &request, Provider::authorize)),
    ("/token", |service, request| service.ask(|provider, env| provider.token(&request, env)).into()),
    ("/revoke", |service, request| service.ask(|provider, env| provider.revoke(&request, env)).into()),
    ("/_ah/OAuthGetRequestToken", temporary_credentials),
    ("/_ah/OAuthAuthorizeToken", authorize_temporary),
    ("/_ah/OAuthGetAccessToken", token_credentials),
    ("/oauth1/temporary-credentials", temporary_credentials),
    ("/oauth1/authorize", authorize_temporary),
    ("/oauth1/token", token_credentials),
    ("/oauth1/revoke", |service, request| {
        service.ask(|provider, env| provider.revoke_signed(&request, env)).into()
    }),
    ("/drive/v3/files", sample::files),
    ("/me", sample::me),
    ("/", home),
];

pub(crate) fn router(service: Service) -> Router {
    let routes = ROUTES.into_iter().fold(Router::new(), |router, (path, work)| {
        router.route(
            path,
            any(move |State(service): State<Service>, request: Request<Body>| answer(service, request, work)),
        )
    });
    let missing: Work = |_, _| page::failure(StatusCode::NOT_FOUND, "there is no such page").into();
    routes
        .fallback(move |State(service): State<Service>, request: Request<Body>| {
            answer(service, request, missing)
        })
        .with_state(service)
}

fn metadata(service: &Service, request: Request<Vec<u8>>) -> Outgoing {
    if request.method() == Method::GET || request.method() == Method::HEAD {
        return service.ask(|provider, env| provider.metadata(env)).into();
    }
    let mut response = page::failure(StatusCode::METHOD_NOT_ALLOWED, "the method must be GET");
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET"));
    response.into()
}

fn temporary_credentials(service: &Service, request: Request<Vec<u8>>) -> Outgoing {
    service.ask(|provider, env| provider.temporary_credentials(&request, env)).into()
}

fn authorize_temporary(service: &Service, request: Request<Vec<u8>>) -> Outgoing {
    person::turn(service, &request, Provider::authorize_temporary)
}

fn token_credentials(service: &Service, request: Request<Vec<u8>>) -> Outgoing {
    service.ask(|provider, env| provider.token_credentials(&request, env)).into()
}

fn home(_: &Service, _: Request<Vec<u8>>) -> Outgoing {
    page::home().into()
}
