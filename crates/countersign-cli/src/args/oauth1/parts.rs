use clap::Args;

use super::Place;

/// The parts of a request that its signature is about: those to be signed, or those demanded of a request that
/// is checked. The help is about signing; what checking has instead is in [`VerifyArgs`](super::VerifyArgs).
#[derive(Args, Debug)]
pub(crate) struct PartArgs {
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
    /// Where the protocol parameters go; the header by default
    #[arg(long, value_name = "PLACE")]
    pub(crate) place: Option<Place>,
    /// A further protocol parameter: NAME=VALUE; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) param: Vec<String>,
    /// On whose behalf a two-legged request is made: xoauth_requestor_id in the query
    #[arg(long, value_name = "EMAIL")]
    pub(crate) requestor_id: Option<String>,
}
