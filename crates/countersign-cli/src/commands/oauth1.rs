//! OAuth 1.0a, where each request is signed.

mod credentials;
mod draft;
pub(crate) mod explain;
pub(crate) mod login;
mod message;
pub(crate) mod sign;
pub(crate) mod verify;

use countersign_oauth1::{Error, Parameter, ParameterFault, Signer, UriFault};

use crate::{args::oauth1::CredentialArgs, failure::Failure, settings::Settings};
pub(crate) use draft::entropy;

/// What signs for a stored account with a private key that is not kept with it.
pub(crate) fn signer(account: &str, private_key: &str, settings: &Settings) -> Result<Signer, Failure> {
    let args = CredentialArgs {
        account: Some(account.to_owned()),
        consumer_key: None,
        consumer_secret: None,
        token: None,
        token_secret: None,
        private_key: Some(private_key.to_owned()),
        signature_method: None,
    };
    credentials::Credentials::read(&args, settings)?.signer()
}

/// The pairs of `--param NAME=VALUE`, or of another such option.
fn pairs<'a>(params: &'a [String], option: &str) -> Result<Vec<(&'a str, &'a str)>, Failure> {
    params
        .iter()
        .map(|param| {
            param.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or_else(|| {
                Failure::usage(format!("{option} takes NAME=VALUE")).then(format!("{option} scope=read"))
            })
        })
        .collect()
}

fn unsignable(error: &Error) -> Failure {
    let failure = Failure::usage("the request cannot be signed").because(error);
    match error {
        Error::ClearText => failure.then("give an https address, or --signature-method HMAC-SHA1"),
        Error::Uri { fault: UriFault::Scheme, .. } => {
            failure.then("give the whole address, https:// and the host included")
        }
        Error::Parameter { parameter: Parameter::BodyHash, fault: ParameterFault::Unsupported } => {
            failure.then("leave --body-hash out: a form is signed as it is, and PLAINTEXT signs nothing")
        }
        Error::Parameter { parameter, fault: ParameterFault::SecondPlace } => failure.then(format!(
            "take {parameter} out of address and body: what belongs to the signature is made here"
        )),
        Error::Parameter { parameter, .. } => failure.then(match option(*parameter) {
            Some(option) => format!("{option}; countersign oauth1 sign --help"),
            None => String::from("leave it out: it is made here"),
        }),
        _ => failure.then("mend the request as it will be sent"),
    }
}

/// The option that a parameter of the protocol is set by.
const fn option(parameter: Parameter) -> Option<&'static str> {
    Some(match parameter {
        Parameter::Realm => "--realm S",
        Parameter::ConsumerKey => "--consumer-key KEY",
        Parameter::Token => "--token TOKEN",
        Parameter::SignatureMethod => "--signature-method METHOD",
        Parameter::Timestamp => "--timestamp N, in seconds since 1970",
        Parameter::Nonce => "--nonce S",
        Parameter::Version => "--no-version, or leave it out for 1.0",
        Parameter::Callback => "--callback URL",
        Parameter::Verifier => "--verifier S",
        Parameter::BodyHash => "--body-hash",
        _ => return None,
    })
}
