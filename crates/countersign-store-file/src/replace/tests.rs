use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use countersign_store::ErrorKind;

use super::{Disk, System, remove, replace, sweep};
use crate::name::Files;

/// Does as the real disk, notes each call, and fails the one that it is told to.
#[derive(Default)]
pub(crate) struct Recorder {
    pub(crate) calls: Vec<&'static str>,
    pub(crate) fail: Option<usize>,
}

impl Recorder {
    fn note<T>(&mut self, call: &'static str, work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.calls.push(call);
        if self.fail == Some(self.calls.len()) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        work()
    }
}

impl Disk for Recorder {
    fn create(&mut self, path: &Path) -> io::Result<File> {
        self.note("create", || System.create(path))
    }
    fn write(&mut self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        self.note("write", || System.write(file, bytes))
    }
    fn sync(&mut self, file: &File) -> io::Result<()> {
        self.note("sync", || System.sync(file))
    }
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.note("rename", || System.rename(from, to))
    }
    fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.note("remove", || System.remove(path))
    }
    fn sync_directory(&mut self, path: &Path) -> io::Result<()> {
        self.note("sync directory", || System.sync_directory(path))
    }
}

pub(crate) fn setting(name: &str) -> (PathBuf, Files) {
    let folder = std::env::temp_dir().join(format!("countersign-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).unwrap();
    let files = Files::of(&folder, &countersign_token::Key::new("a", "b", "c"));
    fs::write(&files.record, "old").unwrap();
    (folder, files)
}

#[test]
fn order_is_write_sync_rename_sync() {
    let (folder, files) = setting("order");
    let mut disk = Recorder::default();
    replace(&mut disk, &files, b"new", &[]).unwrap();
    let order = ["create", "write", "sync", "rename", "sync directory"];
    assert_eq!(disk.calls, order);
    let mut disk = Recorder::default();
    replace(&mut disk, &files, b"new", core::slice::from_ref(&folder)).unwrap();
    assert_eq!(disk.calls.split_first(), Some((&"sync directory", &order[..])));
    fs::write(&files.temporary, "left behind").unwrap();
    sweep(&mut disk, &files).unwrap();
    assert!(!files.temporary.exists());
    let mut disk = Recorder::default();
    remove(&mut disk, &files).unwrap();
    assert_eq!(disk.calls, ["remove", "sync directory"]);
    fs::remove_dir_all(folder).unwrap();
}

/// Fails call after call until one run has none left to fail.
#[test]
fn each_failure_leaves_old_or_new_and_no_temporary_file() {
    let mut seen = Vec::new();
    for call in 1.. {
        let (folder, files) = setting("failures");
        let mut disk = Recorder { fail: Some(call), ..Recorder::default() };
        let result = replace(&mut disk, &files, b"new", &[]).map_err(|error| error.kind());
        seen.push((result, fs::read_to_string(&files.record).unwrap()));
        assert!(!files.temporary.exists(), "call {call} left a temporary file");
        fs::remove_dir_all(folder).unwrap();
        if result.is_ok() {
            break;
        }
    }
    let old = (Err(ErrorKind::Unavailable), "old".to_owned());
    let unconfirmed = (Err(ErrorKind::NotConfirmed), "new".to_owned());
    let new = (Ok(()), "new".to_owned());
    assert_eq!(seen, [old.clone(), old.clone(), old.clone(), old, unconfirmed, new]);
}
