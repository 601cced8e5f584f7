//! What a person may paste, and what is made of it.

use countersign_loopback::{
    ErrorKind,
    paste::{Pasted, parse},
};
use proptest::prelude::*;

#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Query(String),
    Code(String),
    Not(ErrorKind),
}

fn see(text: &str) -> Seen {
    match parse(text) {
        Ok(Pasted::Query(callback)) => Seen::Query(callback.query().to_owned()),
        Ok(Pasted::Code(code)) => Seen::Code(code),
        Err(error) => Seen::Not(error.kind()),
    }
}

#[test]
fn an_answer_is_found_in_every_form() {
    for (text, query) in [
        ("http://127.0.0.1:8080/callback?code=a&state=b", "code=a&state=b"),
        ("https://app.example/cb?code=a&state=b", "code=a&state=b"),
        ("com.example.app:/cb?code=a&state=b", "code=a&state=b"),
        ("127.0.0.1:8080/callback?code=a&state=b", "code=a&state=b"),
        ("/callback?code=a&state=b", "code=a&state=b"),
        ("?code=a&state=b", "code=a&state=b"),
        ("code=a&state=b", "code=a&state=b"),
        ("state=b&code=a", "state=b&code=a"),
        ("code=a", "code=a"),
        ("http://h/cb?code=4%2F0A&scope=a+b&state=b", "code=4%2F0A&scope=a+b&state=b"),
        ("http://h/cb?code=a?b&state=b", "code=a?b&state=b"),
        ("http://h/cb?code=a&state=b#", "code=a&state=b"),
        ("http://h/cb?code=a&state=b#_=_", "code=a&state=b"),
        ("http://h/cb?error=access_denied&state=b", "error=access_denied&state=b"),
        ("http://h/cb?oauth_token=a&oauth_verifier=b", "oauth_token=a&oauth_verifier=b"),
        ("oauth_problem=user_refused", "oauth_problem=user_refused"),
        ("https://h/cb?denied=a", "denied=a"),
        ("  \t\"http://h/cb?code=a&state=b\"\r\n", "code=a&state=b"),
        ("'http://h/cb?code=a&state=b'", "code=a&state=b"),
        ("<http://h/cb?code=a&state=b>", "code=a&state=b"),
        ("` <\"http://h/cb?code=a&state=b\"> `", "code=a&state=b"),
        ("“http://h/cb?code=a&state=b”", "code=a&state=b"),
    ] {
        assert_eq!(see(text), Seen::Query(query.to_owned()), "{text:?}");
    }
}

#[test]
fn a_bare_code_is_told_apart() {
    for code in [
        "4/0AeanS0",
        "SplxlOBeZQQYbYS6WxSbIA",
        "123456",
        "dGhpcw==",
        "a=",
        "/w==",
        "M.C123_BAY.2.U.abc-def!*$",
        "code",
        "abc#def",
    ] {
        assert_eq!(see(code), Seen::Code(code.to_owned()));
        assert_eq!(see(&format!(" '{code}'\n")), Seen::Code(code.to_owned()));
    }
}

#[test]
fn what_holds_no_answer_is_refused() {
    for text in [
        "",
        "  \n",
        "\"\"",
        "<>",
        "http://127.0.0.1:8080/callback",
        "http://127.0.0.1:8080/callback?",
        "http://127.0.0.1:8080/callback?state=b",
        "http://127.0.0.1:8080/callback?code=&state=b",
        "http://127.0.0.1:8080/callback#code=a&state=b",
        "https://as.example/authorize?response_type=code&client_id=c&state=b",
        "https://as.example/authorize?oauth_token=a",
        "state=b",
        "state=b&session_state=c",
        "the code is 123456",
        "code=a&\nstate=b",
        "c\u{f6}de",
        "\u{1b}[31m123456",
    ] {
        assert_eq!(see(text), Seen::Not(ErrorKind::PasteNoAnswer), "{text:?}");
    }
}

#[test]
fn what_contradicts_itself_is_refused() {
    for text in [
        "code=a&code=b&state=c",
        "http://h/cb?code=a&state=b&st%61te=c",
        "?code=a&error=access_denied&state=b",
        "oauth_token=a&oauth_verifier=b&oauth_verifier=c",
    ] {
        assert_eq!(see(text), Seen::Not(ErrorKind::PasteContradictory), "{text:?}");
    }
}

#[test]
fn there_is_a_limit() {
    let longest = "a".repeat(16 * 1024);
    assert_eq!(see(&longest), Seen::Code(longest.clone()));
    assert_eq!(see(&format!("{longest}a")), Seen::Not(ErrorKind::PasteTooLong));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_text_gets_an_answer(text in "\\PC{0,80}") {
        see(&text);
    }

    #[test]
    fn a_query_survives_any_wrapping(code in "[a-zA-Z0-9._~/-]{1,40}", state in "[a-zA-Z0-9_-]{1,40}") {
        let query = format!("code={code}&state={state}");
        for text in [
            query.clone(),
            format!("?{query}"),
            format!("http://127.0.0.1:1/cb?{query}"),
            format!(" <\"http://[::1]:1/cb?{query}#\"> \r\n"),
        ] {
            prop_assert_eq!(see(&text), Seen::Query(query.clone()));
        }
        prop_assert_eq!(see(&code), Seen::Code(code.clone()));
    }
}
