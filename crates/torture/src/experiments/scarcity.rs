//! Where nothing can be written: a read-only mount, a directory without permission, a disk that is full.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, chown},
    path::Path,
    process::{Command, Stdio},
};

use countersign_store::{ErrorKind, Store};
use countersign_token::Revision;

use super::once::{self, Operation, Scene};
use crate::{
    Result, content,
    files::{self, Files},
    plan::Plan,
    report::Report,
    store::{Fault, GOOD, Kind, StoreUrl},
    worker::{self, Role, Worker},
};

pub(crate) const ROLES: &[Role] = &[Role { name: "read", run: read }, Role { name: "fill", run: fill }];

/// Numbers whose credentials are small, as are those of all multiples, and of more than a page.
const SMALL: u64 = 300;
const LARGE: u64 = 2_000_000_000_000_221;

/// A user that is not root, whom modes stop.
const NOBODY: u32 = 65534;

pub(crate) fn run(plan: &Plan) -> Result<Report> {
    let mut report = Report::new();
    for kind in GOOD {
        read_only_mount(plan, kind, &mut report)?;
        no_permission(plan, kind, &mut report)?;
        full_disk(plan, kind, &mut report)?;
    }
    let mut control = Report::quiet();
    full_disk(plan, Kind::Planted(Fault::InPlace), &mut control)?;
    report.control("a store that writes in place", &control);
    let mut control = Report::quiet();
    full_disk(plan, Kind::Planted(Fault::None), &mut control)?;
    report.sound(&control);
    Ok(report)
}

/// The command in a mount namespace of its own, after a line of shell script in which `$0` is a directory.
fn in_namespace(script: &str, directory: &Path, command: &Command) -> Command {
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "sh", "-ec", &format!("{script}\nexec \"$@\"")]).arg(directory);
    unshare.arg(command.get_program()).args(command.get_args());
    unshare
}

/// Whether the command succeeded, and the last that it said.
fn outcome(command: &mut Command) -> Result<(bool, String)> {
    let output = command.stdin(Stdio::null()).output()?;
    let words = [output.stdout, output.stderr].concat();
    let last = String::from_utf8_lossy(&words).lines().last().unwrap_or_default().to_owned();
    Ok((output.status.success(), last))
}

fn read_only_mount(plan: &Plan, kind: Kind, report: &mut Report) -> Result {
    let scene = Scene::new(plan, kind, Operation::Save)?;
    let script = "mount --bind \"$0\" \"$0\"; mount -o remount,bind,ro \"$0\"";
    let wrap = |command: &Command| in_namespace(script, scene.root(), command);
    without_writing(plan, &scene, &format!("{kind}, read-only mount"), &wrap, report)
}

