//! The experiments on stores: processes killed, calls failed, disks full.

use std::process::Command;

use crate::{Outcome, shell};

/// Without which some of the experiments cannot run.
const TOOLS: [&str; 4] = ["strace", "setpriv", "unshare", "mount"];

pub(crate) fn task(mut arguments: lexopt::Parser) -> Outcome {
    for tool in TOOLS {
        if Command::new(tool).arg("--version").output().is_err() {
            return Err(format!("{tool} is not installed: Debian has it in `strace` or `util-linux`").into());
        }
    }
    shell::run(&mut shell::cargo(["build", "--release", "--package", "torture"]))?;
    let program = shell::target().join("release").join(format!("torture{}", std::env::consts::EXE_SUFFIX));
    // What the arguments mean is the program's business.
    shell::run(shell::command(program).args(arguments.raw_args()?))
}
