use std::io;

use countersign_transport::{Error, ErrorKind};
use countersign_wire::flow::Sent;
use http::Uri;
use rustls::CertificateError;
use ureq::Timeout;

/// What ureq's error means under the contract: `No` only where it can arise before the first byte alone.
///
/// None of its text is taken over, for some of it comes from the server.
pub(crate) fn translate(error: ureq::Error, uri: &Uri) -> Error {
    match error {
        ureq::Error::Timeout(timeout) => timed_out(timeout),
        ureq::Error::Io(error) => broken(&error),
        ureq::Error::Rustls(error) => insecure(&error),
        ureq::Error::Tls(_) | ureq::Error::TlsRequired => Error::new(ErrorKind::Tls, Sent::No),
        ureq::Error::HostNotFound => Error::new(ErrorKind::Resolve, Sent::No),
        ureq::Error::ConnectProxyFailed(_) => {
            Error::new(ErrorKind::Connect, Sent::No).because("the proxy does not connect")
        }
        ureq::Error::ConnectionFailed => Error::new(ErrorKind::Connect, Sent::No),
        ureq::Error::BadUri(_) => Error::refused("the address is not an absolute URL"),
        ureq::Error::LargeResponseHeader(..) | ureq::Error::BodyExceedsLimit(_) => {
            Error::new(ErrorKind::TooBig, Sent::Maybe)
        }
        ureq::Error::Protocol(_) | ureq::Error::Http(_) => Error::new(ErrorKind::Protocol, Sent::Maybe),
        _ => Error::new(ErrorKind::Io, Sent::Maybe),
    }
    .at(uri)
}

/// Connecting and resolving have limits below the total, so that either running out says it was before.
fn timed_out(timeout: Timeout) -> Error {
    match timeout {
        Timeout::Resolve => Error::new(ErrorKind::Timeout, Sent::No).because("the name was not resolved"),
        Timeout::Connect => Error::new(ErrorKind::Timeout, Sent::No).because("it did not connect"),
        _ => Error::new(ErrorKind::Timeout, Sent::Maybe),
    }
}

fn broken(error: &io::Error) -> Error {
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        return insecure(error);
    }
    if is_unresolved(error) {
        return Error::new(ErrorKind::Resolve, Sent::No);
    }
    let (kind, sent) = match error.kind() {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::AddrNotAvailable => (ErrorKind::Connect, Sent::No),
        // An open connection can end so too, when the network goes away.
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => {
            (ErrorKind::Connect, Sent::Maybe)
        }
        io::ErrorKind::TimedOut => (ErrorKind::Timeout, Sent::Maybe),
        _ => (ErrorKind::Io, Sent::Maybe),
    };
    Error::new(kind, sent).caused_by(error)
}

/// Whether this is the standard library's answer to a name without address, which has no kind of its own.
fn is_unresolved(error: &io::Error) -> bool {
    match error.raw_os_error() {
        // WSAHOST_NOT_FOUND to WSANO_DATA.
        Some(code) => cfg!(windows) && (11_001..=11_004).contains(&code),
        None => error.to_string().starts_with("failed to lookup address information"),
    }
}

fn insecure(error: &rustls::Error) -> Error {
    let (sent, reason) = match error {
        rustls::Error::InvalidCertificate(error) => (Sent::No, certificate(error)),
        rustls::Error::PeerIncompatible(_) => (Sent::No, "the server is too old or too new"),
        rustls::Error::InvalidMessage(_) => (Sent::Maybe, "the server does not speak TLS"),
        rustls::Error::AlertReceived(_) => (Sent::Maybe, "the server broke off"),
        _ => (Sent::Maybe, "the server breaks the rules of TLS"),
    };
    Error::new(ErrorKind::Tls, sent).because(reason)
}

fn certificate(error: &CertificateError) -> &'static str {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "its certificate has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another host"
        }
        CertificateError::UnknownIssuer => "its certificate is from an unknown issuer",
        CertificateError::Revoked => "its certificate is revoked",
        _ => "its certificate is not acceptable",
    }
}
