use crate::{Endpoint, Error};

/// The three addresses of a server (RFC 5849 §2).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Endpoints {
    /// Where temporary credentials are asked for.
    #[doc(alias = "request_token")]
    pub temporary_credentials: Endpoint,
    /// Where the user is sent.
    pub authorization: Endpoint,
    /// Where token credentials are asked for.
    #[doc(alias = "access_token")]
    pub token_credentials: Endpoint,
}

impl Endpoints {
    /// The addresses in the order in which they are used.
    ///
    /// # Errors
    /// [`Error::Endpoint`] when one of them must not be used.
    pub fn new(
        temporary_credentials: &str,
        authorization: &str,
        token_credentials: &str,
    ) -> Result<Self, Error> {
        Ok(Self {
            temporary_credentials: Endpoint::new("temporary_credentials_endpoint", temporary_credentials)?,
            authorization: Endpoint::new("authorization_endpoint", authorization)?,
            token_credentials: Endpoint::new("token_credentials_endpoint", token_credentials)?,
        })
    }
}
