use countersign_flow::{AuthorizationServer, Endpoint, Error, error::EndpointProblem};
use countersign_wire::metadata::ServerMetadata;

fn check(text: &str, expected: Result<(), EndpointProblem>) {
    let result = Endpoint::new("token_endpoint", text);
    match (&result, expected) {
        (Ok(endpoint), Ok(())) => assert_eq!(endpoint.as_str(), text),
        (Err(Error::Endpoint { name: "token_endpoint", problem }), Err(expected)) => {
            assert_eq!(*problem, expected, "{text}");
        }
        _ => panic!("{text}: {result:?}"),
    }
}

#[test]
fn only_addresses_that_nobody_listens_to_are_taken() {
    for good in [
        "https://as.example/token",
        "HTTPS://AS.example:8443/token?tenant=a",
        "http://127.0.0.1/token",
        "http://127.200.0.9:8080/",
        "http://[::1]:8080/token",
    ] {
        check(good, Ok(()));
    }
    use EndpointProblem::{ClearText, Fragment, NotAbsolute, UserInfo};
    for (bad, problem) in [
        ("http://as.example/token", ClearText),
        ("http://localhost/token", ClearText),
        ("http://localhost:80@attacker.example/", UserInfo),
        ("http://127.0.0.1:80@attacker.example/", UserInfo),
        ("http://127.0.0.1@attacker.example/", UserInfo),
        ("https://user:pass@as.example/", UserInfo),
        ("http://127.0.0.1.attacker.example/", ClearText),
        ("http://0x7f.1/", ClearText),
        ("http://2130706433/", ClearText),
        ("http://0.0.0.0/", ClearText),
        ("http://[::ffff:127.0.0.1]/", ClearText),
        ("http://[::]/", ClearText),
        ("ftp://127.0.0.1/", ClearText),
        ("javascript://127.0.0.1/%0aalert(1)", ClearText),
        ("https://as.example/token#x", Fragment),
        ("https://as.example/#", Fragment),
        ("/token", NotAbsolute),
        ("", NotAbsolute),
        ("file:///etc/passwd", NotAbsolute),
        ("javascript:alert(1)", NotAbsolute),
        ("-flag", NotAbsolute),
        ("\\\\host\\share", NotAbsolute),
        ("https://as.example/to ken", NotAbsolute),
        ("https://as.example/\r\nx: y", NotAbsolute),
    ] {
        check(bad, Err(problem));
    }
}

#[test]
fn a_server_is_taken_from_its_metadata_with_every_address_checked() {
    let mut metadata = ServerMetadata::new("https://as.example");
    assert_eq!(
        AuthorizationServer::from_metadata(&metadata),
        Err(Error::Protocol(countersign_wire::Error::Missing { name: "token_endpoint" }))
    );
    metadata.token_endpoint = Some("https://as.example/token".into());
    metadata.authorization_endpoint = Some("https://as.example/authorize".into());
    metadata.revocation_endpoint = Some("https://as.example/revoke".into());
    metadata.authorization_response_iss_parameter_supported = true;
    metadata.token_endpoint_auth_methods_supported = vec!["client_secret_post".into()];
    let server = AuthorizationServer::from_metadata(&metadata).unwrap();
    assert_eq!(server.issuer, "https://as.example");
    assert_eq!(server.authorization_endpoint.unwrap().as_str(), "https://as.example/authorize");
    assert_eq!(server.revocation_endpoint.unwrap().as_str(), "https://as.example/revoke");
    assert!(server.iss_parameter_supported);
    assert_eq!(server.client_authentication_methods, ["client_secret_post"]);

    let clear = || Some(String::from("http://as.example/x"));
    let mut token = metadata.clone();
    token.token_endpoint = clear();
    let mut authorization = metadata.clone();
    authorization.authorization_endpoint = clear();
    let mut revocation = metadata;
    revocation.revocation_endpoint = clear();
    for (name, bad) in [
        ("token_endpoint", token),
        ("authorization_endpoint", authorization),
        ("revocation_endpoint", revocation),
    ] {
        let problem = EndpointProblem::ClearText;
        assert_eq!(AuthorizationServer::from_metadata(&bad), Err(Error::Endpoint { name, problem }));
    }
}
