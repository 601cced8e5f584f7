use std::path::{Path, PathBuf};

use countersign_token::Key;

/// The longest piece of a name. File systems take 255 bytes; the rest is for suffixes and marks.
const PIECE: usize = 200;

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
        let mut pieces = pieces(key);
        let stem = pieces.pop().unwrap_or_default();
        folder.extend(pieces);
        Self {
            record: folder.join(format!("{stem}{SUFFIX}")),
            lock: folder.join(format!("{stem}{SUFFIX}.lock")),
            temporary: folder.join(format!(".{stem}{SUFFIX}.tmp")),
            folder,
        }
    }
}

/// The text form of the key, cut into directories and a file name that no other key has.
///
/// The text is of `a-z 0-9 - _ %`, and `/`, for which `+` is written. Where it is cut, a `~` ends the one
/// piece and begins the next, so that no piece can be a whole name, nor one that Windows reserves.
fn pieces(key: &Key) -> Vec<String> {
    let text = key.to_text().replace('/', "+");
    let mut pieces = Vec::new();
    let mut rest = text.as_str();
    while let Some((piece, tail)) = rest.split_at_checked(PIECE).filter(|(_, tail)| !tail.is_empty()) {
        pieces.push(marked(piece, !pieces.is_empty()) + "~");
        rest = tail;
    }
    pieces.push(marked(rest, !pieces.is_empty()));
    pieces
}

fn marked(piece: &str, continued: bool) -> String {
    let mark = if continued { "~" } else { "" };
    format!("{mark}{piece}")
}

/// The key whose record is the file `name` within these directories; `None` for any other file.
pub(crate) fn key_of(directories: &[String], name: &str) -> Option<Key> {
    let stem = name.strip_suffix(SUFFIX)?;
    let text: String =
        directories.iter().map(String::as_str).chain([stem]).map(|piece| piece.trim_matches('~')).collect();
    let key = Key::from_text(&text.replace('+', "/")).ok()?;
    // Only the one name that would be written counts, whatever else decodes to the key.
    let own = pieces(&key);
    (own.split_last()? == (&stem.to_owned(), directories)).then_some(key)
}

/// Whether a directory of this name can hold a part of a long name.
pub(crate) fn is_piece(directory: &str) -> bool {
    directory.ends_with('~')
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, path::Path};

    use countersign_token::{Key, Scopes};
    use proptest::prelude::*;

    use super::{Files, key_of, pieces};

    fn keys() -> impl Strategy<Value = Key> {
        // Few letters, so that neighbours that a careless name would join are met often.
        let part = prop_oneof!["[aA./%+~_ ]{0,4}", "[aA/]{190,210}", "\\PC{0,80}"];
        let scopes = proptest::option::of("[aB ]{0,3}");
        let resource = proptest::collection::vec("[a/]{0,3}", 0..3);
        (part.clone(), part.clone(), part, scopes, resource).prop_map(
            |(issuer, client, account, scopes, resource)| {
                let mut key = Key::new(issuer, client, account).with_resource(resource);
                key.scopes = scopes.map(Scopes::from);
                key
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn names_are_injective_where_case_is_ignored(keys in proptest::collection::hash_set(keys(), 2..24)) {
            let names: HashSet<String> = keys
                .iter()
                .map(|key| pieces(key).join("/").to_lowercase())
                .collect();
            prop_assert_eq!(names.len(), keys.len());
        }

        #[test]
        fn names_lead_back_and_fit(key in keys()) {
            let files = Files::of(Path::new("/s"), &key);
            let parts: Vec<String> = files
                .record
                .strip_prefix("/s")
                .unwrap()
                .iter()
                .map(|part| part.to_str().unwrap().to_owned())
                .collect();
            let (name, directories) = parts.split_last().unwrap();
            prop_assert_eq!(key_of(directories, name), Some(key));
            for path in [&files.lock, &files.temporary] {
                let file = path.file_name().unwrap().to_str().unwrap();
                prop_assert!(file.len() <= 255, "{}", file);
                prop_assert_eq!(key_of(directories, file), None);
            }
        }
    }

    #[test]
    fn foreign_names_are_no_keys() {
        for name in
            ["notes.json", "a+b.json", "a+b+c~.json", "a+b+C.json", "a+b+c", "a+b+c.json.lock", ".json"]
        {
            assert_eq!(key_of(&[], name), None, "{name}");
        }
        assert_eq!(key_of(&[], "a+b+c.json"), Some(Key::new("a", "b", "c")));
        assert_eq!(key_of(&["a+b~".to_owned()], "~+c.json"), None);
    }

    #[test]
    fn no_piece_of_a_long_name_is_a_whole_one() {
        // What is left after the cut would be a name that Windows reserves.
        let pieces = pieces(&Key::new("a".repeat(180), "b".repeat(18), "con"));
        assert_eq!(pieces.iter().map(String::len).collect::<Vec<_>>(), [201, 4]);
        assert_eq!(pieces[1], "~con");
    }
}
