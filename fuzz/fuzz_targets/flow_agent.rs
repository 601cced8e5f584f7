//! An agent that looks for the server of a resource, whatever the network answers.
#![no_main]

use countersign_flow::agent::AgentDiscovery;
use countersign_fuzz::freely;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &str| {
    let (field, script) = script.split_once('\n').unwrap_or(("", script));
    let mut headers = http::HeaderMap::new();
    if let Ok(field) = field.parse() {
        headers.insert("www-authenticate", field);
    }
    let Ok(flow) = AgentDiscovery::new("https://mcp.example/tools", &headers) else { return };
    if let Some(agent) = freely(flow.accepting(|issuer| issuer == "https://as.example"), script) {
        assert_eq!(agent.resource, "https://mcp.example/tools");
        assert_eq!(agent.server.issuer, "https://as.example");
        assert!(agent.server.code_challenge_methods.iter().any(|method| method == "S256"));
    }
});
