//! What the tests of all machines share: a server, its clients, and a driver that plays a script.

use core::time::Duration;
use std::sync::{
    LazyLock,
    atomic::{AtomicU32, Ordering},
};

use countersign_flow::{
    AssertionSource, AuthorizationServer, ClientRegistration, Error, assertion,
    dpop::{Proof, Prove},
    error::Misuse,
};
use countersign_token::{Secret, Timestamp};
use countersign_wire::{
    Params,
    flow::{Env, Failure, Flow, Handling, Input, Purpose, Sent, Step},
    form,
};
use http::{Request, Response};
use testkit::entropy::Counting;

pub(crate) const ISSUER: &str = "https://as.example";
pub(crate) const TOKEN_ENDPOINT: &str = "https://as.example/token";
pub(crate) const REDIRECT_URI: &str = "http://127.0.0.1:4711/callback";
pub(crate) const NOW: i64 = 1_700_000_000;

static ENTROPY: LazyLock<Counting> = LazyLock::new(|| Counting::new(7));

/// The world at the moment when the tests begin.
pub(crate) fn env() -> Env<'static> {
    later(0)
}

/// The world this many seconds later.
pub(crate) fn later(seconds: i64) -> Env<'static> {
    Env { now: Timestamp::from_unix(NOW + seconds), entropy: &*ENTROPY }
}

pub(crate) fn server() -> AuthorizationServer {
    AuthorizationServer::new(ISSUER, TOKEN_ENDPOINT)
        .unwrap()
        .with_authorization_endpoint("https://as.example/authorize")
        .unwrap()
        .with_revocation_endpoint("https://as.example/revoke")
        .unwrap()
}

/// The same server with every endpoint there is.
pub(crate) fn whole_server() -> AuthorizationServer {
    server()
        .with_device_authorization_endpoint("https://as.example/device")
        .unwrap()
        .with_introspection_endpoint("https://as.example/introspect")
        .unwrap()
        .with_pushed_authorization_request_endpoint("https://as.example/par")
        .unwrap()
        .with_userinfo_endpoint("https://as.example/userinfo")
        .unwrap()
        .with_registration_endpoint("https://as.example/register")
        .unwrap()
        .with_jwks_uri("https://as.example/jwks")
        .unwrap()
}

pub(crate) fn public() -> ClientRegistration {
    ClientRegistration::public("demo").with_redirect_uri(REDIRECT_URI)
}

pub(crate) fn confidential() -> ClientRegistration {
    ClientRegistration::confidential("web", "s3cret-of-web").with_redirect_uri(REDIRECT_URI)
}

pub(crate) fn json(status: u16, body: &str) -> Input {
    typed(status, "application/json", body)
}

pub(crate) fn typed(status: u16, content_type: &str, body: &str) -> Input {
    let response = Response::builder().status(status).header("content-type", content_type);
    Input::Response(response.body(body.as_bytes().to_vec()).unwrap())
}

pub(crate) fn retry_after(status: u16, seconds: &str) -> Input {
    let response = Response::builder().status(status).header("retry-after", seconds);
    Input::Response(response.body(Vec::new()).unwrap())
}

pub(crate) fn not_sent() -> Input {
    Input::Failed(Failure { sent: Sent::No, transient: true })
}

pub(crate) fn maybe_sent() -> Input {
    Input::Failed(Failure { sent: Sent::Maybe, transient: true })
}

/// What a flow did while a script was played to it.
pub(crate) struct Played<T> {
    pub(crate) requests: Vec<Request<Vec<u8>>>,
    pub(crate) waits: Vec<Duration>,
    /// When each request was made, in seconds from the beginning.
    pub(crate) times: Vec<i64>,
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

    /// The form of the request of this number.
    pub(crate) fn form(&self, index: usize) -> Params {
        form::parse(core::str::from_utf8(self.requests[index].body()).unwrap()).unwrap()
    }

    pub(crate) fn purposes(&self) -> Vec<Purpose> {
        self.requests.iter().map(|request| request.extensions().get::<Handling>().unwrap().purpose).collect()
    }
}

