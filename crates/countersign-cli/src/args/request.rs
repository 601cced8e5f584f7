use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct RequestArgs {
    /// GET, POST, ...
    pub(crate) method: String,
    /// The address of the protected resource
    pub(crate) url: String,
    /// The account; the only one there is by default
    #[arg(long, short, value_name = "ACCOUNT")]
    pub(crate) account: Option<String>,
    /// A header field: 'Name: value'; may be repeated
    #[arg(long = "header", short = 'H', value_name = "FIELD")]
    pub(crate) headers: Vec<String>,
    /// A form body, as it is sent; a value that begins with @ names a file
    #[arg(long = "data", short = 'd', value_name = "FORM", conflicts_with_all = ["data_file", "json_body"])]
    pub(crate) data: Option<String>,
    /// A file that is the body; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "json_body")]
    pub(crate) data_file: Option<String>,
    /// A JSON body
    #[arg(long, value_name = "JSON")]
    pub(crate) json_body: Option<String>,
    /// Show the status line and the header of the response too
    #[arg(long, short)]
    pub(crate) include: bool,
    /// Write the body to a file
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<std::path::PathBuf>,
    /// End with 22 when the status is 400 or above
    #[arg(long)]
    pub(crate) fail: bool,
    /// OAuth 1.0a: a PEM file with the RSA private key to sign with, which is not kept with the account
    #[arg(long, value_name = "FILE", conflicts_with = "follow_server_clock")]
    pub(crate) private_key: Option<String>,
    /// OAuth 1.0a: when the server refuses the timestamp, sign once more by the server's clock
    #[arg(long)]
    pub(crate) follow_server_clock: bool,
    /// Print the request as it would be sent, its credentials redacted, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}
