//! How long an answer may be kept (RFC 9111 §5.2.2).

use core::time::Duration;

use http::{HeaderMap, header::CACHE_CONTROL};

/// What `Cache-Control` says; nothing when it says nothing of it.
pub(super) fn of(headers: &HeaderMap) -> Option<Duration> {
    let mut found = None;
    for value in headers.get_all(CACHE_CONTROL) {
        for directive in value.to_str().unwrap_or_default().split(',') {
            let directive = directive.trim().to_ascii_lowercase();
            match directive.split_once('=') {
                None if directive == "no-store" || directive == "no-cache" => return Some(Duration::ZERO),
                Some(("max-age", seconds)) => {
                    let seconds = seconds.trim_matches('"').parse();
                    found = found.or(seconds.ok().map(Duration::from_secs));
                }
                _ => {}
            }
        }
    }
    found
}
