//! What of a store lies on a disk.

use std::{
    ffi::OsString,
    fs::{self, Metadata},
    path::{Path, PathBuf},
};

use crate::storage::Inner;

/// The deepest that a store has directories: longer names are cut into them.
const DEEPEST: usize = 64;

/// A file of a store, or a directory, or what should not be there.
pub(super) struct Piece {
    pub(super) path: PathBuf,
    /// Of itself, not of what it may link to.
    pub(super) metadata: Metadata,
}

/// The file or directory by which the store is named; none for a store that is not on a disk.
pub(super) fn root(inner: &Inner) -> Option<&Path> {
    match inner {
        Inner::File(store) => Some(store.directory()),
        Inner::Sqlite(store) => Some(store.path()),
        _ => None,
    }
}

/// The directory in which its files are.
pub(super) fn directory(inner: &Inner) -> Option<&Path> {
    match inner {
        Inner::Sqlite(store) => store.path().parent(),
        _ => root(inner),
    }
}

/// Everything of the store, the root first.
pub(super) fn pieces(inner: &Inner) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let Some(root) = root(inner) else { return pieces };
    collect(root, &mut pieces, DEEPEST);
    if matches!(inner, Inner::Sqlite(_)) {
        for ending in ["-wal", "-shm", "-journal", ".locks"] {
            collect(&with_ending(root, ending), &mut pieces, DEEPEST);
        }
    }
    pieces
}

/// The path with more at its end: `credentials.db-wal`.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

fn collect(path: &Path, pieces: &mut Vec<Piece>, depth: usize) {
    let Ok(metadata) = path.symlink_metadata() else { return };
    let is_directory = metadata.is_dir();
    pieces.push(Piece { path: path.to_owned(), metadata });
    let Some(depth) = depth.checked_sub(1).filter(|_| is_directory) else { return };
    let Ok(entries) = fs::read_dir(path) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        collect(&path, pieces, depth);
    }
}

/// Whether a lock on a file in `directory` excludes others there; `None` where it cannot be found out.
pub(super) fn has_locks(directory: &Path) -> Option<bool> {
    // Shared, and on the directory itself: nothing of the store is ever locked so.
    let opened = fs::File::open(directory).ok()?;
    match opened.try_lock_shared() {
        Ok(()) => {
            let _ = opened.unlock();
            Some(true)
        }
        Err(fs::TryLockError::WouldBlock) => Some(true),
        Err(fs::TryLockError::Error(error)) => {
            (error.kind() == std::io::ErrorKind::Unsupported).then_some(false)
        }
    }
}

/// The permission bits.
#[cfg(unix)]
pub(super) fn mode(metadata: &Metadata) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    Some(metadata.mode() & 0o7777)
}

#[cfg(not(unix))]
pub(super) const fn mode(_: &Metadata) -> Option<u32> {
    None
}

/// The number of the user it belongs to.
#[cfg(unix)]
pub(super) fn owner(metadata: &Metadata) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    Some(metadata.uid())
}

#[cfg(not(unix))]
pub(super) const fn owner(_: &Metadata) -> Option<u32> {
    None
}

/// The number of the user of this process.
#[cfg(unix)]
pub(super) fn user() -> Option<u32> {
    Some(rustix::process::geteuid().as_raw())
}

#[cfg(not(unix))]
pub(super) const fn user() -> Option<u32> {
    None
}

/// Whether this process may make something in the directory.
#[cfg(unix)]
pub(super) fn is_writable(directory: &Path) -> bool {
    use rustix::fs::{Access, access};
    access(directory, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

#[cfg(not(unix))]
pub(super) const fn is_writable(_: &Path) -> bool {
    true
}

/// The bytes that are free on the disk of `directory`.
#[cfg(unix)]
pub(super) fn free_space(directory: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(directory).ok()?;
    disk.f_bavail.checked_mul(disk.f_frsize)
}

#[cfg(not(unix))]
pub(super) const fn free_space(_: &Path) -> Option<u64> {
    None
}

/// The name of the network file system that `directory` is on; none for a disk of this machine.
#[cfg(target_os = "linux")]
pub(super) fn network(directory: &Path) -> Option<&'static str> {
    const NETWORK: [(u64, &str); 8] = [
        (0x6969, "NFS"),
        (0x517b, "SMB"),
        (0xff53_4d42, "CIFS"),
        (0xfe53_4d42, "SMB"),
        (0x0102_1997, "9P"),
        (0x00c3_6400, "Ceph"),
        (0x5346_414f, "AFS"),
        (0x7375_7245, "Coda"),
    ];
    let kind = rustix::fs::statfs(directory).ok()?.f_type;
    let kind = u64::try_from(kind).ok()?;
    NETWORK.iter().find(|(magic, _)| *magic == kind).map(|(_, name)| *name)
}

#[cfg(not(target_os = "linux"))]
pub(super) const fn network(_: &Path) -> Option<&'static str> {
    None
}
