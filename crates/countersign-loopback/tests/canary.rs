//! No value of this crate shows what the browser or the person brought back.

use countersign_loopback::{
    Callback, Canceller, Error, ErrorKind, Listener, Opener, Options, UrlFault, Verdict, open_browser,
    paste::{self, Pasted},
};
use testkit::{assert_no_canary, canary::SECRET};

/// The error for an address, and for a text, that hold the secret.
fn errors() -> [Error; 2] {
    let url = format!("https://user:{SECRET}@as.example/?state={SECRET}");
    [
        open_browser(&url, &Opener::Platform).unwrap_err(),
        paste::parse(&format!("code={SECRET}&code={SECRET}")).unwrap_err(),
    ]
}

#[test]
fn no_public_value_shows_its_secret() {
    let options = Options::new("Example", format!("/callback/{SECRET}"));
    let listener = Listener::bind(&options).unwrap();
    assert!(listener.redirect_uri().contains(SECRET));
    let query = format!("code={SECRET}&state={SECRET}");
    let [refused, contradictory] = errors();
    assert_no_canary! {
        Callback => Callback::from_query(query.as_str()),
        Canceller => listener.canceller(),
        Error, Display => refused,
        Error, Display => contradictory,
        ErrorKind, Display => ErrorKind::PasteContradictory,
        UrlFault, Display => UrlFault::UserInfo,
        Listener => listener,
        Opener => Opener::Platform,
        Opener => Opener::Program("browser".into()),
        Options => options,
        Verdict<String> => Verdict::Ours(query.clone()),
        Verdict<String> => Verdict::OursFailed(query.clone()),
        Verdict<String> => Verdict::NotOurs,
        Pasted => paste::parse(&query).unwrap(),
        Pasted => paste::parse(SECRET).unwrap(),
    }
}
