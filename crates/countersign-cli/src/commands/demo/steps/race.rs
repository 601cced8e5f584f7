use std::{
    env,
    io::{self, BufRead, BufReader, Read, Write},
    process::{Child, Command, Stdio},
};

use crate::{
    commands::demo::tour::{Tour, wrong},
    exit::Exit,
    failure::Failure,
};

/// Two processes wait at a barrier; both need the token, and one request must do for both.
pub(super) fn two_processes(tour: &mut Tour) -> Result<String, Failure> {
    tour.expire(tour.account()?.key())?;
    let requests = tour.refreshes();
    let failed =
        |error: io::Error| Failure::new(Exit::Other, "a second process could not be run").because(error);
    let mut workers = [Worker::start(tour).map_err(failed)?, Worker::start(tour).map_err(failed)?];
    for worker in &mut workers {
        worker.wait_until_ready().map_err(failed)?;
    }
    for worker in &mut workers {
        worker.go().map_err(failed)?;
    }
    let [one, other] = workers;
    let (one, other) = (one.token().map_err(failed)?, other.token().map_err(failed)?);
    let requests = tour.refreshes() - requests;
    match (one, other) {
        (Some(one), Some(other)) if one == other && requests == 1 => {
            Ok("Both got the same new token, and the provider counted one request.".into())
        }
        (Some(_), Some(_)) if requests == 1 => Err(wrong("the processes got different tokens")),
        (Some(_), Some(_)) => Err(wrong(format!("the provider counted {requests} requests instead of one"))),
        _ => Err(wrong(format!("a process got no token; the provider counted {requests} requests"))),
    }
}

/// This program again, as `demo --worker`; it does not outlive its owner.
struct Worker {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Worker {
    fn start(tour: &Tour) -> io::Result<Self> {
        let mut child = Command::new(env::current_exe()?)
            .args(["demo", "--worker", "--store", &tour.store_url()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let out = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Self { child, lines: BufReader::new(out) })
    }

    fn wait_until_ready(&mut self) -> io::Result<()> {
        let mut line = String::new();
        self.lines.read_line(&mut line)?;
        if line == "READY\n" { Ok(()) } else { Err(io::Error::other("it did not get ready")) }
    }

    fn go(&mut self) -> io::Result<()> {
        self.child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?.write_all(b"GO\n")
    }

    /// The token it got; `None` when it ended without one.
    fn token(mut self) -> io::Result<Option<String>> {
        let mut text = String::new();
        self.lines.read_to_string(&mut text)?;
        let token = text.trim_end();
        Ok((self.child.wait()?.success() && !token.is_empty()).then(|| token.to_owned()))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It has ended by itself, unless something else failed before it was waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
