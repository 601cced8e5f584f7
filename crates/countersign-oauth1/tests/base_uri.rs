//! The base string URI, and URIs that cannot be signed.

use countersign_oauth1::{Error, RequestUri, UriFault, base_string_uri};

fn check(uri: &str, expected: &str) {
    assert_eq!(base_string_uri(uri).as_deref(), Ok(expected), "{uri}");
    // The same through an http::Uri, where that library takes it.
    if let Ok(parsed) = uri.parse::<http::Uri>() {
        assert_eq!(base_string_uri(&parsed).as_deref(), Ok(expected), "{uri}");
    }
}

fn refused(uri: &str, fault: UriFault, position: usize) {
    assert_eq!(base_string_uri(uri), Err(Error::Uri { fault, position }), "{uri}");
}

#[test]
fn uris_become_what_the_rfc_says() {
    check("HTTP://EXAMPLE.COM:80/r%20v/X?id=123", "http://example.com/r%20v/X");
    check("https://www.example.net:8080/?q=1", "https://www.example.net:8080/");
    check("https://example.com:443", "https://example.com/");
    check("http://example.com:443/", "http://example.com:443/");
    check("https://example.com:80/", "https://example.com:80/");
    check("http://example.com?a=b", "http://example.com/");
    check("http://example.com:/x", "http://example.com/x");
    check("http://[2001:DB8::1]:80/x", "http://[2001:db8::1]/x");
    check("https://[::1]:8443/", "https://[::1]:8443/");
    check("http://example.com/a//b/../c/.", "http://example.com/a//b/../c/.");
    check("http://example.com/a%2fb;p=1,2", "http://example.com/a%2fb;p=1,2");
    check("http://example.com/caf\u{e9}", "http://example.com/caf\u{e9}");
    check("http://127.0.0.1:65535/@:", "http://127.0.0.1:65535/@:");
}

#[test]
fn uris_that_could_be_read_in_two_ways_are_refused_with_the_position() {
    refused("/relative?a=b", UriFault::Scheme, 0);
    refused("example.com/x", UriFault::Scheme, 0);
    refused("ftp://example.com/", UriFault::Scheme, 0);
    refused(" http://example.com/", UriFault::Scheme, 0);
    refused("http://user:word@example.com/", UriFault::UserInfo, 16);
    refused("https://@example.com/", UriFault::UserInfo, 8);
    refused("http:///x", UriFault::Host, 7);
    refused("http://:80/", UriFault::Host, 7);
    refused("http://exa mple.com/", UriFault::Host, 10);
    refused("http://b\u{fc}cher.example/", UriFault::Host, 8);
    refused("http://a%2eb/", UriFault::Host, 8);
    refused("http://a\\b/", UriFault::Host, 8);
    refused("http://[::1/", UriFault::Host, 7);
    refused("http://[::g]/", UriFault::Host, 8);
    refused("http://[::1]80/", UriFault::Host, 12);
    refused("http://::1/", UriFault::Host, 7);
    refused("http://h:0/", UriFault::Port, 9);
    refused("http://h:080/", UriFault::Port, 9);
    refused("http://h:65536/", UriFault::Port, 9);
    refused("http://h:+80/", UriFault::Port, 9);
    refused("http://[::1]:x/", UriFault::Port, 13);
    refused("http://h/x#frag", UriFault::Fragment, 10);
    refused("http://h#frag", UriFault::Fragment, 8);
    refused("http://h/x?a=b#", UriFault::Fragment, 14);
    refused("http://h/r v", UriFault::Space, 10);
    refused("http://h/?a=b c", UriFault::Space, 13);
    refused("http://h/\n", UriFault::Control, 9);
    refused("http://h/?a\0", UriFault::Control, 11);
    refused("http://h/\u{7f}", UriFault::Control, 9);
    refused("http://h/%", UriFault::PercentEncoding, 9);
    refused("http://h/%2", UriFault::PercentEncoding, 9);
    refused("http://h/%zz", UriFault::PercentEncoding, 9);
    refused("http://h/?a=%20&b=%2g", UriFault::PercentEncoding, 18);
    refused("http://h/%\u{e9}", UriFault::PercentEncoding, 9);
}

#[test]
fn parts_are_checked_as_the_text_they_stand_for() {
    let parts = |path| base_string_uri(RequestUri::parts("https", "H", path));
    assert_eq!(parts("/x?y").as_deref(), Ok("https://h/x"));
    assert_eq!(parts("").as_deref(), Ok("https://h/"));
    let fault = |fault, position| Err(Error::Uri { fault, position });
    assert_eq!(parts("*"), fault(UriFault::Path, 9));
    assert_eq!(parts("/x#"), fault(UriFault::Fragment, 11));
    let uri: http::Uri = "/relative".parse().unwrap();
    assert_eq!(base_string_uri(&uri), fault(UriFault::Scheme, 0));
}
