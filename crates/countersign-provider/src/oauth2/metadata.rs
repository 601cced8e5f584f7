use countersign_wire::{flow::Env, metadata::ServerMetadata};
use http::{HeaderValue, StatusCode, header};

use crate::{
    Answer, Endpoint, Fault, GrantKind, Outcome, Provider, answer,
    config::PATHS,
    provider::{Noted, blunt},
};

impl Provider {
    /// The metadata document (RFC 8414 §3), for `/.well-known/oauth-authorization-server`.
    pub fn metadata(&mut self, env: &Env<'_>) -> Answer {
        let faults = self.strike(Endpoint::Metadata, None);
        if let Some((answer, code)) = blunt(&faults) {
            self.note(Endpoint::Metadata, Noted::default(), Outcome::Refused(code), env.now);
            return answer.after(faults.delay());
        }
        if faults.has(Fault::Refuse) {
            self.note(Endpoint::Metadata, Noted::default(), Outcome::Refused("not_found"), env.now);
            return Answer::send(answer::empty(StatusCode::NOT_FOUND)).after(faults.delay());
        }
        let mut document = ServerMetadata::new(if faults.has(Fault::WrongIssuer) {
            "https://issuer.invalid"
        } else {
            self.config.issuer()
        });
        document.authorization_endpoint = Some(self.config.url(PATHS.authorize));
        document.token_endpoint = Some(self.config.url(PATHS.token));
        document.revocation_endpoint = Some(self.config.url(PATHS.revoke));
        document.scopes_supported = self.config.scopes.iter().map(|scope| scope.name.clone()).collect();
        document.code_challenge_methods_supported = ["S256".into()].into();
        document.token_endpoint_auth_methods_supported =
            AUTH_METHODS.iter().map(|method| (*method).into()).collect();
        document.authorization_response_iss_parameter_supported = true;
        let json = document.to_json(&[
            ("response_types_supported", ["code"].into()),
            ("response_modes_supported", ["query"].into()),
            ("grant_types_supported", GrantKind::ALL.map(GrantKind::as_str).into()),
            ("revocation_endpoint_auth_methods_supported", AUTH_METHODS.into()),
        ]);
        let mut response = answer::body(StatusCode::OK, "application/json", json);
        // The document holds no secret, but clients of a test provider must see each change at once.
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        self.note(Endpoint::Metadata, Noted::default(), Outcome::Done, env.now);
        Answer::send(response).after(faults.delay())
    }
}

const AUTH_METHODS: [&str; 3] = ["none", "client_secret_basic", "client_secret_post"];
