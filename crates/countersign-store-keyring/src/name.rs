//! What entries and lock files are called.

use std::path::{Path, PathBuf};

use countersign_store::name;
use countersign_token::Key;

const SUFFIX: &str = ".lock";

/// The service and the user of an entry, of `a-z 0-9 - _ % / ~`, different for different things even where
/// case is ignored.
///
/// Some keyrings join the two with a `.` or an `@`, of which neither has one: where the one ends and the other
/// begins can always be told.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) service: String,
    pub(crate) user: String,
    /// The directories and the stem of its lock file.
    pieces: Vec<String>,
}

impl Name {
    /// The entry of a grant. Its user has two slashes or more.
    pub(crate) fn of_key(service: &str, key: &Key) -> Self {
        Self { service: escaped(service), user: key.to_text(), pieces: name::pieces(key) }
    }

    /// The entry of a data key. Its user has no slash, and its lock file no plus sign.
    pub(crate) fn of_data_key(service: &str, name: &str) -> Self {
        let user = escaped(name);
        Self { service: escaped(service), pieces: vec![user.clone()], user }
    }

    /// An entry that is made only to be deleted. Its user has a tilde, which no other has.
    pub(crate) fn of_probe(service: &str, number: usize) -> Self {
        Self { service: escaped(service), user: String::new(), pieces: Vec::new() }.beside(number)
    }

    /// An entry of the same service that is made only to be deleted.
    pub(crate) fn beside(&self, number: usize) -> Self {
        let user = format!("probe~{}-{number}", std::process::id());
        Self { service: self.service.clone(), user, pieces: Vec::new() }
    }

    /// An entry of another program, by the name it gave it.
    pub(crate) fn of_others(service: &str, user: &str) -> Self {
        Self { service: service.to_owned(), user: user.to_owned(), pieces: Vec::new() }
    }

    /// Its lock file in the directory `locks`.
    pub(crate) fn lock_file(&self, locks: &Path) -> PathBuf {
        let mut path = locks.to_owned();
        path.extend(&self.pieces);
        path.as_mut_os_string().push(SUFFIX);
        path
    }
}

/// The key whose lock file is `name` within these directories; `None` for any other file.
pub(crate) fn key_of(directories: &[String], name: &str) -> Option<Key> {
    let stem = name.strip_suffix(SUFFIX)?;
    let pieces: Vec<&str> = directories.iter().map(String::as_str).chain([stem]).collect();
    name::key_of(&pieces)
}

/// The text as a part of a key is written.
fn escaped(text: &str) -> String {
    Key::new(text, "", "").to_text().replace('/', "")
}
