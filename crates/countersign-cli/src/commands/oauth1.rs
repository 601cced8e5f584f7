//! OAuth 1.0a, where each request is signed.

mod credentials;
mod draft;
pub(crate) mod explain;
pub(crate) mod login;
mod message;
pub(crate) mod sign;
pub(crate) mod verify;

use countersign_oauth1::{Error, Parameter};

use crate::failure::Failure;

/// The pairs of `--param NAME=VALUE`.
fn pairs(params: &[String]) -> Result<Vec<(&str, &str)>, Failure> {
    params
        .iter()
        .map(|param| {
            param
                .split_once('=')
                .filter(|(name, _)| !name.is_empty())
                .ok_or_else(|| Failure::usage("--param takes NAME=VALUE").then("--param scope=read"))
        })
        .collect()
}

fn unsignable(error: &Error) -> Failure {
    let failure = Failure::usage("the request cannot be signed").because(error);
    match error {
        Error::ClearText => failure.then("give an https address, or --signature-method HMAC-SHA1"),
        Error::Parameter { parameter: Parameter::BodyHash, .. } => {
            failure.then("leave --body-hash out: a form is signed as it is, and PLAINTEXT signs nothing")
        }
        Error::Parameter { .. } => failure.then("countersign oauth1 sign --help"),
        _ => failure.then("mend the request as it will be sent"),
    }
}
