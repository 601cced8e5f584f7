use std::path::{Path, PathBuf};

use countersign_token::Key;

/// The longest piece of a name. File systems take 255 bytes; the rest is for suffixes and marks.
const PIECE: usize = 200;

/// The lock file of `key` in the directory `locks`.
///
/// The name is the text form of the key, of `a-z 0-9 - _ %`, with `+` for `/`. Where it is too long it is
/// cut into directories; a `~` ends the one piece and begins the next, so that no piece is a whole name.
pub(crate) fn of(locks: &Path, key: &Key) -> PathBuf {
    let text = key.to_text().replace('/', "+");
    let mut path = locks.to_owned();
    let mut rest = text.as_str();
    let mut mark = "";
    while let Some((piece, tail)) = rest.split_at_checked(PIECE).filter(|(_, tail)| !tail.is_empty()) {
        path.push(format!("{mark}{piece}~"));
        mark = "~";
        rest = tail;
    }
    path.join(format!("{mark}{rest}.lock"))
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, path::Path};

    use countersign_token::Key;
    use proptest::prelude::*;

    use super::of;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn names_are_injective_where_case_is_ignored(
            accounts in proptest::collection::hash_set("([aA./%+~]{0,4}|[aA/]{60,75}|\\PC{0,80})", 2..24)
        ) {
            let paths: HashSet<String> = accounts
                .iter()
                .map(|account| of(Path::new("/l"), &Key::new("i", "c", account.as_str())))
                .map(|path| path.to_str().unwrap().to_lowercase())
                .collect();
            prop_assert_eq!(paths.len(), accounts.len());
            // The names of the store's own locks, such as "write.lock", have neither.
            prop_assert!(paths.iter().all(|path| path.contains(['+', '~'])));
            for piece in paths.iter().flat_map(|path| path.split('/')) {
                prop_assert!(piece.len() <= 255, "{}", piece);
            }
        }
    }
}
