//! Names for the files of a key, which no other key has, on any file system.

use countersign_token::Key;

/// The longest piece of a name. File systems take 255 bytes; the rest is for suffixes and marks.
const PIECE: usize = 200;

/// The text form of the key, cut into directories and, as the last, a file name.
///
/// The text is of `a-z 0-9 - _ %`, and `/`, for which `+` is written. Where it is cut, a `~` ends the one
/// piece and begins the next, so that no piece can be a whole name, nor one that Windows reserves. Every whole
/// name has a `+`. A piece has at most 202 bytes, which leaves room for a suffix.
///
/// ```
/// use countersign_store::name;
/// use countersign_token::Key;
///
/// assert_eq!(name::pieces(&Key::new("https://a.example", "id", "Ann")), ["https%3a%2f%2fa%2eexample+id+%41nn"]);
/// ```
pub fn pieces(key: &Key) -> Vec<String> {
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

/// Whether a directory of this name can hold a part of a long name.
pub fn is_piece(directory: &str) -> bool {
    directory.ends_with('~')
}

/// The key of which these are the [`pieces`], if they are those of a key.
pub fn key_of(pieces: &[&str]) -> Option<Key> {
    let text: String = pieces.iter().map(|piece| piece.trim_matches('~')).collect();
    let key = Key::from_text(&text.replace('+', "/")).ok()?;
    // Only the one name that would be written counts, whatever else decodes to the key.
    (self::pieces(&key) == pieces).then_some(key)
}

fn marked(piece: &str, continued: bool) -> String {
    let mark = if continued { "~" } else { "" };
    format!("{mark}{piece}")
}
