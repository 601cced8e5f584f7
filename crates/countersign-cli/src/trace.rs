//! `--trace`: every HTTP exchange as a person may see it.
//!
//! What is shown is a list of names known to be harmless; everything else is shown as `[redacted]`, so that
//! a parameter nobody thought of is hidden and not shown.

use std::{
    fs::File,
    io::{self, Write},
    sync::{Mutex, PoisonError},
};

use countersign_token::{
    Secret,
    json::{Object, Value},
};
use countersign_transport::{Error, Transport};
use countersign_wire::{
    flow::{Handling, Purpose},
    form, header, redact,
    text::sanitise,
};
use http::{HeaderMap, HeaderName, Request, Response};

const HIDDEN: &str = "[redacted]";

/// Values shorter than this are words, and hiding them everywhere would hide the exchange.
const SHORTEST_SECRET: usize = 6;

/// Parameters and members whose values hold nothing secret.
const SHOWN: [&str; 37] = [
    "authorization_endpoint",
    "authorization_response_iss_parameter_supported",
    "client_id",
    "code_challenge_method",
    "code_challenge_methods_supported",
    "error",
    "error_description",
    "error_uri",
    "expires_in",
    "grant_type",
    "grant_types_supported",
    "iss",
    "issuer",
    "oauth_callback",
    "oauth_callback_confirmed",
    "oauth_consumer_key",
    "oauth_nonce",
    "oauth_problem",
    "oauth_signature_method",
    "oauth_timestamp",
    "oauth_version",
    "pageSize",
    "pageToken",
    "redirect_uri",
    "resource",
    "response_type",
    "response_types_supported",
    "revocation_endpoint",
    "registration_endpoint",
    "realm",
    "scope",
    "scopes_supported",
    "token_endpoint",
    "token_endpoint_auth_methods_supported",
    "token_type",
    "token_type_hint",
    "userinfo_endpoint",
];

/// Header fields whose values hold nothing secret.
const SHOWN_HEADERS: [HeaderName; 7] = [
    http::header::ACCEPT,
    http::header::CACHE_CONTROL,
    http::header::CONTENT_LENGTH,
    http::header::CONTENT_TYPE,
    http::header::DATE,
    http::header::RETRY_AFTER,
    http::header::USER_AGENT,
];

/// A transport that tells what it sends and receives.
pub(crate) struct Traced<T> {
    inner: T,
    sink: Option<Mutex<Box<dyn Write + Send>>>,
}

impl<T> Traced<T> {
    /// Traces to a file, or to standard error when `target` is `-`; not at all without a target.
    pub(crate) fn new(inner: T, target: Option<&str>) -> io::Result<Self> {
        let sink: Option<Box<dyn Write + Send>> = match target {
            None => None,
            Some("-") => Some(Box::new(io::stderr())),
            Some(path) => Some(Box::new(File::create(path)?)),
        };
        Ok(Self { inner, sink: sink.map(Mutex::new) })
    }
}

impl<T: Transport> Transport for Traced<T> {
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
        let Some(sink) = &self.sink else {
            return self.inner.send(request);
        };
        let is_resource =
            request.extensions().get::<Handling>().is_none_or(|handling| handling.purpose == Purpose::Resource);
        let mut exchange = Exchange::default();
        exchange.request_line(&request);
        exchange.headers('>', request.headers());
        exchange.body('>', request.headers(), request.body(), is_resource);
        let answer = self.inner.send(request);
        match &answer {
            Ok(response) => {
                exchange.line('<', &response.status().to_string());
                exchange.headers('<', response.headers());
                exchange.body('<', response.headers(), response.body(), is_resource);
            }
            Err(error) => exchange.line('<', &format!("no response: {error}")),
        }
        let text = exchange.into_text();
        let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
        // A trace that cannot be written must not end what is traced.
        let _ = writeln!(sink, "{text}").and_then(|()| sink.flush());
        answer
    }
}

/// The text of one exchange, and every value that was hidden in it.
#[derive(Default)]
struct Exchange {
    text: String,
    hidden: Vec<Secret>,
}

impl Exchange {
    fn line(&mut self, mark: char, text: &str) {
        self.text.push_str(&format!("{mark} {text}\n"));
    }

    fn request_line(&mut self, request: &Request<Vec<u8>>) {
        let query = request.uri().query().map(|query| format!("?{}", self.form(query))).unwrap_or_default();
        self.line('>', &format!("{} {}{query}", request.method(), redact::uri(request.uri())));
    }

    fn headers(&mut self, mark: char, headers: &HeaderMap) {
        for (name, value) in headers {
            let value = value.to_str().unwrap_or(HIDDEN);
            let shown = if SHOWN_HEADERS.contains(name) {
                value.to_owned()
            } else if *name == http::header::AUTHORIZATION {
                self.authorization(value)
            } else {
                HIDDEN.to_owned()
            };
            self.line(mark, &format!("{name}: {shown}"));
        }
    }

    fn authorization(&mut self, value: &str) -> String {
        let (scheme, rest) = header::split_scheme(value);
        match header::oauth::parse(value) {
            Ok(Some(params)) => {
                let pairs: Vec<String> =
                    params.iter().map(|(name, value)| format!("{name}=\"{}\"", self.shown(name, value))).collect();
                format!("{scheme} {}", pairs.join(", "))
            }
            _ => {
                self.hidden.push(rest.into());
                format!("{scheme} {HIDDEN}")
            }
        }
    }

    fn body(&mut self, mark: char, headers: &HeaderMap, body: &[u8], is_resource: bool) {
        if body.is_empty() {
            return;
        }
        let content_type =
            headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let text = core::str::from_utf8(body).unwrap_or_default();
        // What a protected resource holds is the user's own and none of a trace's business.
        let shown = if is_resource {
            format!("({} bytes)", body.len())
        } else if let Ok(value) = Value::parse(body) {
            self.json(None, value).to_json().expose().to_owned()
        } else if form::is_form(content_type) || (text.contains('=') && !text.contains('<')) {
            self.form(text)
        } else {
            format!("({} bytes of {content_type})", body.len())
        };
        self.line(mark, &shown);
    }

    fn form(&mut self, text: &str) -> String {
        match form::parse(text) {
            Ok(params) => {
                let pairs: Vec<String> =
                    params.iter().map(|(name, value)| format!("{name}={}", self.shown(name, value))).collect();
                pairs.join("&")
            }
            Err(_) => HIDDEN.to_owned(),
        }
    }

    fn json(&mut self, name: Option<&str>, value: Value) -> Value {
        match value {
            Value::Object(members) => {
                let mut object = Object::new();
                for (name, value) in members {
                    let value = self.json(Some(&name), value);
                    object.insert(name, value);
                }
                Value::Object(object)
            }
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.json(name, item)).collect()),
            Value::Text(text) => Value::text(self.shown(name.unwrap_or_default(), text.expose())),
            other => other,
        }
    }

    fn shown(&mut self, name: &str, value: &str) -> String {
        if SHOWN.contains(&name) {
            return sanitise(value, 500);
        }
        self.hidden.push(value.into());
        HIDDEN.to_owned()
    }

    /// A clumsy server repeats in its error text what it refuses: what was hidden once is hidden everywhere.
    fn into_text(self) -> String {
        let mut text = self.text;
        for secret in self.hidden.iter().filter(|secret| secret.expose().len() >= SHORTEST_SECRET) {
            text = text.replace(secret.expose(), HIDDEN);
        }
        text
    }
}
