use countersign_flow::{AuthorizationServer, ClientRegistration};
use countersign_token::Timestamp;
use countersign_wire::flow::{Env, NoEntropy};

/// The server of all conversations.
pub fn server() -> AuthorizationServer {
    let server = AuthorizationServer::new("https://as.example", "https://as.example/token");
    let with = |server: AuthorizationServer| {
        server
            .with_authorization_endpoint("https://as.example/authorize")?
            .with_device_authorization_endpoint("https://as.example/device")?
            .with_introspection_endpoint("https://as.example/introspect")?
            .with_pushed_authorization_request_endpoint("https://as.example/par")?
            .with_userinfo_endpoint("https://as.example/userinfo")?
            .with_registration_endpoint("https://as.example/register")?
            .with_revocation_endpoint("https://as.example/revoke")
    };
    server.and_then(with).expect("the addresses are good")
}

/// The client of all conversations.
pub fn client() -> ClientRegistration {
    ClientRegistration::confidential("web", "s3cret").with_redirect_uri("http://127.0.0.1:4711/")
}

/// The world at this moment: its random bytes are all the same.
pub fn world<R>(seconds: i64, run: impl FnOnce(&Env<'_>) -> R) -> R {
    let entropy = |out: &mut [u8]| -> Result<(), NoEntropy> {
        out.fill(7);
        Ok(())
    };
    run(&Env { now: Timestamp::from_unix(1_700_000_000 + seconds), entropy: &entropy })
}
