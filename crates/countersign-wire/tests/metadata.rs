//! Metadata documents and where to look for them.
#![cfg(feature = "json")]

use countersign_wire::{
    Error,
    metadata::{ServerMetadata, well_known, well_known_resource},
};
use http::Response;
use testkit::vectors::Suite;

#[test]
fn well_known_urls() {
    Suite::open("protocol", "well_known_url.json", "/vectors").run(|case| {
        let identifier = case["input"]["identifier"].as_str().unwrap();
        let urls = match case["input"]["suffix"].as_str().unwrap() {
            "oauth-authorization-server" => well_known(identifier),
            "oauth-protected-resource" => well_known_resource(identifier),
            other => panic!("{other}"),
        };
        assert_eq!(urls[0], case["expected"]["url"].as_str().unwrap());
    });
    Suite::open("protocol", "discovery_order.json", "/vectors").run(|case| {
        let urls = well_known(case["input"]["issuer"].as_str().unwrap());
        let expected: Vec<&str> =
            case["expected"]["urls"].as_array().unwrap().iter().map(|url| url.as_str().unwrap()).collect();
        assert_eq!(urls, expected);
    });
    assert_eq!(well_known("nonsense")[0], "nonsense/.well-known/oauth-authorization-server");
}

fn check(body: &str, expected: Result<(), Error>) {
    let response = Response::builder().header("content-type", "application/json").body(body.into()).unwrap();
    assert_eq!(ServerMetadata::parse(&response, "https://as.example").map(|_| ()), expected, "{body}");
}

#[test]
fn only_the_issuers_own_document_is_used() {
    check(r#"{"issuer":"https://as.example"}"#, Ok(()));
    for other in ["https://as.example/", "https://AS.example", "http://as.example", "https://evil.example"] {
        check(&format!(r#"{{"issuer":"{other}"}}"#), Err(Error::Malformed { name: "issuer" }));
    }
    check("{}", Err(Error::Missing { name: "issuer" }));
    check(
        r#"{"issuer":"https://as.example","token_endpoint":7}"#,
        Err(Error::Malformed { name: "token_endpoint" }),
    );
}

#[test]
fn what_is_published_is_read_back() {
    let mut metadata = ServerMetadata::new("https://as.example");
    metadata.token_endpoint = Some("https://as.example/token".into());
    metadata.scopes_supported = vec!["files.read".into()];
    metadata.token_endpoint_auth_methods_supported = vec!["none".into()];
    metadata.authorization_response_iss_parameter_supported = true;
    let body = metadata.to_json(&[("response_types_supported", vec!["code"])]);
    assert!(body.contains("response_types_supported"));
    let response = Response::builder().body(body.into_bytes()).unwrap();
    assert_eq!(ServerMetadata::parse(&response, "https://as.example").unwrap(), metadata);
}
