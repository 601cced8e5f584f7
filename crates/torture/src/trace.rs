//! A process under strace: which calls it made on the files of a store, and calls that were made to fail.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
};

use crate::Result;

/// Every call that changes a file, makes it durable, locks it, opens or closes it; those that this processor
/// does not have are passed over.
const CALLS: &str = "trace=?open,?openat,?creat,?write,?pwrite64,?writev,?pwritev,?fsync,?fdatasync,?sync,\
    ?sync_file_range,?rename,?renameat,?renameat2,?link,?linkat,?symlink,?symlinkat,?unlink,?unlinkat,?flock,\
    ?fcntl,?close,?mkdir,?mkdirat,?rmdir,?truncate,?ftruncate,?fallocate,?chmod,?fchmod,?fchmodat,?fchmodat2";

/// What happened in one run.
pub(crate) struct Trace {
    pub(crate) calls: Vec<Call>,
    pub(crate) status: ExitStatus,
}

/// One call of the process to the system.
pub(crate) struct Call {
    process: String,
    pub(crate) name: String,
    pub(crate) arguments: String,
    /// What it answered; `None` when the process did not live to see it.
    pub(crate) result: Option<i64>,
    pub(crate) injected: bool,
    answer: String,
}

/// What is to happen to the n-th call of a name.
pub(crate) struct Injection<'a> {
    pub(crate) call: &'a str,
    pub(crate) number: usize,
    pub(crate) what: &'a str,
}

/// Runs `command`, whose output goes to the file `output`, and notes its calls that touch one of `paths`; all
/// of its calls when there are none.
///
/// `log` is where strace writes. It counts the calls to inject into after the filter by path, which is why
/// there has to be one: a program's first opens are those of its libraries.
pub(crate) fn run(
    command: &Command,
    output: &Path,
    log: &Path,
    paths: &[PathBuf],
    injection: Option<&Injection<'_>>,
) -> Result<Trace> {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-y", "-s", "64", "-o"]).arg(log).args(["-e", CALLS]);
    for path in paths {
        strace.arg("-P").arg(path);
    }
    if let Some(Injection { call, number, what }) = injection {
        strace.args(["-e", &format!("inject={call}:{what}:when={number}")]);
    }
    strace.arg("--").arg(command.get_program()).args(command.get_args());
    strace.stdin(Stdio::null()).stdout(File::create(output)?).stderr(Stdio::null());
    let status = strace.status().map_err(|error| format!("strace: {error}"))?;
    let text = fs::read(log)?;
    Ok(Trace { calls: read(&String::from_utf8_lossy(&text)), status })
}

/// The calls in a log, in the order in which they were begun.
pub(crate) fn read(log: &str) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    for line in log.lines() {
        let Some((process, line)) = line.split_once(' ') else {
            continue;
        };
        let line = line.trim_start();
        // What another thread has interrupted stands in two lines.
        if let Some((_, rest)) = line.strip_prefix("<... ").and_then(|line| line.split_once(" resumed>")) {
            let open = |call: &&mut Call| call.process == process && call.answer.is_empty();
            if let Some(call) = calls.iter_mut().rev().find(open) {
                call.end(rest);
            }
            continue;
        }
        let Some((name, rest)) = line.split_once('(') else {
            continue;
        };
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            continue;
        }
        let mut call = Call {
            process: process.to_owned(),
            name: name.to_owned(),
            arguments: String::new(),
            result: None,
            injected: false,
            answer: String::new(),
        };
        match rest.split_once(" <unfinished ...>") {
            Some((arguments, _)) => call.arguments.push_str(arguments),
            None => call.end(rest),
        }
        calls.push(call);
    }
    calls
}

impl Trace {
    /// Whether it was killed by signal 9.
    pub(crate) fn was_killed(&self) -> bool {
        use std::os::unix::process::ExitStatusExt as _;
        self.status.signal() == Some(9) || self.status.code() == Some(137)
    }

