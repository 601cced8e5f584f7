//! The command line as it is typed.

use clap::{Args, Parser, Subcommand, ValueEnum, builder::FalseyValueParser};

pub(crate) mod account;
pub(crate) mod login;
pub(crate) mod oauth1;
pub(crate) mod request;
pub(crate) mod token;

/// OAuth credentials: sign in, print tokens, send and sign requests.
#[derive(Debug, Parser)]
#[command(name = "countersign", version, disable_help_subcommand = true, propagate_version = true)]
#[command(after_help = "Try `countersign demo --script`: the whole of it, offline, against a provider of its own.\n\
                        Topics: `countersign help exit-codes`, `countersign help secrets`.")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Args, Clone, Debug)]
pub(crate) struct Global {
    /// Print one JSON document instead of text
    #[arg(long, global = true, env = "COUNTERSIGN_JSON", hide_env = true, value_parser = switch())]
    pub(crate) json: bool,
    /// Show every HTTP exchange, secrets redacted, on standard error or in FILE
    #[arg(long, global = true, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    #[arg(env = "COUNTERSIGN_TRACE", hide_env = true)]
    pub(crate) trace: Option<String>,
    /// Say more; twice for still more
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Say nothing but data and errors
    #[arg(long, global = true, env = "COUNTERSIGN_QUIET", hide_env = true, value_parser = switch())]
    pub(crate) quiet: bool,
    /// Where credentials are kept: file:PATH, or memory: for this run only
    #[arg(long, global = true, value_name = "URL", env = "COUNTERSIGN_STORE", hide_env = true)]
    pub(crate) store: Option<String>,
    /// How the store protects them: none is owner-only files in clear
    #[arg(long, global = true, value_name = "HOW", env = "COUNTERSIGN_STORE_ENCRYPTION", hide_env = true)]
    pub(crate) store_encryption: Option<StoreEncryption>,
    /// Give up on a request after this many seconds
    #[arg(long, global = true, value_name = "SECONDS", env = "COUNTERSIGN_TIMEOUT", hide_env = true)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) timeout: Option<u64>,
    /// Send through this proxy: http://HOST:PORT
    #[arg(long, global = true, value_name = "URL", env = "COUNTERSIGN_PROXY", hide_env = true)]
    pub(crate) proxy: Option<String>,
    /// Trust the certificates of this PEM file as well
    #[arg(long, global = true, value_name = "FILE", env = "COUNTERSIGN_CA_FILE", hide_env = true)]
    pub(crate) ca_file: Option<std::path::PathBuf>,
    /// Colour: only on a terminal, always, or never
    #[arg(long, global = true, value_name = "WHEN", env = "COUNTERSIGN_COLOR", hide_env = true, default_value = "auto")]
    pub(crate) color: When,
    /// Never ask and never open a browser
    #[arg(long, global = true, env = "COUNTERSIGN_NO_INPUT", hide_env = true, value_parser = switch())]
    pub(crate) no_input: bool,
}

/// An environment variable switches on with any value but an empty one, 0, n, no, f, false and off.
const fn switch() -> FalseyValueParser {
    FalseyValueParser::new()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StoreEncryption {
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The tour: an embedded provider, a sample API, and every flow against them, offline
    Demo(DemoArgs),
    /// Sign in: browser and loopback, or paste of the redirected address
    Login(login::LoginArgs),
    /// Print one line: a valid access token, refreshed silently
    Token(token::TokenArgs),
    /// Send an authorised request, OAuth 1.0a or 2.0 as the account demands
    Request(request::RequestArgs),
    /// Show accounts: kind, expiry, scopes
    Status(StatusArgs),
    /// Revoke at the server, then forget
    Logout(LogoutArgs),
    /// OAuth 1.0a: sign in, or sign one request
    #[command(subcommand)]
    Oauth1(oauth1::Oauth1Command),
    /// List accounts, or keep a credential obtained elsewhere
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Run a provider on loopback
    #[command(subcommand)]
    Serve(ServeCommand),
    /// Explain a command or a topic
    Help(HelpArgs),
    /// Print the version
    Version,
}

#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// Run every flow without a person, print each step, and end non-zero at the first failure
    #[arg(long)]
    pub(crate) script: bool,
    /// The port of the provider; a free one by default
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) port: u16,
    /// Plant a fault in the provider at this step, to see the tour fail there
    #[arg(long, value_name = "STEP", hide = true)]
    pub(crate) fault: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct StatusArgs {
    /// Only this account
    pub(crate) account: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct LogoutArgs {
    /// The account
    pub(crate) account: Option<String>,
    /// Forget without telling the server
    #[arg(long)]
    pub(crate) local_only: bool,
    /// Every account
    #[arg(long, conflicts_with = "account")]
    pub(crate) all: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ServeCommand {
    /// OAuth 1.0a and 2.0 with a sample API, seeded with the demo's users and clients; prints `READY URL`
    Provider(ServeProviderArgs),
}

#[derive(Args, Debug)]
pub(crate) struct ServeProviderArgs {
    /// The port; a free one by default
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) port: u16,
}

#[derive(Args, Debug)]
pub(crate) struct HelpArgs {
    /// A command, or one of the topics exit-codes and secrets
    pub(crate) topic: Vec<String>,
}
