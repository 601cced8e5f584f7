use countersign_flow::{Error, ResourceDiscovery, error::EndpointProblem};
use countersign_wire::{flow::Purpose, metadata::well_known_resource};
use http::HeaderMap;
use testkit::vectors::Suite;

use crate::support::{Played, json, play, retry_after, typed};

const RESOURCE: &str = "https://api.example/v1/files";

fn document(resource: &str) -> String {
    format!(
        r#"{{"resource":"{resource}","authorization_servers":["https://as.example"],
        "scopes_supported":["files","mail"],"bearer_methods_supported":["header"],
        "resource_name":"Files\u001b","dpop_bound_access_tokens_required":true}}"#
    )
}

fn headers(fields: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for field in fields {
        headers.append("www-authenticate", field.parse().unwrap());
    }
    headers
}

fn asked<T>(played: &Played<T>) -> Vec<String> {
    played.requests.iter().map(|request| request.uri().to_string()).collect()
}

#[test]
fn the_places_to_look_are_those_of_rfc_9728_section_3_1() {
    Suite::open("protocol", "prm_order.json", "/vectors").run(|case| {
        let resource = case["input"]["resource"].as_str().unwrap();
        let expected: Vec<&str> =
            case["expected"]["urls"].as_array().unwrap().iter().map(|url| url.as_str().unwrap()).collect();
        assert_eq!(well_known_resource(resource), expected);
        let not_found = || typed(404, "text/html", "no");
        let played = play(ResourceDiscovery::new(resource).unwrap(), [not_found(), not_found()]);
        assert_eq!(asked(&played), expected);
        let Error::Undiscovered { attempts } = played.error() else { panic!("nothing was found") };
        assert_eq!(attempts.iter().map(|attempt| attempt.status).collect::<Vec<_>>(), [404, 404]);
    });
}

#[test]
fn a_document_of_the_resource_itself_is_read() {
    let played = play(ResourceDiscovery::new(RESOURCE).unwrap(), [json(200, &document(RESOURCE))]);
    assert_eq!(played.purposes(), [Purpose::Metadata]);
    let metadata = played.done();
    assert_eq!(metadata.resource, RESOURCE);
    assert_eq!(metadata.authorization_servers, ["https://as.example"]);
    assert_eq!(metadata.scopes_supported.to_string(), "files mail");
    assert_eq!(metadata.bearer_methods_supported, ["header"]);
    assert_eq!(metadata.resource_name.as_deref(), Some("Files"));
    assert!(metadata.dpop_bound_access_tokens_required);
}

#[test]
fn a_challenge_says_where_to_look() {
    let bearer = r#"Bearer error="invalid_token", resource_metadata="https://meta.example/one""#;
    for fields in
        [&[bearer][..], &["Basic realm=\"a, b\"", bearer], &["!", bearer], &[&format!("Basic, {bearer}")]]
    {
        let search = ResourceDiscovery::challenged(RESOURCE, &headers(fields)).unwrap();
        let played = play(search, [json(200, &document(RESOURCE))]);
        assert_eq!(asked(&played), ["https://meta.example/one"]);
        assert_eq!(played.done().resource, RESOURCE);
    }
    for fields in [&[][..], &["Bearer"], &["Basic realm=\"x\""], &["Bearer resource_metadata"]] {
        let search = ResourceDiscovery::challenged(RESOURCE, &headers(fields)).unwrap();
        assert!(asked(&play(search, []))[0].starts_with("https://api.example/.well-known/"), "{fields:?}");
    }
    for (url, problem) in [
        ("http://meta.example/", EndpointProblem::ClearText),
        ("/relative", EndpointProblem::NotAbsolute),
        ("https://meta.example/#x", EndpointProblem::Fragment),
        ("https://api.example@evil.example/", EndpointProblem::UserInfo),
        ("file:///etc/passwd", EndpointProblem::NotAbsolute),
    ] {
        let field = format!(r#"Bearer resource_metadata="{url}""#);
        let error = ResourceDiscovery::challenged(RESOURCE, &headers(&[&field])).unwrap_err();
        assert_eq!(error, Error::Endpoint { name: "resource_metadata", problem }, "{url}");
    }
}

#[test]
fn a_document_of_another_resource_is_passed_by() {
    for other in [
        "https://api.example/v1/file",
        "https://api.example/v1/files/",
        "https://API.example/v1/files",
        "https://api.example:443/v1/files",
        "https://api.example/v1",
        "https://evil.example/v1/files",
        "",
    ] {
        let search = ResourceDiscovery::new(RESOURCE).unwrap();
        let played = play(search, [json(200, &document(other)), json(200, &document(RESOURCE))]);
        assert_eq!(played.requests.len(), 2, "{other}");
        assert_eq!(played.done().resource, RESOURCE);
    }
}

#[test]
fn a_parent_is_taken_when_that_is_wanted() {
    for (parent, taken) in [
        (RESOURCE, true),
        ("https://api.example/v1", true),
        ("https://api.example/v1/", true),
        ("https://api.example", true),
        ("https://api.example/", true),
        ("https://api.exam", false),
        ("https://api.example/v", false),
        ("https://api.example/v1/fil", false),
        ("https://", false),
        ("https:/", false),
        ("", false),
        ("https://api.example/v1/files/more", false),
        ("http://api.example/v1", false),
    ] {
        let search = ResourceDiscovery::new(RESOURCE).unwrap().or_parent();
        let played = play(search, [json(200, &document(parent))]);
        assert_eq!(played.end.is_some_and(|end| end.is_ok()), taken, "{parent}");
    }
}

#[test]
fn an_outage_ends_the_search_and_a_broken_document_does_not() {
    let search = || ResourceDiscovery::new(RESOURCE).unwrap();
    let played = play(search(), [retry_after(503, "60")]);
    assert!(played.error().is_transient());
    for broken in ["{}", "[]", r#"{"resource":7}"#, "<html>"] {
        let played = play(search(), [json(200, broken), json(200, &document(RESOURCE))]);
        assert_eq!(played.done().resource, RESOURCE, "{broken}");
    }
    for bad in ["http://api.example/", "api", "https://api.example/#x", "https://u@api.example/"] {
        assert!(matches!(ResourceDiscovery::new(bad).unwrap_err(), Error::Endpoint { .. }), "{bad}");
    }
    // A query is part of the resource, and the well-known part goes before its path.
    assert_eq!(
        well_known_resource("https://api.example/?a=b"),
        [
            "https://api.example/.well-known/oauth-protected-resource?a=b",
            "https://api.example/.well-known/oauth-protected-resource",
        ]
    );
    assert_eq!(
        well_known_resource("https://api.example"),
        ["https://api.example/.well-known/oauth-protected-resource"]
    );
}
