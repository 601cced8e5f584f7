//! The stores compile for the platforms that the tests do not run on.

use std::{fs, path::PathBuf, process::Stdio};

use crate::{Outcome, no_arguments, scratch::Scratch, shell, verdict};

struct Target {
    name: &'static str,
    /// What is so on this platform and on no other that is checked.
    condition: &'static str,
}

const TARGETS: &[Target] = &[
    Target { name: "aarch64-apple-darwin", condition: "target_os = \"macos\"" },
    Target { name: "x86_64-pc-windows-gnu", condition: "windows" },
];

/// What asks each platform for other things: locks, modes, durability, keyrings.
const PACKAGES: [&str; 3] = ["countersign-store", "countersign-store-file", "countersign-store-keyring"];

pub(crate) fn task(arguments: lexopt::Parser) -> Outcome {
    no_arguments(arguments)?;
    each(TARGETS, add, |target| {
        check(target)?;
        notices(target)
    })
}

/// Checks each target that is there or can be added.
fn each(targets: &[Target], add: impl Fn(&Target) -> Outcome, check: impl Fn(&Target) -> Outcome) -> Outcome {
    let (mut missing, mut findings) = (Vec::new(), Vec::new());
    for target in targets {
        if let Err(error) = add(target) {
            missing.push(format!("NOT CHECKED: {}, which cannot be added here: {error}", target.name));
        } else if let Err(error) = check(target) {
            findings.push(format!("{}: {error}", target.name));
        }
    }
    // Last, where it is seen.
    for line in missing {
        shell::note(&line);
    }
    verdict("targets", &findings)
}

/// Makes sure that there is a standard library for the target.
fn add(target: &Target) -> Outcome {
    let asked = ["--print", "target-libdir", "--target", target.name];
    let libraries = shell::capture(shell::command("rustc").args(asked))?;
    if PathBuf::from(libraries.trim_end()).is_dir() {
        return Ok(());
    }
    shell::run(shell::command("rustup").args(["target", "add", target.name]))
}

fn check(target: &Target) -> Outcome {
    let mut command = shell::cargo(["check", "--quiet", "--all-features", "--target", target.name]);
    shell::run(command.args(PACKAGES.iter().flat_map(|package| ["--package", package])))
}

/// A check notices what is wrong on the platform of the target alone.
fn notices(target: &Target) -> Outcome {
    const FAULT: &str = "a fault that is planted";
    let scratch = Scratch::new("target")?;
    let file = |name: &str| scratch.path().join(name);
    fs::write(
        file("Cargo.toml"),
        "[workspace]\n[package]\nname = \"planted\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n",
    )?;
    fs::write(file("lib.rs"), format!("#[cfg({})]\ncompile_error!(\"{FAULT}\");\n", target.condition))?;
    let mut command = shell::cargo(["check", "--quiet", "--offline", "--target", target.name]);
    command.arg("--manifest-path").arg(file("Cargo.toml"));
    command.arg("--target-dir").arg(file("target"));
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() || !String::from_utf8_lossy(&output.stderr).contains(FAULT) {
        return Err(format!("{FAULT} where {} is not noticed", target.condition).into());
    }
    shell::note(&format!("{}: compiles, and {FAULT} does not", target.name));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_is_missing_does_not_fail_and_a_check_does() {
        #[track_caller]
        fn run(missing: &str, broken: &str, expected: &[&str]) {
            let checked = core::cell::RefCell::new(Vec::new());
            let refuse = |bad: &str, target: &Target| match target.name == bad {
                true => Err("it is so".into()),
                false => Ok(()),
            };
            let outcome = each(
                &[Target { name: "a", condition: "" }, Target { name: "b", condition: "" }],
                |target| refuse(missing, target),
                |target| {
                    checked.borrow_mut().push(target.name);
                    refuse(broken, target)
                },
            );
            assert_eq!(checked.into_inner(), expected);
            assert_eq!(outcome.is_err(), expected.contains(&broken));
        }
        run("", "", &["a", "b"]);
        run("a", "", &["b"]);
        run("a", "a", &["b"]);
        run("", "a", &["a", "b"]);
        run("a", "b", &["b"]);
    }

    #[test]
    fn a_target_that_nobody_has_cannot_be_added() {
        assert!(add(&Target { name: "no-such-target", condition: "" }).is_err());
    }

    #[test]
    fn a_fault_elsewhere_is_not_noticed() {
        // Of the machine at hand, for which there is a standard library.
        let version = shell::capture(shell::command("rustc").arg("-vV")).unwrap();
        let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned();
        let name = host.leak();
        assert!(notices(&Target { name, condition: "any(unix, windows)" }).is_ok());
        assert!(notices(&Target { name, condition: "not(any(unix, windows))" }).is_err());
    }
}
