use alloc::{borrow::Cow, format, string::String, vec::Vec};

use countersign_wire::percent;

use super::{Case, Head, Path, Port};
use crate::diagnosis::facts::Facts;

impl Head {
    /// Method and URI, each with the ampersand behind it.
    pub(in crate::diagnosis) fn write(self, facts: &Facts) -> String {
        let method = match self.method {
            Case::Upper => facts.request_method.to_ascii_uppercase(),
            Case::Lower => facts.request_method.to_ascii_lowercase(),
            Case::AsWritten => facts.request_method.clone(),
        };
        let host = if self.host_as_written { facts.host.clone() } else { facts.host.to_ascii_lowercase() };
        let tls = facts.tls ^ self.other_scheme;
        let (default, scheme_default) = if facts.tls {
            ("443", if tls { "443" } else { "80" })
        } else {
            ("80", if tls { "443" } else { "80" })
        };
        let is_default = facts.port.is_empty() || facts.port == default;
        let port = match self.port {
            Port::Rfc if is_default => "",
            Port::Always if is_default => scheme_default,
            Port::Never => "",
            Port::Rfc | Port::Always => &facts.port,
        };
        let colon = if port.is_empty() { "" } else { ":" };
        let path = path(self.path, &facts.path);
        let scheme = if tls { "https" } else { "http" };
        let uri = format!("{scheme}://{host}{colon}{port}{path}");
        if self.not_encoded {
            format!("{method}&{uri}&")
        } else {
            format!("{}&{}&", self.encoding.of(&method), self.encoding.of(&uri))
        }
    }
}

fn path(how: Path, written: &str) -> Cow<'_, str> {
    let path = if written.is_empty() { "/" } else { written };
    match how {
        Path::Rfc => path.into(),
        Path::Empty => written.into(),
        Path::Decoded => percent::decode(path).map_or(path.into(), Cow::Owned),
        Path::Encoded => path.split('/').map(percent::encode).collect::<Vec<_>>().join("/").into(),
        // An empty path that stays empty is a mistake of its own.
        Path::OtherSlash if written.is_empty() => path.into(),
        Path::OtherSlash => match path.strip_suffix('/') {
            Some(short) => short.into(),
            None => format!("{path}/").into(),
        },
        Path::Resolved => {
            // RFC 3986 §5.2.4
            let mut kept = Vec::new();
            let mut segments = path.split('/').skip(1).peekable();
            while let Some(segment) = segments.next() {
                let last = segments.peek().is_none();
                match segment {
                    "." => {}
                    ".." => drop(kept.pop()),
                    other => kept.push(other),
                }
                if last && matches!(segment, "." | "..") {
                    kept.push("");
                }
            }
            format!("/{}", kept.join("/")).into()
        }
    }
}
