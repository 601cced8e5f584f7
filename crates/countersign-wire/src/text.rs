//! Text from a server, made fit to be shown to a person.

use alloc::string::String;

/// The text without control characters and direction marks, cut to `limit` characters.
///
/// Each run of what is removed becomes one space, so that a terminal shows one line and obeys no escape
/// sequence.
pub fn sanitise(text: &str, limit: usize) -> String {
    let mut out = String::new();
    let mut gap = false;
    let mut length = 0_usize;
    for char in text.trim().chars() {
        if char.is_control() || is_invisible(char) {
            gap = true;
            continue;
        }
        if core::mem::take(&mut gap) {
            out.push(' ');
            length = length.saturating_add(1);
        }
        if length >= limit {
            out.push('…');
            break;
        }
        out.push(char);
        length = length.saturating_add(1);
    }
    out
}

/// Line and paragraph separators, and marks that turn the direction of text around.
const fn is_invisible(char: char) -> bool {
    matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}
