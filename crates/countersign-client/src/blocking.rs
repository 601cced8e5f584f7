//! The face for programs without a runtime: every call holds its thread.

mod client;
mod handle;
mod obtain;
#[cfg(feature = "oauth1")]
mod session;

pub use client::Client;
pub use handle::Handle;
