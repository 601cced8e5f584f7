//! Test helpers of the workspace, never published and used from `tests/` only.
//!
//! - [`assert_no_canary`]: no secret reaches `Debug` or `Display`.
//! - [`entropy`]: random bytes that are the same in every run.
//! - [`vectors`]: cases from files, with a count that is asserted.

pub mod canary;
pub mod entropy;
pub mod vectors;
