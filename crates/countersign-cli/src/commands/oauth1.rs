//! OAuth 1.0a, where each request is signed.

pub(crate) mod login;
pub(crate) mod sign;

use crate::failure::Failure;

/// The pairs of `--param NAME=VALUE`.
fn pairs(params: &[String]) -> Result<Vec<(&str, &str)>, Failure> {
    params
        .iter()
        .map(|param| {
            param
                .split_once('=')
                .filter(|(name, _)| !name.is_empty())
                .ok_or_else(|| Failure::usage("--param takes NAME=VALUE").then("--param scope=read"))
        })
        .collect()
}
