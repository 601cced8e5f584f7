use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use countersign_wire::{
    flow::{Env, Flow, Input, Step},
    metadata::{self, ServerMetadata},
};

mod resource;

pub use resource::ResourceDiscovery;
pub(crate) use resource::challenges;

use crate::{Endpoint, Error, error::EndpointProblem, exchange::Search};

/// The search for an issuer's metadata (RFC 8414 §3, OpenID Connect Discovery §4).
///
/// The well-known addresses are tried in order. One that is not there, that holds something else or that
/// names another issuer is passed by; an outage ends the search, because another document must not take the
/// place of one that cannot be had at the moment.
#[derive(Debug)]
pub struct Discovery {
    issuer: String,
    search: Search,
}

impl Discovery {
    /// The search for this issuer's metadata.
    ///
    /// # Errors
    /// [`Error::Endpoint`] when the issuer is not an `https` (or loopback `http`) URI without query and
    /// fragment (RFC 8414 §2).
    pub fn new(issuer: &str) -> Result<Self, Error> {
        Endpoint::new("issuer", issuer)?;
        if issuer.contains('?') {
            return Err(Error::Endpoint { name: "issuer", problem: EndpointProblem::Query });
        }
        let urls = metadata::well_known(issuer)
            .iter()
            .map(|url| Endpoint::new("issuer", url))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { issuer: issuer.to_string(), search: Search::new(urls) })
    }
}

impl Flow for Discovery {
    type Output = ServerMetadata;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<ServerMetadata>, Error> {
        let Self { issuer, search } = self;
        search.step(input, env, |response| ServerMetadata::parse(response, issuer))
    }
}
