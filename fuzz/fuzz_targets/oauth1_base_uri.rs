//! A request URI is refused with a position in it, or has one base string URI, which is its own.
#![no_main]

use countersign_oauth1::{Error, Form, RequestUri, Target, base_string, base_string_uri};
use libfuzzer_sys::fuzz_target;

fn of(uri: &str) -> Result<String, Error> {
    let found = base_string_uri(uri);
    #[cfg(feature = "planted")]
    let found = found.map(|base| match uri.split_once("://") {
        // The port of the other scheme is no default.
        Some(("https", _)) => base.replacen(":80/", "/", 1),
        _ => base,
    });
    found
}

fuzz_target!(|uri: &str| {
    let base = match of(uri) {
        Ok(base) => base,
        Err(Error::Uri { position, .. }) => {
            assert!(position <= uri.len(), "a position in the text");
            return;
        }
        Err(error) => panic!("no error of a URI: {error}"),
    };
    assert!(base.starts_with("http://") || base.starts_with("https://"));
    assert!(!base.contains(['?', '#', ' ']) && base.len() <= uri.len() + 1);
    assert_eq!(base_string_uri(&base).as_deref(), Ok(base.as_str()), "its own base string URI");

    // In parts, as a server has it, it is the same.
    let (scheme, rest) = uri.split_once("://").expect("it has a scheme");
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    assert_eq!(base_string_uri(RequestUri::parts(scheme, authority, path)).as_deref(), Ok(base.as_str()));

    let text = base_string(Target::new("get", uri, Form::None), &[])
        .expect("what has a base string URI has a base string");
    assert!(text.starts_with("GET&http") && text.split('&').count() == 3);
    // Each byte is encoded twice at most: five bytes for one, and `=` for a name without.
    assert!(text.len() <= 16 + 10 * uri.len());
});
