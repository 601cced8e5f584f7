use std::{
    ffi::OsString,
    fs::{self, Metadata},
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use countersign_store::{Error, ErrorKind, directory, ownership::Owner};

/// What SQLite puts beside a database, by the end of its name.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The smallest page, and a database has one at least.
const SMALLEST: u64 = 512;

/// Where a database is, and what lies beside it.
pub(crate) struct Files {
    pub(crate) directory: PathBuf,
    pub(crate) main: PathBuf,
    pub(crate) locks: PathBuf,
    /// Where a new database is prepared.
    pub(crate) temporary: PathBuf,
}

/// Which file it is, whatever its name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    #[cfg(unix)]
    file: (u64, u64),
}

impl Files {
    pub(crate) fn resolve(path: &Path) -> Result<Self, Error> {
        let path = std::path::absolute(path).map_err(Error::io)?;
        let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(Error::new(ErrorKind::Insecure).because("it is a directory"));
        };
        let directory = match fs::canonicalize(directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => directory.to_owned(),
            resolved => resolved.map_err(Error::io)?,
        };
        let named = |before: &str, after: &str| {
            let mut file = OsString::from(before);
            file.push(name);
            file.push(after);
            directory.join(file)
        };
        Ok(Self { main: named("", ""), locks: named("", ".locks"), temporary: named(".", ".new"), directory })
    }

    /// Which file the database is, if there is one; an error when it, or what is beside it, is not to be used.
    ///
    /// It opens nothing: closing a file releases all locks that this process has on it, SQLite's included.
    pub(crate) fn inspect(&self, owner: &Owner) -> Result<Option<Identity>, Error> {
        if !directory::is_trusted(&self.directory, owner)? {
            return Ok(None);
        }
        // Before the database, which is there before its log is.
        let log = self.has_log();
        for suffix in COMPANIONS {
            let file = companion(&self.main, suffix);
            let named = |error: Error| error.at(format_args!("database file {}", file.display()));
            owner.check_file_at(&file).map_err(named)?;
        }
        owner.check_file_at(&self.main)?;
        let metadata = match self.main.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return if log { Err(corrupt("its log is there and it is not")) } else { Ok(None) };
            }
            metadata => metadata.map_err(Error::io)?,
        };
        // SQLite would take it for a new one and discard the log.
        if metadata.len() < SMALLEST {
            return Err(corrupt("it is too short"));
        }
        closed_to_others(&metadata)?;
        Ok(Some(Identity::of(&metadata)))
    }

    /// Whether there is a log that is not empty.
    pub(crate) fn has_log(&self) -> bool {
        companion(&self.main, "-wal").symlink_metadata().is_ok_and(|log| log.len() > 0)
    }

    /// What changes when the database does.
    pub(crate) fn stamp(&self) -> Option<(u64, SystemTime)> {
        let metadata = self.main.symlink_metadata().ok()?;
        Some((metadata.len(), metadata.modified().ok()?))
    }

    /// Removes what a creation that was interrupted left behind.
    pub(crate) fn sweep(&self) -> io::Result<()> {
        let temporary = COMPANIONS.iter().map(|suffix| companion(&self.temporary, suffix));
        for file in temporary.chain([self.temporary.clone()]) {
            match fs::remove_file(file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// The URI by which SQLite reads the header of the database and touches nothing, not even a lock.
    pub(crate) fn immutable(&self) -> String {
        let mut uri = String::from("file:");
        let path = self.main.as_os_str().as_encoded_bytes();
        if !path.starts_with(b"/") {
            uri.push_str("///");
        }
        for byte in path {
            match byte {
                b'\\' if cfg!(windows) => uri.push('/'),
                b'/' | b'.' | b'-' | b'_' | b':' => uri.push(char::from(*byte)),
                byte if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
                byte => uri.push_str(&format!("%{byte:02x}")),
            }
        }
        uri + "?immutable=1"
    }
}

impl Identity {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            Self { file: (metadata.dev(), metadata.ino()) }
        }
        #[cfg(not(unix))]
        {
            // An open file cannot be replaced there.
            let _ = metadata;
            Self {}
        }
    }
}

fn companion(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// SQLite gives its other files the mode of the database, so one that is open to others stays so.
fn closed_to_others(metadata: &Metadata) -> Result<(), Error> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if metadata.mode() & 0o077 != 0 {
            return Err(Error::new(ErrorKind::Insecure).because("others can read it"));
        }
    }
    #[cfg(not(unix))]
    let _ = metadata;
    Ok(())
}

fn corrupt(reason: &'static str) -> Error {
    Error::new(ErrorKind::Corrupt).because(reason)
}
