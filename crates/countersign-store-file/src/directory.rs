use std::{
    io,
    path::{Path, PathBuf},
};

use countersign_store::{Error, ownership::Owner};

use crate::platform;

/// Whether there is a directory at `path`; an error when what is there cannot be trusted.
pub(crate) fn is_trusted(path: &Path, owner: &Owner) -> Result<bool, Error> {
    match path.metadata() {
        Ok(metadata) => owner.check_directory(&metadata).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::io(error)),
    }
}

/// Creates `path` and what is missing above it, each durably.
pub(crate) fn create(path: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = path
        .ancestors()
        .take_while(|directory| !directory.as_os_str().is_empty() && !directory.exists())
        .collect();
    for directory in missing.into_iter().rev() {
        match platform::create_directory(directory) {
            // Another process was faster, and may not have come to the sync yet.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && directory.is_dir() => {}
            result => result?,
        }
        if let Some(parent) = directory.parent() {
            platform::sync_directory(parent)?;
        }
    }
    Ok(())
}

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
