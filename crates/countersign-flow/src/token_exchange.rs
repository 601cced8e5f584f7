use alloc::{string::String, vec::Vec};

use countersign_token::{AccessToken, Expiry, IdToken, RefreshToken, Scopes, Secret};
use countersign_wire::{
    flow::{Env, Flow, Input, Step},
    response::{ExchangeResponse, Oddity, Tolerance},
};

use crate::{
    ClientRegistration, Endpoint, Error, Redeemed,
    exchange::{Answer, Replay},
    grant::Grant,
};

/// The value of `grant_type` (RFC 8693 §2.1).
const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// Token type identifiers (RFC 8693 §3, and the identity assertion grant's).
pub mod token_type {
    /// An OAuth 2.0 access token.
    pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
    /// An OAuth 2.0 refresh token.
    pub const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";
    /// An OpenID Connect ID token.
    pub const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
    /// A base64url-encoded SAML 1.1 assertion.
    pub const SAML1: &str = "urn:ietf:params:oauth:token-type:saml1";
    /// A base64url-encoded SAML 2.0 assertion.
    pub const SAML2: &str = "urn:ietf:params:oauth:token-type:saml2";
    /// A JWT.
    pub const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
    /// An identity assertion for another server (draft-ietf-oauth-identity-assertion-authz-grant).
    pub const ID_JAG: &str = "urn:ietf:params:oauth:token-type:id-jag";
}

/// A security token with what it is, as it is presented for an exchange (RFC 8693 §2.1).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SecurityToken {
    /// The token.
    pub token: Secret,
    /// What it is: a URI such as those in [`token_type`].
    pub token_type: String,
}

impl SecurityToken {
    /// A token of this type.
    pub fn new(token: impl Into<Secret>, token_type: impl Into<String>) -> Self {
        Self { token: token.into(), token_type: token_type.into() }
    }
}

impl From<&AccessToken> for SecurityToken {
    fn from(token: &AccessToken) -> Self {
        Self::new(token.secret.clone(), token_type::ACCESS_TOKEN)
    }
}

impl From<&RefreshToken> for SecurityToken {
    fn from(token: &RefreshToken) -> Self {
        Self::new(token.secret().clone(), token_type::REFRESH_TOKEN)
    }
}

impl From<&IdToken> for SecurityToken {
    fn from(token: &IdToken) -> Self {
        Self::new(token.secret().clone(), token_type::ID_TOKEN)
    }
}

/// A token exchange (RFC 8693): another token for the one presented, by impersonation or delegation.
///
/// It spends nothing, so it is sent again after silence and after a server's passing trouble, twice at most.
/// The client authenticates only if [`client`](Self::client) says so (RFC 8693 §2.1).
///
/// ```
/// use countersign_flow::{Endpoint, SecurityToken, TokenExchange, token_type};
///
/// let endpoint = Endpoint::new("token_endpoint", "https://sts.example/v1/token")?;
/// let exchange = TokenExchange::new(&endpoint, &SecurityToken::new("eyJ...", token_type::JWT))
///     .audience(["//iam.example/pools/ci"])
///     .requested_token_type(token_type::ACCESS_TOKEN)
///     .scopes("cloud");
/// # drop(exchange);
/// # Ok::<(), countersign_flow::Error>(())
/// ```
#[derive(Debug)]
pub struct TokenExchange {
    grant: Grant,
}

impl TokenExchange {
    /// The exchange of this token, which says on whose behalf the new one is asked for.
    pub fn new(token_endpoint: &Endpoint, subject: &SecurityToken) -> Self {
        let mut grant = Grant::anonymous(token_endpoint, GRANT_TYPE, Replay::Freely);
        grant.push_secret("subject_token", &subject.token);
        grant.push("subject_token_type", &subject.token_type);
        Self { grant }
    }

    /// Proves also who the client is.
    #[must_use]
    pub fn client(mut self, client: &ClientRegistration) -> Self {
        self.grant.identify(client);
        self
    }

    /// Names who will act, when it is somebody else (delegation, RFC 8693 §1.1).
    #[must_use]
    pub fn actor(mut self, actor: &SecurityToken) -> Self {
        self.grant.push_secret("actor_token", &actor.token);
        self.grant.push("actor_token_type", &actor.token_type);
        self
    }

