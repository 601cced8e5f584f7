//! What the tests share: a world, a key, and a driver that plays a script.

use core::time::Duration;
use std::sync::LazyLock;

use countersign_flow::{Error, error::Misuse};
use countersign_google::TrustedHosts;
use countersign_token::Timestamp;
use countersign_wire::{
    Params,
    flow::{Env, Failure, Flow, Handling, Input, Sent, Step},
    form,
};
use http::{Request, Response};
use testkit::entropy::Counting;

pub(crate) const NOW: i64 = 1_700_000_000;
pub(crate) const EMAIL: &str = "robot@demo.iam.gserviceaccount.com";

static ENTROPY: LazyLock<Counting> = LazyLock::new(|| Counting::new(7));

pub(crate) fn env() -> Env<'static> {
    later(0)
}

pub(crate) fn later(seconds: i64) -> Env<'static> {
    Env { now: Timestamp::from_unix(NOW + seconds), entropy: &*ENTROPY }
}

/// The private half, as PEM, and the public half of an RSA key that protects nothing.
pub(crate) fn rsa() -> (String, String) {
    let keys = include_str!("../../../testkit/vectors/jwt/keys.json");
    let keys: serde_json::Value = serde_json::from_str(keys).unwrap();
    let key = &keys["keys"][0];
    assert_eq!(key["id"], "rsa");
    (key["pem"].as_str().unwrap().into(), key["public_pem"].as_str().unwrap().into())
}

pub(crate) fn service_account_file() -> serde_json::Value {
    serde_json::json!({
        "type": "service_account",
        "project_id": "demo",
        "private_key_id": "kid1",
        "private_key": rsa().0,
        "client_email": EMAIL,
        "client_id": "1234",
        "token_uri": "https://oauth2.googleapis.com/token",
    })
}

pub(crate) fn google() -> TrustedHosts {
    TrustedHosts::google()
}

pub(crate) fn json(status: u16, body: &str) -> Input {
    answer(status, &[("content-type", "application/json")], body)
}

pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Input {
    let response = headers
        .iter()
        .fold(Response::builder().status(status), |response, (name, value)| response.header(*name, *value));
    Input::Response(response.body(body.as_bytes().to_vec()).unwrap())
}

pub(crate) fn not_sent() -> Input {
    Input::Failed(Failure { sent: Sent::No, transient: true })
}

/// What a flow did while a script was played to it.
pub(crate) struct Played<T> {
    pub(crate) requests: Vec<Request<Vec<u8>>>,
    pub(crate) waits: Vec<Duration>,
    /// `None` when the script ended before the flow.
    pub(crate) end: Option<Result<T, Error>>,
}

impl<T> Played<T> {
    pub(crate) fn done(self) -> T {
        self.end.expect("the script is too short").expect("the flow failed")
    }

    pub(crate) fn error(self) -> Error {
        match self.end.expect("the script is too short") {
            Ok(_) => panic!("the flow succeeded"),
            Err(error) => error,
        }
    }

    pub(crate) fn form(&self, index: usize) -> Params {
        form::parse(core::str::from_utf8(self.requests[index].body()).unwrap()).unwrap()
    }

    pub(crate) fn body(&self, index: usize) -> serde_json::Value {
        serde_json::from_slice(self.requests[index].body()).unwrap()
    }

    pub(crate) fn header(&self, index: usize, name: &str) -> Option<&str> {
        self.requests[index].headers().get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn handling(&self, index: usize) -> &Handling {
        self.requests[index].extensions().get::<Handling>().unwrap()
    }

    pub(crate) fn uris(&self) -> Vec<String> {
        self.requests.iter().map(|request| request.uri().to_string()).collect()
    }
}

/// Answers each request with the next of `answers`, and wakes the flow from each pause.
///
/// After its end a flow must refuse every further step.
pub(crate) fn play<F: Flow<Error = Error>>(
    mut flow: F,
    answers: impl IntoIterator<Item = Input>,
) -> Played<F::Output> {
    let mut answers = answers.into_iter();
    let mut played = Played { requests: Vec::new(), waits: Vec::new(), end: None };
    let mut input = Input::Start;
    loop {
        let now = i64::try_from(played.requests.len()).unwrap();
        match flow.step(input, &later(now)) {
            Ok(Step::Send(request)) => {
                played.requests.push(request);
                match answers.next() {
                    Some(answer) => input = answer,
                    None => return played,
                }
            }
            Ok(Step::Wait(pause)) => {
                played.waits.push(pause);
                input = Input::Woken;
            }
            Ok(Step::Done(output)) => {
                played.end = Some(Ok(output));
                break;
            }
            Err(error) => {
                played.end = Some(Err(error));
                break;
            }
        }
    }
    assert!(answers.next().is_none(), "the flow ended before the script did");
    for again in [Input::Start, Input::Woken, not_sent(), json(200, r#"{"access_token":"x"}"#)] {
        assert!(
            matches!(flow.step(again, &env()), Err(Error::Misuse(Misuse::Finished))),
            "a flow that has ended goes on"
        );
    }
    played
}
