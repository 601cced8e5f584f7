//! Every crate alone: with no feature, with each one, with all.

use crate::{Outcome, names, shell, workspace::Workspace};

pub(crate) fn task(arguments: lexopt::Parser) -> Outcome {
    let workspace = Workspace::load()?;
    for package in workspace.chosen(&names(arguments)?)? {
        for choice in choices(&package.features) {
            // Clippy shares what it builds with the other steps, and refuses what only a missing feature shows.
            let mut command = shell::cargo(["clippy", "--quiet", "--no-deps", "--package", &package.name]);
            command.arg(if package.library { "--lib" } else { "--bins" });
            shell::run(command.args(choice).args(["--", "-D", "warnings"]))?;
        }
    }
    Ok(())
}

/// The flags of each choice of features worth building.
fn choices(features: &[String]) -> Vec<Vec<String>> {
    let flags = |flags: &[&str]| flags.iter().map(|&flag| flag.to_owned()).collect();
    let mut choices = vec![flags(&["--no-default-features"])];
    // A single feature is both "each" and "all".
    if features.len() > 1 {
        choices
            .extend(features.iter().map(|feature| flags(&["--no-default-features", "--features", feature])));
    }
    if !features.is_empty() {
        choices.push(flags(&["--all-features"]));
    }
    choices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_choice_is_made_once() {
        #[track_caller]
        fn check(features: &[&str], expected: &[&str]) {
            let features: Vec<_> = features.iter().map(|&feature| feature.to_owned()).collect();
            let choices: Vec<_> = choices(&features).iter().map(|flags| flags.join(" ")).collect();
            assert_eq!(choices, expected);
        }
        check(&[], &["--no-default-features"]);
        check(&["a"], &["--no-default-features", "--all-features"]);
        let (a, b) = ("--no-default-features --features a", "--no-default-features --features b");
        check(&["a", "b"], &["--no-default-features", a, b, "--all-features"]);
    }
}
