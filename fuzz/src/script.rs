use core::time::Duration;

use countersign_flow::{Error, error::Misuse};
use countersign_wire::flow::{Failure, Flow, Input, Sent, Step};
use http::Response;

use crate::{Careless, world};

/// More requests than any conversation takes, the pauses of a device apart.
const MOST: usize = 24;

/// What a line of a script says: `wake`, `start`, `lost`, `unsent`, `final`, or a status, a kind and a body.
pub fn input(line: &str) -> Input {
    let failed = |sent, transient| Input::Failed(Failure { sent, transient });
    match line {
        "start" => return Input::Start,
        "wake" => return Input::Woken,
        "lost" => return failed(Sent::Maybe, true),
        "unsent" => return failed(Sent::No, true),
        "final" => return failed(Sent::No, false),
        _ => {}
    }
    let (status, rest) = line.split_once(' ').unwrap_or(("200", line));
    let (kind, body) = rest.split_once(' ').unwrap_or((rest, ""));
    let mut response = Response::new(body.as_bytes().to_vec());
    *response.status_mut() = status.parse().unwrap_or_default();
    let (name, value) = match kind {
        "form" => ("content-type", "application/x-www-form-urlencoded"),
        "html" => ("content-type", "text/html; charset=utf-8"),
        "later" => ("retry-after", "7"),
        "challenge" => ("www-authenticate", body),
        "nonce" => ("dpop-nonce", "n-1"),
        _ => ("content-type", "application/json"),
    };
    if let Ok(value) = value.parse() {
        response.headers_mut().insert(name, value);
    }
    Input::Response(response)
}

/// Plays a script to a conversation that spends something: what may have left is not sent again.
pub fn once<F: Flow<Error = Error>>(flow: F, script: &str) -> Option<F::Output> {
    play(Careless::repeats(flow), script, true)
}

/// Plays a script to a conversation that may be repeated, within bounds.
pub fn freely<F: Flow<Error = Error>>(flow: F, script: &str) -> Option<F::Output> {
    play(Careless::never_stops(flow), script, false)
}

fn play<F: Flow<Error = Error>>(mut flow: F, script: &str, once: bool) -> Option<F::Output> {
    let (mut now, mut sent, mut may_have_left, mut ended, mut output) = (0_i64, 0, false, false, None);
    let lines = core::iter::once("start").chain(script.lines().take(64));
    for line in lines {
        let input = input(line);
        may_have_left |=
            matches!(&input, Input::Response(_) | Input::Failed(Failure { sent: Sent::Maybe, .. }))
                && sent > 0;
        match world(now, |env| flow.step(input, env)) {
            Err(error) if ended => assert_eq!(error, Error::Misuse(Misuse::Finished), "after its end"),
            Ok(_) if ended => panic!("the conversation goes on after its end"),
            Err(_) => ended = true,
            Ok(Step::Done(done)) => {
                ended = true;
                assert!(sent > 0, "something for nothing");
                output = Some(done);
            }
            Ok(Step::Wait(pause)) => {
                assert!(pause <= Duration::from_secs(86_400), "for ever");
                now += i64::try_from(pause.as_secs()).unwrap_or(0);
            }
            Ok(Step::Send(request)) => {
                sent += 1;
                assert!(!(once && may_have_left), "sent again: {:?}", request.uri().path());
                assert!(sent <= MOST, "it does not stop");
                assert!(request.uri().scheme_str() == Some("https"), "in clear");
            }
        }
    }
    output
}
