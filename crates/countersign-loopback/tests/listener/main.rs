//! The listener over real sockets: where it listens, who is let through, what is shown, how a wait ends.

mod binding;
mod browser;
mod endings;
mod pages;
mod requests;

use core::time::Duration;
use std::thread;

use countersign_loopback::{Callback, Canceller, Error, Listener, Verdict};

use crate::browser::{Browser, options};

/// Long enough never to be reached where an answer comes.
pub(crate) const LONG: Duration = Duration::from_secs(60);

pub(crate) const GOOD: &str = "code=c0de&state=right";

/// As an application judges: by the state, before all else.
pub(crate) fn judge(callback: &Callback) -> Verdict<String> {
    match callback.parameter("state").as_deref() {
        Some("right") if callback.parameter("error").is_some() => Verdict::OursFailed("refused".into()),
        Some("right") => Verdict::Ours(callback.query().to_owned()),
        _ => Verdict::NotOurs,
    }
}

/// Waits in a thread while `visit` plays the browser, and returns what both made of it.
pub(crate) fn run<R>(visit: impl FnOnce(&Browser, &Canceller) -> R) -> (Result<String, Error>, R) {
    let listener = Listener::bind(&options()).unwrap();
    let browser = Browser::of(&listener);
    let canceller = listener.canceller();
    let wait = thread::spawn(move || listener.wait(LONG, judge));
    let seen = visit(&browser, &canceller);
    (wait.join().unwrap(), seen)
}
