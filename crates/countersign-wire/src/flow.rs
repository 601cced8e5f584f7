//! The vocabulary of every conversation with a server, without the I/O.
//!
//! A [`Flow`] is asked to [`step`](Flow::step) and answers with what it wants next: a request sent, a
//! pause, or the end. Whoever drives it owns sockets, clocks and threads; a flow owns none.
//!
//! ```
//! use core::time::Duration;
//! use countersign_wire::flow::{Env, Flow, Input, NoEntropy, Step};
//! use countersign_token::Timestamp;
//!
//! struct WaitTwice(u8);
//!
//! impl Flow for WaitTwice {
//!     type Output = &'static str;
//!     type Error = core::convert::Infallible;
//!
//!     fn step(&mut self, _: Input, _: &Env<'_>) -> Result<Step<Self::Output>, Self::Error> {
//!         self.0 += 1;
//!         Ok(if self.0 < 3 { Step::Wait(Duration::from_secs(5)) } else { Step::Done("rested") })
//!     }
//! }
//!
//! let env = Env { now: Timestamp::from_unix(0), entropy: &|_: &mut [u8]| Err(NoEntropy) };
//! let mut flow = WaitTwice(0);
//! let mut input = Input::Start;
//! let done = loop {
//!     match flow.step(input, &env).unwrap() {
//!         Step::Wait(_) => input = Input::Woken,
//!         Step::Send(_) => unreachable!("this flow sends nothing"),
//!         Step::Done(done) => break done,
//!     }
//! };
//! assert_eq!(done, "rested");
//! ```

use alloc::{boxed::Box, vec::Vec};
use core::{fmt, time::Duration};

use countersign_token::Timestamp;
use http::{Request, Response};

use crate::redact;

/// Where random bytes come from.
///
/// # Security
/// Every byte must come from the operating system's generator or one of the same strength: states, nonces,
/// PKCE verifiers and signatures rest on it. A source that cannot deliver says so and never fills in zeros.
pub trait Entropy: Send + Sync {
    /// Fills all of `out`.
    ///
    /// # Errors
    /// [`NoEntropy`] when not every byte could be had; what `out` holds then must not be used.
    fn fill(&self, out: &mut [u8]) -> Result<(), NoEntropy>;
}

/// There are no random bytes to be had, so nothing that needs them can begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an implementation of Entropy answers with it")]
pub struct NoEntropy;

impl fmt::Display for NoEntropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the system gave no random bytes")
    }
}

impl core::error::Error for NoEntropy {}

impl<F> Entropy for F
where
    F: Fn(&mut [u8]) -> Result<(), NoEntropy> + Send + Sync,
{
    fn fill(&self, out: &mut [u8]) -> Result<(), NoEntropy> {
        self(out)
    }
}

/// What a pure machine may know of the world: the time and randomness.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "whoever drives a flow builds it")]
pub struct Env<'a> {
    /// The wall clock.
    pub now: Timestamp,
    /// Random bytes.
    pub entropy: &'a dyn Entropy,
}

impl fmt::Debug for Env<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { now, entropy: _ } = self;
        f.debug_struct("Env").field("now", now).finish_non_exhaustive()
    }
}

/// Whether the bytes of a request that failed may have reached the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third answer")]
pub enum Sent {
    /// They did not, for certain: a code or a rotating token in it is unspent.
    No,
    /// They may have.
    Maybe,
}

/// A request that got no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a driver builds it from its transport's error")]
pub struct Failure {
    /// Whether the server may have received it.
    pub sent: Sent,
    /// Whether trying again later may help without anybody doing anything.
    pub transient: bool,
}

/// What a flow is told.
#[expect(clippy::exhaustive_enums, reason = "a flow must answer each")]
pub enum Input {
    /// Begin.
    Start,
    /// The response to the request of the last step.
    Response(Response<Vec<u8>>),
    /// There is no response to the request of the last step.
    Failed(Failure),
    /// The pause of the last step is over.
    Woken,
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => f.write_str("Start"),
            Self::Response(response) => f.debug_tuple("Response").field(&redact::response(response)).finish(),
            Self::Failed(failure) => f.debug_tuple("Failed").field(failure).finish(),
            Self::Woken => f.write_str("Woken"),
        }
    }
}

