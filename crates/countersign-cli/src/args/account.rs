use clap::{Args, Subcommand};

use super::oauth1::SharedSecretMethod;

#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// List the accounts
    List,
    /// Keep a credential obtained elsewhere
    Import(Box<ImportArgs>),
}

#[derive(Args, Debug)]
#[command(
    override_usage = "countersign account import --name <NAME> --access-token <SECRET> [OPTIONS]\n       \
                      countersign account import --name <NAME> --consumer-key <KEY> [OPTIONS]"
)]
#[command(group = clap::ArgGroup::new("kind").required(true).args(["access_token", "consumer_key"]))]
pub(crate) struct ImportArgs {
    /// The name under which the account is kept
    #[arg(long, value_name = "NAME")]
    pub(crate) name: String,
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
    #[arg(long, value_name = "KEY", requires = "consumer_secret", conflicts_with = "access_token")]
    pub(crate) consumer_key: Option<String>,
    /// OAuth 1.0a: the client's shared secret
    #[arg(long, value_name = "SECRET", requires = "consumer_key")]
    pub(crate) consumer_secret: Option<String>,
    /// OAuth 1.0a: the token
    #[arg(long, value_name = "TOKEN", requires_all = ["consumer_key", "token_secret"])]
    pub(crate) token: Option<String>,
    /// OAuth 1.0a: the token's shared secret
    #[arg(long, value_name = "SECRET", requires = "token")]
    pub(crate) token_secret: Option<String>,
    /// OAuth 1.0a: how requests are signed; HMAC-SHA1 by default
    #[arg(long, value_name = "METHOD", ignore_case = true, requires = "consumer_key")]
    pub(crate) signature_method: Option<SharedSecretMethod>,
}