/// Answers each request with the next of `answers`, and wakes the flow from each pause.
///
/// After its end a flow must refuse every further step.
pub(crate) fn play<F: Flow<Error = Error>>(
    flow: F,
    answers: impl IntoIterator<Item = Input>,
) -> Played<F::Output> {
    play_at(flow, answers, |played| i64::try_from(played.requests.len()).unwrap())
}

/// The same where each pause takes its time, and nothing else does.
pub(crate) fn play_in_time<F: Flow<Error = Error>>(
    flow: F,
    answers: impl IntoIterator<Item = Input>,
) -> Played<F::Output> {
    play_at(flow, answers, |played| played.waits.iter().map(|wait| wait.as_secs() as i64).sum())
}

fn play_at<F: Flow<Error = Error>>(
    mut flow: F,
    answers: impl IntoIterator<Item = Input>,
    clock: impl Fn(&Played<F::Output>) -> i64,
) -> Played<F::Output> {
    let mut answers = answers.into_iter();
    let mut played = Played { requests: Vec::new(), waits: Vec::new(), times: Vec::new(), end: None };
    let mut input = Input::Start;
    loop {
        let now = clock(&played);
        match flow.step(input, &later(now)) {
            Ok(Step::Send(request)) => {
                played.requests.push(request);
                played.times.push(now);
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

/// Assertions that are numbered, because none may be sent twice.
pub(crate) fn numbered(prefix: &'static str) -> impl AssertionSource + 'static {
    let count = AtomicU32::new(0);
    assertion::from_fn(move |_| {
        Ok(assertion::ready(format!("{prefix}-{}", count.fetch_add(1, Ordering::Relaxed) + 1)))
    })
}

/// Assertions that a service signs: each takes a request to it and a pause.
pub(crate) fn signed_elsewhere() -> impl AssertionSource + 'static {
    assertion::from_fn(|_| Ok(Box::new(SigningService)))
}

/// Its answer is the assertion; it needs a token of its own first, from a token endpoint.
struct SigningService;

impl Flow for SigningService {
    type Output = Secret;
    type Error = Error;

    fn step(&mut self, input: Input, _: &Env<'_>) -> Result<Step<Secret>, Error> {
        Ok(match input {
            Input::Start => Step::Wait(Duration::from_secs(3)),
            Input::Woken => {
                let mut request =
                    Request::post("https://kms.example/sign").body(b"input=1".to_vec()).unwrap();
                // The worst case: the purpose is one that outer conversations act on.
                request.extensions_mut().insert(Handling::new(Purpose::Token));
                Step::Send(request)
            }
            Input::Response(response) => Step::Done(String::from_utf8(response.into_body()).unwrap().into()),
            Input::Failed(failure) => return Err(Error::Network(failure)),
        })
    }
}

/// Proofs that say what they are of, in place of a signature.
pub(crate) struct Plain(pub(crate) &'static str);

impl Prove for Plain {
    fn thumbprint(&self) -> &str {
        self.0
    }

    fn prove(&self, proof: &Proof<'_>, env: &Env<'_>) -> Result<Secret, Error> {
        let id = AtomicU32::fetch_add(&PROOFS, 1, Ordering::Relaxed);
        let Proof { method, target, token_hash, nonce, .. } = proof;
        let hash = token_hash.as_deref().unwrap_or("-");
        let text = format!("{}|{id}|{method}|{target}|{hash}|{}", self.0, nonce.unwrap_or("-"));
        Ok(format!("{text}|{}", env.now.unix() - NOW).into())
    }
}

static PROOFS: AtomicU32 = AtomicU32::new(0);

/// The parts of the proof of a request: thumbprint, number, method, target, hash, nonce, time.
pub(crate) fn proof(request: &Request<Vec<u8>>) -> Vec<String> {
    let fields: Vec<_> = request.headers().get_all("dpop").iter().collect();
    assert_eq!(fields.len(), 1, "exactly one proof");
    assert!(fields[0].is_sensitive());
    fields[0].to_str().unwrap().split('|').map(Into::into).collect()
}

/// An answer with a nonce.
pub(crate) fn with_nonce(mut answer: Input, nonce: &str) -> Input {
    if let Input::Response(response) = &mut answer {
        response.headers_mut().append("dpop-nonce", nonce.parse().unwrap());
    }
    answer
}
