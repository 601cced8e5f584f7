//! Test helpers of the workspace, never published and used from `tests/` only.
//!
//! - [`assert_no_canary`]: no secret reaches `Debug` or `Display`.
//! - [`directory`]: a place for files that is gone after the test.
//! - [`entropy`]: random bytes that are the same in every run.
//! - [`operations`]: any store against a map.
//! - [`process`]: the test program again, as another process.
//! - [`sample`]: a key and a credential for tests of stores.
//! - [`vectors`]: cases from files, with a count that is asserted.

#![expect(
    clippy::exhaustive_enums,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of tests fails a test by panicking"
)]

pub mod canary;
pub mod directory;
pub mod entropy;
pub mod operations;
pub mod process;
pub mod sample;
pub mod vectors;
