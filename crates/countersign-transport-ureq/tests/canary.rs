//! No public type prints a secret.

use countersign_transport::{Limits, Transport};
use countersign_transport_ureq::Ureq;
use http::Request;
use testkit::{
    assert_no_canary,
    canary::{SECRET, check, check_text},
};

#[test]
fn nothing_shows_a_secret() {
    let transport = || Ureq::new(Limits::default()).unwrap();
    assert_no_canary! {
        Ureq => transport().with_proxy(&format!("http://user:{SECRET}@127.0.0.1:1")).unwrap(),
    }
    let error = transport().with_proxy(&format!("socks5://user:{SECRET}@127.0.0.1:1")).unwrap_err();
    check("Error", &error);
    check_text("Error", &error.to_string());
}

#[test]
fn no_error_shows_a_secret() {
    let proxied =
        Ureq::new(Limits::default()).unwrap().with_proxy(&format!("http://u:{SECRET}@127.0.0.1:1")).unwrap();
    for url in [
        format!("http://example.com/{SECRET}?{SECRET}"),
        format!("https://user:{SECRET}@example.com/"),
        format!("http://127.0.0.1:1/{SECRET}?{SECRET}"),
        format!("https://example.invalid/{SECRET}?{SECRET}"),
        format!("ftp://example.com/{SECRET}"),
    ] {
        let request = Request::post(url).header("authorization", SECRET).body(SECRET.into()).unwrap();
        let error = proxied.send(request).unwrap_err();
        check("Error", &error);
        check_text("Error", &error.to_string());
    }
}
