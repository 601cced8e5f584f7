use countersign_flow::{Error, error::Misuse};
use countersign_wire::flow::{Env, Flow, Input, Purpose, Step};

use super::{MetadataServer, is_google};
use crate::call::Call;

/// Whether there is a metadata server, by [`MetadataServer::detection`].
///
/// Silence and a refused connection are an answer here: no.
#[derive(Debug)]
pub struct MetadataDetection(Option<Result<Call, Error>>);

impl MetadataDetection {
    pub(super) fn new(server: &MetadataServer) -> Self {
        let retries = server.attempts.saturating_sub(1);
        Self(Some(server.call("", Purpose::Metadata).map(|call| call.retries(retries))))
    }
}

impl Flow for MetadataDetection {
    type Output = bool;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<bool>, Error> {
        let mut call = self.0.take().ok_or(Misuse::Finished)??;
        let step = match call.step(input, env) {
            Ok(Step::Send(request)) => Step::Send(request),
            Ok(Step::Wait(pause)) => Step::Wait(pause),
            Ok(Step::Done(response)) => return Ok(Step::Done(is_google(&response))),
            Err(Error::Network(_)) => return Ok(Step::Done(false)),
            Err(error) => return Err(error),
        };
        self.0 = Some(Ok(call));
        Ok(step)
    }
}
