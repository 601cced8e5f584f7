use clap::{ArgGroup, Args, Subcommand};

use super::StoreEncryption;

#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// Say where credentials are kept, how, and who decided so
    Info,
    /// Check the store, and say what to do about what is wrong
    Doctor(DoctorArgs),
    /// Move the credentials to another store, or change how this one is encrypted
    Migrate(MigrateArgs),
}

#[derive(Args, Debug)]
pub(crate) struct DoctorArgs {
    /// Move the file of each record that is damaged aside, to FILE.corrupt-1, so that a new login can be kept
    #[arg(long)]
    pub(crate) quarantine: bool,
}

#[derive(Args, Debug)]
#[command(group(ArgGroup::new("what").args(["to", "to_encryption"]).required(true).multiple(true)))]
pub(crate) struct MigrateArgs {
    /// The store to move to: file:PATH, sqlite:PATH or keyring:; the same one to change its encryption
    #[arg(long, value_name = "URL")]
    pub(crate) to: Option<String>,
    /// How that store is encrypted: as it is, or as the one of now, by default
    #[arg(long, value_name = "HOW")]
    pub(crate) to_encryption: Option<StoreEncryption>,
    /// The passphrase of that store: -, @FILE, env:NAME, cmd:COMMAND or keyring:SERVICE/USER
    #[arg(long, value_name = "SECRET")]
    pub(crate) to_passphrase: Option<String>,
    /// Remove each credential from the old store, once all are read back from the new one
    #[arg(long)]
    pub(crate) remove_source: bool,
    /// Replace what the new store has of the same accounts
    #[arg(long)]
    pub(crate) replace: bool,
}
