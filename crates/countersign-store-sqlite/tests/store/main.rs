//! The SQLite store: its contract, its files, and several processes at once.

mod busy;
mod checkpoint;
mod conformance;
mod damage;
mod directory;
#[cfg(unix)]
mod files;
mod fixture;
#[cfg(unix)]
mod processes;
mod remains;
mod tables;
