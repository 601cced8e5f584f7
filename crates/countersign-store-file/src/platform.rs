use std::{fs, io, path::Path};

/// Creates one directory that its owner alone can enter, from its first instant.
pub(crate) fn create_directory(path: &Path) -> io::Result<()> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix sets a mode"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// Makes the entries of a directory durable.
#[cfg(unix)]
pub(crate) fn sync_directory(path: &Path) -> io::Result<()> {
    fs::File::open(path)?.sync_all()
}

/// A directory cannot be synced on Windows; the file system's journal keeps the order of its entries.
#[cfg(not(unix))]
pub(crate) fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Puts one file in the place of another at once.
#[cfg(not(windows))]
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

/// Puts one file in the place of another at once.
///
/// A virus scanner that has the old file open refuses for a moment (access denied, sharing violation).
#[cfg(windows)]
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    let mut pause = core::time::Duration::from_millis(50);
    for _ in 0..5 {
        match fs::rename(from, to) {
            Err(error) if matches!(error.raw_os_error(), Some(5 | 32)) => std::thread::sleep(pause),
            result => return result,
        }
        pause *= 2;
    }
    fs::rename(from, to)
}
