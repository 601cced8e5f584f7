use countersign_wire::{Params, form};

/// The parameters that a redirect brings back; `text` is the query of the address, or all of the address.
///
/// The fragment that some servers append is cut off. `None` when it cannot be read.
pub(crate) fn parse(text: &str) -> Option<Params> {
    let text = text.trim_ascii();
    let text = text.split_once('#').map_or(text, |(before, _)| before);
    let query = match text.split_once('?') {
        Some((address, query)) if !address.contains(['=', '&']) => query,
        _ => text,
    };
    form::parse(query).ok()
}
