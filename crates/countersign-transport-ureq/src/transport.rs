use core::fmt;
use std::{io::Read, sync::Arc};

use countersign_transport::{Error, ErrorKind, Limits, Transport, policy};
use countersign_wire::flow::{Handling, Sent};
use http::{Method, Request, Response, Uri};
use ureq::{
    Agent, AsSendBody, Body, Proxy,
    tls::{PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem},
};

use crate::error;

/// ureq under the contract of [`Transport`].
///
/// A clone shares the connections that are kept open.
#[derive(Clone)]
pub struct Ureq {
    limits: Limits,
    roots: RootCerts,
    direct: Agent,
    proxied: Option<(Proxy, Agent)>,
}

impl Ureq {
    /// Within these limits, trusting Mozilla's root certificates, without a proxy.
    ///
    /// # Errors
    /// [`Refused`](ErrorKind::Refused) when a time limit is zero.
    pub fn new(limits: Limits) -> Result<Self, Error> {
        if limits.total.is_zero() || limits.connect.is_zero() || limits.resolve.is_zero() {
            return Err(Error::refused("a time limit is zero"));
        }
        let roots = RootCerts::WebPki;
        let direct = agent(&limits, &roots, None);
        Ok(Self { limits, roots, direct, proxied: None })
    }

    /// Trusts the certificates of a PEM text in place of Mozilla's, as a company or a test does with its own
    /// authority.
    ///
    /// # Errors
    /// [`Tls`](ErrorKind::Tls) when the text is not PEM or has no certificate.
    pub fn with_root_certificates_pem(self, pem: &[u8]) -> Result<Self, Error> {
        let unusable = |reason| Error::new(ErrorKind::Tls, Sent::No).because(reason);
        let mut certificates = Vec::new();
        for item in parse_pem(pem) {
            if let PemItem::Certificate(certificate) =
                item.map_err(|_| unusable("the root certificates are not PEM"))?
            {
                certificates.push(certificate);
            }
        }
        if certificates.is_empty() {
            return Err(unusable("there is no root certificate in the PEM text"));
        }
        let roots = RootCerts::from(certificates);
        let Self { limits, roots: _, direct: _, proxied } = self;
        let direct = agent(&limits, &roots, None);
        let proxied = proxied.map(|(proxy, _)| {
            let agent = agent(&limits, &roots, Some(proxy.clone()));
            (proxy, agent)
        });
        Ok(Self { limits, roots, direct, proxied })
    }

    /// Sends through the proxy at `http://` or `https://` `[user:password@]host[:port]`, by `CONNECT`.
    ///
    /// Clear text, which stays on the machine or its link, and a request whose [`Handling`] says so, are
    /// sent directly all the same.
    ///
    /// # Errors
    /// [`Refused`](ErrorKind::Refused) when this is not the address of such a proxy.
    pub fn with_proxy(self, url: &str) -> Result<Self, Error> {
        let refused = || Error::refused("the address of the proxy is not an http or https URL");
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(refused());
        }
        let proxy = Proxy::new(url).map_err(|_| refused())?;
        let agent = agent(&self.limits, &self.roots, Some(proxy.clone()));
        Ok(Self { proxied: Some((proxy, agent)), ..self })
    }

    fn agent_for(&self, uri: &Uri, handling: Option<&Handling>) -> &Agent {
        let direct = uri.scheme_str() == Some("http") || handling.is_some_and(|handling| handling.no_proxy);
        match &self.proxied {
            Some((_, agent)) if !direct => agent,
            _ => &self.direct,
        }
    }
}

impl fmt::Debug for Ureq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address of the proxy may have a password in it.
        let Self { limits, roots: _, direct: _, proxied } = self;
        f.debug_struct("Ureq")
            .field("limits", limits)
            .field("proxy", &proxied.is_some())
            .finish_non_exhaustive()
    }
}

impl Transport for Ureq {
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
        let uri = request.uri().clone();
        let handling = request.extensions().get::<Handling>().cloned();
        policy::check_destination(&uri, handling.as_ref())?;
        if writes_wire_to_log() {
            return Err(Error::refused("at the log level trace, ureq writes secrets to the log").at(&uri));
        }
        let limits = self.limits.within(handling.as_ref());
        let agent = self.agent_for(&uri, handling.as_ref());
        let (parts, body) = request.into_parts();
        // An empty body is announced as such only where one is expected.
        let answer = if body.is_empty() && !matches!(parts.method, Method::POST | Method::PUT | Method::PATCH)
        {
            self.run(agent, Request::from_parts(parts, ()), &limits)
        } else {
            self.run(agent, Request::from_parts(parts, body), &limits)
        };
        answer
            .map_err(|error| error::translate(error, &uri))
            .and_then(|response| read(response, &limits, &uri))
    }
}

impl Ureq {
    fn run<B: AsSendBody>(
        &self,
        agent: &Agent,
        request: Request<B>,
        limits: &Limits,
    ) -> Result<Response<Body>, ureq::Error> {
        // A request with a configuration of its own may cost a TLS set-up of its own.
        if limits.total >= self.limits.total {
            return agent.run(request);
        }
        let request = agent
            .configure_request(request)
            .timeout_global(Some(limits.total))
            .timeout_connect(Some(limits.connect))
            .timeout_resolve(Some(limits.resolve))
            .build();
        agent.run(request)
    }
}

fn read(response: Response<Body>, limits: &Limits, uri: &Uri) -> Result<Response<Vec<u8>>, Error> {
    let (parts, body) = response.into_parts();
    let mut bytes = Vec::new();
    // One byte more than allowed tells a body that is too big from one that just fits.
    let allowed = u64::try_from(limits.response_bytes).unwrap_or(u64::MAX);
    body.into_reader()
        .take(allowed.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| error::translate(error.into(), uri))?;
    if bytes.len() > limits.response_bytes {
        return Err(Error::new(ErrorKind::TooBig, Sent::Maybe).at(uri));
    }
    // ureq's extensions stay behind: the URI among them has a query.
    let mut response = Response::new(bytes);
    *response.status_mut() = parts.status;
    *response.version_mut() = parts.version;
    *response.headers_mut() = parts.headers;
    Ok(response)
}

fn agent(limits: &Limits, roots: &RootCerts, proxy: Option<Proxy>) -> Agent {
    let limits = limits.within(None);
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .root_certs(roots.clone())
        .build();
    Agent::config_builder()
        .tls_config(tls)
        .proxy(proxy)
        .max_redirects(0)
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .user_agent("")
        .accept("")
        .accept_encoding("")
        .timeout_global(Some(limits.total))
        .timeout_connect(Some(limits.connect))
        .timeout_resolve(Some(limits.resolve))
        .max_response_header_size(limits.header_bytes)
        .build()
        .new_agent()
}

/// Whether ureq would write every byte it sends and receives, or the queries of addresses, to the log.
fn writes_wire_to_log() -> bool {
    ["ureq_proto::util", "ureq::util"]
        .iter()
        .any(|target| log::log_enabled!(target: target, log::Level::Trace))
}
