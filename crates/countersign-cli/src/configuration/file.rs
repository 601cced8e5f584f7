//! The file, read with care and replaced as a whole.

use core::time::Duration;
use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use countersign_store::{
    ownership::{self, Owner},
    sidecar::Sidecar,
};

use crate::{exit::Exit, failure::Failure};

/// The largest configuration that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// How long another program is waited for that changes the file, which takes no time.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is in the file; `None` when there is none.
pub(super) fn read(path: &Path) -> Result<Option<String>, Failure> {
    let unreadable = |why: &dyn core::fmt::Display| {
        Failure::new(Exit::NoAccount, "the configuration cannot be read")
            .because(format!("{}: {why}", path.display()))
    };
    let mend = "make it readable, or name another with --config PATH";
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(&error).then(mend)),
    };
    let metadata = file.metadata().map_err(|error| unreadable(&error).then(mend))?;
    if !metadata.is_file() {
        return Err(unreadable(&"it is not a file").then(mend));
    }
    if let Some((why, mend)) = distrust(&metadata) {
        // It can name commands that are run.
        return Err(unreadable(&why).then(format!("{mend} {}, if it is yours", path.display())));
    }
    let mut text = String::new();
    let read = file.take(LARGEST.saturating_add(1)).read_to_string(&mut text);
    let length = read.map_err(|error| unreadable(&error).then(mend))?;
    if u64::try_from(length).is_ok_and(|length| length > LARGEST) {
        return Err(unreadable(&"it is longer than 1 MiB").then(mend));
    }
    Ok(Some(text))
}

/// Why others could have written it, and the command that mends it.
#[cfg(unix)]
fn distrust(metadata: &fs::Metadata) -> Option<(&'static str, &'static str)> {
    use std::os::unix::fs::MetadataExt;
    let us = rustix::process::geteuid().as_raw();
    if metadata.uid() != 0 && metadata.uid() != us {
        return Some(("it belongs to another user", "chown \"$USER\""));
    }
    (metadata.mode() & 0o022 != 0).then_some(("others can write to it", "chmod go-w"))
}

#[cfg(not(unix))]
const fn distrust(_: &fs::Metadata) -> Option<(&'static str, &'static str)> {
    None
}

/// Replaces the file by what `change` makes of it, durably, while no other program does.
pub(super) fn change(
    path: &Path,
    change: impl FnOnce(Option<&str>) -> Result<String, Failure>,
) -> Result<(), Failure> {
    let unwritable = |why: &dyn core::error::Error| {
        Failure::new(Exit::NoAccount, "the configuration cannot be written")
            .because(path.display())
            .because_of(why)
            .then("make its directory writable, or name another with --config PATH")
    };
    // A link stays one: what it leads to is replaced.
    let path =
        &fs::canonicalize(path).or_else(|_| std::path::absolute(path)).map_err(|error| unwritable(&error))?;
    let directory = path.parent().unwrap_or(path);
    create_directory(directory).map_err(|error| unwritable(&error))?;
    let _lock = Sidecar::new(Owner::of(directory))
        .lock(&beside(path, "", ".lock"), PATIENCE)
        .map_err(|error| unwritable(&error))?;
    let old = read(path)?;
    let new = change(old.as_deref())?;
    if old.as_ref() == Some(&new) {
        return Ok(());
    }
    let temporary = beside(path, ".", ".tmp");
    replace(path, &temporary, new.as_bytes()).map_err(|error| {
        let _ = fs::remove_file(&temporary);
        unwritable(&error)
    })
}

/// Write, sync, rename, sync the directory: the old text or the new one is there, whatever happens.
fn replace(path: &Path, temporary: &Path, bytes: &[u8]) -> io::Result<()> {
    // Whoever left it there was killed, for the lock is ours.
    match fs::remove_file(temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = ownership::create(temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(temporary, path)?;
    #[cfg(unix)]
    if let Some(directory) = path.parent() {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}

/// A directory that its owner alone can enter, unless it is there.
fn create_directory(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

fn beside(path: &Path, before: &str, after: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{before}{name}{after}"))
}
