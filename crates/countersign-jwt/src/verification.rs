//! Tokens of others: whether to believe them.

mod cache;
mod expected;
mod freshness;
mod key_set;
mod provider;
mod times;
mod types;
mod verified;
mod verifying_key;

pub use cache::{Answer, KeyCache};
pub use expected::Expected;
pub use key_set::KeySet;
pub use verified::Verified;
pub use verifying_key::VerifyingKey;
