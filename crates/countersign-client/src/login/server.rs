use countersign_flow::AuthorizationServer;

/// The server of a login: to be discovered by its issuer identifier, or known.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Server {
    /// The issuer identifier; its metadata document says the rest (RFC 8414).
    Issuer(String),
    /// The endpoints.
    Known(Box<AuthorizationServer>),
}

impl From<&str> for Server {
    fn from(issuer: &str) -> Self {
        Self::Issuer(issuer.to_owned())
    }
}

impl From<String> for Server {
    fn from(issuer: String) -> Self {
        Self::Issuer(issuer)
    }
}

impl From<AuthorizationServer> for Server {
    fn from(server: AuthorizationServer) -> Self {
        Self::Known(Box::new(server))
    }
}
