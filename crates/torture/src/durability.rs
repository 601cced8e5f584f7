//! What would be left after a loss of power, as far as a trace tells: nothing that was not synced.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use crate::trace::Call;

/// What is written but not yet safe, in the directory of a store.
pub(crate) struct Durability {
    root: PathBuf,
    existing: BTreeSet<PathBuf>,
    /// Files that were written to, and whether a sync of them has failed since: the system may then have
    /// dropped what it could not write, and a later sync says nothing.
    written: BTreeMap<PathBuf, Sync>,
    /// Names that came, went or changed, likewise.
    names: BTreeMap<PathBuf, Sync>,
    /// What was done in a wrong order, and cannot be made good.
    wrong: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sync {
    Due,
    Failed,
}

impl Durability {
    /// Of the store below `root`, in which there were these files before.
    pub(crate) fn new(root: &Path, existing: BTreeSet<PathBuf>) -> Self {
        let root = root.to_owned();
        Self { root, existing, written: BTreeMap::new(), names: BTreeMap::new(), wrong: Vec::new() }
    }

    /// What may be lost now.
    pub(crate) fn unsafe_now(&self) -> Vec<String> {
        let why = |sync: &Sync| if *sync == Sync::Due { "not synced" } else { "its sync failed" };
        let mut found = self.wrong.clone();
        // What goes into a database is in its log as well, as long as there is one.
        let bare = self.written.iter().filter(|(path, _)| !self.existing.contains(&log_of(path)));
        found.extend(bare.map(|(path, sync)| format!("{}: {}", path.display(), why(sync))));
        let name = |(path, sync): (&PathBuf, &Sync)| format!("the name {}: {}", path.display(), why(sync));
        found.extend(self.names.iter().map(name));
        found
    }

    /// Takes in one call.
    pub(crate) fn see(&mut self, call: &Call) {
        let paths = call.paths(&self.root);
        let Some(first) = paths.first().filter(|path| matters(path)).cloned() else {
            return;
        };
        if call.succeeded() && empties_log(call, &first) {
            let main = self.written.keys().find(|path| log_of(path) == first);
            let wrong =
                main.map(|main| format!("the log of {} was emptied before that was synced", main.display()));
            self.wrong.extend(wrong);
        }
        match call.name.as_str() {
            "fsync" | "fdatasync" => self.sync(&first, call.succeeded()),
            _ if !call.succeeded() => {}
            "open" | "openat" | "creat" => {
                if call.arguments.contains("O_CREAT") && self.existing.insert(first.clone()) {
                    self.names.insert(first.clone(), Sync::Due);
                }
                if call.arguments.contains("O_TRUNC") {
                    self.written.entry(first).or_insert(Sync::Due);
                }
            }
            "write" | "pwrite64" | "writev" | "pwritev" | "fallocate" => {
                self.written.entry(first).or_insert(Sync::Due);
            }
            // A log that was emptied and is full again after all holds what is in the database by then.
            "truncate" | "ftruncate" if is_log(&first) => {}
            "truncate" | "ftruncate" => {
                self.written.entry(first).or_insert(Sync::Due);
            }
            "mkdir" | "mkdirat" => {
                self.existing.insert(first.clone());
                self.names.insert(first, Sync::Due);
            }
            "rename" | "renameat" | "renameat2" => {
                if let Some(to) = paths.get(1) {
                    self.rename(&first, to);
                }
            }
            "link" | "linkat" | "symlink" | "symlinkat" => {
                if let Some(to) = paths.last() {
                    self.names.insert(to.clone(), Sync::Due);
                }
            }
            // Nor does it matter whether a log comes back: it is removed when all of it is in the database.
            "unlink" | "unlinkat" if is_log(&first) => {
                self.written.remove(&first);
                self.existing.remove(&first);
                self.names.remove(&first);
            }
            "unlink" | "unlinkat" | "rmdir" => {
                self.written.remove(&first);
                self.existing.remove(&first);
                // Whether a name that was never safe comes back does not matter; no operation relies on it.
                if self.names.remove(&first).is_none() {
                    self.names.insert(first, Sync::Due);
                }
            }
            _ => {}
        }
    }

    fn sync(&mut self, path: &Path, succeeded: bool) {
        let files = self.written.iter_mut().filter(|(file, _)| *file == path);
        let names = self.names.iter_mut().filter(|(name, _)| name.parent() == Some(path));
        if succeeded {
            self.written.retain(|file, sync| file != path || *sync == Sync::Failed);
            self.names.retain(|name, sync| name.parent() != Some(path) || *sync == Sync::Failed);
        } else {
            files.chain(names).for_each(|(_, sync)| *sync = Sync::Failed);
        }
    }

