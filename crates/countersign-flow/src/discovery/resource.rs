use alloc::{
    string::{String, ToString},
    vec,
    vec::Vec,
};

use countersign_wire::{
    flow::{Env, Flow, Input, Step},
    header::challenge::{self, Challenge},
    metadata::{self, ResourceMetadata},
};
use http::{HeaderMap, header::WWW_AUTHENTICATE};

use crate::{Endpoint, Error, exchange::Search};

/// The search for what a protected resource says of itself (RFC 9728 §3, §5).
///
/// A document that names another resource is passed by (RFC 9728 §3.3): it could send the user anywhere.
///
/// ```
/// use countersign_flow::ResourceDiscovery;
/// use countersign_wire::flow::{Flow, Input, Step};
/// # use countersign_wire::flow::{Env, NoEntropy};
/// # let env = Env { now: countersign_token::Timestamp::from_unix(0), entropy: &|_: &mut [u8]| Err(NoEntropy) };
///
/// let mut headers = http::HeaderMap::new();
/// let challenge = r#"Bearer resource_metadata="https://api.example/meta""#;
/// headers.insert("www-authenticate", challenge.parse().unwrap());
/// let mut search = ResourceDiscovery::challenged("https://api.example/v1", &headers)?;
/// let Step::Send(request) = search.step(Input::Start, &env)? else { panic!("a request comes first") };
/// assert_eq!(request.uri(), "https://api.example/meta");
/// # Ok::<(), countersign_flow::Error>(())
/// ```
#[derive(Debug)]
pub struct ResourceDiscovery {
    resource: String,
    parent: bool,
    search: Search,
}

impl ResourceDiscovery {
    /// The search at the well-known addresses of this resource, in order.
    ///
    /// # Errors
    /// [`Error::Endpoint`] when the resource is not an `https` (or loopback `http`) URI without fragment
    /// (RFC 9728 §1.2).
    pub fn new(resource: &str) -> Result<Self, Error> {
        Endpoint::new("resource", resource)?;
        let urls = metadata::well_known_resource(resource)
            .iter()
            .map(|url| Endpoint::new("resource", url))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { resource: resource.to_string(), parent: false, search: Search::new(urls) })
    }

    /// The search where the resource's answer says (`resource_metadata` of `WWW-Authenticate`, RFC 9728 §5.1),
    /// and at the well-known addresses when it does not say.
    ///
    /// # Errors
    /// [`Error::Endpoint`] when the resource or the address it names must not be used.
    pub fn challenged(resource: &str, headers: &HeaderMap) -> Result<Self, Error> {
        let mut search = Self::new(resource)?;
        let challenges = challenges(headers);
        if let Some(url) = challenges.iter().find_map(|challenge| challenge.param("resource_metadata")) {
            search.search = Search::new(vec![Endpoint::new("resource_metadata", url)?]);
        }
        Ok(search)
    }

    /// Takes a document too that names a parent of the resource: the same origin, and a path that leads to it.
    ///
    /// Some servers describe all they have in one document.
    #[must_use]
    pub fn or_parent(mut self) -> Self {
        self.parent = true;
        self
    }
}

/// The challenges of an answer; a field that breaks its grammar is passed over.
pub(crate) fn challenges(headers: &HeaderMap) -> Vec<Challenge> {
    headers
        .get_all(WWW_AUTHENTICATE)
        .iter()
        .filter_map(|field| challenge::parse(field.to_str().ok()?).ok())
        .flatten()
        .collect()
}

/// Whether `parent` is the resource or leads to it, path segment by path segment.
fn leads_to(parent: &str, resource: &str) -> bool {
    let Some(rest) = resource.strip_prefix(parent).filter(|_| Endpoint::new("resource", parent).is_ok())
    else {
        return false;
    };
    // Without a path the parent is an origin: what follows must not go on with its host.
    rest.is_empty()
        || rest.starts_with(['/', '?'])
        || parent.ends_with('/') && parent.matches('/').count() > 2
}

impl Flow for ResourceDiscovery {
    type Output = ResourceMetadata;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<ResourceMetadata>, Error> {
        let Self { resource, parent, search } = self;
        let accepts = |own: &str| own == resource || *parent && leads_to(own, resource);
        search.step(input, env, |response| ResourceMetadata::parse_if(response, accepts))
    }
}
