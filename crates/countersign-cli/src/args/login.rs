use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct LoginArgs {
    /// The issuer identifier: a URL whose metadata says where everything is
    pub(crate) issuer: Option<String>,
    /// Do not open a browser: print the address, and read the answer from standard input
    #[arg(long)]
    pub(crate) no_browser: bool,
    /// The name under which the account is kept
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,
    /// The client identifier
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// The client secret: -, @FILE, env:NAME or cmd:COMMAND
    #[arg(long, value_name = "SECRET")]
    pub(crate) client_secret: Option<String>,
    /// A file with the client, as Google hands it out: client_secret.json
    #[arg(long, value_name = "FILE", conflicts_with_all = ["client_id", "client_secret"])]
    pub(crate) client_file: Option<std::path::PathBuf>,
    /// Scopes, delimited by spaces; may be repeated
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Vec<String>,
    /// The port of the redirect listener; a free one by default; may be repeated, the first free one is used
    #[arg(long, value_name = "N")]
    pub(crate) port: Vec<u16>,
    /// Where the user is sent, for a server without metadata
    #[arg(long, value_name = "URL", requires = "token_endpoint", conflicts_with = "issuer")]
    pub(crate) authorization_endpoint: Option<String>,
    /// Where tokens are asked for, for a server without metadata
    #[arg(long, value_name = "URL", requires = "authorization_endpoint")]
    pub(crate) token_endpoint: Option<String>,
    /// Where tokens are revoked, for a server without metadata
    #[arg(long, value_name = "URL")]
    pub(crate) revocation_endpoint: Option<String>,
    /// Give up waiting for the person after this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub(crate) login_timeout: u64,
}
