use clap::Args;

use super::{CredentialArgs, RequestArgs};

#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("theirs").args(["expect", "server_base_string"]).multiple(true))]
#[command(
    after_help = "With --expect, exit code 0 when a mistake was found that leads to that signature, and 9 when none was.\n\
                  countersign help oauth1-mistakes lists the mistakes that are searched for."
)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    pub(crate) request: RequestArgs,
    #[command(flatten)]
    pub(crate) credentials: CredentialArgs,
    /// A PEM file with an RSA public key, where there is no private one; the signature is not shown then
    #[arg(long, value_name = "FILE", conflicts_with = "private_key")]
    pub(crate) public_key: Option<String>,
    /// The signature that the other side came to: search for the mistake, of either side, that leads to it
    #[arg(long, value_name = "SIGNATURE")]
    pub(crate) expect: Option<String>,
    /// The base string that the other side came to: show the first difference, and why
    #[arg(long, value_name = "TEXT")]
    pub(crate) server_base_string: Option<String>,
    /// A nonce that the other side may have signed instead
    #[arg(long, value_name = "S", requires = "theirs")]
    pub(crate) other_nonce: Option<String>,
    /// A timestamp that the other side may have signed instead
    #[arg(long, value_name = "N", requires = "theirs")]
    pub(crate) other_timestamp: Option<u64>,
    /// Show the signing key, which is made of the secrets
    #[arg(long)]
    pub(crate) show_key: bool,
}
