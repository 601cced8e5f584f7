//! `--trace`: every HTTP exchange as a person may see it.
//!
//! What is shown is a list of names known to be harmless; everything else is shown as `[redacted]`, so that
//! a parameter nobody thought of is hidden and not shown.

use std::{
    fs::{File, OpenOptions},
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
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Uri};

const HIDDEN: &str = "[redacted]";

/// The longest value that is shown, in characters.
const LONGEST: usize = 500;

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
const SHOWN_HEADERS: [HeaderName; 17] = [
    http::header::ACCEPT,
    http::header::CACHE_CONTROL,
    http::header::CONNECTION,
    http::header::CONTENT_LENGTH,
    http::header::CONTENT_TYPE,
    http::header::DATE,
    http::header::EXPIRES,
    http::header::HOST,
    http::header::PRAGMA,
    http::header::REFERRER_POLICY,
    http::header::RETRY_AFTER,
    http::header::SERVER,
    http::header::TRANSFER_ENCODING,
    http::header::USER_AGENT,
    http::header::VARY,
    http::header::WWW_AUTHENTICATE,
    http::header::X_CONTENT_TYPE_OPTIONS,
];

/// A transport that tells what it sends and receives.
pub(crate) struct Traced<T> {
    inner: T,
    sink: Option<Mutex<Sink>>,
}

/// Where the trace goes, and what must not stand in it: a server may repeat later what it was told before.
struct Sink {
    writer: Box<dyn Write + Send>,
    hidden: Vec<Secret>,
}

impl<T> Traced<T> {
    /// Traces to a file, or to standard error when `target` is `-`; not at all without a target.
    pub(crate) fn new(inner: T, target: Option<&str>) -> io::Result<Self> {
        let writer: Option<Box<dyn Write + Send>> = match target {
            None => None,
            Some("-") => Some(Box::new(io::stderr())),
            Some(path) => Some(Box::new(create(path)?)),
        };
        Ok(Self { inner, sink: writer.map(|writer| Mutex::new(Sink { writer, hidden: Vec::new() })) })
    }
}

/// A file for its owner: who signs in where is nobody else's business.
fn create(path: &str) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

impl<T: Transport> Transport for Traced<T> {
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
        let Some(sink) = &self.sink else {
            return self.inner.send(request);
        };
        let is_resource = request
            .extensions()
            .get::<Handling>()
            .is_none_or(|handling| handling.purpose == Purpose::Resource);
        let known = sink.lock().unwrap_or_else(PoisonError::into_inner).hidden.clone();
        let mut exchange = Exchange { text: String::new(), hidden: known };
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
        let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
        let text = exchange.finish(&mut sink.hidden);
        // A trace that cannot be written must not end what is traced.
        let _ = writeln!(sink.writer, "{text}").and_then(|()| sink.writer.flush());
        answer
    }
}

/// A header field that a person typed, or that was put on the request for them: without credentials.
pub(crate) fn typed_header(name: &HeaderName, value: &HeaderValue) -> String {
    let value = value.to_str().unwrap_or(HIDDEN);
    if *name == http::header::AUTHORIZATION {
        return Exchange::default().authorization(value);
    }
    let telling = ["cookie", "auth", "token", "secret", "key", "password"];
    if telling.iter().any(|word| name.as_str().contains(word)) {
        HIDDEN.to_owned()
    } else {
        sanitise(value, LONGEST)
    }
}

/// An address that a person typed: without the values of parameters that are credentials by their names.
pub(crate) fn typed_url(uri: &Uri) -> String {
    let query = uri.query().map(|query| {
        let pairs: Vec<String> = query
            .split('&')
            .map(|pair| {
                let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
                let telling = ["token", "secret", "key", "password", "code", "oauth_signature", "assertion"];
                let is_secret = telling.iter().any(|word| name.contains(word)) && name != "pagetoken";
                if is_secret { format!("{name}={HIDDEN}") } else { pair.to_owned() }
            })
            .collect();
        format!("?{}", pairs.join("&"))
    });
    format!("{}{}", redact::uri(uri), query.unwrap_or_default())
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
                sanitise(&scrubbed(value, &self.hidden), LONGEST)
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
                let pairs: Vec<String> = params
                    .iter()
                    .map(|(name, value)| format!("{name}=\"{}\"", self.shown(name, value)))
                    .collect();
                format!("{scheme} {}", pairs.join(", "))
            }
            _ => {
                if let Ok(Some((_, secret))) = header::basic::parse(value) {
                    self.hidden.push(secret);
                }
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
            // Once to find what is secret, so that no member before it is cut in the middle of it.
            let _ = self.json(None, value.clone());
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
                let pairs: Vec<String> = params
                    .iter()
                    .map(|(name, value)| format!("{name}={}", self.shown(name, value)))
                    .collect();
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
            Value::Array(items) => {
                Value::Array(items.into_iter().map(|item| self.json(name, item)).collect())
            }
            Value::Text(text) => Value::text(self.shown(name.unwrap_or_default(), text.expose())),
            other => other,
        }
    }

    fn shown(&mut self, name: &str, value: &str) -> String {
        if SHOWN.contains(&name) {
            return sanitise(&scrubbed(value, &self.hidden), LONGEST);
        }
        // PLAINTEXT signatures are two secrets with a sign between them.
        self.hidden.extend(value.split('&').chain([value]).map(Secret::from));
        HIDDEN.to_owned()
    }

    /// A clumsy server repeats in its error text what it refuses: what was hidden once is hidden everywhere.
    fn finish(self, hidden: &mut Vec<Secret>) -> String {
        let text = scrubbed(&self.text, &self.hidden);
        *hidden = self.hidden;
        text
    }
}

fn scrubbed(text: &str, hidden: &[Secret]) -> String {
    let mut text = text.to_owned();
    for secret in hidden.iter().filter(|secret| secret.expose().len() >= SHORTEST_SECRET) {
        text = text.replace(secret.expose(), HIDDEN);
    }
    text
}
