use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use crate::Result;

/// What lies in the directory of a store when nothing is going on.
///
/// What SQLite puts beside a database is there or not, as it likes.
pub(crate) struct Files {
    directory: PathBuf,
    known: BTreeSet<PathBuf>,
}

impl Files {
    /// All that is there now.
    pub(crate) fn of(directory: &Path) -> Result<Self> {
        Ok(Self { directory: directory.to_owned(), known: tree(directory)? })
    }

    /// All that is there now belongs there as well.
    pub(crate) fn add(&mut self) -> Result {
        self.known.extend(tree(&self.directory)?);
        Ok(())
    }

    /// What is there now and did not belong there then, temporary files that is; a database with its
    /// companions counts once.
    pub(crate) fn strangers(&self) -> Result<Vec<PathBuf>> {
        let mut strangers = tree(&self.directory)?;
        strangers.retain(|path| !self.known.contains(path) && !is_companion(path, &self.known));
        let all = strangers.clone();
        strangers.retain(|path| !is_companion(path, &all));
        Ok(strangers.into_iter().collect())
    }
}

fn is_companion(path: &Path, of: &BTreeSet<PathBuf>) -> bool {
    let path = path.to_string_lossy();
    ["-wal", "-shm", "-journal"]
        .iter()
        .filter_map(|suffix| path.strip_suffix(suffix))
        .any(|main| of.contains(Path::new(main)))
}

/// Everything below a directory, which may be changing or absent.
pub(crate) fn tree(directory: &Path) -> Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    let mut ahead = vec![directory.to_owned()];
    while let Some(next) = ahead.pop() {
        let entries = match fs::read_dir(&next) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                ahead.push(entry.path());
            }
            found.insert(entry.path());
        }
    }
    Ok(found)
}
