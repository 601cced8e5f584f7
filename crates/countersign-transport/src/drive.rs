use core::time::Duration;

use countersign_wire::flow::{Failure, Flow, Input, Sent, Step};

use crate::{AsyncSleep, AsyncTransport, Host, Sleep, Transport};

/// Carries a flow to its end, holding the thread.
///
/// Each request is sent once; a failed one is told to the flow, which alone knows what it means.
///
/// A flow ends by its own rules. As a fence against one that does not, because a server leads it in circles,
/// no more than [`Host::requests`] are sent, and none after [`Host::patience`] has run out: each further
/// request is answered at once as a failure that was not sent and is not transient.
///
/// # Errors
/// The flow's own.
pub fn drive<F: Flow>(
    mut flow: F,
    transport: &dyn Transport,
    host: &Host<'_, dyn Sleep + '_>,
) -> Result<F::Output, F::Error> {
    let mut budget = Budget::of(host);
    let mut input = Input::Start;
    loop {
        input = match flow.step(input, &host.env())? {
            Step::Done(output) => return Ok(output),
            Step::Wait(pause) => {
                host.sleep.sleep(budget.wait(pause));
                Input::Woken
            }
            Step::Send(request) => match budget.request() {
                Ok(()) => transport
                    .send(request)
                    .map_or_else(|error| Input::Failed(error.failure()), Input::Response),
                Err(spent) => Input::Failed(spent),
            },
        };
    }
}

/// Carries a flow to its end without holding a thread; otherwise as [`drive`].
///
/// # Errors
/// The flow's own.
pub async fn drive_async<F: Flow>(
    mut flow: F,
    transport: &dyn AsyncTransport,
    host: &Host<'_, dyn AsyncSleep + '_>,
) -> Result<F::Output, F::Error> {
    let mut budget = Budget::of(host);
    let mut input = Input::Start;
    loop {
        input = match flow.step(input, &host.env())? {
            Step::Done(output) => return Ok(output),
            Step::Wait(pause) => {
                host.sleep.sleep(budget.wait(pause)).await;
                Input::Woken
            }
            Step::Send(request) => match budget.request() {
                Ok(()) => transport
                    .send(request)
                    .await
                    .map_or_else(|error| Input::Failed(error.failure()), Input::Response),
                Err(spent) => Input::Failed(spent),
            },
        };
    }
}

struct Budget {
    requests: u32,
    patience: Option<Duration>,
    exhausted: bool,
}

impl Budget {
    fn of<S: ?Sized>(host: &Host<'_, S>) -> Self {
        Self { requests: host.requests, patience: host.patience, exhausted: false }
    }

    /// Takes `pause` from the patience; a pause cut short exhausts it, so that nothing is sent earlier than
    /// the flow asked.
    fn wait(&mut self, pause: Duration) -> Duration {
        let Some(left) = self.patience else {
            return pause;
        };
        self.exhausted |= pause > left;
        self.patience = Some(left.saturating_sub(pause));
        pause.min(left)
    }

    fn request(&mut self) -> Result<(), Failure> {
        match self.requests.checked_sub(1) {
            Some(left) if !self.exhausted => {
                self.requests = left;
                Ok(())
            }
            _ => Err(Failure { sent: Sent::No, transient: false }),
        }
    }
}
