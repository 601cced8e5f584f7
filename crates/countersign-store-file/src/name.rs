use std::path::{Path, PathBuf};

use countersign_store::name;
use countersign_token::Key;

/// The ending of a record's file.
const SUFFIX: &str = ".json";

/// Where the record of a key is, and what lies beside it.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    pub(crate) folder: PathBuf,
    pub(crate) record: PathBuf,
    pub(crate) lock: PathBuf,
    pub(crate) temporary: PathBuf,
}

impl Files {
    pub(crate) fn of(store: &Path, key: &Key) -> Self {
        let mut folder = store.to_owned();
        let mut pieces = name::pieces(key);
        let stem = pieces.pop().unwrap_or_default();
        folder.extend(pieces);
        Self {
            record: folder.join(format!("{stem}{SUFFIX}")),
            lock: folder.join(format!("{stem}{SUFFIX}.lock")),
            temporary: folder.join(format!(".{stem}{SUFFIX}.tmp")),
            folder,
        }
    }

    /// Where the record goes when it is damaged: the `number`th name, which is no record's.
    pub(crate) fn quarantine(&self, number: u32) -> PathBuf {
        let mut path = self.record.clone().into_os_string();
        path.push(format!(".corrupt-{number}"));
        path.into()
    }
}

/// The key whose record is the file `name` within these directories; `None` for any other file.
pub(crate) fn key_of(directories: &[String], name: &str) -> Option<Key> {
    let stem = name.strip_suffix(SUFFIX)?;
    let pieces: Vec<&str> = directories.iter().map(String::as_str).chain([stem]).collect();
    name::key_of(&pieces)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use countersign_token::Key;

    use super::{Files, key_of};

    #[test]
    fn only_the_file_of_a_record_leads_to_a_key() {
        for account in ["ann", &"A".repeat(100)] {
            let key = Key::new("https://issuer.example", "client", account);
            let files = Files::of(Path::new("/s"), &key);
            let folder = files.folder.strip_prefix("/s").unwrap();
            let directories: Vec<String> =
                folder.iter().map(|piece| piece.to_str().unwrap().to_owned()).collect();
            let named = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
            assert_eq!(key_of(&directories, &named(&files.record)), Some(key));
            for path in [&files.lock, &files.temporary, &files.quarantine(1), &files.quarantine(u32::MAX)] {
                assert!(named(path).len() <= 255);
                assert_eq!(key_of(&directories, &named(path)), None);
            }
        }
        assert_eq!(key_of(&[], "a+b+c"), None);
    }
}