fn no_permission(plan: &Plan, kind: Kind, report: &mut Report) -> Result {
    let scene = Scene::new(plan, kind, Operation::Save)?;
    for path in files::tree(scene.root())? {
        chown(&path, Some(NOBODY), Some(NOBODY))
            .map_err(|error| format!("only root can do that: {error}"))?;
    }
    // It may go through, and run the program, which lies where only its owner may look.
    let program = scene.root().join("program");
    fs::copy(plan.program(), &program)?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    fs::set_permissions(scene.root(), fs::Permissions::from_mode(0o755))?;
    for path in files::tree(scene.url.directory())?.iter().map(AsRef::as_ref).chain([scene.url.directory()]) {
        let mode = if path.is_dir() { 0o500 } else { 0o400 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    let wrap = |command: &Command| {
        let mut setpriv = Command::new("setpriv");
        let user = NOBODY.to_string();
        setpriv.args([&format!("--reuid={user}"), &format!("--regid={user}"), "--clear-groups"]);
        setpriv.arg(&program).args(command.get_args());
        setpriv
    };
    without_writing(plan, &scene, &format!("{kind}, no permission"), &wrap, report)
}

/// Makes all of it the property of this user again.
fn take_back(scene: &Scene) -> Result {
    let own = std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self")?);
    let store = scene.url.directory();
    for path in files::tree(store)?.iter().map(AsRef::as_ref).chain([store]) {
        chown(path, Some(own), None)?;
        let mode = if path.is_dir() { 0o700 } else { 0o600 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    Ok(())
}

/// What is there can be read; a save says that it cannot be done, and does nothing.
fn without_writing(
    plan: &Plan,
    scene: &Scene,
    name: &str,
    wrap: &dyn Fn(&Command) -> Command,
    report: &mut Report,
) -> Result {
    let (read, words) = outcome(&mut wrap(&Worker::command(plan, &scene.url, "read", &[])))?;
    let (before, _) = scene.operation.ends();
    let wanted = before.map(|number| number.to_string()).unwrap_or_default();
    report.check(format_args!("{name}: read"), &words, &wanted, read && words == wanted);
    let (saved, words) = outcome(&mut wrap(&scene.command(plan)))?;
    let ok = !saved && words.contains("cannot use");
    report.check(format_args!("{name}: save"), words, "an error", ok);
    take_back(scene)?;
    let (found, _) = scene.look(&*scene.url.open()?)?;
    report.check(
        format_args!("{name}: what is there"),
        format_args!("{found:?}"),
        "the old one",
        found == before,
    );
    Ok(())
}

/// A worker fills a small disk of its own.
fn full_disk(plan: &Plan, kind: Kind, report: &mut Report) -> Result {
    let directory = plan.quick_directory()?;
    let url = StoreUrl::new(kind, directory.path().join("store"));
    // The memory that users of a database share takes half of 64 KiB, and a log is as large as a database.
    let size = if matches!(kind, Kind::Sqlite | Kind::SealedSqlite) { "256" } else { "64" };
    let script = format!("mount -t tmpfs -o size={size}k,mode=0700 none \"$0\"; mkdir -m 700 \"$0/store\"");
    let command = Worker::command(plan, &url, "fill", &[size]);
    let (ended, words) = outcome(&mut in_namespace(&script, directory.path(), &command))?;
    report.check(
        format_args!("{kind}, a disk of {size} KiB"),
        &words,
        "nothing lost",
        ended && words.starts_with("filled"),
    );
    Ok(())
}

/// In the worker: says the number of what is there.
fn read(url: &StoreUrl, _: &[String]) -> Result {
    let store = url.open()?;
    let record = store.load(&content::key("ann"))?.ok_or("there is none")?;
    let number = once::generation(&record).ok_or("it is a mix")?;
    if store.list()?.len() != 2 {
        return Err("not all are listed".into());
    }
    worker::say(number)
}

/// In the worker: saves until there is no room, and then looks whether all is there that was acknowledged.
fn fill(url: &StoreUrl, arguments: &[String]) -> Result {
    let store = url.open()?;
    let room: usize = arguments.first().ok_or("how much room?")?.parse()?;
    let ballast = url.directory().with_file_name("ballast");
    fs::write(&ballast, vec![0; room / 2 * 1024])?;
    once::put(&*store, "ann", &content::credential(SMALL))?;
    let files = Files::of(url.directory())?;
    let (mut kept, mut refused) = (vec![("ann".to_owned(), SMALL)], 0_u64);
    for number in 2..500 {
        let (account, number) = (format!("account {number}"), SMALL * number);
        if saved(&*store, &account, number)? {
            kept.push((account, number));
        } else {
            refused += 1;
            break;
        }
    }
    for (account, number) in &mut kept {
        if saved(&*store, account, LARGE)? {
            *number = LARGE;
        } else {
            refused += 1;
        }
    }
    if refused < 2 {
        return Err("the disk was not full".into());
    }
    let fresh = url.open()?;
    for (account, number) in &kept {
        let record = fresh.load(&content::key(account))?.ok_or("one that was acknowledged is lost")?;
        let bare = record.credential.tokens.is_empty() && once::generation(&record) == Some(*number);
        if content::number(&record) != Some(*number) && !bare {
            return Err("one that was acknowledged is another".into());
        }
    }
    if files.strangers()?.iter().any(|path| path.to_string_lossy().ends_with(".tmp")) {
        return Err("a temporary file is left".into());
    }
    // With some room again, all goes on; half of the disk is the ballast.
    fs::remove_file(ballast)?;
    once::put(&*store, "ann", &content::credential(1))?;
    once::delete(&*store, "ann")?;
    worker::say(format_args!("filled with {}, refused {refused}", kept.len()))
}

/// Whether there was room to save it.
fn saved(store: &dyn Store, account: &str, number: u64) -> Result<bool> {
    let mut lease = match store.lock(&content::key(account), once::WAIT) {
        Err(error) if error.kind() == ErrorKind::Unavailable => return Ok(false),
        lease => lease?,
    };
    let revision = lease.load()?.map_or(Revision::ABSENT, |record| record.revision);
    match lease.save(&content::credential(number), revision) {
        Err(error) if error.kind() == ErrorKind::Unavailable => Ok(false),
        saved => Ok(saved.map(|_| true)?),
    }
}
