//! Assertions (RFC 7521): signed statements that stand for a grant or prove who a client is.
//!
//! An assertion is good for one request, so what is given here is how one is *made*: by a key that is here
//! (feature `jwt`), or by a service elsewhere, in a conversation of its own.
//!
//! ```
//! use countersign_flow::{Endpoint, JwtBearerGrant, assertion};
//!
//! let endpoint = Endpoint::new("token_endpoint", "https://as.example/token")?;
//! // A signing service would be asked here; `assertion::ready` is the conversation that has its answer.
//! let made_elsewhere = assertion::from_fn(|_| Ok(assertion::ready("eyJhbGciOiJFUzI1NiJ9.e30.c2ln")));
//! let grant = JwtBearerGrant::new(&endpoint, made_elsewhere, "files");
//! # drop(grant);
//! # Ok::<(), countersign_flow::Error>(())
//! ```

use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::fmt;

use countersign_token::Secret;
use countersign_wire::flow::{Env, Flow, Input, Step};
use http::Request;

use crate::{Error, error::Misuse, source::BoxFlow};

#[cfg(feature = "jwt")]
mod signed;
#[cfg(feature = "jwt")]
mod signing;

#[cfg(feature = "jwt")]
pub use signed::{AssertionAudience, SignedAssertion};
#[cfg(feature = "jwt")]
pub(crate) use signing::unsigned;

/// How an assertion is made.
///
/// 1. [`begin`](Self::begin) starts the making of one assertion, in compact form (RFC 7515 §7.1).
/// 2. It is asked anew for each request, a repeated one too, and never answers with the same assertion twice:
///    servers refuse a `jti` they have seen (RFC 7523 §3).
/// 3. The conversation asks for nothing at the token endpoint itself; requests to a signing service say a
///    [`Purpose`](countersign_wire::flow::Purpose) of their own and carry their own authorization.
///
/// # Security
/// Whoever holds an assertion may use it until it expires: minutes, not hours.
pub trait AssertionSource: Send + Sync {
    /// Begins to make an assertion.
    ///
    /// # Errors
    /// It cannot be made, such as for want of random bytes.
    fn begin(&self, env: &Env<'_>) -> Result<BoxFlow<Secret>, Error>;
}

impl<S: AssertionSource + ?Sized> AssertionSource for Arc<S> {
    fn begin(&self, env: &Env<'_>) -> Result<BoxFlow<Secret>, Error> {
        (**self).begin(env)
    }
}

impl<S: AssertionSource + ?Sized> AssertionSource for Box<S> {
    fn begin(&self, env: &Env<'_>) -> Result<BoxFlow<Secret>, Error> {
        (**self).begin(env)
    }
}

/// A way to make assertions that is a function, by [`from_fn`].
pub struct FromFn<F>(F);

/// The way to make assertions that this function is.
pub fn from_fn<F>(begin: F) -> FromFn<F>
where
    F: Fn(&Env<'_>) -> Result<BoxFlow<Secret>, Error> + Send + Sync,
{
    FromFn(begin)
}

impl<F> AssertionSource for FromFn<F>
where
    F: Fn(&Env<'_>) -> Result<BoxFlow<Secret>, Error> + Send + Sync,
{
    fn begin(&self, env: &Env<'_>) -> Result<BoxFlow<Secret>, Error> {
        (self.0)(env)
    }
}

impl<F> fmt::Debug for FromFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FromFn(..)")
    }
}

/// The conversation that has its assertion already.
pub fn ready(assertion: impl Into<Secret>) -> BoxFlow<Secret> {
    struct Ready(Option<Secret>);
    impl Flow for Ready {
        type Output = Secret;
        type Error = Error;

        fn step(&mut self, _: Input, _: &Env<'_>) -> Result<Step<Secret>, Error> {
            self.0.take().map(Step::Done).ok_or_else(|| Misuse::Finished.into())
        }
    }
    Box::new(Ready(Some(assertion.into())))
}

/// Marks a request that belongs to the making of an assertion, which no outer conversation may touch: the
/// secret of one client must not go where another's signature is made.
#[derive(Clone, Copy)]
struct Foreign;

/// Whether a request is the conversation's own and not one for an assertion of it.
pub(crate) fn is_own(request: &Request<Vec<u8>>) -> bool {
    request.extensions().get::<Foreign>().is_none()
}

/// A request that waits for its assertion.
#[derive(Default)]
pub(crate) struct Asserting(Option<(Request<Vec<u8>>, BoxFlow<Secret>)>);

/// How far the making of an assertion has come.
pub(crate) enum Progress<T> {
    /// Something must be done for it.
    Step(Step<T>),
    /// Here it is, for this request.
    Made(Request<Vec<u8>>, Secret),
}

impl Asserting {
    /// Whether an assertion is being made.
    pub(crate) fn is_under_way(&self) -> bool {
        self.0.is_some()
    }

    /// Holds the request back until its assertion is made.
    pub(crate) fn begin<T>(
        &mut self,
        request: Request<Vec<u8>>,
        source: &dyn AssertionSource,
        env: &Env<'_>,
    ) -> Result<Progress<T>, Error> {
        self.0 = Some((request, source.begin(env)?));
        self.step(Input::Start, env)
    }

    /// Goes on with the making.
    pub(crate) fn step<T>(&mut self, input: Input, env: &Env<'_>) -> Result<Progress<T>, Error> {
        let Some((request, mut flow)) = self.0.take() else {
            return Err(Misuse::UnexpectedInput.into());
        };
        let step = match flow.step(input, env)? {
            Step::Send(mut foreign) => {
                foreign.extensions_mut().insert(Foreign);
                Step::Send(foreign)
            }
            Step::Wait(pause) => Step::Wait(pause),
            Step::Done(assertion) => return Ok(Progress::Made(request, assertion)),
        };
        self.0 = Some((request, flow));
        Ok(Progress::Step(step))
    }
}
