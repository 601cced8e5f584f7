use countersign_flow::Error;
use countersign_wire::flow::{Env, Flow, Input, Step};
use http::Request;

/// With the feature `planted`, a conversation led by somebody careless; without it, the conversation itself.
pub struct Careless<F> {
    flow: F,
    repeats: bool,
    last: Option<Request<Vec<u8>>>,
}

impl<F> Careless<F> {
    /// Sends again what may have arrived, when no answer came.
    pub fn repeats(flow: F) -> Self {
        Self { flow, repeats: true, last: None }
    }

    /// Asks a server in trouble again and again.
    pub fn never_stops(flow: F) -> Self {
        Self { flow, repeats: false, last: None }
    }

    /// The request to send once more, where nobody careful would.
    fn defect(&self, input: &Input) -> Option<Request<Vec<u8>>> {
        let last = self.last.as_ref().filter(|_| cfg!(feature = "planted"))?;
        let again = match input {
            Input::Failed(_) => self.repeats,
            Input::Response(response) => !self.repeats && response.status() == 503,
            Input::Start | Input::Woken => false,
        };
        again.then(|| last.clone())
    }
}

impl<F: Flow<Error = Error>> Flow for Careless<F> {
    type Output = F::Output;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<F::Output>, Error> {
        if let Some(again) = self.defect(&input) {
            return Ok(Step::Send(again));
        }
        let step = self.flow.step(input, env)?;
        if let Step::Send(request) = &step {
            self.last = Some(request.clone());
        }
        Ok(step)
    }
}
