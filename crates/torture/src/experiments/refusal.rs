//! Links, pipes and files of somebody else in the place of a store's own are refused, and left as they are.

use core::{fmt, time::Duration};
use std::{
    fs,
    os::unix::fs::{FileTypeExt as _, PermissionsExt as _, chown, symlink},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Instant,
};

use super::once::{self, Operation, Scene};
use crate::{
    Result, content, files,
    plan::Plan,
    report::Report,
    store::{Fault, GOOD, Kind},
    worker::Role,
};

pub(crate) const ROLES: &[Role] = &[once::ROLE];

/// Somebody else.
const NOBODY: u32 = 65534;

/// How long a refusal may take, a pipe that nobody writes to included.
const LIMIT: Duration = Duration::from_secs(5);

/// What is put in the place of a file or a directory of the store.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Intruder {
    /// A link to the very file, elsewhere.
    Link,
    /// A link to nothing.
    Dangling,
    Pipe,
    /// The file itself, as somebody else's.
    Foreign,
    /// The directory itself, open to all.
    Open,
}

pub(crate) fn run(plan: &Plan) -> Result<Report> {
    let mut report = Report::new();
    for kind in GOOD {
        let scene = Scene::new(plan, kind, Operation::Save)?;
        for (file, needed) in files_of(&scene) {
            for intruder in [Intruder::Link, Intruder::Dangling, Intruder::Pipe, Intruder::Foreign] {
                // There is nothing to link to, or to give away.
                if needed || intruder != Intruder::Foreign {
                    refused(plan, &scene, &file, intruder, &mut report)?;
                }
            }
        }
        for intruder in [Intruder::Foreign, Intruder::Open] {
            refused(plan, &scene, scene.url.directory(), intruder, &mut report)?;
        }
    }
    for (intruder, name) in
        [(Intruder::Link, "a store that follows links"), (Intruder::Pipe, "a store that reads pipes")]
    {
        let scene = Scene::new(plan, Kind::Planted(Fault::None), Operation::Save)?;
        let mut control = Report::quiet();
        refused(plan, &scene, &record(&scene), intruder, &mut control)?;
        report.control(name, &control);
    }
    Ok(report)
}

fn record(scene: &Scene) -> PathBuf {
    scene.url.directory().join(format!("{}.json", name()))
}

fn name() -> String {
    content::key("ann").to_text().replace('/', "+")
}

/// The files that a save has to do with, and whether they are there before.
fn files_of(scene: &Scene) -> Vec<(PathBuf, bool)> {
    let directory = scene.url.directory();
    let of = |(file, needed): (&str, bool)| (directory.join(file.replace("KEY", &name())), needed);
    let files: &[(&str, bool)] = match scene.url.kind() {
        Kind::Sqlite | Kind::SealedSqlite => &[
            ("credentials.db", true),
            ("credentials.db-wal", false),
            ("credentials.db-shm", false),
            ("credentials.db-journal", false),
            ("credentials.db.locks/KEY.lock", true),
            ("credentials.db.locks/write.lock", true),
        ],
        _ => &[("KEY.json", true), ("KEY.json.lock", true)],
    };
    files.iter().copied().map(of).collect()
}

/// A save with the intruder in the place of `file` fails for that reason, soon, and changes nothing.
fn refused(plan: &Plan, scene: &Scene, file: &Path, intruder: Intruder, report: &mut Report) -> Result {
    scene.reset()?;
    let elsewhere = scene.root().join("elsewhere");
    let _absent = fs::remove_file(&elsewhere);
    intruder.enter(file, &elsewhere)?;
    let before = snapshot(scene.root())?;
    let began = Instant::now();
    let (status, words) = ended(&mut scene.command(plan), plan.limit(LIMIT))?;
    let took = began.elapsed();
    let unchanged = snapshot(scene.root())? == before;
    let relative = file.strip_prefix(scene.root()).unwrap_or(file).display();
    let name = format!("{}: {relative} {intruder}", scene.url.kind());
    let measured = format!("{}, {}", status, if unchanged { "unchanged" } else { "changed" });
    let ok = status == "refused" && unchanged;
    report.check(&name, if ok { measured } else { format!("{measured}: {words}") }, "refused, unchanged", ok);
    if took > plan.limit(LIMIT) {
        report.within(name, took, plan.limit(LIMIT));
    }
    Ok(())
}

/// How the worker ended, in words, and what it complained of; it is stopped when it takes too long.
fn ended(command: &mut Command, limit: Duration) -> Result<(&'static str, String)> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let began = Instant::now();
    let mut late = false;
    while child.try_wait()?.is_none() {
        if began.elapsed() > limit && !late {
            child.kill()?;
            late = true;
        }
        thread::sleep(Duration::from_millis(1));
    }
    let output = child.wait_with_output()?;
    let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let status = match output.status.success() {
        _ if late => "stuck",
        true => "accepted",
        false if words.contains("cannot be trusted") => "refused",
        false => "failed",
    };
    Ok((status, words))
}

/// Everything below a directory, with what tells a changed file; what a lock or a reader puts there is left out.
fn snapshot(root: &Path) -> Result<Vec<(PathBuf, u32, Vec<u8>)>> {
    let mut all = Vec::new();
    for path in files::tree(root)? {
        let metadata = path.symlink_metadata()?;
        let bytes = match metadata.file_type() {
            kind if kind.is_file() => fs::read(&path)?,
            kind if kind.is_symlink() => fs::read_link(&path)?.into_os_string().into_encoded_bytes(),
            kind if kind.is_fifo() => b"a pipe".to_vec(),
            _ => Vec::new(),
        };
        let own = ["-shm", "-wal", ".lock"].iter().any(|end| path.to_string_lossy().ends_with(end));
        if !(own && metadata.is_file()) {
            all.push((path, metadata.permissions().mode(), bytes));
        }
    }
    Ok(all)
}

impl Intruder {
    fn enter(self, file: &Path, elsewhere: &Path) -> Result {
        match self {
            Self::Link => {
                if file.exists() {
                    fs::rename(file, elsewhere)?;
                } else {
                    fs::write(elsewhere, "what somebody else wrote")?;
                }
                symlink(elsewhere, file)?;
            }
            Self::Dangling => {
                if file.exists() {
                    fs::remove_file(file)?;
                }
                symlink(elsewhere, file)?;
            }
            Self::Pipe => {
                if file.exists() {
                    fs::remove_file(file)?;
                }
                if !Command::new("mkfifo").args(["-m", "600"]).arg(file).status()?.success() {
                    return Err("mkfifo failed".into());
                }
            }
            Self::Foreign => chown(file, Some(NOBODY), Some(NOBODY))
                .map_err(|error| format!("only root can give a file away: {error}"))?,
            Self::Open => fs::set_permissions(file, fs::Permissions::from_mode(0o777))?,
        }
        Ok(())
    }
}

impl fmt::Display for Intruder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Link => "is a link",
            Self::Dangling => "is a link to nothing",
            Self::Pipe => "is a pipe",
            Self::Foreign => "is somebody else's",
            Self::Open => "is open to all",
        })
    }
}
