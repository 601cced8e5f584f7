//! The built binary against implementations of others, one directory of `interop/` each.

use core::time::Duration;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::Instant,
};

use crate::{Outcome, shell, verdict};

/// How long a peer may take, the installation of what it pins included.
const LIMIT: Duration = Duration::from_secs(600);

pub(crate) fn task(mut arguments: lexopt::Parser) -> Outcome {
    let mut smoke = false;
    let mut wanted = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("smoke") => smoke = true,
            lexopt::Arg::Value(peer) => wanted.push(peer.to_string_lossy().into_owned()),
            other => return Err(other.unexpected().into()),
        }
    }
    let peers = chosen(peers(&shell::root().join("interop"))?, &wanted)?;
    shell::run(&mut shell::cargo(["build", "--release", "--package", "countersign-cli"]))?;
    let binary = shell::target().join("release").join(format!("countersign{}", std::env::consts::EXE_SUFFIX));
    let mut findings = Vec::new();
    let mut table = Vec::new();
    for (name, script) in peers {
        shell::note(&format!("\n== {name}"));
        let began = Instant::now();
        let mut command = Command::new(&script);
        command
            .env("COUNTERSIGN_BIN", &binary)
            .current_dir(script.parent().unwrap_or(&script))
            .stdin(Stdio::null());
        if smoke {
            command.env("INTEROP_SMOKE", "1").arg("--smoke");
        }
        let ended = run(&mut command, LIMIT);
        let passed = ended.as_ref().is_ok_and(ExitStatus::success);
        table.push(format!(
            "{}  {}  {name}",
            shell::seconds(began.elapsed()),
            if passed { "pass" } else { "FAIL" }
        ));
        match ended {
            Ok(status) if !passed => findings.push(format!("{name} ended with {status}")),
            Ok(_) => {}
            Err(error) => findings.push(format!("{name}: {error}")),
        }
    }
    shell::note(&format!("\n{}", table.join("\n")));
    verdict("interop", &findings)
}

/// Every peer by name, with its script.
fn peers(directory: &Path) -> Outcome<Vec<(String, PathBuf)>> {
    let mut peers = Vec::new();
    for entry in fs::read_dir(directory).map_err(|error| format!("{}: {error}", directory.display()))? {
        let entry = entry?;
        let script = entry.path().join("run");
        if script.is_file() {
            peers.push((entry.file_name().to_string_lossy().into_owned(), script));
        }
    }
    peers.sort();
    Ok(peers)
}

fn chosen(mut peers: Vec<(String, PathBuf)>, wanted: &[String]) -> Outcome<Vec<(String, PathBuf)>> {
    if let Some(unknown) = wanted.iter().find(|wanted| !peers.iter().any(|(name, _)| name == *wanted)) {
        return Err(format!("there is no peer interop/{unknown}").into());
    }
    peers.retain(|(name, _)| wanted.is_empty() || wanted.contains(name));
    if peers.is_empty() { Err("there is no peer in interop/".into()) } else { Ok(peers) }
}

/// Runs the command in a process group of its own, of which nothing is left when this returns.
fn run(command: &mut Command, limit: Duration) -> Outcome<ExitStatus> {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let mut child = command.spawn()?;
    let began = Instant::now();
    let ended = loop {
        match child.try_wait()? {
            Some(status) => break Ok(status),
            None if began.elapsed() > limit => {
                break Err(format!("stopped after {} s", limit.as_secs()).into());
            }
            None => thread::sleep(Duration::from_millis(20)),
        }
    };
    stop_group(&mut child);
    child.wait()?;
    ended
}

/// The peers' servers are grandchildren, so the whole group goes; std can only stop the child itself.
fn stop_group(child: &mut Child) {
    #[cfg(unix)]
    let _gone = Command::new("kill")
        .args(["-KILL", "--", &format!("-{}", child.id())])
        .stderr(Stdio::null())
        .status();
    let _ended = child.kill();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn peer(directory: &Path, name: &str) -> PathBuf {
        let script = directory.join(name).join("run");
        fs::create_dir(script.parent().unwrap()).unwrap();
        fs::write(&script, "").unwrap();
        script
    }

    #[test]
    fn peers_are_found_and_chosen() {
        let scratch = Scratch::new("interop").unwrap();
        assert!(chosen(peers(scratch.path()).unwrap(), &[]).is_err(), "no peer is a failure");
        let (b, a) = (peer(scratch.path(), "b"), peer(scratch.path(), "a"));
        fs::create_dir(scratch.path().join("no-script")).unwrap();
        let all = peers(scratch.path()).unwrap();
        assert_eq!(all, [("a".to_owned(), a), ("b".to_owned(), b.clone())]);
        assert_eq!(chosen(all.clone(), &["b".to_owned()]).unwrap(), [("b".to_owned(), b)]);
        assert!(chosen(all, &["c".to_owned()]).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_peer_that_hangs_is_stopped_with_its_children() {
        let scratch = Scratch::new("interop").unwrap();
        let pid = scratch.path().join("pid");
        let script = format!("sleep 600 & echo $! > {}.new; mv {0}.new {0}; wait", pid.display());
        let error = run(Command::new("sh").args(["-c", &script]), Duration::from_millis(500)).unwrap_err();
        assert!(error.to_string().contains("stopped after"));
        let sleeper = fs::read_to_string(&pid).unwrap();
        let stat = format!("/proc/{}/stat", sleeper.trim());
        // It may take a moment to die, and stays as a zombie until init has seen it.
        let lives = || fs::read_to_string(&stat).is_ok_and(|state| !state.contains(") Z"));
        let patience = Instant::now();
        while lives() {
            assert!(patience.elapsed() < Duration::from_secs(60), "the sleeper lives on");
            thread::sleep(Duration::from_millis(5));
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_status_of_a_peer_comes_through() {
        assert!(run(&mut Command::new("true"), LIMIT).unwrap().success());
        assert!(!run(&mut Command::new("false"), LIMIT).unwrap().success());
    }
}
