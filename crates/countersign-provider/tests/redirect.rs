//! Redirect URIs: what is registered, and what only looks like it.

#[path = "support/scene.rs"]
mod scene;

use countersign_provider::RedirectRule;
use scene::{Scene, is_refused_page};

/// Registered for `app`: `http://127.0.0.1/callback` with any port, and `com.example.app:/cb`.
const CLASSES: [(&str, &[&str]); 12] = [
    (
        "scheme",
        &[
            "https://127.0.0.1:4711/callback",
            "HTTP://127.0.0.1:4711/callback",
            "hTTp://127.0.0.1/callback",
            "ftp://127.0.0.1/callback",
            "javascript://127.0.0.1/callback",
            "javascript:alert(1)//127.0.0.1/callback",
            "data:text/html,http://127.0.0.1/callback",
            "//127.0.0.1/callback",
            "http:/127.0.0.1/callback",
            "http:127.0.0.1/callback",
            "com.example.app2:/cb",
            "COM.example.app:/cb",
        ],
    ),
    (
        "host",
        &[
            "http://localhost/callback",
            "http://127.0.0.2/callback",
            "http://127.1/callback",
            "http://0.0.0.0/callback",
            "http://2130706433/callback",
            "http://0x7f.0.0.1/callback",
            "http://[::1]/callback",
            "http://[::ffff:127.0.0.1]/callback",
            "http://127.0.0.1.evil.example/callback",
            "http://evil.example/callback",
            "http://127.0.0.1./callback",
            "http://127.0.0.1evil.example/callback",
            "http:///callback",
        ],
    ),
    (
        "port",
        &[
            "http://127.0.0.1:/callback",
            "http://127.0.0.1:0/callback",
            "http://127.0.0.1:080/callback",
            "http://127.0.0.1:65536/callback",
            "http://127.0.0.1:80:80/callback",
            "http://127.0.0.1:80.evil.example/callback",
            "http://127.0.0.1:+80/callback",
            "http://127.0.0.1:8 0/callback",
            "http://127.0.0.1:-1/callback",
        ],
    ),
    (
        "userinfo",
        &[
            "http://user@127.0.0.1/callback",
            "http://user:pw@127.0.0.1:4711/callback",
            "http://127.0.0.1@evil.example/callback",
            "http://127.0.0.1:80@evil.example/callback",
            "http://127.0.0.1%40evil.example/callback",
            "http://@127.0.0.1/callback",
        ],
    ),
    (
        "path",
        &[
            "http://127.0.0.1:4711",
            "http://127.0.0.1:4711/",
            "http://127.0.0.1:4711/callback/",
            "http://127.0.0.1:4711/callback/..",
            "http://127.0.0.1:4711/x/../callback",
            "http://127.0.0.1:4711//callback",
            "http://127.0.0.1:4711/./callback",
            "http://127.0.0.1:4711/callbackx",
            "http://127.0.0.1:4711/callback;x",
            "com.example.app:/cb/x",
            "com.example.app://cb",
        ],
    ),
    (
        "query",
        &[
            "http://127.0.0.1:4711/callback?",
            "http://127.0.0.1:4711/callback?next=https://evil.example",
            "http://127.0.0.1:4711/callback?code=x",
            "http://127.0.0.1:4711/callback&x=y",
            "com.example.app:/cb?x",
        ],
    ),
    (
        "fragment",
        &[
            "http://127.0.0.1:4711/callback#",
            "http://127.0.0.1:4711/callback#x",
            "http://127.0.0.1:4711#/callback",
            "com.example.app:/cb#x",
        ],
    ),
    (
        "encoding",
        &[
            "http://127.0.0.1:4711/%63allback",
            "http://127.0.0.1:4711%2fcallback",
            "http://127.0.0.1:4711/callback%00",
            "http://127.0.0.1:4711/callback%0d%0aLocation:%20x",
            "http://127.0.0.1:4711/callback%",
            "http://%31%32%37.0.0.1/callback",
            "http%3A%2F%2F127.0.0.1%2Fcallback",
        ],
    ),
    ("case", &["http://127.0.0.1:4711/Callback", "http://127.0.0.1:4711/CALLBACK", "com.example.APP:/cb"]),
    (
        "white space and control",
        &[
            " http://127.0.0.1:4711/callback",
            "http://127.0.0.1:4711/callback ",
            "http://127.0.0.1:4711/call\tback",
            "http://127.0.0.1:4711/callback\r\nSet-Cookie: x",
            "http://127.0.0.1:4711/callback\0",
            "http://127.0.0.1:4711/callback\u{7f}",
            "\u{feff}http://127.0.0.1:4711/callback",
        ],
    ),
    (
        "backslash and other characters",
        &[
            "http:\\\\127.0.0.1\\callback",
            "http://127.0.0.1\\@evil.example/callback",
            "http://evil.example\\127.0.0.1/callback",
            "http://127.0.0.1:4711/callback\\",
            "http://127.0.0.1:4711/c\u{430}llback",
            "http://127。0。0。1/callback",
            "http://127.0.0.1:4711/callback\"",
            "http://127.0.0.1:4711/callback<script>",
            "http://127.0.0.1:4711/callback|x",
        ],
    ),
    (
        "several",
        &[
            "http://127.0.0.1:4711/callback,https://evil.example",
            "http://127.0.0.1:4711/callbackhttps://evil.example",
            "http://127.0.0.1:4711/callback;https://evil.example",
            "callback",
            "/callback",
            "*",
        ],
    ),
];

