mod address;
mod failure;
mod limit;
mod message;

use countersign_wire::flow::Sent;
use http::{Request, Response};

use super::Server;
use crate::{Error, ErrorKind, Transport};

type Check = fn(&dyn Transport, &Server) -> Result<(), String>;
type Answer = Result<Response<Vec<u8>>, Error>;

pub(super) const ALL: [(&str, Check); 27] = [
    ("status, headers and body of a response arrive", message::response_arrives),
    ("method, path, headers and body of a request arrive", message::request_arrives),
    ("nothing about the user or the program is added", message::nothing_added),
    ("an empty body is announced where the method expects one", message::empty_body),
    ("a refusal by status is a response", message::status_is_response),
    ("a redirect of a GET is not followed", message::redirect_of_get),
    ("a redirect of a POST is not followed", message::redirect_of_post),
    ("a body as large as the limit arrives", limit::body_at_limit),
    ("a body one byte larger is too big", limit::body_above_limit),
    ("a large declared body is too big", limit::declared),
    ("a body without end is too big", limit::endless),
    ("a head without end is too big", limit::headers),
    ("compressed content is not decompressed", message::gzip),
    ("a dripping body ends at the total limit", limit::drip),
    ("a truncated body is an error", failure::truncated),
    ("a truncated chunked body is an error", failure::cut),
    ("a connection closed without an answer may have been read", failure::close),
    ("a connection reset without an answer may have been read", failure::reset),
    ("a kept connection that dies is not tried again", failure::kept_connection),
    ("an answer that is not HTTP is an error", failure::garbage),
    ("a refused connection was not sent", failure::refused),
    ("clear text to a name is refused unconnected", address::clear_text),
    ("a user name in the address is refused unconnected", address::userinfo),
    ("a link-local address is refused unless asked for", address::link_local),
    ("a shorter time limit of the request holds", limit::shorter_timeout),
    ("a smaller size limit of the request holds", limit::smaller_limit),
    ("an error shows nothing of the request", failure::error_is_silent),
];

fn send(transport: &dyn Transport, request: http::request::Builder, body: &[u8]) -> Answer {
    match request.body(body.to_vec()) {
        Ok(request) => transport.send(request),
        Err(_) => Err(Error::refused("the suite made no valid request")),
    }
}

fn get(transport: &dyn Transport, server: &Server, path: &str) -> Answer {
    send(transport, Request::get(server.url(path)), b"")
}

fn post(transport: &dyn Transport, server: &Server, path: &str) -> Answer {
    send(transport, Request::post(server.url(path)), b"grant_type=refresh_token")
}

fn describe(answer: &Answer) -> String {
    match answer {
        Ok(response) => format!("status {} with {} bytes", response.status(), response.body().len()),
        Err(error) => format!("{:?}, sent {:?}: {error}", error.kind(), error.sent()),
    }
}

fn ensure(holds: bool, found: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(found()) }
}

fn fails(answer: Answer, kinds: &[ErrorKind], sent: Sent) -> Result<(), String> {
    let right = matches!(&answer, Err(error) if kinds.contains(&error.kind()) && error.sent() == sent);
    ensure(right, || describe(&answer))
}

fn succeeds(answer: Answer, status: u16) -> Result<Response<Vec<u8>>, String> {
    match answer {
        Ok(response) if response.status().as_u16() == status => Ok(response),
        other => Err(describe(&other)),
    }
}
