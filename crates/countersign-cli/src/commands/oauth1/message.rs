use std::io::{self, Read};

use countersign_oauth1::{Error, Incoming, RequestUri};
use countersign_wire::{form, header::oauth};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use crate::{
    args::oauth1::PartArgs,
    commands::request::{content, header_field},
    failure::Failure,
};

/// The largest message that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// A request as an HTTP message (RFC 9112 §2).
#[derive(Debug)]
pub(super) struct Message {
    pub(super) method: Method,
    target: String,
    host: Option<String>,
    headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Message {
    /// Reads standard input, and adds what the options say that it leaves out.
    pub(super) fn read(args: &PartArgs) -> Result<Self, Failure> {
        let mut text = Vec::new();
        let read = io::stdin().lock().take(LARGEST.saturating_add(1)).read_to_end(&mut text);
        let read = read.map_err(|error| broken("standard input cannot be read").because(error))?;
        if u64::try_from(read).is_ok_and(|read| read > LARGEST) {
            return Err(broken("it is longer than 1 MiB"));
        }
        if trimmed(&text).is_empty() {
            return Err(broken("there is nothing in it"));
        }
        let body = match (&args.data_file, &args.data) {
            (Some(path), _) => Some(content(path)?),
            (None, data) => data.as_ref().map(|data| data.clone().into_bytes()),
        };
        Self::parse(&text, &args.headers, body)
    }

    fn parse(text: &[u8], more: &[String], body: Option<Vec<u8>>) -> Result<Self, Failure> {
        let mut rest = text;
        let mut number = 0_usize;
        let mut next = || {
            number = number.saturating_add(1);
            let (line, after) = split_line(rest);
            rest = after;
            core::str::from_utf8(line)
                .map(|line| (number, line))
                .map_err(|_| broken(format!("line {number} is not UTF-8")))
        };
        let (mut at, mut line) = next()?;
        // RFC 9112 §2.2: a server ignores an empty line before the request line.
        if line.is_empty() {
            (at, line) = next()?;
        }
        let (method, target) = request_line(line).ok_or_else(|| {
            broken(format!("line {at} is no request line, such as GET /path?query HTTP/1.1"))
        })?;
        let mut headers = HeaderMap::new();
        loop {
            let (number, line) = next()?;
            if line.is_empty() {
                break;
            }
            // RFC 9112 §5.1 and §5.2: white space before the colon or the name is not to be believed.
            let name = line.split(':').next().unwrap_or_default();
            let (name, value) = (!name.contains([' ', '\t']))
                .then(|| header_field(line).ok())
                .flatten()
                .ok_or_else(|| broken(format!("line {number} is no header field, such as Name: value")))?;
            append(&mut headers, name, value)?;
        }
        for field in more {
            let (name, value) = header_field(field)?;
            append(&mut headers, name, value)?;
        }
        let mut hosts = headers.get_all(header::HOST).iter();
        let host = hosts.next().map(|host| host.to_str().unwrap_or_default().to_owned());
        if hosts.next().is_some() {
            return Err(broken("there are several Host fields"));
        }
        let body = match body {
            Some(_) if !trimmed(rest).is_empty() => {
                return Err(broken("there is a body in it, and one in the options"));
            }
            Some(body) => body,
            None => sent(rest, &headers)?,
        };
        if !is_absolute(&target) && host.is_none() {
            return Err(broken("it has no Host field").then("--header 'Host: example.com'"));
        }
        Ok(Self { method, target, host, headers, body })
    }

    /// The address by which the client knows it; a path alone is one of this scheme.
    pub(super) fn uri<'a>(&'a self, scheme: &'a str) -> RequestUri<'a> {
        match &self.host {
            Some(host) if !is_absolute(&self.target) => RequestUri::parts(scheme, host, &self.target),
            _ => RequestUri::from(&self.target),
        }
    }

    /// The same as a text, without the parameters of the protocol that stand in its query.
    pub(super) fn url_unsigned(&self, scheme: &str) -> String {
        let url = match &self.host {
            Some(host) if !is_absolute(&self.target) => format!("{scheme}://{host}{}", self.target),
            _ => self.target.clone(),
        };
        let Some((address, query)) = url.split_once('?') else { return url };
        let kept: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("oauth_")).collect();
        if kept.is_empty() { address.to_owned() } else { format!("{address}?{}", kept.join("&")) }
    }

