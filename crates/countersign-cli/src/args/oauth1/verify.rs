use clap::{Args, ValueEnum};

use super::{CredentialArgs, Place};

#[derive(Args, Debug)]
#[command(
    after_help = "The message is a request line with a path or a whole address, header fields, an empty \
                        line and the body; at most 1 MiB.\nExit code 9 when the request does not hold."
)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) credentials: CredentialArgs,
    /// A PEM file with the client's RSA public key, for the RSA methods
    #[arg(long, value_name = "FILE", conflicts_with = "private_key")]
    pub(crate) public_key: Option<String>,
    /// The scheme that clients use, for a request line with a path alone
    #[arg(long, value_name = "SCHEME", default_value = "https")]
    pub(crate) scheme: Scheme,
    /// When the request came, as 2026-11-20T10:00:00Z or in seconds since 1970; now by default
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// Do not look at the timestamp
    #[arg(long, conflicts_with = "at")]
    pub(crate) any_time: bool,
    #[command(flatten)]
    pub(crate) demanded: DemandedArgs,
}

/// The options of signing, which a request that is verified must agree with.
#[derive(Args, Debug)]
#[command(next_help_heading = "What the request must be like besides")]
pub(crate) struct DemandedArgs {
    /// The timestamp
    #[arg(long, value_name = "N")]
    pub(crate) timestamp: Option<u64>,
    /// The nonce
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
    /// Without oauth_version
    #[arg(long)]
    pub(crate) no_version: bool,
    /// With a hash of the body
    #[arg(long)]
    pub(crate) body_hash: bool,
    /// A header field that the message leaves out, such as 'Host: example.com'; may be repeated
    #[arg(long = "header", short = 'H', value_name = "FIELD")]
    pub(crate) headers: Vec<String>,
    /// The body, when the message leaves it out
    #[arg(long = "data", short = 'd', value_name = "FORM")]
    pub(crate) data: Option<String>,
    /// A file that is the body, when the message leaves it out
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    pub(crate) data_file: Option<String>,
    /// Where the protocol parameters stand
    #[arg(long, value_name = "PLACE")]
    pub(crate) place: Option<Place>,
    /// A signed parameter: NAME=VALUE; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) param: Vec<String>,
    /// xoauth_requestor_id
    #[arg(long, value_name = "EMAIL")]
    pub(crate) requestor_id: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scheme {
    Http,
    Https,
}

impl Scheme {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}
