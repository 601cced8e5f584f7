use clap::{Args, ValueEnum};

use super::{CredentialArgs, PartArgs};

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
    #[command(flatten, next_help_heading = "What the request must be like besides")]
    pub(crate) demanded: PartArgs,
}

/// What options are for, where that is not the same as for signing.
const HELP: [(&str, &str); 11] = [
    // Whoever checks a signature does not choose the method.
    (
        "signature_method",
        "Accept this method alone; by default every one that there is a secret or a key for",
    ),
    ("timestamp", "The timestamp"),
    ("nonce", "The nonce"),
    ("no_version", "Without oauth_version"),
    ("body_hash", "With a hash of the body"),
    ("headers", "A header field that the message leaves out, such as 'Host: example.com'; may be repeated"),
    ("data", "The body, when the message leaves it out"),
    ("data_file", "A file that is the body, when the message leaves it out"),
    ("place", "Where the protocol parameters stand"),
    ("param", "A signed parameter: NAME=VALUE; may be repeated"),
    ("requestor_id", "xoauth_requestor_id"),
];

/// Says of the options what they are for here.
pub(crate) fn explained(command: clap::Command) -> clap::Command {
    HELP.into_iter().fold(command, |command, (id, help)| command.mut_arg(id, |arg| arg.help(help)))
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
