//! Views of requests and responses that show no secret.

use core::fmt;

use http::{Request, Response, Uri};

/// What may be shown of a request: method, authority and path.
pub struct RedactedRequest<'a, B>(&'a Request<B>);

/// What may be shown of a response: its status.
pub struct RedactedResponse<'a, B>(&'a Response<B>);

/// A `Debug` view of a request without query, headers and body.
pub fn request<B>(request: &Request<B>) -> RedactedRequest<'_, B> {
    RedactedRequest(request)
}

/// A `Debug` view of a response without headers and body.
pub fn response<B>(response: &Response<B>) -> RedactedResponse<'_, B> {
    RedactedResponse(response)
}

/// Scheme, host, port and path of a URI: no userinfo, no query.
pub fn uri(uri: &Uri) -> impl fmt::Display + '_ {
    struct Shown<'a>(&'a Uri);
    impl fmt::Display for Shown<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            if let Some(scheme) = self.0.scheme_str() {
                write!(f, "{scheme}://")?;
            }
            f.write_str(self.0.host().unwrap_or_default())?;
            if let Some(port) = self.0.port() {
                write!(f, ":{port}")?;
            }
            f.write_str(self.0.path())
        }
    }
    Shown(uri)
}

impl<B> fmt::Debug for RedactedRequest<'_, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.method(), uri(self.0.uri()))
    }
}

impl<B> fmt::Debug for RedactedResponse<'_, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.status())
    }
}
