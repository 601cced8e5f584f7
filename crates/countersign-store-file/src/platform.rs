use std::{fs, io, path::Path};

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
