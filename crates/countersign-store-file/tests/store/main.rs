//! The file store: its contract, its files, and several processes at once.

mod conformance;
mod directory;
#[cfg(unix)]
mod files;
#[cfg(unix)]
mod fixture;
#[cfg(unix)]
mod processes;
#[cfg(unix)]
mod quarantine;
