//! The directories of a store: for the owner alone, and durable before there is anything in them to lose.

use std::{fs, io, path::Path};

use crate::{Error, ownership::Owner};

/// Whether there is a directory at `path`.
///
/// # Errors
/// [`ErrorKind::Insecure`](crate::ErrorKind::Insecure) when what is there cannot be trusted, and
/// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) when it cannot be found out.
pub fn is_trusted(path: &Path, owner: &Owner) -> Result<bool, Error> {
    match path.metadata() {
        Ok(metadata) => owner.check_directory(&metadata).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::io(error)),
    }
    .map_err(|error| at(path, error))
}

/// Creates `path` and what is missing above it, each durably and, from its first instant, for the owner alone.
///
/// # Errors
/// What the system says, with the directory as the place.
pub fn create(path: &Path) -> Result<(), Error> {
    let missing: Vec<&Path> = path
        .ancestors()
        .take_while(|directory| !directory.as_os_str().is_empty() && !directory.exists())
        .collect();
    missing.into_iter().rev().try_for_each(create_one).map_err(|error| at(path, Error::io(error)))
}

/// Makes the entries of a directory durable.
///
/// On Windows it does nothing: a directory cannot be synced there, and the file system's journal keeps the
/// order of its entries.
///
/// # Errors
/// What the system says.
pub fn sync(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::File::open(path)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Makes the entries of a directory that may be another's durable, where we may read it.
///
/// Without reading it there is no way to sync it.
///
/// # Errors
/// What the system says, except that reading is not permitted.
pub fn sync_readable(path: &Path) -> io::Result<()> {
    match sync(path) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        result => result,
    }
}

fn create_one(directory: &Path) -> io::Result<()> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix sets a mode"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    match builder.create(directory) {
        // Another process was faster, and may not have come to the sync yet.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && directory.is_dir() => {}
        result => result?,
    }
    directory.parent().map_or(Ok(()), sync_readable)
}

fn at(path: &Path, error: Error) -> Error {
    error.at(format_args!("store directory {}", path.display()))
}
