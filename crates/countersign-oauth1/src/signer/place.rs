//! How signed parameters are appended to a query or form body (RFC 5849 §3.5.2 and §3.5.3).

use alloc::string::String;

use countersign_wire::percent;

/// Appends a pair to a query or form body, a space as `%20`.
pub(crate) fn append_pair(name: &str, value: &str, begins: &mut bool, out: &mut String) {
    if !*begins {
        out.push('&');
    }
    *begins = false;
    percent::encode_to(name.as_bytes(), out);
    out.push('=');
    percent::encode_to(value.as_bytes(), out);
}

/// Makes a URL ready to take a pair, and answers whether the next pair is the first or follows an `&`.
pub(crate) fn open_query(url: &mut String) -> bool {
    match url.split_once('?') {
        None => {
            url.push('?');
            true
        }
        Some((_, query)) => query.is_empty() || query.ends_with('&'),
    }
}
