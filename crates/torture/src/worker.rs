//! The processes of an experiment: what they do, and how the experiment talks to them.
//!
//! A worker prints a line for each thing that has happened, and reads lines that tell it to go on. What it
//! printed before it was killed can still be heard.

use std::{
    io::{BufRead, BufReader, Lines, Write},
    os::unix::process::ExitStatusExt,
    process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
};

use crate::{Result, experiments, plan::Plan, store::StoreUrl};

/// What a worker can do, by its name; the arguments are those after the name.
pub(crate) struct Role {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&StoreUrl, &[String]) -> Result,
}

/// Does what the role is, in this process.
pub(crate) fn run(store: &StoreUrl, role: &str, arguments: &[String]) -> Result {
    match experiments::roles().find(|known| known.name == role) {
        Some(known) => (known.run)(store, arguments),
        None => Err(format!("no role is called `{role}`").into()),
    }
}

/// In a worker: tells the experiment a line, at once.
pub(crate) fn say(line: impl core::fmt::Display) -> Result {
    // One call, so that a kill cannot leave half a line.
    let line = format!("{line}\n");
    Ok(std::io::stdout().lock().write_all(line.as_bytes())?)
}

/// In a worker: waits for a line of the experiment; `None` when it has nothing more to say.
pub(crate) fn listen() -> Result<Option<String>> {
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line)?;
    Ok((read > 0).then(|| line.trim_end().to_owned()))
}

/// A worker as the experiment sees it, killed when it is forgotten.
pub(crate) struct Worker {
    child: Child,
    input: Option<ChildStdin>,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    /// The command that is a worker in this role.
    pub(crate) fn command(plan: &Plan, store: &StoreUrl, role: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(plan.program());
        command.args(["worker", "--store", &store.to_string(), role]).args(arguments);
        command
    }

    pub(crate) fn start(plan: &Plan, store: &StoreUrl, role: &str, arguments: &[&str]) -> Result<Self> {
        Self::spawn(&mut Self::command(plan, store, role, arguments))
    }

    /// Starts a command, which may be another program around [`command`](Self::command).
    pub(crate) fn spawn(command: &mut Command) -> Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = child.stdin.take();
        let output = child.stdout.take().ok_or("a worker without an output")?;
        Ok(Self { child, input, lines: BufReader::new(output).lines() })
    }

    /// The next line; `None` when there is no more.
    pub(crate) fn hear(&mut self) -> Result<Option<String>> {
        Ok(self.lines.next().transpose()?)
    }

    /// The next line, which has to come.
    pub(crate) fn hear_line(&mut self) -> Result<String> {
        self.hear()?.ok_or_else(|| "a worker ended before its time".into())
    }

    /// Sends it a line.
    pub(crate) fn tell(&mut self, line: &str) -> Result {
        let input = self.input.as_mut().ok_or("a worker that listens no more")?;
        Ok(input.write_all(format!("{line}\n").as_bytes())?)
    }

    /// Kills it with signal 9, and answers what it had said that was not heard yet.
    pub(crate) fn kill(mut self) -> Result<Vec<String>> {
        self.child.kill()?;
        let status = self.child.wait()?;
        if status.signal() != Some(9) {
            return Err(format!("a worker ended before it was killed: {status}").into());
        }
        self.rest()
    }

    /// Lets it come to its end, and answers what it had said and how it ended.
    pub(crate) fn end(mut self) -> Result<(Vec<String>, ExitStatus)> {
        drop(self.input.take());
        let rest = self.rest()?;
        Ok((rest, self.child.wait()?))
    }

    /// Lets it come to its end, which has to be a success.
    pub(crate) fn finish(self) -> Result<Vec<String>> {
        let (rest, status) = self.end()?;
        if status.success() { Ok(rest) } else { Err(format!("a worker ended with {status}").into()) }
    }

    fn rest(&mut self) -> Result<Vec<String>> {
        Ok(self.lines.by_ref().collect::<core::result::Result<_, _>>()?)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _ended = self.child.wait();
    }
}
