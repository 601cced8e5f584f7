//! From axum's requests to whole ones, and back.

use core::time::Duration;

use axum::body::{Body, HttpBody, to_bytes};
use countersign_provider::{Answer, Reply};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};

use crate::{Service, page};

/// The largest body that is read, in bytes.
const LARGEST_BODY: usize = 64 * 1024;
/// The largest header that is looked at, in bytes.
const LARGEST_HEADER: usize = 16 * 1024;
/// How long a body may take.
const SLOWEST_BODY: Duration = Duration::from_secs(10);

/// What is sent, and how long to wait before it is.
pub(crate) struct Outgoing {
    pub(crate) response: Response<Vec<u8>>,
    pub(crate) delay: Duration,
}

impl From<Response<Vec<u8>>> for Outgoing {
    fn from(response: Response<Vec<u8>>) -> Self {
        Self { response, delay: Duration::ZERO }
    }
}

impl From<Answer> for Outgoing {
    fn from(answer: Answer) -> Self {
        let delay = answer.delay;
        let response = match answer.reply {
            Reply::Response(response) => response,
            Reply::Page(asked) => page::plain(&asked),
        };
        Self { response, delay }
    }
}

/// Reads the request whole, within limits, and lets `work` answer it.
pub(crate) async fn answer(
    service: Service,
    request: Request<Body>,
    work: fn(&Service, Request<Vec<u8>>) -> Outgoing,
) -> Response<Body> {
    let outgoing = match read(&service, request).await {
        Ok(request) => work(&service, request),
        Err(status) => page::failure(status, reason(status)).into(),
    };
    if !outgoing.delay.is_zero() {
        tokio::time::sleep(outgoing.delay).await;
    }
    let mut response = outgoing.response.map(Body::from);
    let nosniff = HeaderValue::from_static("nosniff");
    response.headers_mut().entry(header::X_CONTENT_TYPE_OPTIONS).or_insert(nosniff);
    response
}

async fn read(service: &Service, request: Request<Body>) -> Result<Request<Vec<u8>>, StatusCode> {
    let (head, body) = request.into_parts();
    let length: usize = head.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if length > LARGEST_HEADER {
        return Err(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }
    if !is_ours(service, &head.headers) {
        return Err(StatusCode::MISDIRECTED_REQUEST);
    }
    // What is announced as too large is refused before it is waited for.
    if body.size_hint().lower() > LARGEST_BODY as u64 {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let body = tokio::time::timeout(SLOWEST_BODY, to_bytes(body, LARGEST_BODY))
        .await
        .map_err(|_| StatusCode::REQUEST_TIMEOUT)?
        .map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    Ok(Request::from_parts(head, body.to_vec()))
}

/// On a loopback address the `Host` must be a loopback name too: otherwise a page elsewhere could have its
/// own name point here (DNS rebinding) and read what we answer.
fn is_ours(service: &Service, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    service.with_provider(|provider| {
        if !provider.config().is_loopback() {
            return true;
        }
        let port = provider.config().issuer().rsplit(':').next().unwrap_or_default();
        let (name, own) = host.rsplit_once(':').filter(|_| !host.ends_with(']')).unwrap_or((host, "80"));
        matches!(name, "127.0.0.1" | "[::1]" | "localhost")
            && (own == port || !port.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

const fn reason(status: StatusCode) -> &'static str {
    match status {
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => "the request's header is too large",
        StatusCode::MISDIRECTED_REQUEST => "this server does not have that name",
        StatusCode::REQUEST_TIMEOUT => "the request took too long",
        _ => "the request is too large",
    }
}