#[test]
fn no_variant_of_a_registered_uri_is_ever_redirected_to() {
    let mut tried = 0;
    for (class, variants) in CLASSES {
        for uri in variants {
            for more in [&[][..], &[("response_type", "token")], &[("scope", "unknown")]] {
                let mut changes = vec![("redirect_uri", *uri)];
                changes.extend_from_slice(more);
                let query = Scene::query("app", &changes);
                assert!(is_refused_page(&Scene::new().authorize(&query)), "{class}: {uri:?}");
            }
            tried += 1;
        }
    }
    let long = format!("http://127.0.0.1:4711/callback?{}", "x".repeat(4096));
    assert!(is_refused_page(&Scene::new().authorize(&Scene::query("app", &[("redirect_uri", &long)]))));
    assert!(tried >= 60 && CLASSES.len() >= 10, "{tried}");
}

#[test]
fn what_is_registered_is_asked_for() {
    for uri in [
        "http://127.0.0.1/callback",
        "http://127.0.0.1:1/callback",
        "http://127.0.0.1:65535/callback",
        "com.example.app:/cb",
    ] {
        let request = Scene::new().ask(&Scene::query("app", &[("redirect_uri", uri)]));
        assert_eq!(request.redirect_uri(), Some(uri));
    }
}

#[test]
fn the_port_varies_with_loopback_literals_and_with_nothing_else() {
    let check = |registered: &str, uri: &str, expected: bool| {
        assert_eq!(RedirectRule::Exact(registered.into()).allows(uri), expected, "{registered} {uri}");
    };
    check("http://[::1]:80/x?y=z", "http://[::1]:4711/x?y=z", true);
    check("http://127.0.0.1/x", "http://[::1]/x", false);
    check("http://localhost/x", "http://localhost/x", true);
    check("http://localhost/x", "http://localhost:4711/x", false);
    check("https://127.0.0.1/x", "https://127.0.0.1:4711/x", false);
    check("https://web.example/x", "https://web.example:443/x", false);
    // A rule that was registered carelessly opens nothing either.
    check("https://web.example/#x", "https://web.example/#x", false);
    check("https://u@web.example/", "https://u@web.example/", false);
}

#[test]
fn any_loopback_is_any_path_and_port_and_no_other_host() {
    let check = |uri: &str, expected: bool| {
        assert_eq!(RedirectRule::AnyLoopback.allows(uri), expected, "{uri}");
    };
    check("http://127.0.0.1:4711/any?x=y", true);
    check("http://[::1]:4711", true);
    check("http://localhost:4711/", true);
    check("https://127.0.0.1/", false);
    check("http://127.0.0.1.evil.example/", false);
    check("http://localhost.evil.example/", false);
    check("http://localhost@evil.example/", false);
    check("http://127.0.0.1:4711/#x", false);
    check("http://127.0.0.1:4711/%", false);
    check("http://127.0.0.1:4711/%4", false);
    check("http://127.0.0.1:4711/%zz", false);
    check("http://127.0.0.1:4711/%41", true);
    check("http://127.0.0.1:4711/a b", false);
    check("http://127.0.0.1:4711\\@evil.example/", false);
}
