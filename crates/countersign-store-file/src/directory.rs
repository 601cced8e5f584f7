use std::{
    io,
    path::{Path, PathBuf},
};

/// The directories above `folder` that a first record in it hangs on, up to the one that holds the store.
///
/// Whoever created them may have been killed before they were durable. The one that holds the store is left
/// out where we may not read it: there is no way to sync it then.
pub(crate) fn above(folder: &Path, store: &Path) -> Vec<PathBuf> {
    let holder = store.parent();
    folder
        .ancestors()
        .skip(1)
        .take_while(|directory| directory.starts_with(store) || Some(*directory) == holder)
        .filter(|directory| directory.starts_with(store) || is_readable(directory))
        .map(Path::to_owned)
        .collect()
}

fn is_readable(directory: &Path) -> bool {
    !directory.read_dir().is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::above;

    #[test]
    fn a_first_record_hangs_on_all_up_to_the_holder_of_the_store() {
        let holder = std::env::temp_dir();
        let store = holder.join("store");
        let check = |folder: &Path, expected: &[PathBuf]| assert_eq!(above(folder, &store), expected);
        check(&store, core::slice::from_ref(&holder));
        check(&store.join("a~"), &[store.clone(), holder.clone()]);
        check(&store.join("a~/~b~"), &[store.join("a~"), store.clone(), holder.clone()]);
    }
}
