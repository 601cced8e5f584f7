use core::fmt;

use http::{HeaderMap, HeaderValue, Method, header};

use crate::{Error, Form, Methods, Place, RequestUri};

/// What a server has received: the parts of a request that a signature covers, or that carry one.
#[derive(Clone, Copy)]
#[must_use]
pub struct Incoming<'a> {
    pub(super) method: &'a str,
    pub(super) uri: RequestUri<'a>,
    pub(super) form: Form<'a>,
    pub(super) authorization: Option<&'a str>,
    pub(super) body: Option<&'a [u8]>,
    pub(super) methods: Methods,
}

impl<'a> Incoming<'a> {
    /// A request by its method, the URI that clients know it by, and its form body.
    pub fn new<M>(method: &'a M, uri: impl Into<RequestUri<'a>>, form: Form<'a>) -> Self
    where
        M: AsRef<str> + ?Sized,
    {
        Self {
            method: method.as_ref(),
            uri: uri.into(),
            form,
            authorization: None,
            body: None,
            methods: Methods::default(),
        }
    }

    /// With the value of its `Authorization` header; one of another scheme does not matter.
    pub const fn authorization(mut self, value: &'a str) -> Self {
        self.authorization = Some(value);
        self
    }

    /// With its body, so that an `oauth_body_hash` can be checked; without, a request with one is refused.
    pub const fn body(mut self, body: &'a [u8]) -> Self {
        self.body = Some(body);
        self
    }

    /// With the signature methods that are accepted of anybody; the default is [`Methods::default`].
    ///
    /// What one client may use is narrowed down by [`Received::accept_only`](crate::Received::accept_only).
    pub const fn methods(mut self, methods: Methods) -> Self {
        self.methods = methods;
        self
    }

    /// A request as an HTTP library hands it over.
    ///
    /// # Errors
    /// [`Error::Header`] for a second `Authorization` header or one that is not text, [`Error::NotUtf8`] for
    /// a form that is not.
    pub fn from_http(
        method: &'a Method,
        uri: impl Into<RequestUri<'a>>,
        headers: &'a HeaderMap,
        body: &'a [u8],
    ) -> Result<Self, Error> {
        let text = |value: &'a HeaderValue| {
            core::str::from_utf8(value.as_bytes()).map_err(|_| Error::NotUtf8 { place: Place::Header })
        };
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let mut incoming = Self::new(method, uri, Form::from_body(content_type, body)?).body(body);
        let mut fields = headers.get_all(header::AUTHORIZATION).iter();
        incoming.authorization = fields.next().map(text).transpose()?;
        match fields.next() {
            Some(_) => Err(Error::Header { position: 0 }),
            None => Ok(incoming),
        }
    }
}

impl fmt::Debug for Incoming<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, uri, form, authorization, body: _, methods } = self;
        f.debug_struct("Incoming")
            .field("method", method)
            .field("uri", uri)
            .field("form", form)
            .field("authorization", &authorization.map(|_| "(..)"))
            .field("methods", methods)
            .finish_non_exhaustive()
    }
}
