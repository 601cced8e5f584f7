mod explain;
mod parts;
mod signing;
mod verify;

use clap::{Args, Subcommand, ValueEnum};
use countersign_oauth1::Algorithm;

pub(crate) use explain::ExplainArgs;
pub(crate) use parts::PartArgs;
pub(crate) use signing::{CredentialArgs, RequestArgs, SignArgs};
pub(crate) use verify::{VerifyArgs, explained};

#[derive(Debug, Subcommand)]
pub(crate) enum Oauth1Command {
    /// Sign in, three-legged: by callback, or by a code the person brings back
    Login(Box<Oauth1LoginArgs>),
    /// Sign one request and print it; nothing is sent
    Sign(Box<SignArgs>),
    /// Show the seven steps to a signature, and find the mistake behind another one
    Explain(Box<ExplainArgs>),
    /// Check a signed request, given as an HTTP message on standard input
    Verify(Box<VerifyArgs>),
}

#[derive(Args, Debug)]
#[command(
    override_usage = "countersign oauth1 login --temporary-credentials-url <URL> --authorize-url <URL>\n           \
                      --token-url <URL> --consumer-key <KEY>\n           \
                      (--consumer-secret <SECRET> | --private-key <FILE>) [OPTIONS]"
)]
pub(crate) struct Oauth1LoginArgs {
    /// Where temporary credentials are asked for
    #[arg(long, value_name = "URL")]
    pub(crate) temporary_credentials_url: String,
    /// Where the user is sent
    #[arg(long, value_name = "URL")]
    pub(crate) authorize_url: String,
    /// Where token credentials are asked for
    #[arg(long, value_name = "URL")]
    pub(crate) token_url: String,
    /// The client's identifier, once called consumer key
    #[arg(long, value_name = "KEY")]
    pub(crate) consumer_key: String,
    /// The client's shared secret: -, @FILE, env:NAME or cmd:COMMAND
    #[arg(long, value_name = "SECRET", required_unless_present = "private_key")]
    pub(crate) consumer_secret: Option<String>,
    /// A PEM file with an RSA private key; it is not kept with the account
    #[arg(long, value_name = "FILE")]
    pub(crate) private_key: Option<String>,
    /// How requests are signed, now and with the account: HMAC-SHA1 by default, or RSA-SHA1 with a private
    /// key; PLAINTEXT is for TLS
    #[arg(long, value_name = "METHOD", ignore_case = true)]
    pub(crate) signature_method: Option<SignatureMethod>,
    /// The callback; oob for a code that the person brings back
    #[arg(long, value_name = "oob")]
    pub(crate) callback: Option<String>,
    /// What counts as the server's oauth_callback_confirmed: true alone; True and 1 too; or nothing at all
    #[arg(long, value_name = "HOW", default_value = "strict")]
    pub(crate) callback_confirmed: CallbackConfirmed,
    /// The scopes, for a server that takes them with the first request
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Vec<String>,
    /// A further parameter of the first request: NAME=VALUE; hd, hl and btmpl go with the address that the
    /// user is sent to; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) param: Vec<String>,
    /// A further parameter of the address that the user is sent to: NAME=VALUE; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) authorize_param: Vec<String>,
    /// Where a logout revokes the token, at a server that has an address for it
    #[arg(long, value_name = "URL")]
    pub(crate) revocation_url: Option<String>,
    /// How that address is asked: by a signed POST, or by a signed GET as Google's was
    #[arg(long, value_name = "METHOD", default_value = "POST", ignore_case = true)]
    #[arg(requires = "revocation_url")]
    pub(crate) revocation_method: RevocationMethod,
    /// When the server refuses the timestamp, sign once more by the server's clock
    #[arg(long)]
    pub(crate) follow_server_clock: bool,
    /// The name under which the account is kept
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,
    /// Do not open a browser: print the address, and read the answer from standard input
    #[arg(long)]
    pub(crate) no_browser: bool,
    /// The port of the redirect listener; may be repeated, the first free one is used
    #[arg(long, value_name = "N")]
    pub(crate) port: Vec<u16>,
    /// Give up waiting for the person after this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub(crate) login_timeout: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SignatureMethod {
    #[value(name = "HMAC-SHA1")]
    HmacSha1,
    #[value(name = "HMAC-SHA256")]
    HmacSha256,
    #[value(name = "HMAC-SHA512")]
    HmacSha512,
    #[value(name = "RSA-SHA1")]
    RsaSha1,
    #[value(name = "RSA-SHA256")]
    RsaSha256,
    #[value(name = "RSA-SHA512")]
    RsaSha512,
    #[value(name = "PLAINTEXT")]
    Plaintext,
}

impl From<SignatureMethod> for Algorithm {
    fn from(method: SignatureMethod) -> Self {
        match method {
            SignatureMethod::HmacSha1 => Self::HmacSha1,
            SignatureMethod::HmacSha256 => Self::HmacSha256,
            SignatureMethod::HmacSha512 => Self::HmacSha512,
            SignatureMethod::RsaSha1 => Self::RsaSha1,
            SignatureMethod::RsaSha256 => Self::RsaSha256,
            SignatureMethod::RsaSha512 => Self::RsaSha512,
            SignatureMethod::Plaintext => Self::Plaintext,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RevocationMethod {
    #[value(name = "POST")]
    Post,
    #[value(name = "GET")]
    Get,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CallbackConfirmed {
    Strict,
    TrueIsh,
    Absent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Place {
    Header,
    Query,
    Body,
}

impl Place {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Query => "query",
            Self::Body => "body",
        }
    }
}
