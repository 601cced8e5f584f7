//! Which requests go through a proxy.

use countersign_transport::{Error, Transport};
use http::{Request, Response, Uri};

/// Two ways out, and who goes by which.
pub(crate) struct Routed<T> {
    pub(crate) direct: T,
    pub(crate) proxied: Option<(T, Exempt)>,
}

impl<T: Transport> Transport for Routed<T> {
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
        match &self.proxied {
            Some((proxied, exempt)) if !exempt.covers(request.uri()) => proxied.send(request),
            _ => self.direct.send(request),
        }
    }
}

/// The hosts that `NO_PROXY` names: a host, the end of a host, `host:port`, or `*`, delimited by commas.
#[derive(Debug, Default)]
pub(crate) struct Exempt(Vec<String>);

impl Exempt {
    pub(crate) fn parse(list: &str) -> Self {
        let names = list.split([',', ' ']).map(|name| name.trim().to_ascii_lowercase());
        Self(names.filter(|name| !name.is_empty()).collect())
    }

    pub(crate) fn covers(&self, uri: &Uri) -> bool {
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_ascii_lowercase();
        // What stays on this machine is never shown to another.
        if matches!(host.parse(), Ok(core::net::IpAddr::V4(address)) if address.is_loopback())
            || matches!(host.parse(), Ok(core::net::IpAddr::V6(address)) if address.is_loopback())
            || host == "localhost"
        {
            return true;
        }
        let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 });
        self.0.iter().any(|name| {
            let name = match name.rsplit_once(':') {
                Some((name, named)) if named.parse() == Ok(port) => name,
                _ => name.as_str(),
            };
            let name = name.trim_start_matches("*.").trim_start_matches('.').trim_matches(['[', ']']);
            name == "*"
                || host == name
                || host.strip_suffix(name).is_some_and(|rest| !name.is_empty() && rest.ends_with('.'))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Exempt;

    fn check(list: &str, url: &str, expected: bool) {
        assert_eq!(Exempt::parse(list).covers(&url.parse().unwrap()), expected, "{list:?} {url}");
    }

    #[test]
    fn hosts_and_the_ends_of_hosts_are_exempt() {
        check("", "https://as.example/", false);
        check("as.example", "https://as.example/", true);
        check("as.example", "https://AS.example/", true);
        check("example", "https://as.example/", true);
        check(".example", "https://as.example/", true);
        check("*.example", "https://as.example/", true);
        check("s.example", "https://as.example/", false);
        check("other, as.example", "https://as.example/", true);
        check("as.example:8443", "https://as.example/", false);
        check("as.example:8443", "https://as.example:8443/", true);
        check("as.example:443", "https://as.example/", true);
        check("*", "https://as.example/", true);
        check("10.0.0.1", "https://10.0.0.1/", true);
        check("0.0.1", "https://10.0.0.1.evil/", false);
    }

    #[test]
    fn this_machine_is_always_exempt() {
        check("", "http://127.0.0.1:4711/", true);
        check("", "http://[::1]:4711/", true);
        check("", "https://localhost/", true);
        check("", "https://localhost.example/", false);
    }
}
