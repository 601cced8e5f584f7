use core::net::SocketAddr;

use crate::Callback;

const MAX_HEAD: usize = 16 * 1024;
const MAX_HEADERS: usize = 64;

/// Why a request is turned away without being judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Malformed,
    HeadTooLarge,
    Body,
    Misdirected,
    Method { head: bool },
    Path,
}

/// The head of a request, as far as it has come.
#[derive(Default)]
pub(super) struct Head {
    bytes: Vec<u8>,
    line: usize,
    after_cr: bool,
}

impl Head {
    /// Takes in what came, and says whether the head is complete; what follows the head is left unread.
    ///
    /// Control characters and bare line ends are refused at once, so that a TLS handshake or a binary
    /// protocol on the wrong port is answered instead of waited for.
    pub(super) fn push(&mut self, chunk: &[u8]) -> Result<bool, Refusal> {
        for &byte in chunk {
            if self.bytes.len() == MAX_HEAD {
                return Err(Refusal::HeadTooLarge);
            }
            self.bytes.push(byte);
            match byte {
                b'\n' if self.after_cr => {
                    if self.line == 0 {
                        return Ok(true);
                    }
                    self.line = 0;
                    self.after_cr = false;
                }
                _ if self.after_cr => return Err(Refusal::Malformed),
                b'\r' => self.after_cr = true,
                b'\t' | b' '..=b'~' | 0x80.. => self.line += 1,
                _ => return Err(Refusal::Malformed),
            }
        }
        Ok(false)
    }

    /// The lines without their ends and without the empty one that closes the head.
    fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes
            .split(|byte| *byte == b'\n')
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
            .take_while(|line| !line.is_empty())
    }
}

/// What the request of the browser must be addressed to.
pub(super) struct Expected {
    authority: String,
    path: String,
}

impl Expected {
    pub(super) fn new(address: SocketAddr, path: &str) -> Self {
        Self { authority: address.to_string(), path: path.to_owned() }
    }

    /// The callback in a complete head, if it is one: `GET` of the path at the right host, without a body.
    pub(super) fn callback(&self, head: &Head) -> Result<Callback, Refusal> {
        let mut lines = head.lines();
        let (method, target) = request_line(lines.next().ok_or(Refusal::Malformed)?)?;
        let Headers { host, has_body } = headers(lines)?;
        if !self.is_host(host) {
            return Err(Refusal::Misdirected);
        }
        if method != "GET" {
            return Err(Refusal::Method { head: method == "HEAD" });
        }
        if has_body {
            return Err(Refusal::Body);
        }
        if !target.starts_with('/') || target.contains('#') {
            return Err(Refusal::Malformed);
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if path != self.path {
            return Err(Refusal::Path);
        }
        Ok(Callback::from_query(query))
    }

    /// A page whose own name was made to point at this machine sends that name (DNS rebinding).
    fn is_host(&self, host: &[u8]) -> bool {
        // Browsers leave the default port out.
        host == self.authority.as_bytes()
            || self.authority.strip_suffix(":80").is_some_and(|name| host == name.as_bytes())
    }
}

/// Method and target of `METHOD SP target SP HTTP/1.x` (RFC 9112 §3).
fn request_line(line: &[u8]) -> Result<(&str, &str), Refusal> {
    let line = str::from_utf8(line).map_err(|_| Refusal::Malformed)?;
    let mut parts = line.split(' ');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(method), Some(target), Some("HTTP/1.1" | "HTTP/1.0"), None)
            if is_token(method.as_bytes()) && target.bytes().all(|byte| byte.is_ascii_graphic()) =>
        {
            Ok((method, target))
        }
        _ => Err(Refusal::Malformed),
    }
}

struct Headers<'a> {
    host: &'a [u8],
    has_body: bool,
}

/// The two things that matter about the header fields; anything doubtful about any of them is refused.
fn headers<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Result<Headers<'a>, Refusal> {
    let mut host = None;
    let mut has_body = false;
    for (index, line) in lines.enumerate() {
        if index == MAX_HEADERS {
            return Err(Refusal::HeadTooLarge);
        }
        let colon = line.iter().position(|byte| *byte == b':').ok_or(Refusal::Malformed)?;
        let (name, value) = line.split_at_checked(colon).ok_or(Refusal::Malformed)?;
        let value = value.strip_prefix(b":").unwrap_or(value).trim_ascii();
        // A folded line and a space before the colon fail here, too: neither is a token.
        if !is_token(name) {
            return Err(Refusal::Malformed);
        }
        if name.eq_ignore_ascii_case(b"host") && host.replace(value).is_some() {
            return Err(Refusal::Malformed);
        }
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            return Err(Refusal::Malformed);
        }
        has_body |= name.eq_ignore_ascii_case(b"content-length") && value != b"0";
    }
    let host = host.ok_or(Refusal::Malformed)?;
    Ok(Headers { host, has_body })
}

/// A token of RFC 9110 §5.6.2.
fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The query of a request to `address`, whose bytes come in chunks of `size`; none if it is incomplete.
    fn read(address: &str, request: &[u8], size: usize) -> Result<Option<String>, Refusal> {
        let expected = Expected::new(address.parse().unwrap(), "/cb");
        let mut head = Head::default();
        for chunk in request.chunks(size) {
            if head.push(chunk)? {
                return Ok(Some(expected.callback(&head)?.query().to_owned()));
            }
        }
        Ok(None)
    }

    fn check_host(address: &str, host: &str, fits: bool) {
        let request = format!("GET /cb?a HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let expected = if fits { Ok(Some("a".to_owned())) } else { Err(Refusal::Misdirected) };
        assert_eq!(read(address, request.as_bytes(), 1), expected, "{host} for {address}");
    }

    #[test]
    fn the_host_is_the_authority_of_the_redirect_uri() {
        check_host("127.0.0.1:8080", "127.0.0.1:8080", true);
        check_host("127.0.0.1:8080", "127.0.0.1", false);
        check_host("127.0.0.1:80", "127.0.0.1:80", true);
        check_host("127.0.0.1:80", "127.0.0.1", true);
        check_host("127.0.0.1:8080", "127.0.0.1:80", false);
        check_host("[::1]:8080", "[::1]:8080", true);
        check_host("[::1]:8080", "[0:0:0:0:0:0:0:1]:8080", false);
        check_host("[::1]:8080", "::1:8080", false);
        check_host("[::1]:80", "[::1]", true);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn any_bytes_are_read_alike_however_they_come(
            pieces in prop::collection::vec(
                prop_oneof![
                    Just(&b"GET /cb?code=a HTTP/1.1\r\n"[..]),
                    Just(&b"Host: 127.0.0.1:1\r\n"[..]),
                    Just(&b"Content-Length: 0\r\n"[..]),
                    Just(&b"\r\n"[..]),
                    Just(&b"\n"[..]),
                    Just(&b": "[..]),
                    Just(&b"\xff\0"[..]),
                ],
                0..8,
            ),
            noise in prop::collection::vec(any::<u8>(), 0..16),
            size in 1_usize..40,
        ) {
            let mut request = pieces.concat();
            request.extend(noise);
            let whole = read("127.0.0.1:1", &request, usize::MAX);
            prop_assert_eq!(read("127.0.0.1:1", &request, size), whole);
        }
    }
}
