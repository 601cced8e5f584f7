use clap::{Args, Subcommand};

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
    /// Be one of the processes that ask for a token at the same moment
    #[arg(long, hide = true)]
    pub(crate) worker: bool,
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
