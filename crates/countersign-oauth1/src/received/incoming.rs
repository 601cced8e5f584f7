use core::fmt;

use http::{HeaderMap, HeaderValue, Method, header};

use crate::{Error, Form, Place, RequestUri};

/// What a server has received: the parts of a request that a signature covers, or that carry one.
#[derive(Clone, Copy)]
#[must_use]
pub struct Incoming<'a> {
    pub(super) method: &'a str,
    pub(super) uri: RequestUri<'a>,
    pub(super) form: Form<'a>,
    pub(super) authorization: Option<&'a str>,
}

impl<'a> Incoming<'a> {
    /// A request by its method, the URI that clients know it by, and its form body.
    pub fn new<M>(method: &'a M, uri: impl Into<RequestUri<'a>>, form: Form<'a>) -> Self
    where
        M: AsRef<str> + ?Sized,
    {
        Self { method: method.as_ref(), uri: uri.into(), form, authorization: None }
    }

    /// With the value of its `Authorization` header; one of another scheme does not matter.
    pub const fn authorization(mut self, value: &'a str) -> Self {
        self.authorization = Some(value);
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
        let mut incoming = Self::new(method, uri, Form::from_body(content_type, body)?);
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
        let Self { method, uri, form, authorization } = self;
        f.debug_struct("Incoming")
            .field("method", method)
            .field("uri", uri)
            .field("form", form)
            .field("authorization", &authorization.map(|_| "(..)"))
            .finish()
    }
}
