//! The sample API: something to protect, in the shape of Drive v3.

use countersign_provider::{Endpoint, Fault, Identity};
use countersign_token::{
    Scopes,
    json::{Object, Value},
};
use countersign_wire::{Params, form};
use http::{HeaderValue, Method, Request, Response, StatusCode, header};

use crate::{SampleFile, Service, exchange::Outgoing};

/// Small, so that a handful of files already has pages; Drive's own is 100.
const DEFAULT_PAGE: usize = 5;
const LARGEST_PAGE: usize = 1000;

/// The scope Google's Drive asks for its file list.
pub(crate) const DRIVE_METADATA: &str = "https://www.googleapis.com/auth/drive.metadata.readonly";

/// `GET /drive/v3/files` with `pageSize` and `pageToken`; everything else Drive takes is ignored.
pub(crate) fn files(service: &Service, request: Request<Vec<u8>>) -> Outgoing {
    guarded(service, request, &["files.read", DRIVE_METADATA], |service, identity, query| {
        let account = identity.user.as_ref().and_then(|user| service.account(&user.id));
        let files = account.map_or(&[][..], |account| &account.files);
        let size = match query.first("pageSize") {
            None => Some(DEFAULT_PAGE),
            Some(size) => size.parse().ok().filter(|size| (1..=LARGEST_PAGE).contains(size)),
        };
        let start = match query.first("pageToken") {
            None => Some(0),
            Some(token) => token.strip_prefix("from-").and_then(|token| token.parse().ok()),
        };
        let (Some(size), Some(start)) = (size, start.filter(|start| *start <= files.len())) else {
            return failure(StatusCode::BAD_REQUEST, "Invalid Value");
        };
        let end = start.saturating_add(size).min(files.len());
        let mut shown: Vec<Value> = files.iter().skip(start).take(size).map(file).collect();
        if service.with_provider(|provider| provider.is_planted(Endpoint::Resource, Fault::LoseItem)) {
            shown.pop();
        }
        let mut list = Object::new();
        list.insert("kind", Value::text("drive#fileList"));
        if end < files.len() {
            list.insert("nextPageToken", Value::text(format!("from-{end}")));
        }
        list.insert("incompleteSearch", Value::Bool(false));
        list.insert("files", Value::Array(shown));
        json(StatusCode::OK, list)
    })
}

/// `GET /me`: whom the credential speaks for.
pub(crate) fn me(service: &Service, request: Request<Vec<u8>>) -> Outgoing {
    guarded(service, request, &["profile"], |_, identity, _| {
        let mut me = Object::new();
        let user = identity.user.as_ref();
        let text = |value: Option<&String>| value.map_or(Value::Null, |value| Value::text(value.as_str()));
        me.insert("id", text(user.map(|user| &user.id)));
        me.insert("name", text(user.map(|user| &user.name)));
        me.insert("admin", Value::Bool(identity.is_admin()));
        me.insert("client", Value::text(identity.client.as_str()));
        me.insert("scopes", Value::Array(identity.scopes.iter().map(Value::text).collect()));
        json(StatusCode::OK, me)
    })
}

fn guarded(
    service: &Service,
    request: Request<Vec<u8>>,
    any_of: &[&str],
    work: impl FnOnce(&Service, &Identity, &Params) -> Response<Vec<u8>>,
) -> Outgoing {
    if let Some(fault) = service.with_provider(countersign_provider::Provider::resource_fault) {
        return fault.into();
    }
    let delay = service.with_provider(|provider| provider.resource_delay());
    let (head, body) = request.into_parts();
    let checked = service.ask(|provider, env| provider.check(&head, Some(&body), &Scopes::from(any_of), env));
    let response = match checked {
        Err(error) => return service.with_provider(|provider| provider.refuse(&error)).into(),
        Ok(_) if head.method != Method::GET && head.method != Method::HEAD => {
            let mut response = failure(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed");
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET"));
            response
        }
        Ok(identity) => match form::parse(head.uri.query().unwrap_or_default()) {
            Ok(query) => work(service, &identity, &query),
            Err(_) => failure(StatusCode::BAD_REQUEST, "Invalid Value"),
        },
    };
    Outgoing { response, delay }
}

fn file(file: &SampleFile) -> Value {
    let SampleFile { id, name, mime_type, modified_time, size } = file;
    let mut object = Object::new();
    object.insert("id", Value::text(id.as_str()));
    object.insert("name", Value::text(name.as_str()));
    object.insert("mimeType", Value::text(mime_type.as_str()));
    object.insert("modifiedTime", Value::text(modified_time.as_str()));
    // Drive writes 64-bit numbers as strings, because JavaScript cannot hold them.
    object.insert("size", Value::text(size.to_string()));
    Value::Object(object)
}

/// An error in the shape of Google's.
fn failure(status: StatusCode, message: &str) -> Response<Vec<u8>> {
    let mut error = Object::new();
    error.insert("code", Value::Integer(status.as_u16().into()));
    error.insert("message", Value::text(message));
    let mut object = Object::new();
    object.insert("error", Value::Object(error));
    json(status, object)
}

fn json(status: StatusCode, object: Object) -> Response<Vec<u8>> {
    let text = Value::Object(object).to_json();
    let mut response = Response::new(text.expose().as_bytes().to_vec());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
