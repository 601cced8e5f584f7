use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use countersign_store::{
    Error, ErrorKind,
    form::{self, MAX_SEALED_BYTES},
    ownership::Owner,
};
use countersign_token::{Key, Record, Secret};

/// The record in the file at `path`, which must be a regular file of the owner.
///
/// It takes no lock: a file is only ever replaced as a whole, and what is open stays whole.
pub(crate) fn record(path: &Path, key: &Key, owner: &Owner) -> Result<Option<Record>, Error> {
    // Before opening, because opening a pipe waits for a writer and a link leads elsewhere.
    owner.check_file_at(path)?;
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io(error)),
    };
    let length = owner.check_open(&file)?.len();
    if length > MAX_SEALED_BYTES as u64 {
        return Err(Error::new(ErrorKind::TooBig));
    }
    form::read(key, &content(file, length)?).map(Some)
}

fn content(file: File, length: u64) -> Result<Secret, Error> {
    // Room for one byte more, so that reading does not grow the buffer and leave a copy behind.
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(MAX_SEALED_BYTES).saturating_add(1));
    let read = file.take(MAX_SEALED_BYTES as u64 + 1).read_to_end(&mut bytes);
    let text = String::from_utf8(bytes).map_err(|error| {
        // As zeros they are text, and a secret that is dropped is wiped.
        let mut bytes = error.into_bytes();
        bytes.fill(0);
        drop(String::from_utf8(bytes).map(Secret::new));
        Error::new(ErrorKind::Corrupt).because("it is not UTF-8")
    });
    let secret = text.map(Secret::new);
    read.map_err(Error::io)?;
    secret
}
