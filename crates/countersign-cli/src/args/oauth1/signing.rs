use clap::Args;

use super::{Place, SignatureMethod};

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
    /// Seconds since 1970; now by default
    #[arg(long, value_name = "N")]
    pub(crate) timestamp: Option<u64>,
    /// The nonce; a random one by default
    #[arg(long, value_name = "S")]
    pub(crate) nonce: Option<String>,
    /// oauth_callback
    #[arg(long, value_name = "URL|oob")]
    pub(crate) callback: Option<String>,
    /// oauth_verifier
    #[arg(long, value_name = "S")]
    pub(crate) verifier: Option<String>,
    /// The realm of the header
    #[arg(long, value_name = "S")]
    pub(crate) realm: Option<String>,
    /// Leave oauth_version out
    #[arg(long)]
    pub(crate) no_version: bool,
    /// Sign a hash of the body, when the body is no form
    #[arg(long)]
    pub(crate) body_hash: bool,
    /// A header field: 'Name: value'; by Content-Type a body is a form or is not; may be repeated
    #[arg(long = "header", short = 'H', value_name = "FIELD")]
    pub(crate) headers: Vec<String>,
    /// The body, a form unless --header says otherwise
    #[arg(long = "data", short = 'd', value_name = "FORM")]
    pub(crate) data: Option<String>,
    /// A file that is the body; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    pub(crate) data_file: Option<String>,
    /// Where the protocol parameters go
    #[arg(long, value_name = "PLACE", default_value = "header")]
    pub(crate) place: Place,
    /// A further protocol parameter: NAME=VALUE; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) param: Vec<String>,
    /// On whose behalf a two-legged request is made: xoauth_requestor_id in the query
    #[arg(long, value_name = "EMAIL")]
    pub(crate) requestor_id: Option<String>,
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
    #[arg(long, value_name = "METHOD")]
    pub(crate) signature_method: Option<SignatureMethod>,
}
