use clap::{Args, Subcommand};

use super::oauth1::SignatureMethod;

#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// List the accounts
    List,
    /// Show one account
    Show(ShowArgs),
    /// Choose the account that is meant when none is named
    Use(UseArgs),
    /// Give an account another name
    Rename(RenameArgs),
    /// Forget an account here; `logout` tells the server as well
    Remove(RemoveArgs),
    /// Print accounts as text that `account import` takes elsewhere
    Export(ExportArgs),
    /// Keep a credential obtained elsewhere: what `account export` printed, or raw values
    Import(Box<ImportArgs>),
}

#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// The account; the one that is used by default
    pub(crate) account: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct UseArgs {
    /// The account
    #[arg(required_unless_present = "none")]
    pub(crate) account: Option<String>,
    /// None: an account has to be named again
    #[arg(long, conflicts_with = "account")]
    pub(crate) none: bool,
}

#[derive(Args, Debug)]
pub(crate) struct RenameArgs {
    /// The account
    pub(crate) account: String,
    /// Its new name
    pub(crate) name: String,
}

#[derive(Args, Debug)]
pub(crate) struct RemoveArgs {
    /// The account
    pub(crate) account: String,
}

#[derive(Args, Debug)]
pub(crate) struct ExportArgs {
    /// The accounts; the one that is used by default
    #[arg(value_name = "ACCOUNT")]
    pub(crate) accounts: Vec<String>,
    /// Every account
    #[arg(long, conflicts_with = "accounts")]
    pub(crate) all: bool,
    /// Encrypt the text with a passphrase that is asked for
    #[arg(long)]
    pub(crate) encrypt: bool,
    /// Encrypt the text with this passphrase: -, @FILE, env:NAME, cmd:COMMAND or keyring:SERVICE/USER
    #[arg(long, value_name = "SECRET")]
    pub(crate) passphrase: Option<String>,
}

#[derive(Args, Debug)]
#[command(override_usage = "countersign account import [FILE|-] [--passphrase <SECRET>] [OPTIONS]\n       \
                      countersign account import --name <NAME> --access-token <SECRET> [OPTIONS]\n       \
                      countersign account import --name <NAME> --consumer-key <KEY> [OPTIONS]")]
#[command(group = clap::ArgGroup::new("kind").args(["file", "access_token", "consumer_key"]))]
pub(crate) struct ImportArgs {
    /// A file with what `account export` printed; standard input by default
    #[arg(value_name = "FILE|-")]
    pub(crate) file: Option<String>,
    /// The name under which the account is kept; an export has names of its own
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Replace the accounts that an export has and that are here already
    #[arg(long)]
    pub(crate) replace: bool,
    /// The passphrase of the export
    #[arg(long, value_name = "SECRET", conflicts_with_all = ["access_token", "consumer_key"])]
    pub(crate) passphrase: Option<String>,
    /// OAuth 2.0: the access token: -, @FILE, env:NAME or cmd:COMMAND
    #[arg(long, value_name = "SECRET")]
    pub(crate) access_token: Option<String>,
    /// OAuth 2.0: the refresh token
    #[arg(long, value_name = "SECRET", requires_all = ["access_token", "token_endpoint", "client_id"])]
    pub(crate) refresh_token: Option<String>,
    /// OAuth 2.0: when the access token ends, as 2026-11-20T10:00:00Z, or never
    #[arg(long, value_name = "TIME", requires = "access_token")]
    pub(crate) expires_at: Option<String>,
    /// OAuth 2.0: where tokens are refreshed
    #[arg(long, value_name = "URL", requires = "client_id")]
    pub(crate) token_endpoint: Option<String>,
    /// OAuth 2.0: the client identifier
    #[arg(long, value_name = "ID", requires = "access_token")]
    pub(crate) client_id: Option<String>,
    /// OAuth 2.0: the client secret
    #[arg(long, value_name = "SECRET", requires = "client_id")]
    pub(crate) client_secret: Option<String>,
    /// OAuth 2.0: the scopes of the access token
    #[arg(long, value_name = "SCOPE", requires = "access_token")]
    pub(crate) scope: Vec<String>,
    /// OAuth 1.0a: the client's identifier, once called consumer key
    #[arg(long, value_name = "KEY", conflicts_with = "access_token")]
    pub(crate) consumer_key: Option<String>,
    /// OAuth 1.0a: the client's shared secret; the RSA methods take none
    #[arg(long, value_name = "SECRET", requires = "consumer_key")]
    pub(crate) consumer_secret: Option<String>,
    /// OAuth 1.0a: the token
    #[arg(long, value_name = "TOKEN", requires = "consumer_key")]
    pub(crate) token: Option<String>,
    /// OAuth 1.0a: the token's shared secret; the RSA methods take none
    #[arg(long, value_name = "SECRET", requires = "token")]
    pub(crate) token_secret: Option<String>,
    /// OAuth 1.0a: how requests are signed; HMAC-SHA1 by default; the key of an RSA method is not kept
    #[arg(long, value_name = "METHOD", ignore_case = true, requires = "consumer_key")]
    pub(crate) signature_method: Option<SignatureMethod>,
}
