//! What a disk has of a store: whose it is, who can read it, what does not belong there.

use std::{fs, path::Path};

use countersign_store::{ownership::Owner, sidecar::Sidecar};

use super::{
    Check, chmod,
    files::{self, Piece},
};
use crate::{commands::errors::word, exit::Exit, storage::Inner};

/// Free space below which a save may fail, and below which it will.
const LITTLE: u64 = 16 << 20;
const NONE: u64 = 1 << 20;

/// A log of more is one that no program has emptied for long.
const LONG_LOG: u64 = 8 << 20;

pub(super) fn checks(inner: &Inner) -> Vec<Check> {
    let (Some(root), Some(directory)) = (files::root(inner), files::directory(inner)) else {
        return Vec::new();
    };
    let pieces = files::pieces(inner);
    if pieces.is_empty() {
        return vec![missing(root)];
    }
    let mut checks = vec![Check::ok("place", root.display().to_string())];
    checks.extend([owner(&pieces), permissions(&pieces), links(&pieces), leftovers(&pieces)]);
    checks.push(locks(directory));
    checks.push(match files::network(directory) {
        Some(name) => Check::warning(
            "file-system",
            format!("it is on a network file system ({name}), whose locks and syncs are often none"),
            "keep it on a disk of this machine: countersign store migrate --to file:PATH",
        ),
        None => Check::ok("file-system", "it is on a disk of this machine"),
    });
    checks.extend(space(directory));
    if let Inner::Sqlite(_) = inner {
        checks.push(log(root));
    }
    checks
}

/// A place that nothing is at, and whether it can be made.
fn missing(root: &Path) -> Check {
    let about = format!("{} is not there so far", root.display());
    match root.ancestors().skip(1).find(|directory| directory.exists()) {
        Some(directory) if !files::is_writable(directory) => Check::problem(
            "place",
            Exit::StoreUnavailable,
            format!("{about}, and {} cannot be written to", directory.display()),
            "make it writable, or name another place with --store file:PATH",
        ),
        _ => Check::ok("place", about),
    }
}

fn owner(pieces: &[Piece]) -> Check {
    let foreign = pieces.iter().find(|piece| files::owner(&piece.metadata) != files::user());
    match foreign {
        Some(piece) => Check::problem(
            "owner",
            Exit::StoreUnavailable,
            format!("{} belongs to another user", piece.path.display()),
            format!("chown it to yourself, if it is yours: {}", word(&piece.path.display().to_string())),
        ),
        None => Check::ok("owner", "everything is yours"),
    }
}

fn permissions(pieces: &[Piece]) -> Check {
    let bits = |piece: &Piece| files::mode(&piece.metadata).unwrap_or_default() & 0o777;
    // A directory that others can look into shows the names of accounts; a file shows what is in it.
    let is_plain = |piece: &Piece| piece.metadata.is_file() || piece.metadata.is_dir();
    let open = |piece: &&Piece| is_plain(piece) && bits(piece) & 0o077 != 0;
    let Some(piece) = pieces.iter().filter(open).min_by_key(|piece| piece.metadata.is_dir()) else {
        return Check::ok("permissions", "only you can read it");
    };
    let (path, bits) = (&piece.path, bits(piece));
    let about = format!("others can get at {} (mode {bits:04o})", path.display());
    if piece.metadata.is_dir() && bits & 0o022 == 0 {
        Check::warning("permissions", about, chmod("700", path))
    } else {
        let mode = if piece.metadata.is_dir() { "700" } else { "600" };
        Check::problem("permissions", Exit::StoreUnavailable, about, chmod(mode, path))
    }
}

fn links(pieces: &[Piece]) -> Check {
    let strange = pieces.iter().find(|piece| !piece.metadata.is_file() && !piece.metadata.is_dir());
    match strange {
        Some(piece) => Check::problem(
            "links",
            Exit::StoreUnavailable,
            format!("{} is a link or no file at all, and is not used", piece.path.display()),
            format!("look at it, and remove it: rm {}", word(&piece.path.display().to_string())),
        ),
        None => Check::ok("links", "none"),
    }
}

fn leftovers(pieces: &[Piece]) -> Check {
    let is_leftover = |piece: &&Piece| {
        let name = piece.path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".tmp") || name.ends_with("-journal")
    };
    let count = pieces.iter().filter(is_leftover).count();
    match pieces.iter().find(is_leftover) {
        Some(piece) => Check::warning(
            "leftovers",
            format!("a program was killed while it wrote: {} ({count} in all)", piece.path.display()),
            "use the account once, which removes it; or remove the file when no program uses the store",
        ),
        None => Check::ok("leftovers", "none"),
    }
}

/// Whether a lock excludes another one, tried on a file of its own.
fn locks(directory: &Path) -> Check {
    let path = directory.join(format!(".countersign-doctor-{}.lock", std::process::id()));
    let sidecar = Sidecar::new(Owner::of(directory));
    let first = sidecar.try_lock(&path);
    let second = sidecar.try_lock(&path);
    let _ = fs::remove_file(&path);
    match (&first, &second) {
        (Ok(Some(_)), Ok(None)) => Check::ok("locks", "they exclude each other"),
        (Err(error), _) | (_, Err(error)) => {
            let why = core::error::Error::source(error).map_or(error.to_string(), ToString::to_string);
            Check::problem(
                "locks",
                Exit::StoreUnavailable,
                format!("nothing can be locked in {}: {why}", directory.display()),
                "make it writable, or move the store: countersign store migrate --to file:PATH",
            )
        }
        _ => Check::problem(
            "locks",
            Exit::StoreUnavailable,
            format!("a lock in {} excludes nobody", directory.display()),
            "move the store to a disk of this machine: countersign store migrate --to file:PATH",
        ),
    }
}

fn space(directory: &Path) -> Option<Check> {
    let free = files::free_space(directory)?;
    let about = format!("{} MiB are free", free >> 20);
    let next = "make room on the disk: a rotated token that cannot be stored is lost";
    Some(match free {
        free if free < NONE => Check::problem("space", Exit::StoreUnavailable, about, next),
        free if free < LITTLE => Check::warning("space", about, next),
        _ => Check::ok("space", about),
    })
}

fn log(database: &Path) -> Check {
    let log = files::with_ending(database, "-wal");
    match log.symlink_metadata() {
        Ok(metadata) if metadata.len() > LONG_LOG => Check::warning(
            "log",
            format!("{} has {} MiB and was not emptied for long", log.display(), metadata.len() >> 20),
            "end the programs that use the store, and run any command of countersign",
        ),
        Ok(metadata) => Check::ok("log", format!("{} bytes", metadata.len())),
        Err(_) => Check::ok("log", "none"),
    }
}