    /// Names the resources the new token is for, as URIs.
    #[must_use]
    pub fn resource<'a>(mut self, resource: impl IntoIterator<Item = &'a str>) -> Self {
        self.grant.push_resource(resource);
        self
    }

    /// Names the services the new token is for, as the server calls them.
    #[must_use]
    pub fn audience<'a>(mut self, audience: impl IntoIterator<Item = &'a str>) -> Self {
        for audience in audience {
            self.grant.push("audience", audience);
        }
        self
    }

    /// Asks for these scopes.
    #[must_use]
    pub fn scopes(mut self, scopes: impl Into<Scopes>) -> Self {
        self.grant.request_scopes(scopes.into());
        self
    }

    /// Says what kind of token is wanted, such as those in [`token_type`].
    #[must_use]
    pub fn requested_token_type(mut self, token_type: &str) -> Self {
        self.grant.push("requested_token_type", token_type);
        self
    }

    /// Reads the answer in this way, where there is no client that says how.
    #[must_use]
    pub fn tolerance(mut self, tolerance: &Tolerance) -> Self {
        self.grant.tolerate(tolerance);
        self
    }

    /// Adds a parameter of the server's own, such as Google's `options`.
    ///
    /// # Errors
    /// [`Misuse::Parameter`](crate::error::Misuse::Parameter) for one that is the protocol's or is there
    /// already.
    pub fn param(mut self, name: &str, value: &str) -> Result<Self, Error> {
        self.grant.push_extra(name, value)?;
        Ok(self)
    }

    fn read(&self, answer: Answer) -> Result<Exchanged, Error> {
        let ExchangeResponse { answer: token, issued_token_type, is_access_token, .. } =
            ExchangeResponse::parse_with(&answer.response, self.grant.tolerance())
                .map_err(|error| self.grant.scrub(error.into()))?;
        if is_access_token {
            let redeemed = self.grant.redeemed(token, answer.requested_at)?;
            return Ok(Exchanged::AccessToken { redeemed, issued_token_type });
        }
        Ok(Exchanged::Other(IssuedToken {
            expires: token.lifetime.from_request(answer.requested_at),
            oddities: token.oddities,
            token: SecurityToken::new(
                token.access_token,
                // Without a name nobody knows what it is.
                issued_token_type.ok_or(countersign_wire::Error::Missing { name: "issued_token_type" })?,
            ),
        }))
    }
}

/// What a token was exchanged for.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "it is matched where it arrives and not kept")]
pub enum Exchanged {
    /// An access token.
    AccessToken {
        /// The tokens.
        redeemed: Redeemed,
        /// What was issued; `None` when the server does not say, as it must.
        issued_token_type: Option<String>,
    },
    /// Something that is no access token and must not be presented as one, such as an assertion for the
    /// [JWT bearer grant](crate::JwtBearerGrant) of another server.
    Other(IssuedToken),
}

/// A token that is no access token (`token_type` is `N_A`, RFC 8693 §2.2.1).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IssuedToken {
    /// The token with what it is.
    pub token: SecurityToken,
    /// When it stops being good.
    pub expires: Expiry,
    /// What was odd about the server's answer.
    pub oddities: Vec<Oddity>,
}

impl Exchanged {
    /// The access token's answer.
    ///
    /// # Errors
    /// [`Misuse::TokenType`](crate::error::Misuse::TokenType) when something else was issued.
    pub fn access_token(self) -> Result<Redeemed, Error> {
        match self {
            Self::AccessToken { redeemed, issued_token_type: _ } => Ok(redeemed),
            Self::Other(_) => Err(crate::error::Misuse::TokenType.into()),
        }
    }
}

impl Flow for TokenExchange {
    type Output = Exchanged;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Exchanged>, Error> {
        Ok(match self.grant.exchange(input, env)? {
            Step::Send(request) => Step::Send(request),
            Step::Wait(pause) => Step::Wait(pause),
            Step::Done(answer) => Step::Done(self.read(answer)?),
        })
    }
}
