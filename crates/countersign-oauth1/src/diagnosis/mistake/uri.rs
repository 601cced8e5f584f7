//! Method and URI.

use super::Row;
use crate::diagnosis::recipe::{Case, Path, Port};

pub(super) const ROWS: &[Row] = &[
    Row {
        id: "method-case",
        description: "The request method is not put in upper case.",
        advice: "Write the method in upper case before it is encoded.",
        changes: &[|r| r.head.method = Case::Lower, |r| r.head.method = Case::AsWritten],
    },
    Row {
        id: "scheme-swapped",
        description: "http is signed where the other side sees https, or the reverse.",
        advice: "Behind a proxy that ends TLS, tell the server the public scheme instead of letting it \
                 guess.",
        changes: &[|r| r.head.other_scheme = true],
    },
    Row {
        id: "host-case-kept",
        description: "The host is not put in lower case.",
        advice: "Write scheme and host in lower case.",
        changes: &[|r| r.head.host_as_written = true],
    },
    Row {
        id: "default-port-kept",
        description: "The default port of the scheme is signed.",
        advice: "Leave out port 80 of http and port 443 of https.",
        changes: &[|r| r.head.port = Port::Always],
    },
    Row {
        id: "port-dropped",
        description: "A port that is not the scheme's default is left out.",
        advice: "Sign every port but 80 of http and 443 of https.",
        changes: &[|r| r.head.port = Port::Never],
    },
    Row {
        id: "empty-path-kept",
        description: "An empty path is signed as nothing instead of as a slash.",
        advice: "Sign an empty path as /.",
        changes: &[|r| r.head.path = Path::Empty],
    },
    Row {
        id: "path-resolved",
        description: "Dot segments of the path are resolved before it is signed.",
        advice: "Sign the path as it is sent, and send it without dot segments.",
        changes: &[|r| r.head.path = Path::Resolved],
    },
    Row {
        id: "path-decoded",
        description: "The path is decoded before it is signed.",
        advice: "Sign the path with its escapes as they are sent.",
        changes: &[|r| r.head.path = Path::Decoded],
    },
    Row {
        id: "path-double-encoded",
        description: "The path is encoded once more before it is signed, so its escapes are escaped twice.",
        advice: "Sign the path with its escapes as they are sent.",
        changes: &[|r| r.head.path = Path::Encoded],
    },
    Row {
        id: "trailing-slash",
        description: "A slash at the end of the path is added or taken away.",
        advice: "Sign the path as it is sent, with its last slash or without one.",
        changes: &[|r| r.head.path = Path::OtherSlash],
    },
];
