use std::{fs, io, path::Path};

use countersign_store::{Error, ownership::Owner};

/// Whether there is a directory at `path`; an error when what is there cannot be trusted.
pub(crate) fn is_trusted(path: &Path, owner: &Owner) -> Result<bool, Error> {
    match path.metadata() {
        Ok(metadata) => owner.check_directory(&metadata).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::io(error)),
    }
    .map_err(|error| at(path, error))
}

pub(crate) fn at(path: &Path, error: Error) -> Error {
    error.at(format_args!("store directory {}", path.display()))
}

/// Creates `path` and what is missing above it, each durably and for the owner alone.
pub(crate) fn create(path: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = path
        .ancestors()
        .take_while(|directory| !directory.as_os_str().is_empty() && !directory.exists())
        .collect();
    for directory in missing.into_iter().rev() {
        match create_one(directory) {
            // Another process was faster, and may not have come to the sync yet.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && directory.is_dir() => {}
            result => result?,
        }
        if let Some(parent) = directory.parent() {
            sync(parent)?;
        }
    }
    Ok(())
}

fn create_one(path: &Path) -> io::Result<()> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix sets a mode"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// Makes the entries of a directory durable, as far as we may: who cannot read it cannot sync it.
#[cfg(unix)]
pub(crate) fn sync(path: &Path) -> io::Result<()> {
    match fs::File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        directory => directory?.sync_all(),
    }
}

/// A directory cannot be synced on Windows; the file system's journal keeps the order of its entries.
#[cfg(not(unix))]
pub(crate) fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}
