use core::fmt;

use countersign_flow::Error;
use countersign_wire::flow::{Env, Flow, Input, Step};

/// A flow with another output.
pub(crate) struct Map<F, M> {
    flow: F,
    map: M,
}

impl<F, M> Map<F, M> {
    pub(crate) const fn new<T>(flow: F, map: M) -> Self
    where
        F: Flow<Error = Error>,
        M: FnMut(F::Output, &Env<'_>) -> Result<T, Error> + Send,
    {
        Self { flow, map }
    }
}

impl<F, T, M> Flow for Map<F, M>
where
    F: Flow<Error = Error>,
    T: Send,
    M: FnMut(F::Output, &Env<'_>) -> Result<T, Error> + Send,
{
    type Output = T;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<T>, Error> {
        Ok(match self.flow.step(input, env)? {
            Step::Send(request) => Step::Send(request),
            Step::Wait(pause) => Step::Wait(pause),
            Step::Done(output) => Step::Done((self.map)(output, env)?),
        })
    }
}

impl<F, M> fmt::Debug for Map<F, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Map(..)")
    }
}
