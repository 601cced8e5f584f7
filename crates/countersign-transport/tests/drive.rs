//! Both drivers carry the same flow over the same wire, in virtual time.

use std::{
    task::{Context, Poll, Waker},
    time::Duration,
};

use countersign_token::Timestamp;
use countersign_transport::{
    AsyncSleep, Clock, ErrorKind, Host, Ready, ScriptedTransport, Sleep, SystemClock, VirtualTime, drive,
    drive_async,
};
use countersign_wire::flow::{Env, Failure, Flow, Input, Sent, Step};
use http::{Request, Response};
use testkit::entropy::Counting;

/// Asks again every five seconds until the answer is `done`, as device polling does; a failure that is
/// transient doubles the pause.
struct Poller {
    pause: Duration,
    log: Vec<String>,
}

impl Poller {
    fn new() -> Self {
        Self { pause: Duration::from_secs(5), log: Vec::new() }
    }
}

impl Flow for Poller {
    type Output = Vec<String>;
    type Error = (Failure, Vec<String>);

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Self::Output>, Self::Error> {
        let mut nonce = [0; 4];
        env.entropy.fill(&mut nonce).unwrap();
        self.log.push(format!("{} {input:?} {nonce:?}", env.now));
        match input {
            Input::Start | Input::Woken => Ok(Step::Send(
                Request::post("https://example.com/token")
                    .body(format!("nonce={nonce:?}").into_bytes())
                    .unwrap(),
            )),
            Input::Response(response) if response.body() == b"done" => {
                Ok(Step::Done(std::mem::take(&mut self.log)))
            }
            Input::Failed(failure) if !failure.transient => Err((failure, std::mem::take(&mut self.log))),
            Input::Failed(_) => {
                self.pause *= 2;
                Ok(Step::Wait(self.pause))
            }
            Input::Response(_) => Ok(Step::Wait(self.pause)),
        }
    }
}

struct Ran {
    result: Result<Vec<String>, (Failure, Vec<String>)>,
    wire: Vec<String>,
    pauses: Vec<u64>,
}

/// Runs under both drivers, asserts that nothing tells them apart, and returns what they did.
fn run(script: fn() -> ScriptedTransport, limit: fn(Host<'_, dyn Sleep>) -> (u32, Option<Duration>)) -> Ran {
    let start = Timestamp::from_unix(1_700_000_000);
    let wire = |transport: &ScriptedTransport| -> Vec<String> {
        transport.requests().iter().map(|r| format!("{} {} {:?}", r.method(), r.uri(), r.body())).collect()
    };
    let pauses = |time: &VirtualTime| time.pauses().iter().map(Duration::as_secs).collect::<Vec<_>>();

    let (transport, time, entropy) = (script(), VirtualTime::starting(start), Counting::new(1));
    let host = Host::<dyn Sleep>::new(&time, &entropy, &time);
    let (requests, patience) = limit(host);
    let mut host = host.with_requests(requests);
    host.patience = patience;
    let blocking = Ran {
        result: drive(Poller::new(), &transport, &host),
        wire: wire(&transport),
        pauses: pauses(&time),
    };

    let (transport, time, entropy) = (script(), VirtualTime::starting(start), Counting::new(1));
    let mut host = Host::<dyn AsyncSleep>::new(&time, &entropy, &time).with_requests(requests);
    host.patience = patience;
    let mut future = Box::pin(drive_async(Poller::new(), &transport, &host));
    let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("the scripted transport and virtual time are ready at once");
    };
    drop(future);
    let asynchronous = Ran { result, wire: wire(&transport), pauses: pauses(&time) };

    assert_eq!(blocking.result, asynchronous.result);
    assert_eq!(blocking.wire, asynchronous.wire);
    assert_eq!(blocking.pauses, asynchronous.pauses);
    blocking
}

fn unlimited(host: Host<'_, dyn Sleep>) -> (u32, Option<Duration>) {
    (host.requests, host.patience)
}

fn wait() -> Response<Vec<u8>> {
    Response::builder().status(400).body(b"wait".to_vec()).unwrap()
}

fn done() -> Response<Vec<u8>> {
    Response::new(b"done".to_vec())
}

#[test]
fn the_wire_log_is_the_same_under_both_drivers() {
    let ran = run(
        || ScriptedTransport::new().respond(wait()).fail(ErrorKind::Timeout, Sent::Maybe).respond(done()),
        unlimited,
    );
    assert_eq!(ran.wire.len(), 3);
    assert_eq!(ran.pauses, [5, 10]);
    let log = ran.result.unwrap();
    assert_eq!(log.len(), 6);
    assert!(log[0].starts_with("2023-11-14T22:13:20Z Start"), "{}", log[0]);
    assert!(log[3].contains("sent: Maybe, transient: true"), "{}", log[3]);
    assert!(log[5].starts_with("2023-11-14T22:13:35Z Response"), "{}", log[5]);
}

#[test]
fn a_failure_reaches_the_flow_as_the_transport_told_it() {
    let ran = run(|| ScriptedTransport::new().fail(ErrorKind::Tls, Sent::No), unlimited);
    assert_eq!(ran.result.unwrap_err().0, Failure { sent: Sent::No, transient: false });
}

#[test]
fn a_server_that_leads_in_circles_is_left_after_so_many_requests() {
    let script = || (0..20).fold(ScriptedTransport::new(), |script, _| script.respond(wait()));
    let ran = run(script, |_| (7, None));
    assert_eq!(ran.wire.len(), 7);
    assert_eq!(ran.result.unwrap_err().0, Failure { sent: Sent::No, transient: false });
}

#[test]
fn patience_cuts_the_last_pause_short_and_sends_no_more() {
    let script = || (0..20).fold(ScriptedTransport::new(), |script, _| script.respond(wait()));
    let ran = run(script, |_| (100, Some(Duration::from_secs(12))));
    assert_eq!(ran.pauses, [5, 5, 2]);
    assert_eq!(ran.wire.len(), 3);
    assert!(ran.result.is_err());
}

#[test]
fn patience_that_is_just_enough_is_enough() {
    let script = || ScriptedTransport::new().respond(wait()).respond(wait()).respond(done());
    assert!(run(script, |_| (100, Some(Duration::from_secs(10)))).result.is_ok());
    let none = run(|| ScriptedTransport::new().respond(done()), |_| (100, Some(Duration::ZERO)));
    assert!(none.result.is_ok());
}

#[test]
fn the_asynchronous_driver_may_move_between_threads() {
    fn is_send<T: Send>(_: &T) {}
    let (transport, time, entropy) = (ScriptedTransport::new(), SystemClock, Counting::new(1));
    let sleep = Ready(VirtualTime::starting(time.now()));
    is_send(&drive_async(Poller::new(), &transport, &Host::<dyn AsyncSleep>::new(&time, &entropy, &sleep)));
}

#[test]
fn virtual_time_adds_parts_of_a_second() {
    let time = VirtualTime::starting(Timestamp::from_unix(0));
    for _ in 0..4 {
        Sleep::sleep(&time, Duration::from_millis(250));
    }
    assert_eq!(time.now(), Timestamp::from_unix(1));
    time.advance(Duration::MAX);
    assert_eq!(time.pauses().len(), 4);
}