/// What a flow wants next.
#[expect(clippy::exhaustive_enums, reason = "a driver must do each")]
#[expect(clippy::large_enum_variant, reason = "a step is matched at once and never kept")]
pub enum Step<T> {
    /// Send this request and come back with [`Input::Response`] or [`Input::Failed`].
    Send(Request<Vec<u8>>),
    /// Wait this long and come back with [`Input::Woken`].
    Wait(Duration),
    /// The end, with what was asked for.
    Done(T),
}

impl<T> fmt::Debug for Step<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send(request) => f.debug_tuple("Send").field(&redact::request(request)).finish(),
            Self::Wait(pause) => f.debug_tuple("Wait").field(pause).finish(),
            Self::Done(_) => f.write_str("Done(..)"),
        }
    }
}

/// One conversation with one or more servers, without the I/O.
///
/// 1. The first input is [`Input::Start`]; each later one answers the last step.
/// 2. After `Done` or an error the conversation is over; a further step is an error, never a repeat.
/// 3. A failed request is an input, not the end: the machine knows whether it means try again or stop.
/// 4. A machine that holds a token answers `Done` with it, whatever fails afterwards.
pub trait Flow: Send {
    /// What the conversation is for.
    type Output: Send;
    /// Why it may end without.
    type Error: Send;

    /// Takes what happened and says what is wanted next.
    ///
    /// # Errors
    /// The conversation is over without its output.
    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Self::Output>, Self::Error>;
}

impl<F: Flow + ?Sized> Flow for &mut F {
    type Output = F::Output;
    type Error = F::Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Self::Output>, Self::Error> {
        (**self).step(input, env)
    }
}

impl<F: Flow + ?Sized> Flow for Box<F> {
    type Output = F::Output;
    type Error = F::Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Self::Output>, Self::Error> {
        (**self).step(input, env)
    }
}

/// What a request is for; decorators act on some purposes and never on others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// A token is asked for at the token endpoint (RFC 6749 §3.2).
    Token,
    /// A token is revoked (RFC 7009).
    Revocation,
    /// A metadata document is read (RFC 8414, OpenID Connect Discovery).
    Metadata,
    /// An authorization request is pushed (RFC 9126).
    PushedAuthorization,
    /// A device asks for a code for its user (RFC 8628 §3.1).
    DeviceAuthorization,
    /// A token is looked into (RFC 7662).
    Introspection,
    /// A client is registered (RFC 7591).
    Registration,
    /// The keys of a server are read (RFC 7517).
    Keys,
    /// Something is signed by a service elsewhere.
    Signature,
    /// OAuth 1.0a temporary credentials are asked for (RFC 5849 §2.1).
    TemporaryCredentials,
    /// OAuth 1.0a token credentials are asked for (RFC 5849 §2.3).
    TokenCredentials,
    /// A protected resource is called with the credential.
    Resource,
}

/// How a request is to be handled, carried in its extensions.
///
/// A transport that does not know `Handling` refuses a request that carries one with anything but the
/// defaults in `link_local_http` and `no_proxy`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Handling {
    /// What the request is for.
    pub purpose: Purpose,
    /// Clear text is allowed to a link-local address: a metadata server of a cloud machine.
    pub link_local_http: bool,
    /// Never through a proxy.
    pub no_proxy: bool,
    /// A total time shorter than the transport's own.
    pub timeout: Option<Duration>,
    /// A response size, in bytes, smaller than the transport's own.
    pub response_limit: Option<usize>,
}

impl Handling {
    /// The ordinary handling of a request of this purpose.
    pub const fn new(purpose: Purpose) -> Self {
        Self { purpose, link_local_http: false, no_proxy: false, timeout: None, response_limit: None }
    }
}
