use std::path::{Path, PathBuf};

use countersign_store::name;
use countersign_token::Key;

/// The lock file of `key` in the directory `locks`.
///
/// No other key has it, and none of the store's own lock files is one, for the name of each key has a `+`.
pub(crate) fn of(locks: &Path, key: &Key) -> PathBuf {
    let mut path = locks.to_owned();
    path.extend(name::pieces(key));
    path.as_mut_os_string().push(".lock");
    path
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use countersign_token::Key;

    use super::of;

    #[test]
    fn a_lock_file_is_named_for_its_key() {
        let check = |account: &str, expected: &str| {
            assert_eq!(of(Path::new("/l"), &Key::new("i", "c", account)), Path::new(expected));
        };
        check("ann", "/l/i+c+ann.lock");
        check(&"a".repeat(200), &format!("/l/i+c+{}~/~aaaa.lock", "a".repeat(196)));
    }
}
