//! The suite finds what is wrong: every case fails under at least one transport that breaks it.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream, ToSocketAddrs},
    time::Duration,
};

use countersign_transport::{Error, ErrorKind, Transport, conformance, from_fn};
use countersign_wire::flow::Sent;
use http::{Request, Response, Uri};

/// An HTTP client as one writes it in an afternoon: it follows redirects, tries again, has no limits but one
/// read timeout, introduces itself, and believes that an error means that nothing was sent.
fn naive(request: &Request<Vec<u8>>, hops: usize) -> Result<Response<Vec<u8>>, Error> {
    let response = exchange(request).or_else(|_| exchange(request))?;
    let location = response.headers().get("location").and_then(|to| to.to_str().ok());
    match location {
        Some(path) if hops < 5 => {
            let authority = request.uri().authority().unwrap();
            naive(&Request::get(format!("http://{authority}{path}")).body(Vec::new()).unwrap(), hops + 1)
        }
        _ => Ok(response),
    }
}

fn exchange(request: &Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
    // It would connect anywhere, but a test must not: what leaves the machine is taken for answered.
    if !resolve(request.uri()).is_some_and(|address| address.ip().is_loopback()) {
        return Ok(Response::new(Vec::new()));
    }
    let stream = connect(request.uri()).ok_or(Error::new(ErrorKind::Connect, Sent::No))?;
    talk(request, stream).map_err(|error| Error::new(ErrorKind::Io, Sent::No).caused_by(&error))
}

fn resolve(uri: &Uri) -> Option<SocketAddr> {
    let address = (uri.host()?.trim_matches(['[', ']']), uri.port_u16().unwrap_or(80));
    address.to_socket_addrs().ok()?.next()
}

fn connect(uri: &Uri) -> Option<TcpStream> {
    TcpStream::connect_timeout(&resolve(uri)?, Duration::from_millis(500)).ok()
}

fn talk(request: &Request<Vec<u8>>, mut stream: TcpStream) -> std::io::Result<Response<Vec<u8>>> {
    stream.set_read_timeout(Some(Duration::from_secs(3)))?;
    let path = request.uri().path_and_query().unwrap();
    write!(stream, "{} {path} HTTP/1.1\r\nHost: x\r\nUser-Agent: naive/1\r\n", request.method())?;
    for (name, value) in request.headers() {
        write!(stream, "{name}: {}\r\n", value.to_str().unwrap())?;
    }
    write!(stream, "Content-Length: {}\r\n\r\n", request.body().len())?;
    stream.write_all(request.body())?;

    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_owned());
    }
    let status = lines.first().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let mut response = Response::builder().status(status.unwrap_or(200_u16));
    let mut length = 0;
    for (name, value) in lines.iter().skip(1).filter_map(|line| line.split_once(": ")) {
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().unwrap();
        }
        response = response.header(name, value);
    }
    let mut body = Vec::new();
    if lines.iter().any(|line| line.contains("chunked")) {
        reader.take(8 * 1024 * 1024).read_until(b'0', &mut body)?;
    } else {
        reader.take(length).read_to_end(&mut body)?;
    }
    Ok(response.body(body).unwrap())
}

fn broken(transport: &dyn Transport) -> BTreeSet<&'static str> {
    conformance::run(transport).unwrap().into_iter().map(|violation| violation.case).collect()
}

#[test]
fn the_naive_client_is_found_out() {
    let found = broken(&from_fn(|request| naive(&request, 0)));
    for case in [
        "nothing about the user or the program is added",
        "an empty body is announced where the method expects one",
        "a redirect of a GET is not followed",
        "a redirect of a POST is not followed",
        "a body one byte larger is too big",
        "a large declared body is too big",
        "a body without end is too big",
        "a head without end is too big",
        "a dripping body ends at the total limit",
        "a truncated body is an error",
        "a truncated chunked body is an error",
        "a connection closed without an answer may have been read",
        "a connection reset without an answer may have been read",
        "a kept connection that dies is not tried again",
        "an answer that is not HTTP is an error",
        "clear text to a name is refused unconnected",
        "a user name in the address is refused unconnected",
        "a link-local address is refused unless asked for",
        "a shorter time limit of the request holds",
        "a smaller size limit of the request holds",
    ] {
        assert!(found.contains(case), "the suite did not notice: {case}");
    }
    // It is a client all the same: what it does right is not held against it.
    for case in [
        "status, headers and body of a response arrive",
        "method, path, headers and body of a request arrive",
        "a refusal by status is a response",
        "a body as large as the limit arrives",
        "compressed content is not decompressed",
        "a refused connection was not sent",
        "an error shows nothing of the request",
    ] {
        assert!(!found.contains(case), "the suite blames wrongly: {case}");
    }
    assert_eq!(found.len() + 7, conformance::cases().len());
}

#[test]
fn every_case_can_fail() {
    let mute = broken(&from_fn(|_| Ok(Response::new(b"ok".to_vec()))));
    let dead = broken(&from_fn(|_| Err(Error::new(ErrorKind::Timeout, Sent::No))));
    let talkative = broken(&from_fn(|request: Request<Vec<u8>>| {
        Err(Error::refused(Box::leak(request.uri().to_string().into_boxed_str())))
    }));
    let all: BTreeSet<_> = conformance::cases().collect();
    assert_eq!(all.len(), 27, "two cases share a name");
    let found: BTreeSet<_> = mute.union(&dead).copied().chain(talkative).collect();
    assert_eq!(found, all);
}
