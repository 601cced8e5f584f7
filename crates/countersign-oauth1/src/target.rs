use core::fmt;

use countersign_wire::form;

use crate::{Error, Place, RequestUri};

/// The body of a request as far as the signature covers it (RFC 5849 §3.4.1.3.1).
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Form<'a> {
    /// No form: there is no body, or one of another content type, which is not signed.
    None,
    /// A body of type `application/x-www-form-urlencoded`, as it is sent.
    Encoded(&'a str),
}

impl<'a> Form<'a> {
    /// The form of a body by its content type; parameters such as `charset` do not matter.
    ///
    /// # Errors
    /// [`Error::NotUtf8`] for a form that is not text.
    pub fn from_body(content_type: Option<&str>, body: &'a [u8]) -> Result<Self, Error> {
        if content_type.is_some_and(form::is_form) {
            core::str::from_utf8(body).map(Self::Encoded).map_err(|_| Error::NotUtf8 { place: Place::Form })
        } else {
            Ok(Self::None)
        }
    }

    pub(crate) const fn is_some(&self) -> bool {
        matches!(self, Self::Encoded(_))
    }

    pub(crate) const fn text(&self) -> &'a str {
        match self {
            Self::None => "",
            Self::Encoded(text) => text,
        }
    }
}

impl fmt::Debug for Form<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Encoded(_) => "Encoded(..)",
        })
    }
}

/// The request to be signed, and what is to be sent along with the signature.
///
/// ```
/// use countersign_oauth1::{ClientCredentials, Form, Signer, Stamp, Target, Token};
/// use countersign_token::Timestamp;
///
/// let signer = Signer::hmac_sha1(ClientCredentials::new("dpf43f3p2l4k3l03", "kd94hf93k423kf44"), Token::None);
/// let target = Target::new("POST", "https://photos.example.net/initiate", Form::None)
///     .realm("Photos")
///     .callback("http://printer.example.com/ready")
///     .version(false);
/// let header = signer.authorization(target, Stamp::new(Timestamp::from_unix(137_131_200), "wIjqoS"))?;
/// assert!(header.starts_with(r#"OAuth realm="Photos", oauth_consumer_key="dpf43f3p2l4k3l03""#));
/// assert!(header.ends_with(r#"oauth_signature="74KNZJeDHnMBp0EMJ9ZHt%2FXKycU%3D""#));
/// # Ok::<(), countersign_oauth1::Error>(())
/// ```
#[derive(Clone, Copy)]
#[must_use]
pub struct Target<'a> {
    pub(crate) method: &'a str,
    pub(crate) uri: RequestUri<'a>,
    pub(crate) form: Form<'a>,
    pub(crate) realm: Option<&'a str>,
    pub(crate) version: bool,
    pub(crate) callback: Option<&'a str>,
    pub(crate) verifier: Option<&'a str>,
    pub(crate) body: Option<&'a [u8]>,
    pub(crate) extra: &'a [(&'a str, &'a str)],
}

impl<'a> Target<'a> {
    /// A request by its method, its URI and its form body.
    pub fn new<M>(method: &'a M, uri: impl Into<RequestUri<'a>>, form: Form<'a>) -> Self
    where
        M: AsRef<str> + ?Sized,
    {
        Self {
            method: method.as_ref(),
            uri: uri.into(),
            form,
            realm: None,
            version: true,
            callback: None,
            verifier: None,
            body: None,
            extra: &[],
        }
    }

    /// Sends `realm` in the header (RFC 5849 §3.5.1); it is not signed, and has no place outside the header.
    pub const fn realm(mut self, realm: &'a str) -> Self {
        self.realm = Some(realm);
        self
    }

    /// Whether `oauth_version` is sent; it is optional (RFC 5849 §3.1), and sent unless told otherwise.
    pub const fn version(mut self, sent: bool) -> Self {
        self.version = sent;
        self
    }

    /// Sends `oauth_callback`: an absolute URI, or `oob` (RFC 5849 §2.1).
    pub const fn callback(mut self, callback: &'a str) -> Self {
        self.callback = Some(callback);
        self
    }

    /// Sends `oauth_verifier` (RFC 5849 §2.3).
    pub const fn verifier(mut self, verifier: &'a str) -> Self {
        self.verifier = Some(verifier);
        self
    }

    /// Sends `oauth_body_hash` of this body, by which the signature covers a body that is no form.
    ///
    /// It is off unless asked for: many servers refuse the parameter. A request with a form, whose fields are
    /// signed one by one, and a PLAINTEXT signer, which signs nothing, are refused with
    /// [`ParameterFault::Unsupported`](crate::ParameterFault::Unsupported).
    pub const fn body_hash(mut self, body: &'a [u8]) -> Self {
        self.body = Some(body);
        self
    }

    /// Sends and signs further parameters beside those of the protocol, by decoded name and value.
    ///
    /// One without a name is refused: no header can carry it (RFC 5849 §3.5.1, RFC 9110 §11.2).
    pub const fn parameters(mut self, extra: &'a [(&'a str, &'a str)]) -> Self {
        self.extra = extra;
        self
    }
}

impl fmt::Debug for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, uri, form, realm: _, version, callback: _, verifier: _, body: _, extra: _ } = self;
        f.debug_struct("Target")
            .field("method", method)
            .field("uri", uri)
            .field("form", form)
            .field("version", version)
            .finish_non_exhaustive()
    }
}
