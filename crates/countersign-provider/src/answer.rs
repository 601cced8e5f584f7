use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::{fmt, time::Duration};

use countersign_token::{
    Secret,
    json::{Object, Value},
};
use countersign_wire::{form, header::challenge::Challenge, redact};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

/// What the host sends back.
#[derive(Debug)]
#[non_exhaustive]
pub struct Answer {
    /// The response, or the page to show.
    pub reply: Reply,
    /// How long the host waits before it sends it; zero unless a fault was planted.
    pub delay: Duration,
}

/// A finished response, or a page that the host renders in its own clothes.
#[expect(clippy::exhaustive_enums, reason = "a host must render each")]
pub enum Reply {
    /// Send this.
    Response(Response<Vec<u8>>),
    /// Show this to the person.
    Page(Page),
}

/// A page for a person.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Page {
    /// The request cannot be trusted far enough to send the browser anywhere: status 400.
    Refused {
        /// What is wrong, in a clause without anything the request said.
        why: &'static str,
    },
    /// The provider cannot answer now: status 503.
    Unavailable,
    /// The verifier, to be typed into the client: status 200.
    Verifier {
        /// The client's name, which must be escaped.
        client: String,
        /// The verifier.
        verifier: Secret,
    },
    /// The person said no, and there is nowhere to send the browser: status 200.
    Denied {
        /// The client's name, which must be escaped.
        client: String,
    },
}

impl Page {
    /// The status the page is sent with.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Refused { .. } => StatusCode::BAD_REQUEST,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Verifier { .. } | Self::Denied { .. } => StatusCode::OK,
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Response(response) => f.debug_tuple("Response").field(&redact::response(response)).finish(),
            Self::Page(page) => f.debug_tuple("Page").field(page).finish(),
        }
    }
}

impl Answer {
    pub(crate) const fn page(page: Page) -> Self {
        Self { reply: Reply::Page(page), delay: Duration::ZERO }
    }

    pub(crate) fn send(response: Response<Vec<u8>>) -> Self {
        Self { reply: Reply::Response(response), delay: Duration::ZERO }
    }

    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// The response, when it is one.
    pub const fn response(&self) -> Option<&Response<Vec<u8>>> {
        match &self.reply {
            Reply::Response(response) => Some(response),
            Reply::Page(_) => None,
        }
    }

    /// The page, when it is one.
    pub const fn as_page(&self) -> Option<&Page> {
        match &self.reply {
            Reply::Response(_) => None,
            Reply::Page(page) => Some(page),
        }
    }

    /// The status it is sent with.
    pub fn status(&self) -> StatusCode {
        match &self.reply {
            Reply::Response(response) => response.status(),
            Reply::Page(page) => page.status(),
        }
    }
}

/// An empty response.
pub(crate) fn empty(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    no_store(response.headers_mut());
    response
}

/// A JSON answer that no cache keeps.
pub(crate) fn json(status: StatusCode, object: Object) -> Response<Vec<u8>> {
    body(status, "application/json", Value::Object(object).to_json().expose().to_string())
}

/// A form answer that no cache keeps.
pub(crate) fn form_body(status: StatusCode, params: &countersign_wire::Params) -> Response<Vec<u8>> {
    body(status, form::CONTENT_TYPE, form::print(params))
}

pub(crate) fn body(status: StatusCode, content_type: &'static str, text: String) -> Response<Vec<u8>> {
    let mut response = empty(status);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    *response.body_mut() = text.into_bytes();
    response
}

/// A redirect that repeats no POST (RFC 9700 §4.12: 303, never 307) and gives no referrer away.
pub(crate) fn redirect(uri: &str) -> Response<Vec<u8>> {
    let Ok(mut location) = HeaderValue::from_str(uri) else {
        return empty(StatusCode::INTERNAL_SERVER_ERROR);
    };
    location.set_sensitive(true);
    let mut response = empty(StatusCode::SEE_OTHER);
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, location);
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

pub(crate) fn challenge(response: &mut Response<Vec<u8>>, challenge: &Challenge) {
    if let Ok(value) = HeaderValue::from_str(&challenge.to_string()) {
        response.headers_mut().append(header::WWW_AUTHENTICATE, value);
    }
}

fn no_store(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
}
