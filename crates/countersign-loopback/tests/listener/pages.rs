//! What the person and the person's browser are shown.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_loopback::{Listener, Options};
use sha2::{Digest as _, Sha256};

use crate::{
    GOOD, LONG,
    browser::{Browser, PATH, Response},
    judge, run,
};

/// The pages of an application with this name: for a stranger's answer, and for the awaited one.
fn pages(application: &str, query: &str) -> [Response; 2] {
    let listener = Listener::bind(&Options::new(application, PATH)).unwrap();
    let browser = Browser::of(&listener);
    let wait = std::thread::spawn(move || listener.wait(LONG, judge));
    let stranger = browser.get(&format!("{PATH}?code=stranger%3Cb%3E&state=<script>"));
    let awaited = browser.get(&format!("{PATH}?{query}"));
    wait.join().unwrap().unwrap();
    [stranger, awaited]
}

fn all_pages(application: &str) -> [Response; 3] {
    let [stranger, received] = pages(application, GOOD);
    let [_, failed] = pages(application, "error=access_denied&error_description=%3Cb%3Eno&state=right");
    [stranger, received, failed]
}

/// The text between two marks, which are there once.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    assert_eq!(text.matches(from).count(), 1, "{from}");
    text.split_once(from).unwrap().1.split_once(to).unwrap().0
}

#[test]
fn every_page_keeps_to_itself() {
    for page in all_pages("Example") {
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("connection"), Some("close"));
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(page.header("content-length"), Some(page.body.len().to_string().as_str()));
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; "));
        assert!(!policy.contains("unsafe"));
    }
}

#[test]
fn the_policy_names_script_and_style_by_their_digests() {
    for page in all_pages("Example") {
        let policy = page.header("content-security-policy").unwrap();
        for (tag, directive) in [("script", "script-src"), ("style", "style-src")] {
            let text = between(&page.body, &format!("<{tag}>"), &format!("</{tag}>"));
            let digest = STANDARD.encode(Sha256::digest(text));
            assert!(policy.contains(&format!("{directive} 'sha256-{digest}';")), "{tag}: {digest}");
        }
    }
}

#[test]
fn the_script_takes_the_answer_out_of_the_address_bar() {
    for page in all_pages("Example") {
        let script = between(&page.body, "<script>", "</script>");
        assert_eq!(script, r#"history.replaceState(null,"","/")"#);
    }
}

#[test]
fn nothing_of_the_request_is_on_a_page() {
    for page in all_pages("Example") {
        let text = format!("{}{}", page.head, page.body);
        for part in [PATH, "t0ken", "c0de", "stranger", "right", "<b>", "access_denied", "state="] {
            assert!(!text.contains(part), "{part}");
        }
    }
    let (_, response) = run(|browser, canceller| {
        let response = browser.get("/refl3cted?refl3cted");
        canceller.cancel();
        response
    });
    assert!(!format!("{}{}", response.head, response.body).contains("refl3cted"));
}

#[test]
fn the_name_of_the_application_is_text() {
    for page in all_pages("<img src=x onerror='a()'> & \"Co\"\r\n\0") {
        assert!(page.body.contains("&lt;img src=x onerror=&#39;a()&#39;&gt; &amp; &quot;Co&quot;"));
        assert!(!page.body.contains("<img"));
        assert!(!page.body.contains('\0'));
    }
    for page in all_pages(&"ä".repeat(10_000)) {
        assert!(page.body.contains(&"ä".repeat(100)));
        assert!(!page.body.contains(&"ä".repeat(101)));
    }
}

#[test]
fn a_page_can_be_read_by_everyone() {
    for page in all_pages("Example") {
        assert!(page.body.starts_with("<!doctype html>\n<html lang=\"en\">"));
        let title = between(&page.body, "<title>", "</title>");
        assert_eq!(between(&page.body, "<h1>", "</h1>"), title);
        assert!(between(&page.body, "<main>", "</main>").contains("Example"));
    }
}
