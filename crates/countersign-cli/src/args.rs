//! The command line as it is typed, and the environment in its place.

use std::{collections::HashMap, env};

use clap::{
    Arg, ArgAction, ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum,
    builder::FalseyValueParser, parser::ValueSource,
};

pub(crate) mod account;
pub(crate) mod jwt;
pub(crate) mod login;
pub(crate) mod oauth1;
pub(crate) mod request;
pub(crate) mod serve;
pub(crate) mod store;
pub(crate) mod token;

pub(crate) use serve::{DemoArgs, ServeCommand, ServeProviderArgs};

/// Wider help is hard to read, and help that is piped has no width of its own.
const WIDTH: usize = 100;

/// Options that the environment does not set: an account is chosen in code, after what was typed, and
/// nobody wants a variable to end every account there is, or to replace one.
const TYPED_ALONE: [&str; 7] = ["account", "all", "help", "none", "remove_source", "replace", "version"];

/// Where the values that were not typed come from.
#[derive(Debug, Default)]
pub(crate) struct Origins(HashMap<String, ValueSource>);

impl Origins {
    /// Where the value of an option comes from, in a word.
    pub(crate) fn of(&self, id: &str) -> &'static str {
        match self.0.get(id) {
            Some(ValueSource::CommandLine) => "option",
            Some(ValueSource::EnvVariable) => "environment",
            _ => "default",
        }
    }
}

/// The command line of this process, and where its values come from.
pub(crate) fn parse() -> Result<(Cli, Origins), clap::Error> {
    let matches = command().try_get_matches()?;
    let mut origins = Origins::default();
    let mut level = Some(&matches);
    while let Some(matches) = level {
        origins.0.extend(
            matches.ids().filter_map(|id| Some((id.to_string(), matches.value_source(id.as_str())?))),
        );
        level = matches.subcommand().map(|(_, matches): (_, &ArgMatches)| matches);
    }
    Ok((Cli::from_arg_matches(&matches)?, origins))
}

/// The command line with a variable of the environment for each option: `COUNTERSIGN_CLIENT_ID`.
pub(crate) fn command() -> clap::Command {
    let command = Cli::command().max_term_width(WIDTH);
    mirrored(command.mut_subcommand("oauth1", |command| command.mut_subcommand("verify", oauth1::explained)))
}

fn mirrored(command: clap::Command) -> clap::Command {
    command.mut_args(mirror).mut_subcommands(mirrored)
}

/// Whether a server makes the value up, so that it may begin with a hyphen as base64url does.
fn is_random(arg: &Arg) -> bool {
    let names = arg.get_value_names().unwrap_or_default();
    arg.get_long().is_some()
        && names.iter().any(|name| ["ID", "KEY", "S", "SECRET", "TOKEN"].contains(&name.as_str()))
}

fn mirror(arg: Arg) -> Arg {
    let arg = if is_random(&arg) { arg.allow_hyphen_values(true) } else { arg };
    let Some(name) = arg.get_long().map(|long| long.replace('-', "_").to_ascii_uppercase()) else {
        return arg;
    };
    if TYPED_ALONE.contains(&arg.get_id().as_str()) || arg.is_hide_set() {
        return arg;
    }
    let name = format!("COUNTERSIGN_{name}");
    // An empty variable is one that is not set.
    if env::var_os(&name).is_none_or(|value| value.is_empty()) {
        return arg;
    }
    let arg = arg.env(name).hide_env(true);
    match arg.get_action() {
        // Any value switches on but an empty one, 0, n, no, f, false and off.
        ArgAction::SetTrue => arg.value_parser(FalseyValueParser::new()),
        _ => arg,
    }
}

/// OAuth credentials: sign in, print tokens, send and sign requests.
#[derive(Debug, Parser)]
#[command(name = "countersign", version, disable_help_subcommand = true)]
#[command(
    after_help = "Try `countersign demo --script`: the whole of it, offline, against a provider of its own.\n\
                        Topics: `countersign help exit-codes`, `help secrets`, `help environment`,\n\
                        `help configuration`, `help oauth1-mistakes`."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Show every HTTP exchange, secrets redacted, on standard error or in FILE
    #[arg(long, global = true, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    pub(crate) trace: Option<String>,
    /// Say more; twice for what --trace shows as well
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Say nothing but data and errors
    #[arg(long, global = true)]
    pub(crate) quiet: bool,
    /// The file of settings and of choices that were made; see `help configuration`
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) config: Option<std::path::PathBuf>,
    /// Where credentials are kept: file:PATH, sqlite:PATH, keyring:, or memory: for this run only
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) store: Option<String>,
    /// How a file or a database is encrypted: by a key in the keyring, by a passphrase, or not
    #[arg(long, global = true, value_name = "HOW")]
    pub(crate) store_encryption: Option<StoreEncryption>,
    /// The passphrase of the store: -, @FILE, env:NAME, cmd:COMMAND or keyring:SERVICE/USER
    #[arg(long, global = true, value_name = "SECRET")]
    pub(crate) store_passphrase: Option<String>,
    /// Give up on a request after this many seconds
    #[arg(long, global = true, value_name = "SECONDS")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) timeout: Option<u64>,
    /// Send through this proxy: http://HOST:PORT
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) proxy: Option<String>,
    /// Trust the certificates of this PEM file, in place of Mozilla's
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca_file: Option<std::path::PathBuf>,
    /// Colour: only on a terminal, always, or never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: When,
    /// Never ask and never open a browser
    #[arg(long, global = true)]
    pub(crate) no_input: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StoreEncryption {
    Keyring,
    Passphrase,
    None,
}

impl StoreEncryption {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::Passphrase => "passphrase",
            Self::None => "none",
        }
    }
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
    /// OAuth 1.0a: sign in, sign one request, explain or check one
    #[command(subcommand)]
    Oauth1(oauth1::Oauth1Command),
    /// Tokens of JSON: show one, check one, sign one
    #[command(subcommand)]
    Jwt(jwt::JwtCommand),
    /// Look after accounts: list, show, use, rename, remove, export, import
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Look after the store: where credentials live, whether they are healthy, moving them
    #[command(subcommand)]
    Store(store::StoreCommand),
    /// Run a provider on loopback
    #[command(subcommand)]
    Serve(ServeCommand),
    /// Explain a command or a topic
    Help(HelpArgs),
    /// Print the version
    Version,
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
    /// OAuth 1.0a: when the server refuses the timestamp, sign once more by the server's clock
    #[arg(long)]
    pub(crate) follow_server_clock: bool,
}

#[derive(Args, Debug)]
pub(crate) struct HelpArgs {
    /// A command, or one of the topics exit-codes, secrets, environment, configuration and oauth1-mistakes
    pub(crate) topic: Vec<String>,
}
