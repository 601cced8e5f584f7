use clap::Args;

use super::{PartArgs, Place, SignatureMethod};

#[derive(Args, Debug)]
pub(crate) struct SignArgs {
    #[command(flatten)]
    pub(crate) request: RequestArgs,
    #[command(flatten)]
    pub(crate) credentials: CredentialArgs,
}

/// A request as it is to be signed.
#[derive(Args, Debug)]
pub(crate) struct RequestArgs {
    /// GET, POST, ...
    pub(crate) method: String,
    /// The address
    pub(crate) url: String,
    #[command(flatten)]
    pub(crate) parts: PartArgs,
}

impl RequestArgs {
    /// Where the protocol parameters go.
    pub(crate) fn place(&self) -> Place {
        self.parts.place.unwrap_or(Place::Header)
    }
}

/// Whose signature it is.
#[derive(Args, Debug)]
pub(crate) struct CredentialArgs {
    /// A stored account instead of secrets on the command line
    #[arg(long, short, value_name = "ACCOUNT", conflicts_with_all = ["consumer_key", "consumer_secret", "token", "token_secret"])]
    pub(crate) account: Option<String>,
    /// The client's identifier, once called consumer key
    #[arg(long, value_name = "KEY")]
    pub(crate) consumer_key: Option<String>,
    /// The client's shared secret: -, @FILE, env:NAME or cmd:COMMAND
    #[arg(long, value_name = "SECRET", requires = "consumer_key")]
    pub(crate) consumer_secret: Option<String>,
    /// The token; an empty one is sent empty
    #[arg(long, value_name = "TOKEN", requires = "consumer_key")]
    pub(crate) token: Option<String>,
    /// The token's shared secret
    #[arg(long, value_name = "SECRET", requires = "token")]
    pub(crate) token_secret: Option<String>,
    /// A PEM file with an RSA private key; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) private_key: Option<String>,
    /// The account's own method by default, else HMAC-SHA1, or RSA-SHA1 with a private key; PLAINTEXT is for
    /// https
    #[arg(long, value_name = "METHOD", ignore_case = true)]
    pub(crate) signature_method: Option<SignatureMethod>,
}
