//! No public type prints a secret.

use countersign_token::Timestamp;
use countersign_transport::{
    AsyncTransport, BoxFuture, Error, ErrorKind, FromAsyncFn, FromFn, Host, Limits, Ready, ScriptedTransport,
    Sleep, SystemClock, SystemSleep, Transport, VirtualTime, conformance, from_async_fn, from_fn,
};
use countersign_wire::flow::Sent;
use http::{Request, Response};
use testkit::{assert_no_canary, canary::SECRET, entropy::Counting};

type Answer = Result<Response<Vec<u8>>, Error>;

fn request(server: &str) -> Request<Vec<u8>> {
    Request::post(format!("{server}/{SECRET}?code={SECRET}"))
        .header("authorization", SECRET)
        .body(SECRET.into())
        .unwrap()
}

fn response() -> Response<Vec<u8>> {
    Response::builder().header("set-cookie", SECRET).body(SECRET.into()).unwrap()
}

#[test]
fn nothing_shows_a_secret() {
    let scripted = || {
        let transport = ScriptedTransport::new().respond(response()).respond(response());
        Transport::send(&transport, request("https://example.com")).unwrap();
        transport
    };
    let server = conformance::Server::start().unwrap();
    let error = || {
        let source = std::io::Error::other(SECRET);
        Error::new(ErrorKind::Io, Sent::Maybe).at(request("https://example.com").uri()).caused_by(&source)
    };
    let violations = conformance::run(&from_fn(|_| Ok(response()))).unwrap();
    let captured = SECRET.to_owned();
    let time = VirtualTime::starting(Timestamp::from_unix(0));
    let entropy = Counting::new(1);
    assert_no_canary! {
        Error, Display => error(),
        ErrorKind => ErrorKind::Refused,
        Limits => Limits::default(),
        Host<'_, dyn Sleep> => Host::<dyn Sleep>::new(&time, &entropy, &SystemSleep),
        ScriptedTransport => scripted(),
        Ready<ScriptedTransport> => Ready(scripted()),
        FromFn<_> => from_fn(move |_| -> Answer { Ok(Response::new(captured.clone().into())) }),
        FromAsyncFn<_> => from_async_fn(|_| -> BoxFuture<'static, Answer> { Box::pin(async { Ok(response()) }) }),
        VirtualTime => VirtualTime::starting(Timestamp::from_unix(0)),
        SystemClock => SystemClock,
        SystemSleep => SystemSleep,
        conformance::Server => server,
        conformance::Violation, Display => violations[0].clone(),
    }
    assert_no_canary! { Vec<conformance::Violation> => violations }
}

#[test]
fn a_server_keeps_paths_to_itself() {
    let server = conformance::Server::start().unwrap();
    let mut stream = std::net::TcpStream::connect(server.address()).unwrap();
    std::io::Write::write_all(&mut stream, format!("GET /ok?{SECRET} HTTP/1.1\r\n\r\n").as_bytes()).unwrap();
    std::io::Read::read(&mut stream, &mut [0; 16]).unwrap();
    assert_eq!(server.requests(&format!("/ok?{SECRET}")), 1);
    assert_no_canary! { conformance::Server => server }
}

#[test]
fn an_asynchronous_transport_is_reached_by_the_same_types() {
    fn takes(_: &dyn AsyncTransport) {}
    takes(&Ready(ScriptedTransport::new()));
}
