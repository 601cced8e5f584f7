//! Several processes at once: a test runs its own program again, in a role.
//!
//! The test program has one test that returns when [`role`] is `None`, and else plays it; it is named to
//! [`Other::start`].

use std::{
    env,
    io::{BufRead, BufReader, Lines, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

const ROLE: &str = "COUNTERSIGN_TEST_ROLE";
const PLACE: &str = "COUNTERSIGN_TEST_PLACE";

/// The role this process was started in, and where.
pub fn role() -> Option<(String, PathBuf)> {
    Some((env::var(ROLE).ok()?, env::var_os(PLACE)?.into()))
}

/// Says a line to whoever started this process.
pub fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\nsays {line}").unwrap();
    out.flush().unwrap();
}

/// Another process in a role, killed when it is forgotten.
#[derive(Debug)]
pub struct Other {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Other {
    /// Runs the test `test` of this program in `role`; `prelude` is shell script that sets the scene for it.
    pub fn start(test: &str, role: &str, place: &Path, prelude: &str) -> Self {
        let mut child = Command::new("sh")
            .args(["-ec", &format!("{prelude}\nexec \"$@\""), "sh"])
            .arg(env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(ROLE, role)
            .env(PLACE, place)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next line it says; `None` when it has ended.
    pub fn hears(&mut self) -> Option<String> {
        self.lines.by_ref().map(Result::unwrap).find_map(|line| line.strip_prefix("says ").map(str::to_owned))
    }

    /// Lets it go on when it waits to be told, by closing its input.
    pub fn go(&mut self) {
        drop(self.child.stdin.take());
    }

    /// Whether it has not ended yet.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Lets it go on, and asserts that it succeeds.
    pub fn ends_well(mut self) {
        self.go();
        assert!(self.child.wait().unwrap().success());
    }

    /// Kills it with a signal that it cannot catch.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A prelude after which the process cannot write to `directory`.
///
/// Root passes every mode check, so it gets a mount of its own; others are stopped by a mode, which
/// `restrict` may set for more than the directory.
pub fn read_only(directory: &Path, restrict: &str) -> String {
    let prelude = format!(
        "if [ \"$(id -u)\" = 0 ]; then\n\
         [ -n \"$UNSHARED\" ] || UNSHARED=1 exec unshare --mount sh -ec \"$SCRIPT\" sh \"$@\"\n\
         mount --bind \"$DIRECTORY\" \"$DIRECTORY\"\nmount -o remount,bind,ro \"$DIRECTORY\"\n\
         else chmod 500 \"$DIRECTORY\"; {restrict}:; fi"
    );
    let script = format!("{prelude}\nexec \"$@\"").replace('\'', "'\\''");
    format!("export DIRECTORY='{}'\nexport SCRIPT='{script}'\n{prelude}", directory.display())
}
