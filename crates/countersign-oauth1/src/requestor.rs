use alloc::string::String;

use crate::{RequestUri, signer::place};

/// The URL with `xoauth_requestor_id` appended to its query: on whose behalf a two-legged request is made.
///
/// It is an ordinary parameter of the URL, so the URL that comes back is the one to sign and to send.
///
/// ```
/// let url = countersign_oauth1::with_requestor("https://example.com/feed?v=2", "jane@example.com");
/// assert_eq!(url, "https://example.com/feed?v=2&xoauth_requestor_id=jane%40example.com");
/// ```
pub fn with_requestor<'a>(uri: impl Into<RequestUri<'a>>, requestor: &str) -> String {
    let mut url = uri.into().to_text();
    let mut begins = place::open_query(&mut url);
    place::append_pair("xoauth_requestor_id", requestor, &mut begins, &mut url);
    url
}