    /// The calls up to the first word that the process said, into the file `output`.
    pub(crate) fn until_said(&self, output: &Path) -> &[Call] {
        let is_word = |call: &Call| call.name == "write" && !call.paths(output).is_empty();
        let end = self.calls.iter().position(is_word).unwrap_or(self.calls.len());
        self.calls.get(..end).unwrap_or(&self.calls)
    }

    /// The paths below `root`, and itself, that the calls name or have open.
    pub(crate) fn paths(&self, root: &Path) -> Vec<PathBuf> {
        let mut paths: Vec<PathBuf> = self.calls.iter().flat_map(|call| call.paths(root)).collect();
        paths.sort();
        paths.dedup();
        paths
    }

    /// Whether all calls are of one thread, without which they cannot be counted beforehand.
    pub(crate) fn is_of_one_thread(&self) -> bool {
        let mut processes = self.calls.iter().map(|call| &call.process);
        let first = processes.next();
        processes.all(|process| Some(process) == first)
    }
}

impl Call {
    fn end(&mut self, rest: &str) {
        let (arguments, answer) = rest.rsplit_once(" = ").unwrap_or((rest, "?"));
        self.arguments.push_str(arguments.trim_end().trim_end_matches(')'));
        let digits = answer.split(|c: char| c != '-' && !c.is_ascii_digit()).next().unwrap_or_default();
        self.result = digits.parse().ok();
        self.injected = answer.contains("(INJECTED)");
        self.answer = answer.to_owned();
    }

    pub(crate) fn succeeded(&self) -> bool {
        self.result.is_some_and(|result| result >= 0)
    }

    /// The paths below `root`, and itself, in its arguments and its answer, in order.
    pub(crate) fn paths(&self, root: &Path) -> Vec<PathBuf> {
        let root = root.to_string_lossy();
        let mut found = Vec::new();
        for text in [&self.arguments, &self.answer] {
            for (start, _) in text.match_indices(&*root) {
                let (before, rest) = text.split_at(start);
                let end = match before.chars().next_back() {
                    Some('<') => '>',
                    Some('"') => '"',
                    _ => continue,
                };
                let path = rest.split(end).next().unwrap_or(rest);
                if path.len() == root.len() || path.as_bytes().get(root.len()) == Some(&b'/') {
                    found.push(PathBuf::from(path));
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = r#"17 openat(AT_FDCWD</w>, "/t/s/a.tmp", O_RDWR|O_CREAT, 0600) = 3</t/s/a.tmp>
17 write(3</t/s/a.tmp>, "x) = 1", 5)  = -1 ENOSPC (No space left on device) (INJECTED)
17 fsync(3</t/s/a.tmp> <unfinished ...>
18 close(4</t/star>) = 0
17 <... fsync resumed>) = 0
17 rename("/t/s/a.tmp", "/t/s/a") = ?
17 +++ killed by SIGKILL +++
"#;

    #[test]
    fn a_log_is_read() {
        let calls = read(LOG);
        let names: Vec<&str> = calls.iter().map(|call| call.name.as_str()).collect();
        assert_eq!(names, ["openat", "write", "fsync", "close", "rename"]);
        let results: Vec<_> = calls.iter().map(|call| call.result).collect();
        assert_eq!(results, [Some(3), Some(-1), Some(0), Some(0), None]);
        assert_eq!(calls.iter().filter(|call| call.injected).count(), 1);
        let paths = |index: usize| calls[index].paths(Path::new("/t/s"));
        assert_eq!(paths(0), [PathBuf::from("/t/s/a.tmp"), PathBuf::from("/t/s/a.tmp")]);
        assert_eq!(paths(2), [PathBuf::from("/t/s/a.tmp")]);
        assert!(paths(3).is_empty());
        assert_eq!(paths(4), [PathBuf::from("/t/s/a.tmp"), PathBuf::from("/t/s/a")]);
    }
}
