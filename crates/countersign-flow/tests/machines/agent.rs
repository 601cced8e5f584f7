use countersign_flow::{
    Callback, ClientRegistration, Error, Refresh,
    agent::{AgentDiscovery, AgentIdentity, AgentRegistration, AgentServer},
};
use countersign_token::RefreshToken;
use countersign_wire::{
    flow::{Input, Purpose},
    form,
    registration::ClientMetadata,
    response::ErrorCode,
};
use http::HeaderMap;

use crate::support::{env, json, play, public, retry_after, typed};

const RESOURCE: &str = "https://mcp.example/tools";
const METADATA: &str = r#"{"resource":"https://mcp.example/tools","authorization_servers":["https://as.example"],
    "scopes_supported":["read","write"]}"#;
const SERVER: &str = r#"{"issuer":"https://as.example","authorization_endpoint":"https://as.example/authorize",
    "token_endpoint":"https://as.example/token","registration_endpoint":"https://as.example/register",
    "code_challenge_methods_supported":["S256"],"scopes_supported":["read","offline_access"],
    "client_id_metadata_document_supported":true,"authorization_response_iss_parameter_supported":true}"#;

fn headers(field: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("www-authenticate", field.parse().unwrap());
    headers
}

fn discovery(field: &str) -> AgentDiscovery {
    AgentDiscovery::new(RESOURCE, &headers(field)).unwrap()
}

fn found(field: &str, server: &str) -> AgentServer {
    play(discovery(field), [json(200, METADATA), json(200, server)]).done()
}

