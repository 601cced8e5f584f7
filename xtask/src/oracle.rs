//! Random requests signed by countersign-oauth1 and by Python's oauthlib agree.
//!
//! The tasks do not depend on what they check, or a crate that does not build would take all of them away. So
//! the comparison is behind a feature, and the task runs this program again with it.

use crate::Outcome;

#[cfg(feature = "oracle")]
mod case;
#[cfg(feature = "oracle")]
mod comparison;
#[cfg(feature = "oracle")]
mod deviations;
#[cfg(feature = "oracle")]
mod generator;
#[cfg(feature = "oracle")]
mod mix;
#[cfg(feature = "oracle")]
mod ours;
#[cfg(feature = "oracle")]
mod random;
#[cfg(feature = "oracle")]
mod theirs;

/// How many requests in CI.
const SMOKE: &str = "200";

pub(crate) fn task(arguments: lexopt::Parser) -> Outcome {
    #[cfg(feature = "oracle")]
    return comparison::task(arguments);
    #[cfg(not(feature = "oracle"))]
    {
        let mut arguments = arguments;
        let again = ["run", "--quiet", "--package", "xtask", "--features", "oracle", "--", "oracle"];
        crate::shell::run(crate::shell::cargo(again).args(arguments.raw_args()?))
    }
}

/// The short form.
pub(crate) fn smoke() -> Outcome {
    task(lexopt::Parser::from_args(["--count", SMOKE]))
}
