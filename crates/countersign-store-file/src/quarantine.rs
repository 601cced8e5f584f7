use std::{io, path::PathBuf};

use countersign_store::Error;

use crate::{
    name::Files,
    replace::{self, Disk},
};

/// Moves the file of a record to the first name that is free for it; `None` when it is gone.
///
/// No call of the standard library renames without replacing. So the name is taken by an empty file that
/// nobody else can have made, and that one is what the record replaces.
pub(crate) fn aside(disk: &mut impl Disk, files: &Files) -> Result<Option<PathBuf>, Error> {
    for number in 1..=u32::MAX {
        let target = files.quarantine(number);
        match disk.create(&target) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            created => drop(created.map_err(Error::io)?),
        }
        if let Err(error) = disk.rename(&files.record, &target) {
            // It is empty, and if it cannot be removed it is in nobody's way.
            let _ = disk.remove(&target);
            return if error.kind() == io::ErrorKind::NotFound { Ok(None) } else { Err(Error::io(error)) };
        }
        replace::confirm(disk, files)?;
        return Ok(Some(target));
    }
    Err(Error::io(io::ErrorKind::AlreadyExists.into()))
}

#[cfg(test)]
mod tests;
