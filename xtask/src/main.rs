//! The tasks of the workspace: `cargo xtask help` lists them.

use std::{io::Write as _, process::ExitCode};

mod budget;
mod canary;
mod demo;
mod features;
mod fuzz;
mod interop;
mod layers;
mod oracle;
mod scratch;
mod shell;
mod source;
mod targets;
mod test;
mod tidy;
mod torture;
mod vectors;
mod workspace;

/// What a task comes to; a failure is printed as it stands.
type Outcome<T = ()> = Result<T, Box<dyn core::error::Error>>;

struct Task {
    name: &'static str,
    arguments: &'static str,
    about: &'static str,
    run: fn(lexopt::Parser) -> Outcome,
}

const TASKS: &[Task] = &[
    Task {
        name: "test",
        arguments: "",
        about: "Every check below but interop, targets and torture, in order",
        run: test::task,
    },
    Task {
        name: "layers",
        arguments: "[--write]",
        about: "Dependencies point downward, and docs/architecture.md shows them",
        run: layers::task,
    },
    Task { name: "tidy", arguments: "", about: "House rules that a tool can check", run: tidy::task },
    Task {
        name: "vectors",
        arguments: "",
        about: "Digests and case counts of test vectors",
        run: vectors::task,
    },
    Task {
        name: "canary",
        arguments: "[CRATE…]",
        about: "Every public type stands in its crate's tests/canary.rs",
        run: canary::task,
    },
    Task { name: "budget", arguments: "", about: "Third-party crates per job", run: budget::task },
    Task {
        name: "features",
        arguments: "[CRATE…]",
        about: "Each crate alone with no feature, each feature and all features",
        run: features::task,
    },
    Task {
        name: "demo",
        arguments: "",
        about: "The tour passes, and fails at every step whose fault is planted",
        run: demo::task,
    },
    Task {
        name: "interop",
        arguments: "[--smoke] [PEER…]",
        about: "The built binary against implementations of others",
        run: interop::task,
    },
    Task {
        name: "oracle",
        arguments: "[--count N] [--seed S] [--plant MISTAKE]",
        about: "Random requests signed as oauthlib signs them",
        run: oracle::task,
    },
    Task {
        name: "fuzz",
        arguments: "[--smoke] [--seconds N] [TARGET…]",
        about: "Each fuzz target, then each with a defect planted",
        run: fuzz::task,
    },
    Task {
        name: "targets",
        arguments: "",
        about: "The stores compile for Windows and macOS",
        run: targets::task,
    },
    Task {
        name: "torture",
        arguments: "[--smoke] [--seed N] [--only NAME]",
        about: "Stores under kill -9, failed calls and crowds",
        run: torture::task,
    },
    Task { name: "help", arguments: "", about: "This list", run: help },
];

fn main() -> ExitCode {
    if let Some(code) = canary::stand_in_for_rustdoc() {
        return code;
    }
    match dispatch(lexopt::Parser::from_env()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            shell::note(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn dispatch(mut arguments: lexopt::Parser) -> Outcome {
    let name = match arguments.next()? {
        None | Some(lexopt::Arg::Short('h') | lexopt::Arg::Long("help")) => "help".to_owned(),
        Some(lexopt::Arg::Value(name)) => name.to_string_lossy().into_owned(),
        Some(other) => return Err(other.unexpected().into()),
    };
    match TASKS.iter().find(|task| task.name == name) {
        Some(task) => (task.run)(arguments),
        None => Err(format!("no task is called `{name}`; `cargo xtask help` lists them").into()),
    }
}

fn help(arguments: lexopt::Parser) -> Outcome {
    no_arguments(arguments)?;
    let mut out = std::io::stdout().lock();
    for Task { name, arguments, about, run: _ } in TASKS {
        let call = format!("{name} {arguments}");
        writeln!(out, "cargo xtask {call:<26} {about}")?;
    }
    Ok(())
}

fn no_arguments(mut arguments: lexopt::Parser) -> Outcome {
    arguments.next()?.map_or(Ok(()), |argument| Err(argument.unexpected().into()))
}

/// The remaining arguments, which are all names.
fn names(mut arguments: lexopt::Parser) -> Outcome<Vec<String>> {
    let mut names = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Value(name) => names.push(name.to_string_lossy().into_owned()),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(names)
}

/// Fails with what a check found, if it found anything.
fn verdict(check: &str, findings: &[String]) -> Outcome {
    if findings.is_empty() {
        return Ok(());
    }
    Err(format!("{check} found {}:\n  {}", findings.len(), findings.join("\n  ")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a check on the workspace itself.
    #[track_caller]
    pub(crate) fn passes(task: fn(lexopt::Parser) -> Outcome) {
        if let Err(error) = task(lexopt::Parser::from_args([""; 0])) {
            panic!("{error}");
        }
    }

    #[test]
    fn an_unknown_task_and_a_stray_argument_are_refused() {
        assert!(dispatch(lexopt::Parser::from_args(["help"])).is_ok());
        assert!(dispatch(lexopt::Parser::from_args(["helpp"])).is_err());
        assert!(dispatch(lexopt::Parser::from_args(["help", "me"])).is_err());
        assert!(dispatch(lexopt::Parser::from_args(["--verbose"])).is_err());
    }

    #[test]
    fn a_verdict_fails_on_the_first_finding() {
        assert!(verdict("check", &[]).is_ok());
        assert!(verdict("check", &["a flaw".to_owned()]).is_err());
    }
}
