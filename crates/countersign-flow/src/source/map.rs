use core::fmt;

use countersign_wire::flow::{Env, Flow, Input, Step};

/// A flow with another output.
pub(crate) struct Mapped<F: Flow, T> {
    flow: F,
    map: fn(F::Output) -> T,
}

impl<F: Flow, T> Mapped<F, T> {
    pub(crate) fn new(flow: F, map: fn(F::Output) -> T) -> Self {
        Self { flow, map }
    }
}

impl<F: Flow, T: Send> Flow for Mapped<F, T> {
    type Output = T;
    type Error = F::Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<T>, F::Error> {
        Ok(match self.flow.step(input, env)? {
            Step::Send(request) => Step::Send(request),
            Step::Wait(pause) => Step::Wait(pause),
            Step::Done(output) => Step::Done((self.map)(output)),
        })
    }
}

impl<F: Flow, T> fmt::Debug for Mapped<F, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mapped(..)")
    }
}
