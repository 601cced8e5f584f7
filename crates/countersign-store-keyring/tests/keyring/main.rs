//! The keyring store and the keyring key, on doubles of a keyring.

mod conformance;
mod data_key;
mod double;
mod names;
mod place;
mod trouble;
