use core::{fmt, mem};

use countersign_flow::{Error, error::Misuse};
use countersign_token::Secret;
use countersign_wire::{
    flow::{Env, Flow, Input, Purpose, Step},
    response::{ErrorCode, ErrorResponse},
};
use http::{Response, StatusCode};

use super::{MetadataDetection, MetadataServer, is_google};
use crate::call::{self, Call};

/// A document of the metadata server, perhaps after a look whether there is one.
///
/// ```text
/// ┌───────────┐ found ┌──────────┐ document
/// │ Detecting ├──────►│ Fetching ├─────────► done
/// └───────────┘       └──────────┘
/// ```
pub(super) struct Fetch<R> {
    stage: Stage,
    read: R,
}

enum Stage {
    Detecting(MetadataDetection, Result<Call, Error>),
    Fetching(Result<Call, Error>),
    Finished,
}

impl<R> Fetch<R> {
    pub(super) fn new<T>(server: &MetadataServer, detect: bool, path: &str, purpose: Purpose, read: R) -> Self
    where
        R: FnMut(&Response<Vec<u8>>, &Env<'_>) -> Result<T, Error> + Send,
    {
        let path = format!("computeMetadata/v1/{path}");
        let call = server.call(&path, purpose).map(|call| call.retries(4));
        let stage = if detect {
            Stage::Detecting(MetadataDetection::new(server), call)
        } else {
            Stage::Fetching(call)
        };
        Self { stage, read }
    }
}

impl<T, R> Flow for Fetch<R>
where
    T: Send,
    R: FnMut(&Response<Vec<u8>>, &Env<'_>) -> Result<T, Error> + Send,
{
    type Output = T;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<T>, Error> {
        match mem::replace(&mut self.stage, Stage::Finished) {
            Stage::Detecting(mut detection, call) => match detection.step(input, env)? {
                Step::Send(request) => {
                    self.stage = Stage::Detecting(detection, call);
                    Ok(Step::Send(request))
                }
                Step::Wait(pause) => {
                    self.stage = Stage::Detecting(detection, call);
                    Ok(Step::Wait(pause))
                }
                Step::Done(true) => {
                    self.stage = Stage::Fetching(call);
                    self.step(Input::Start, env)
                }
                Step::Done(false) => Err(Misuse::NoToken { name: "default_credentials" }.into()),
            },
            Stage::Fetching(call) => {
                let mut call = call?;
                match call.step(input, env)? {
                    Step::Send(request) => {
                        self.stage = Stage::Fetching(Ok(call));
                        Ok(Step::Send(request))
                    }
                    Step::Wait(pause) => {
                        self.stage = Stage::Fetching(Ok(call));
                        Ok(Step::Wait(pause))
                    }
                    // What does not say that it is Google's is somebody else's page.
                    Step::Done(response) if !is_google(&response) => {
                        Err(countersign_wire::Error::Missing { name: "Metadata-Flavor" }.into())
                    }
                    Step::Done(response) => Ok(Step::Done((self.read)(&response, env)?)),
                }
            }
            Stage::Finished => Err(Misuse::Finished.into()),
        }
    }
}

/// The text of a good answer.
pub(super) fn text(response: &Response<Vec<u8>>) -> Result<Secret, Error> {
    if response.status() != StatusCode::OK {
        return Err(call::not_an_answer(response));
    }
    let text = core::str::from_utf8(response.body()).map_err(|_| countersign_wire::Error::NotUtf8)?;
    Ok(Secret::new(text.trim()))
}

/// Refuses when no account is attached to the machine, or none of the name that was asked for.
pub(super) fn attached(response: &Response<Vec<u8>>) -> Result<(), Error> {
    if response.status() != StatusCode::NOT_FOUND {
        return Ok(());
    }
    let mut refusal = ErrorResponse::new(ErrorCode::from_text("service_account_not_found"))
        .with_description(Some("no such service account is attached to this machine"));
    refusal.status = Some(response.status().as_u16());
    Err(Error::Refused(refusal))
}

impl<R> fmt::Debug for Fetch<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fetch(..)")
    }
}
