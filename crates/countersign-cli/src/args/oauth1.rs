use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum Oauth1Command {
    /// Sign in, three-legged: by callback, or by a code the person brings back
    Login(Oauth1LoginArgs),
    /// Sign one request and print it; nothing is sent
    Sign(SignArgs),
}

#[derive(Args, Debug)]
#[command(
    override_usage = "countersign oauth1 login --temporary-credentials-url <URL> --authorize-url <URL>\n           \
                      --token-url <URL> --consumer-key <KEY> --consumer-secret <SECRET> [OPTIONS]"
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
    #[arg(long, value_name = "SECRET")]
    pub(crate) consumer_secret: String,
    /// HMAC-SHA1, or PLAINTEXT over TLS
    #[arg(long, value_name = "METHOD", default_value = "HMAC-SHA1")]
    pub(crate) signature_method: SignatureMethod,
    /// The callback; oob for a code that the person brings back
    #[arg(long, value_name = "oob")]
    pub(crate) callback: Option<String>,
    /// What counts as the server's oauth_callback_confirmed: true alone; True and 1 too; or nothing at all
    #[arg(long, value_name = "HOW", default_value = "strict")]
    pub(crate) callback_confirmed: CallbackConfirmed,
    /// The scopes, for a server that takes them with the first request
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Vec<String>,
    /// A further parameter of the first request: NAME=VALUE; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) param: Vec<String>,
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

#[derive(Args, Debug)]
pub(crate) struct SignArgs {
    /// GET, POST, ...
    pub(crate) method: String,
    /// The address
    pub(crate) url: String,
    /// A stored account instead of secrets on the command line
    #[arg(long, short, value_name = "ACCOUNT", conflicts_with_all = ["consumer_key", "consumer_secret", "token", "token_secret"])]
    pub(crate) account: Option<String>,
    /// The client's identifier, once called consumer key
    #[arg(long, value_name = "KEY", requires = "consumer_secret")]
    pub(crate) consumer_key: Option<String>,
    /// The client's shared secret: -, @FILE, env:NAME or cmd:COMMAND
    #[arg(long, value_name = "SECRET", requires = "consumer_key")]
    pub(crate) consumer_secret: Option<String>,
    /// The token
    #[arg(long, value_name = "TOKEN", requires_all = ["consumer_key", "token_secret"])]
    pub(crate) token: Option<String>,
    /// The token's shared secret
    #[arg(long, value_name = "SECRET", requires = "token")]
    pub(crate) token_secret: Option<String>,
    /// The account's own method by default, else HMAC-SHA1; PLAINTEXT is for https
    #[arg(long, value_name = "METHOD")]
    pub(crate) signature_method: Option<SignatureMethod>,
    /// Seconds since 1970; now by default
    #[arg(long, value_name = "N")]
    pub(crate) timestamp: Option<u64>,
    /// The nonce; a random one by default
    #[arg(long, value_name = "S")]
    pub(crate) nonce: Option<String>,
    /// oauth_callback
    #[arg(long, value_name = "URL")]
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
    /// A form body
    #[arg(long = "data", short = 'd', value_name = "FORM")]
    pub(crate) data: Option<String>,
    /// A file that is the form body; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    pub(crate) data_file: Option<String>,
    /// Where the protocol parameters go
    #[arg(long, value_name = "PLACE", default_value = "header")]
    pub(crate) place: Place,
    /// A further protocol parameter: NAME=VALUE; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) param: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SignatureMethod {
    #[value(name = "HMAC-SHA1")]
    HmacSha1,
    #[value(name = "PLAINTEXT")]
    Plaintext,
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
