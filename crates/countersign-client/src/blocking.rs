//! The face for programs without a runtime: every call holds its thread.

mod client;
mod handle;
mod obtain;

pub use client::Client;
pub use handle::Handle;
