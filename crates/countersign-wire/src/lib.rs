//! OAuth messages as bytes and back, without policy, and the vocabulary of flows.
#![no_std]
extern crate alloc;

pub mod flow;
pub mod redact;
