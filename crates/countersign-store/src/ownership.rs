//! Whose a file is, who else could change it, and how to create one that nobody else can read.

use std::{
    fs::{File, Metadata, OpenOptions},
    io,
    path::Path,
};

use crate::{Error, ErrorKind};

/// The user on whose behalf the process runs, whose files alone are trusted.
///
/// On Linux it is the effective user. On another Unix the standard library cannot tell it, and the owner of
/// the store's directory takes its place. On Windows nothing is checked: access lists decide there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Owner {
    #[cfg(unix)]
    uid: Option<u32>,
}

impl Owner {
    /// The user of this process, whose store is, or will be, at `directory`.
    pub fn of(directory: &Path) -> Self {
        #[cfg(not(unix))]
        let _ = directory;
        Self {
            #[cfg(unix)]
            uid: unix::effective_user().or_else(|| {
                use std::os::unix::fs::MetadataExt;
                directory.metadata().ok().map(|metadata| metadata.uid())
            }),
        }
    }

    /// Checks that `path` itself, not what it may link to, is a regular file of this user, or absent.
    ///
    /// # Errors
    /// [`ErrorKind::Insecure`] when it is anything else, with the reason as its source.
    pub fn check_file_at(&self, path: &Path) -> Result<(), Error> {
        match path.symlink_metadata() {
            Ok(metadata) => self.check_file(&metadata),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(Error::io(error)),
        }
    }

    /// Checks that an open file is a regular one of this user.
    ///
    /// # Errors
    /// [`ErrorKind::Insecure`] when it is not, with the reason as its source.
    pub fn check_open(&self, file: &File) -> Result<Metadata, Error> {
        let metadata = file.metadata().map_err(Error::io)?;
        self.check_file(&metadata)?;
        Ok(metadata)
    }

    /// Checks that a directory belongs to this user, or to root, and that nobody else can replace files in it.
    ///
    /// A directory that others can write to passes when it has the sticky bit, as `/tmp` has.
    ///
    /// # Errors
    /// [`ErrorKind::Insecure`] when it does not, with the reason as its source.
    pub fn check_directory(&self, metadata: &Metadata) -> Result<(), Error> {
        if !metadata.is_dir() {
            return Err(insecure("it is not a directory"));
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            if metadata.uid() != 0 && self.uid.is_some_and(|uid| uid != metadata.uid()) {
                return Err(insecure("it belongs to another user"));
            }
            if metadata.mode() & 0o022 != 0 && metadata.mode() & 0o1000 == 0 {
                return Err(insecure("others can write to it"));
            }
        }
        Ok(())
    }

    fn check_file(&self, metadata: &Metadata) -> Result<(), Error> {
        if metadata.is_symlink() {
            return Err(insecure("it is a symbolic link"));
        }
        if !metadata.is_file() {
            return Err(insecure("it is not a regular file"));
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            if self.uid.is_some_and(|uid| uid != metadata.uid()) {
                return Err(insecure("it belongs to another user"));
            }
        }
        Ok(())
    }
}

/// Creates a file that its owner alone can read and write from its first instant, whatever the umask.
///
/// # Errors
/// `AlreadyExists` when there is anything of that name, a dangling link included; else what the system says.
pub fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

fn insecure(reason: &'static str) -> Error {
    Error::new(ErrorKind::Insecure).because(reason)
}

#[cfg(unix)]
mod unix {
    /// The second number after `Uid:` is the effective user. The owner of `/proc/self` would not do: it is
    /// root for a process that asked not to be dumped.
    pub(super) fn effective_user() -> Option<u32> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
        line.split_ascii_whitespace().nth(1)?.parse().ok()
    }
}
