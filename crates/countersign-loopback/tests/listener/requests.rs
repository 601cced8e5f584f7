//! Who is turned away, and that nobody turned away ends a login.

use crate::{GOOD, browser::PATH, run};

/// A request that must be answered with `status` and must not end the login, which a good callback then does.
fn check_turned_away(request: &str, status: u16) {
    let (outcome, response) = run(|browser, _| {
        let request =
            request.replace("{HOST}", &browser.host()).replace("{PORT}", &browser.port().to_string());
        let response = browser.send(request.as_bytes());
        browser.get(&format!("{PATH}?{GOOD}"));
        response
    });
    assert_eq!(response.status, status, "{request:?}");
    for header in ["cache-control", "content-security-policy", "x-content-type-options"] {
        assert!(response.header(header).is_some(), "{request:?}: {header}");
    }
    assert_eq!(response.header("connection"), Some("close"));
    assert_eq!(response.header("access-control-allow-origin"), None);
    assert_eq!(outcome.unwrap(), GOOD, "{request:?}");
}

#[test]
fn a_favicon_does_not_use_the_login_up() {
    check_turned_away("GET /favicon.ico HTTP/1.1\r\nHost: {HOST}\r\n\r\n", 404);
}

#[test]
fn other_paths_are_not_found() {
    for target in [
        "/",
        "/callback",
        "/callback/t0ken/",
        "/callback/t0ken%2f",
        "/callback//t0ken",
        "/Callback/t0ken",
        "/x/../callback/t0ken",
        "/callback/t0keN",
    ] {
        check_turned_away(&format!("GET {target}?{GOOD} HTTP/1.1\r\nHost: {{HOST}}\r\n\r\n"), 404);
    }
}

#[test]
fn other_methods_are_not_allowed() {
    for method in ["HEAD", "POST", "PUT", "OPTIONS", "TRACE", "get"] {
        check_turned_away(&format!("{method} {PATH}?{GOOD} HTTP/1.1\r\nHost: {{HOST}}\r\n\r\n"), 405);
    }
    check_turned_away("OPTIONS * HTTP/1.1\r\nHost: {HOST}\r\n\r\n", 405);
}

#[test]
fn a_head_request_is_answered_without_a_body() {
    let (_, response) = run(|browser, canceller| {
        let request = format!("HEAD {PATH}?{GOOD} HTTP/1.1\r\nHost: {}\r\n\r\n", browser.host());
        let response = browser.send(request.as_bytes());
        canceller.cancel();
        response
    });
    assert_eq!((response.status, response.body.as_str()), (405, ""));
    assert_eq!(response.header("allow"), Some("GET"));
}

#[test]
fn a_name_that_was_made_to_point_here_is_misdirected() {
    for host in [
        "evil.example",
        "evil.example:{PORT}",
        "localhost:{PORT}",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1:{PORT}.evil.example",
        "127.0.0.2:{PORT}",
        "[::1]:{PORT}",
        "user@127.0.0.1:{PORT}",
        "",
    ] {
        check_turned_away(&format!("GET {PATH}?{GOOD} HTTP/1.1\r\nHost: {host}\r\n\r\n"), 421);
    }
}

#[test]
fn malformed_requests_are_answered_and_waited_out() {
    let get = format!("GET {PATH}?{GOOD}");
    for request in [
        format!("{get} HTTP/1.1\r\n\r\n"),
        format!("{get} HTTP/1.1\r\nHost: {{HOST}}\r\nHost: {{HOST}}\r\n\r\n"),
        format!("{get} HTTP/1.1\r\nHost: {{HOST}}\r\nhost: evil.example\r\n\r\n"),
        format!("{get} HTTP/1.1\nHost: {{HOST}}\n\n"),
        format!("{get} HTTP/1.1\r\nHost: {{HOST}}\r\nX: a\r\n b\r\n\r\n"),
        format!("{get} HTTP/1.1\r\nHost : {{HOST}}\r\n\r\n"),
        format!("{get} HTTP/1.1\r\nHost: {{HOST}}\r\nX: \0\r\n\r\n"),
        format!("{get} HTTP/1.1\r\nHost: {{HOST}}\r\nX: a\rb\r\n\r\n"),
        format!("{get} HTTP/1.1\r\nHost: {{HOST}}\r\nno colon\r\n\r\n"),
        format!("{get} HTTP/1.1\r\nHost: {{HOST}}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        format!("{get} HTTP/2.0\r\nHost: {{HOST}}\r\n\r\n"),
        format!("{get}\r\nHost: {{HOST}}\r\n\r\n"),
        format!("{get}  HTTP/1.1\r\nHost: {{HOST}}\r\n\r\n"),
        format!("{get}#fragment HTTP/1.1\r\nHost: {{HOST}}\r\n\r\n"),
        format!("GET http://{{HOST}}{PATH}?{GOOD} HTTP/1.1\r\nHost: {{HOST}}\r\n\r\n"),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        "\x16\x03\x01\x02\0\x01\0".to_owned(),
        "\r\n\r\n".to_owned(),
    ] {
        check_turned_away(&request, 400);
    }
}

#[test]
fn a_body_is_refused_unread() {
    check_turned_away(
        &format!("GET {PATH}?{GOOD} HTTP/1.1\r\nHost: {{HOST}}\r\nContent-Length: 5\r\n\r\nhello"),
        413,
    );
}

#[test]
fn a_head_has_limits() {
    let get = format!("GET {PATH}?{GOOD} HTTP/1.1\r\nHost: {{HOST}}\r\n");
    check_turned_away(&format!("{get}X: {}\r\n\r\n", "a".repeat(16 * 1024)), 431);
    check_turned_away(&format!("GET {PATH}?{}", "a".repeat(300 * 1024)), 431);
    check_turned_away(&format!("{get}{}\r\n", "X: y\r\n".repeat(64)), 431);

    let (outcome, _) = run(|browser, _| {
        let get = get.replace("{HOST}", &browser.host());
        browser.send(format!("{get}{}\r\n", "X: y\r\n".repeat(63)).as_bytes())
    });
    assert_eq!(outcome.unwrap(), GOOD);
}

#[test]
fn an_answer_that_is_not_ours_never_ends_the_login() {
    for query in [
        "",
        "error=access_denied",
        "error=access_denied&state=wrong",
        "error=access_denied&state=",
        "code=forged",
        "code=forged&state=wrong",
        "code=forged&state=Right",
        "code=forged&state=%zz",
        "code=%00&state=%ff",
    ] {
        check_turned_away(&format!("GET {PATH}?{query} HTTP/1.1\r\nHost: {{HOST}}\r\n\r\n"), 400);
    }
    check_turned_away(&format!("GET {PATH} HTTP/1.1\r\nHost: {{HOST}}\r\n\r\n"), 400);
}

#[test]
fn an_answer_that_contradicts_itself_is_not_even_judged() {
    for query in [
        "code=a&code=b&state=right",
        "code=a&c%6fde=b&state=right",
        "code=a&state=right&state=right",
        "code=a&state=right&state=wrong",
        "code=a&code&state=right",
        "code=a&error=access_denied&state=right",
        "code=a&state=right&iss=x&iss=y",
        "oauth_token=a&oauth_token=b&oauth_verifier=c&state=right",
        "oauth_token=a&oauth_verifier=b&oauth_verifier=c&state=right",
    ] {
        check_turned_away(&format!("GET {PATH}?{query} HTTP/1.1\r\nHost: {{HOST}}\r\n\r\n"), 400);
    }
}