    /// The signature, wherever it stands.
    pub(super) fn signature(&self) -> Option<String> {
        let name = "oauth_signature";
        let field = self.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let in_header = field.and_then(|field| oauth::parse(field).ok().flatten());
        let query = self.target.split_once('?').map(|(_, query)| query);
        let body = core::str::from_utf8(&self.body).ok();
        in_header
            .into_iter()
            .chain([query, body].into_iter().flatten().filter_map(|text| form::parse(text).ok()))
            .find_map(|params| params.first(name).map(ToOwned::to_owned))
    }

    /// What the body is.
    pub(super) fn content_type(&self) -> Option<&str> {
        self.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok())
    }

    /// The names of what stands in the header beside the parameters that have options of their own.
    pub(super) fn further(&self) -> Vec<String> {
        const OWN: [&str; 11] = [
            "realm",
            "oauth_consumer_key",
            "oauth_token",
            "oauth_signature_method",
            "oauth_timestamp",
            "oauth_nonce",
            "oauth_version",
            "oauth_signature",
            "oauth_callback",
            "oauth_verifier",
            "oauth_body_hash",
        ];
        let field = self.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let params = field.and_then(|field| oauth::parse(field).ok().flatten()).unwrap_or_default();
        params
            .iter()
            .map(|(name, _)| name)
            .filter(|name| !OWN.contains(name))
            .map(ToOwned::to_owned)
            .collect()
    }

    /// The message as a server takes it.
    pub(super) fn incoming<'a>(&'a self, scheme: &'a str) -> Result<Incoming<'a>, Error> {
        Incoming::from_http(&self.method, self.uri(scheme), &self.headers, &self.body)
    }
}

/// Adds a field; the map has an end, and would panic there.
fn append(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) -> Result<(), Failure> {
    headers.try_append(name, value).map(drop).map_err(|_| broken("it has too many header fields"))
}

fn broken(why: impl Into<String>) -> Failure {
    Failure::usage("the message on standard input cannot be read")
        .because(why.into())
        .then("give a request line, header fields, an empty line and the body, each line by itself")
}

/// A line without its end, and what comes after it.
fn split_line(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
    let (line, rest) = text.split_at_checked(end).unwrap_or((text, &[]));
    (line.strip_suffix(b"\r").unwrap_or(line), rest.strip_prefix(b"\n").unwrap_or(rest))
}

/// RFC 9112 §3, with the target in origin or absolute form; the version may be left out.
fn request_line(line: &str) -> Option<(Method, String)> {
    let mut words = line.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next());
    let is_version = version.is_none_or(|version| version.starts_with("HTTP/"));
    let is_target = target.starts_with('/') || is_absolute(target);
    (is_version && is_target && words.next().is_none())
        .then(|| Some((Method::from_bytes(method.as_bytes()).ok()?, target.to_owned())))?
}

fn is_absolute(target: &str) -> bool {
    target.contains("://") && !target.starts_with('/')
}

/// The body as it was sent: an editor or a shell adds an end of line that is no part of it.
fn sent(rest: &[u8], headers: &HeaderMap) -> Result<Vec<u8>, Failure> {
    if headers.contains_key(header::TRANSFER_ENCODING) {
        return Err(
            broken("its body has a transfer encoding").then("leave Transfer-Encoding out, and undo it")
        );
    }
    if headers.get_all(header::CONTENT_LENGTH).iter().nth(1).is_some() {
        return Err(broken("there are several Content-Length fields"));
    }
    let field = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(length) = field(header::CONTENT_LENGTH) {
        let length = length.trim().parse().map_err(|_| broken("its Content-Length is no number"))?;
        let (body, after) = rest
            .split_at_checked(length)
            .ok_or_else(|| broken(format!("its body has {} bytes, and not {length}", rest.len())))?;
        if !trimmed(after).is_empty() {
            return Err(broken(format!("its body has {} bytes, and not {length}", rest.len())));
        }
        return Ok(body.to_vec());
    }
    let is_form = field(header::CONTENT_TYPE).is_some_and(form::is_form);
    Ok(if is_form || trimmed(rest).is_empty() { trimmed(rest) } else { rest }.to_vec())
}

/// Without the ends of lines at the end.
fn trimmed(mut text: &[u8]) -> &[u8] {
    while let Some(shorter) = text.strip_suffix(b"\n").or_else(|| text.strip_suffix(b"\r")) {
        text = shorter;
    }
    text
}
