//! What oauthlib makes of the cases: one Python process for all of them.

use std::{fs, path::PathBuf, process::Stdio};

use serde_json::Value;

use super::case::Case;
use crate::{Outcome, scratch::Scratch, shell};

const REQUIREMENTS: &str = include_str!("requirements.txt");
const PEER: &str = include_str!("peer.py");

/// What it says of one case.
pub(super) enum Answer {
    Signed(Sent),
    Refused(String),
}

/// A request as it would go out.
pub(super) struct Sent {
    pub(super) base: String,
    pub(super) signature: String,
    pub(super) uri: String,
    pub(super) authorization: Option<String>,
    pub(super) body: Option<String>,
}

pub(super) struct Theirs {
    python: PathBuf,
    pem: String,
}

impl Theirs {
    /// Installs what is pinned beside what is built, unless it is there.
    pub(super) fn new(pem: &str) -> Outcome<Self> {
        let directory = shell::target().join("oracle");
        let environment = directory.join("venv");
        let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
        let installed = directory.join("requirements.txt");
        if !fs::read_to_string(&installed).is_ok_and(|text| text == REQUIREMENTS) {
            fs::create_dir_all(&directory)?;
            let wanted = directory.join("requirements.new.txt");
            fs::write(&wanted, REQUIREMENTS)?;
            let mut create = shell::command(if cfg!(windows) { "python" } else { "python3" });
            shell::run(create.args(["-m", "venv", "--clear"]).arg(&environment))?;
            let install =
                ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r"];
            shell::run(shell::command(&python).args(install).arg(&wanted))?;
            fs::rename(wanted, installed)?;
        }
        Ok(Self { python, pem: pem.to_owned() })
    }

    /// Asks about all cases at once; a plant is a mistake that the other side makes on purpose.
    pub(super) fn sign(&self, cases: &[Case], plant: Option<&str>) -> Outcome<Vec<Answer>> {
        let scratch = Scratch::new("oracle")?;
        let file = |name: &str| scratch.path().join(name);
        fs::write(file("peer.py"), PEER)?;
        fs::write(file("key.pem"), &self.pem)?;
        let lines: String = cases.iter().map(|case| case.to_json().to_string() + "\n").collect();
        fs::write(file("cases"), lines)?;
        let mut command = shell::command(&self.python);
        command.arg(file("peer.py")).arg(file("key.pem")).args(plant);
        let output = command
            .stdin(fs::File::open(file("cases"))?)
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("{}: {error}", self.python.display()))?;
        if !output.status.success() {
            return Err(format!("oauthlib ended with {}", output.status).into());
        }
        let answers: Vec<_> =
            core::str::from_utf8(&output.stdout)?.lines().map(answer).collect::<Outcome<_>>()?;
        if answers.len() == cases.len() {
            Ok(answers)
        } else {
            Err(format!("{} answers to {} cases", answers.len(), cases.len()).into())
        }
    }
}

fn answer(line: &str) -> Outcome<Answer> {
    let document: Value = serde_json::from_str(line)?;
    let text = |name: &str| document.get(name).and_then(Value::as_str).map(str::to_owned);
    if let Some(reason) = text("refused") {
        return Ok(Answer::Refused(reason));
    }
    let needed = |name: &str| text(name).ok_or_else(|| format!("an answer without `{name}`"));
    Ok(Answer::Signed(Sent {
        base: needed("base")?,
        signature: needed("signature")?,
        uri: needed("uri")?,
        authorization: text("authorization"),
        body: text("body"),
    }))
}
