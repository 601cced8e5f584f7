//! The scripted transport, blocking and asynchronous, and behind every pointer.

use std::{
    sync::Arc,
    task::{Context, Poll, Waker},
};

use countersign_transport::{
    AsyncTransport, BoxFuture, Error, ErrorKind, Ready, ScriptedTransport, Transport, from_async_fn, from_fn,
};
use countersign_wire::flow::Sent;
use http::{Request, Response};

fn request(path: &str) -> Request<Vec<u8>> {
    Request::get(format!("https://example.com{path}")).body(Vec::new()).unwrap()
}

fn ready<T>(mut future: BoxFuture<'_, T>) -> T {
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the future is not ready at once"),
    }
}

fn ok(body: &str) -> Response<Vec<u8>> {
    Response::new(body.into())
}

#[test]
fn answers_come_in_order_and_requests_are_kept() {
    let transport = ScriptedTransport::new()
        .respond(ok("one"))
        .fail(ErrorKind::Connect, Sent::No)
        .answer(|request| Ok(ok(request.uri().path())));
    assert_eq!(Transport::send(&transport, request("/a")).unwrap().body(), b"one");
    let error = ready(AsyncTransport::send(&transport, request("/b"))).unwrap_err();
    assert_eq!(
        (error.kind(), error.sent(), error.place()),
        (ErrorKind::Connect, Sent::No, Some("example.com"))
    );
    assert_eq!(transport.remaining(), 1);
    assert_eq!(Transport::send(&transport, request("/c")).unwrap().body(), b"/c");
    let paths: Vec<_> = transport.requests().iter().map(|request| request.uri().path().to_owned()).collect();
    assert_eq!(paths, ["/a", "/b", "/c"]);
}

#[test]
fn a_request_beyond_the_script_is_refused() {
    let error = Transport::send(&ScriptedTransport::new(), request("/")).unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Refused, Sent::No));
}

#[test]
fn a_refused_address_takes_no_answer() {
    let transport = ScriptedTransport::new().respond(ok(""));
    let clear = Request::get("http://example.com/").body(Vec::new()).unwrap();
    assert_eq!(Transport::send(&transport, clear).unwrap_err().kind(), ErrorKind::Refused);
    assert_eq!((transport.remaining(), transport.requests().len()), (1, 0));
}

#[test]
fn a_failed_assertion_in_a_closure_leaves_it_usable() {
    let transport =
        ScriptedTransport::new().answer(|_| panic!("as a failed assertion does")).respond(ok("still"));
    let first =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| Transport::send(&transport, request("/"))));
    assert!(first.is_err());
    assert_eq!(Transport::send(&transport, request("/")).unwrap().body(), b"still");
}

#[test]
fn every_pointer_and_closure_is_a_transport() {
    fn blocking(transport: impl Transport) -> Vec<u8> {
        transport.send(request("/")).unwrap().into_body()
    }
    fn asynchronous(transport: impl AsyncTransport) -> Vec<u8> {
        ready(transport.send(request("/"))).unwrap().into_body()
    }
    let scripted = || ScriptedTransport::new().respond(ok("x"));
    let boxed: Box<dyn Transport> = Box::new(scripted());
    let shared: Arc<dyn Transport> = Arc::new(scripted());
    let (one, other) = (scripted(), scripted());
    for body in [
        blocking(boxed),
        blocking(shared),
        blocking(&one),
        blocking(from_fn(|_| Ok(ok("x")))),
        asynchronous(Box::new(scripted())),
        asynchronous(Arc::new(scripted())),
        asynchronous(&other),
        asynchronous(Ready(from_fn(|_| Ok(ok("x"))))),
        asynchronous(from_async_fn(|_| Box::pin(async { Ok::<_, Error>(ok("x")) }))),
    ] {
        assert_eq!(body, b"x");
    }
}
