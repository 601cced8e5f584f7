//! How a wait ends: with one winner, and with a closed port.

use core::time::Duration;
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::{Arc, Barrier},
    thread,
};

use countersign_loopback::{Error, ErrorKind, Listener};

use crate::{
    GOOD, LONG,
    browser::{Browser, PATH, options},
    judge, run,
};

#[test]
fn exactly_one_of_many_good_answers_wins() {
    const VISITORS: usize = 24;
    let mut judged = Vec::new();
    let listener = Listener::bind(&options()).unwrap();
    let browser = Browser::of(&listener);
    let barrier = Arc::new(Barrier::new(VISITORS));
    let visitors: Vec<_> = (0..VISITORS)
        .map(|number| {
            let (browser, barrier) = (browser.clone(), Arc::clone(&barrier));
            thread::spawn(move || {
                barrier.wait();
                browser.try_get(&format!("{PATH}?code=c{number}&state=right"))
            })
        })
        .collect();
    let won = listener
        .wait(LONG, |callback| {
            judged.push(callback.query().to_owned());
            judge(callback)
        })
        .unwrap();
    let answers: Vec<_> = visitors.into_iter().map(|visitor| visitor.join().unwrap()).collect();
    let pages = answers.iter().flatten().filter(|response| response.status == 200).count();
    assert_eq!(judged, [won]);
    assert_eq!(pages, 1);
    assert_eq!(answers.iter().flatten().count(), 1, "all others are cut off unanswered");
}

#[test]
fn a_slow_connection_does_not_hold_the_answer_up() {
    let (outcome, response) = run(|browser, _| {
        let _slow: Vec<TcpStream> = (0..8).map(|_| browser.connect()).collect();
        browser.get(&format!("{PATH}?{GOOD}"))
    });
    assert_eq!(outcome.unwrap(), GOOD);
    assert_eq!(response.status, 200);
}

#[test]
fn the_oldest_of_too_many_connections_makes_room() {
    let (outcome, text) = run(|browser, _| {
        let mut streams: Vec<TcpStream> = (0..40).map(|_| browser.connect()).collect();
        // The first is cut off long before its time is up, so that the last can still be served.
        assert!(!matches!(streams[0].read(&mut [0]), Ok(1..)));
        let mut last = streams.pop().unwrap();
        write!(last, "GET {PATH}?{GOOD} HTTP/1.1\r\nHost: {}\r\n\r\n", browser.host()).unwrap();
        std::io::read_to_string(last).unwrap()
    });
    assert_eq!(outcome.unwrap(), GOOD);
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"));
}

#[test]
fn an_answer_may_come_byte_by_byte() {
    let (outcome, _) = run(|browser, _| {
        let mut stream = browser.connect();
        stream.set_nodelay(true).unwrap();
        for byte in format!("GET {PATH}?{GOOD} HTTP/1.1\r\nHost: {}\r\n\r\n", browser.host()).bytes() {
            stream.write_all(&[byte]).unwrap();
        }
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n"));
    });
    assert_eq!(outcome.unwrap(), GOOD);
}

#[test]
fn an_answer_that_came_before_the_wait_is_not_lost() {
    let listener = Listener::bind(&options()).unwrap();
    let browser = Browser::of(&listener);
    let mut stream = browser.connect();
    write!(stream, "GET {PATH}?{GOOD} HTTP/1.1\r\nHost: {}\r\n\r\n", browser.host()).unwrap();
    assert_eq!(listener.wait(LONG, judge).unwrap(), GOOD);
}

#[test]
fn a_winner_that_does_not_read_its_page_does_not_matter() {
    let (outcome, ()) = run(|browser, _| {
        let mut stream = browser.connect();
        write!(stream, "GET {PATH}?{GOOD} HTTP/1.1\r\nHost: {}\r\n\r\n", browser.host()).unwrap();
    });
    assert_eq!(outcome.unwrap(), GOOD);
}

/// However a wait ends, nobody listens afterwards.
fn check_closed(wait: impl FnOnce(Listener, &Browser) -> Result<String, Error>, expected: Option<ErrorKind>) {
    let listener = Listener::bind(&options()).unwrap();
    let browser = Browser::of(&listener);
    drop(browser.connect());
    let outcome = wait(listener, &browser);
    assert_eq!(outcome.err().map(|error| error.kind()), expected);
    assert!(TcpStream::connect(browser.address()).is_err());
}

#[test]
fn the_port_is_closed_after_the_answer() {
    check_closed(
        |listener, browser| {
            let visitor = browser.clone();
            let visit = thread::spawn(move || visitor.get(&format!("{PATH}?{GOOD}")));
            let outcome = listener.wait(LONG, judge);
            visit.join().unwrap();
            outcome
        },
        None,
    );
}

#[test]
fn the_port_is_closed_before_the_page_is_there() {
    let (outcome, ()) = run(|browser, _| {
        let mut stream = browser.connect();
        write!(stream, "GET {PATH}?{GOOD} HTTP/1.1\r\nHost: {}\r\n\r\n", browser.host()).unwrap();
        stream.read_exact(&mut [0; 1]).unwrap();
        assert!(TcpStream::connect(browser.address()).is_err());
    });
    assert_eq!(outcome.unwrap(), GOOD);
}

#[test]
fn the_port_is_closed_after_the_deadline() {
    check_closed(|listener, _| listener.wait(Duration::from_millis(50), judge), Some(ErrorKind::TimedOut));
}

#[test]
fn the_port_is_closed_after_a_cancellation() {
    check_closed(
        |listener, _| {
            let canceller = listener.canceller();
            let wait = thread::spawn(move || listener.wait(LONG, judge));
            canceller.cancel();
            wait.join().unwrap()
        },
        Some(ErrorKind::Cancelled),
    );
}

#[test]
fn the_port_is_closed_when_the_listener_is_dropped() {
    check_closed(
        |listener, _| {
            drop(listener);
            Ok(String::new())
        },
        None,
    );
}

#[test]
fn a_wait_without_end_can_still_be_cancelled() {
    let listener = Listener::bind(&options()).unwrap();
    listener.canceller().cancel();
    let error = listener.wait(Duration::MAX, judge).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert!(!error.is_transient());
}
