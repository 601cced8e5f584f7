use core::{fmt, mem};

use countersign_flow::{BoxFlow, Error, error::Misuse};
use countersign_token::{Secret, TokenSet, TokenType, json::Object};
use countersign_wire::{
    flow::{Env, Flow, Input, Step},
    header::bearer,
};
use http::header::AUTHORIZATION;

use crate::call::{self, Call};

/// A call that first gets the token it bears.
///
/// ```text
/// ┌────────────┐ token ┌─────────┐ answer
/// │ Credential ├──────►│ Calling ├───────► done
/// └────────────┘       └─────────┘
/// ```
pub(crate) struct Bearing<R> {
    stage: Stage,
    read: R,
}

enum Stage {
    Credential(BoxFlow<TokenSet>, Call),
    Calling(Call, Secret),
    Finished,
}

impl<R> Bearing<R> {
    pub(crate) const fn new<T>(credential: BoxFlow<TokenSet>, call: Call, read: R) -> Self
    where
        R: FnMut(Object, &Env<'_>) -> Result<T, Error> + Send,
    {
        Self { stage: Stage::Credential(credential, call), read }
    }
}

impl<T, R> Flow for Bearing<R>
where
    T: Send,
    R: FnMut(Object, &Env<'_>) -> Result<T, Error> + Send,
{
    type Output = T;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<T>, Error> {
        match mem::replace(&mut self.stage, Stage::Finished) {
            Stage::Credential(mut credential, call) => match credential.step(input, env)? {
                Step::Send(request) => {
                    self.stage = Stage::Credential(credential, call);
                    Ok(Step::Send(request))
                }
                Step::Wait(pause) => {
                    self.stage = Stage::Credential(credential, call);
                    Ok(Step::Wait(pause))
                }
                Step::Done(tokens) => {
                    if tokens.access.token_type != TokenType::Bearer || tokens.access.binding.is_some() {
                        return Err(Misuse::TokenType.into());
                    }
                    let token = tokens.access.secret;
                    let call = call.header(AUTHORIZATION, bearer::print(token.expose())?);
                    self.stage = Stage::Calling(call, token);
                    self.step(Input::Start, env)
                }
            },
            Stage::Calling(mut call, token) => match call.step(input, env)? {
                Step::Send(request) => {
                    self.stage = Stage::Calling(call, token);
                    Ok(Step::Send(request))
                }
                Step::Wait(pause) => {
                    self.stage = Stage::Calling(call, token);
                    Ok(Step::Wait(pause))
                }
                Step::Done(response) => {
                    Ok(Step::Done((self.read)(call::members(&response, Some(&token))?, env)?))
                }
            },
            Stage::Finished => Err(Misuse::Finished.into()),
        }
    }
}

impl<R> fmt::Debug for Bearing<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearing(..)")
    }
}
