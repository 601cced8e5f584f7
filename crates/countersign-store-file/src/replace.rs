use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use countersign_store::{Error, ErrorKind, directory, ownership};

use crate::{name::Files, platform};

/// The calls that change files, so that a test can note their order and fail each of them.
pub(crate) trait Disk {
    fn create(&mut self, path: &Path) -> io::Result<File>;
    fn write(&mut self, file: &mut File, bytes: &[u8]) -> io::Result<()>;
    fn sync(&mut self, file: &File) -> io::Result<()>;
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;
    fn remove(&mut self, path: &Path) -> io::Result<()>;
    fn sync_directory(&mut self, path: &Path) -> io::Result<()>;
}

/// The real one.
pub(crate) struct System;

impl Disk for System {
    fn create(&mut self, path: &Path) -> io::Result<File> {
        ownership::create(path)
    }

    fn write(&mut self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    fn sync(&mut self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        platform::rename(from, to)
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_directory(&mut self, path: &Path) -> io::Result<()> {
        directory::sync(path)
    }
}

/// Replaces the record by `bytes`, durably: write, sync, rename, sync the directory, in this order.
///
/// `above` are directories that must be durable before there is anything in them to lose.
/// Until the rename an error leaves the old record and no temporary file. A sync that failed is never
/// repeated on the same file: the system may have dropped the pages it could not write.
pub(crate) fn replace(
    disk: &mut impl Disk,
    files: &Files,
    bytes: &[u8],
    above: &[PathBuf],
) -> Result<(), Error> {
    let mut prepare = || {
        above.iter().try_for_each(|directory| disk.sync_directory(directory))?;
        let mut file = match disk.create(&files.temporary) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                disk.remove(&files.temporary)?;
                disk.create(&files.temporary)
            }
            created => created,
        }?;
        disk.write(&mut file, bytes)?;
        disk.sync(&file)?;
        drop(file);
        disk.rename(&files.temporary, &files.record)
    };
    if let Err(error) = prepare() {
        // It may not exist, and if it cannot be removed the next lease does it.
        let _ = disk.remove(&files.temporary);
        return Err(Error::io(error));
    }
    confirm(disk, files)
}

/// Removes the record, durably; also when it is gone already, since that may not have been durable.
pub(crate) fn remove(disk: &mut impl Disk, files: &Files) -> Result<(), Error> {
    match disk.remove(&files.record) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io(error)),
        _ => confirm(disk, files),
    }
}

/// Removes what a writer that was killed left behind.
pub(crate) fn sweep(disk: &mut impl Disk, files: &Files) -> Result<(), Error> {
    match disk.remove(&files.temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io(error)),
        _ => Ok(()),
    }
}

/// Makes durable what was changed in the directory of the record.
pub(crate) fn confirm(disk: &mut impl Disk, files: &Files) -> Result<(), Error> {
    disk.sync_directory(&files.folder).map_err(|error| Error::new(ErrorKind::NotConfirmed).because(error))
}

#[cfg(test)]
pub(crate) mod tests;