    fn rename(&mut self, from: &Path, to: &Path) {
        if self.written.remove(from).is_some() {
            self.wrong.push(format!("{} was renamed before it was synced", from.display()));
        }
        self.written.remove(to);
        self.existing.remove(from);
        self.existing.insert(to.to_owned());
        self.names.remove(from);
        self.names.insert(to.to_owned(), Sync::Due);
    }
}

/// What holds no data: lock files, and the memory that users of a database share.
fn matters(path: &Path) -> bool {
    let path = path.to_string_lossy();
    !(path.ends_with(".lock") || path.ends_with("-shm"))
}

/// Whether what is in a log is given up: it is removed, cut off or begun anew, with a header of 32 bytes.
fn empties_log(call: &Call, path: &Path) -> bool {
    let begins = call.name == "pwrite64" && call.arguments.ends_with(", 32, 0");
    is_log(path) && (begins || ["unlink", "unlinkat", "truncate", "ftruncate"].contains(&call.name.as_str()))
}

fn log_of(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push("-wal");
    path.into()
}

fn is_log(path: &Path) -> bool {
    path.to_string_lossy().ends_with("-wal")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace;

    #[track_caller]
    fn check(log: &str, expected: &[&str]) {
        let log: String = log.lines().map(|line| format!("1 {}\n", line.trim())).collect();
        let mut durability = Durability::new(Path::new("/s"), BTreeSet::from([PathBuf::from("/s/a")]));
        trace::read(&log).iter().for_each(|call| durability.see(call));
        assert_eq!(durability.unsafe_now(), expected);
    }

    const WRITE: &str = r#"openat(4</w>, "/s/t", O_CREAT|O_EXCL, 0600) = 3</s/t>
        write(3</s/t>, "x", 1) = 1"#;
    const RENAME: &str = r#"rename("/s/t", "/s/a") = 0"#;

    #[test]
    fn the_good_order_is_safe_at_its_end_alone() {
        let synced = format!("{WRITE}\nfsync(3</s/t>) = 0\n{RENAME}\n");
        check(&synced, &["the name /s/a: not synced"]);
        check(&(synced + "fsync(3</s>) = 0"), &[]);
    }

    #[test]
    fn what_is_not_synced_is_not_safe() {
        check(WRITE, &["/s/t: not synced", "the name /s/t: not synced"]);
        let unsynced = format!("{WRITE}\n{RENAME}\nfsync(3</s>) = 0");
        check(&unsynced, &["/s/t was renamed before it was synced"]);
        check("write(3</s/a>, \"x\", 1) = 1\nclose(3</s/a>) = 0", &["/s/a: not synced"]);
        check("unlink(\"/s/a\") = 0", &["the name /s/a: not synced"]);
    }

    #[test]
    fn a_log_stands_in_for_its_database_while_it_is_there() {
        let log = "openat(4</w>, \"/s/a-wal\", O_RDWR|O_CREAT, 0600) = 5</s/a-wal>\nfsync(3</s>) = 0\n";
        let taken = format!("{log}pwrite64(3</s/a>, \"x\", 1, 0) = 1\n");
        check(&taken, &[]);
        let unsynced = "the log of /s/a was emptied before that was synced";
        check(&format!("{taken}unlink(\"/s/a-wal\") = 0"), &[unsynced, "/s/a: not synced"]);
        check(
            &format!("{taken}pwrite64(5</s/a-wal>, \"x\", 32, 0) = 32\nfsync(5</s/a-wal>) = 0"),
            &[unsynced],
        );
        check(&format!("{taken}fsync(3</s/a>) = 0\nunlink(\"/s/a-wal\") = 0"), &[]);
    }

    #[test]
    fn a_sync_that_failed_is_not_made_good_by_another() {
        let failed =
            "write(3</s/a>, \"x\", 1) = 1\nfsync(3</s/a>) = -1 EIO (Input/output error) (INJECTED)\n";
        check(&format!("{failed}fsync(3</s/a>) = 0"), &["/s/a: its sync failed"]);
        let again = format!("{failed}{WRITE}\nfsync(3</s/t>) = 0\n{RENAME}\nfsync(3</s>) = 0");
        check(&again, &[]);
    }
}