#[test]
fn the_whole_way_from_a_challenge_to_a_token_and_beyond() {
    let challenge = r#"Bearer resource_metadata="https://mcp.example/.meta", scope="read""#;
    let played = play(discovery(challenge), [json(200, METADATA), json(200, SERVER)]);
    assert_eq!(played.purposes(), [Purpose::Metadata, Purpose::Metadata]);
    let asked: Vec<String> = played.requests.iter().map(|request| request.uri().to_string()).collect();
    assert_eq!(
        asked,
        ["https://mcp.example/.meta", "https://as.example/.well-known/oauth-authorization-server"]
    );
    let agent = played.done();
    assert_eq!(agent.scopes.to_string(), "read offline_access", "the challenge's, and what keeps the login");

    let identity = AgentIdentity::new().metadata(ClientMetadata::native("Agent", ["http://127.0.0.1/cb"]));
    let AgentRegistration::Register(registration) = agent.identify(&identity) else { panic!("it registers") };
    let registered =
        play(registration, [json(201, r#"{"client_id":"c-1","token_endpoint_auth_method":"none"}"#)]);
    let client = registered.done().client;

    let login = |agent: &AgentServer| {
        let (url, pending) = agent.request(&client).begin(&env()).unwrap();
        let query = form::parse(url.split_once('?').unwrap().1).unwrap();
        assert_eq!(query.unique("resource").unwrap(), Some(RESOURCE));
        assert_eq!(query.unique("scope").unwrap(), Some(agent.scopes.to_string().as_str()));
        let answer = format!("code=x&state={}&iss=https%3A%2F%2Fas.example", pending.state().expose());
        let Callback::Ours(code) = pending.callback(&answer).unwrap() else { panic!("ours") };
        let body = r#"{"access_token":"at","token_type":"bearer","refresh_token":"rt"}"#;
        let played = play(code.redeem(), [json(200, body)]);
        assert_eq!(played.form(0).unique("resource").unwrap(), Some(RESOURCE));
        played.done().tokens
    };
    let tokens = login(&agent);
    assert_eq!(tokens.access.resource, [RESOURCE]);

    let more = agent.step_up(&headers(r#"Bearer error="insufficient_scope", scope="write""#)).unwrap();
    assert_eq!(
        more.scopes.to_string(),
        "read offline_access write",
        "what was asked for before and what is wanted"
    );
    assert_eq!(login(&more).access.scopes, more.scopes);

    let flow = Refresh::new(&more.server.token_endpoint, &client, &RefreshToken::new("rt"), &more.scopes)
        .resource([more.resource.as_str()]);
    assert_eq!(play(flow, []).form(0).unique("resource").unwrap(), Some(RESOURCE));
}

#[test]
fn scopes_are_those_of_the_challenge_else_of_the_resource_else_none() {
    assert_eq!(found("Bearer", SERVER).scopes.to_string(), "read write offline_access");
    assert_eq!(found(r#"Bearer scope="x""#, SERVER).scopes.to_string(), "x offline_access");
    assert_eq!(found(r#"Basic scope="x""#, SERVER).scopes.to_string(), "read write offline_access");
    let offline = SERVER.replace(",\"offline_access\"", "");
    assert_eq!(found(r#"Bearer scope="x""#, &offline).scopes.to_string(), "x");
    let silent = METADATA.replace("\"read\",\"write\"", "");
    let agent = play(discovery("Bearer"), [json(200, &silent), json(200, &offline)]).done();
    assert!(agent.scopes.is_empty());
}

#[test]
fn a_server_that_does_not_name_pkce_is_refused() {
    for methods in [
        r#""x":1"#,
        r#""code_challenge_methods_supported":[]"#,
        r#""code_challenge_methods_supported":["plain"]"#,
    ] {
        let server = SERVER.replace(r#""code_challenge_methods_supported":["S256"]"#, methods);
        let played = play(discovery("Bearer"), [json(200, METADATA), json(200, &server)]);
        let missing = countersign_wire::Error::Missing { name: "code_challenge_methods_supported" };
        assert_eq!(played.error(), missing.into());
    }
}

#[test]
fn the_callers_policy_has_the_last_word_on_the_server() {
    let several =
        METADATA.replace(r#"["https://as.example"]"#, r#"["https://evil.example","https://as.example"]"#);
    let trusting = discovery("Bearer").accepting(|issuer| issuer == "https://as.example");
    let played = play(trusting, [json(200, &several), json(200, SERVER)]);
    assert!(played.requests.iter().all(|request| request.uri().host() != Some("evil.example")));
    assert_eq!(played.done().server.issuer, "https://as.example");
    let nobody = play(discovery("Bearer").accepting(|_| false), [json(200, METADATA)]).error();
    assert_eq!(nobody, countersign_wire::Error::Missing { name: "authorization_servers" }.into());
    let none = METADATA.replace(r#""https://as.example""#, "");
    let error = play(discovery("Bearer"), [json(200, &none)]).error();
    assert_eq!(error, countersign_wire::Error::Missing { name: "authorization_servers" }.into());
    let clear = METADATA.replace("https://as.example", "http://as.example");
    assert!(matches!(play(discovery("Bearer"), [json(200, &clear)]).error(), Error::Endpoint { .. }));
}

#[test]
fn another_server_is_tried_when_one_is_unknown_and_not_when_it_is_down() {
    let several =
        METADATA.replace(r#"["https://as.example"]"#, r#"["https://gone.example","https://as.example"]"#);
    let not_found = || typed(404, "text/html", "no");
    let script = [json(200, &several), not_found(), not_found(), json(200, SERVER)];
    assert_eq!(play(discovery("Bearer"), script).done().server.issuer, "https://as.example");
    let down = [json(200, &several), retry_after(503, "60")];
    assert!(play(discovery("Bearer"), down).error().is_transient());
    let script = [json(200, METADATA), not_found(), not_found()];
    assert!(matches!(play(discovery("Bearer"), script).error(), Error::Undiscovered { .. }));
    // A document of another issuer is no document of this one.
    let other = SERVER.replace("\"https://as.example\"", "\"https://as.example/\"");
    let script: Vec<Input> = vec![json(200, METADATA), json(200, &other), json(200, &other)];
    assert!(matches!(play(discovery("Bearer"), script).error(), Error::Undiscovered { .. }));
}

#[test]
fn a_parent_is_taken_when_that_is_wanted() {
    let parent = METADATA.replace("https://mcp.example/tools", "https://mcp.example");
    let script = || [json(200, &parent), json(200, SERVER)];
    let agent = play(discovery("Bearer").or_parent(), script()).done();
    assert_eq!(agent.resource, "https://mcp.example");
    assert!(play(discovery("Bearer"), [json(200, &parent), json(200, &parent)]).end.unwrap().is_err());
}

#[test]
fn the_agent_appears_as_who_is_known_best() {
    let document = |identity: AgentIdentity| {
        identity.document("https://agent.example/client.json", "http://127.0.0.1/cb").unwrap()
    };
    let all = || {
        document(AgentIdentity::new().registered("https://as.example", public()))
            .metadata(ClientMetadata::native("Agent", ["http://127.0.0.1/cb"]))
    };
    let id = |registration| match registration {
        AgentRegistration::Client(ClientRegistration { id, .. }) => id.as_str().to_string(),
        AgentRegistration::Register(_) => "registers".into(),
        AgentRegistration::AskUser => "asks".into(),
        other => panic!("{other:?}"),
    };
    let agent = found("Bearer", SERVER);
    assert_eq!(id(agent.identify(&all())), "demo");
    let elsewhere = AgentIdentity::new().registered("https://as.example/", public());
    assert_eq!(id(agent.identify(&elsewhere)), "asks", "an issuer is compared as it is written");
    assert_eq!(id(agent.identify(&document(AgentIdentity::new()))), "https://agent.example/client.json");
    let register = AgentIdentity::new().metadata(ClientMetadata::native("Agent", ["http://127.0.0.1/cb"]));
    assert_eq!(id(agent.identify(&register)), "registers");
    assert_eq!(id(agent.identify(&AgentIdentity::new())), "asks");
    let without =
        found("Bearer", &SERVER.replace("_document_supported\":true", "_document_supported\":false"));
    assert_eq!(id(without.identify(&document(register))), "registers", "where servers do not take documents");
    for bad in [
        "http://agent.example/c",
        "https://agent.example",
        "https://agent.example/",
        "https://agent.example/a/../c",
        "https://agent.example/./c",
        "https://agent.example/c#x",
        "https://u@agent.example/c",
        "http://127.0.0.1/c",
        "agent",
    ] {
        assert!(matches!(AgentIdentity::new().document(bad, "x"), Err(Error::Endpoint { .. })), "{bad}");
    }
}

#[test]
fn more_is_asked_for_twice_at_most_and_only_for_something_new() {
    let agent = || found(r#"Bearer scope="read""#, SERVER);
    let challenge = |scope: &str| headers(&format!(r#"Bearer error="insufficient_scope", scope="{scope}""#));
    let refused = |result: Result<AgentServer, Error>| match result.unwrap_err() {
        Error::Refused(refusal) => assert_eq!(refusal.code, ErrorCode::InsufficientScope),
        other => panic!("{other:?}"),
    };
    refused(agent().step_up(&challenge("read")));
    refused(agent().step_up(&challenge("")));
    let twice = agent().step_up(&challenge("b")).unwrap().step_up(&challenge("c")).unwrap();
    assert_eq!(twice.scopes.to_string(), "read offline_access b c");
    refused(twice.step_up(&challenge("d")));
    for other in ["Bearer", r#"Bearer error="invalid_token", scope="x""#] {
        assert!(matches!(agent().step_up(&headers(other)).unwrap_err(), Error::Protocol(_)));
    }
}
