//! The store that encrypts, around one in memory.

mod adopt;
mod conformance;
mod damage;
mod opening;
mod place;
mod rekey;
mod vector;
