mod place;

use alloc::string::String;
use core::fmt;

use countersign_token::{ClientCredentials, Secret};
use countersign_wire::percent;

use crate::{
    Algorithm, Error, Parameter, ParameterFault, Scratch, Stamp, Target, Token,
    base_string::{self, encode_twice},
    base_uri::BaseUri,
    method::Method,
};

/// Signs requests with one set of credentials, from as many threads as one likes.
///
/// What does not change between requests is worked out once: the state of the key, and the encoded
/// identifiers.
///
/// ```
/// use countersign_oauth1::{ClientCredentials, Form, Scratch, Signer, Stamp, Target, TokenCredentials};
/// use countersign_token::Timestamp;
///
/// let signer = Signer::hmac_sha1(ClientCredentials::new("ck", "cs"), TokenCredentials::new("tk", "ts"));
/// let uri: http::Uri = "https://api.example.com/notes?page=2".parse().unwrap();
/// let mut scratch = Scratch::new();
/// for nonce in ["a1", "b2"] {
///     let target = Target::new(&http::Method::GET, &uri, Form::None);
///     let stamp = Stamp::new(Timestamp::from_unix(1_318_622_958), nonce);
///     let header = signer.sign(target, stamp, &mut scratch)?;
///     assert!(header.starts_with(r#"OAuth oauth_consumer_key="ck", oauth_token="tk""#));
/// }
/// # Ok::<(), countersign_oauth1::Error>(())
/// ```
#[derive(Clone)]
pub struct Signer {
    method: Method,
    consumer_key: Encoded,
    token: Option<Encoded>,
}

/// A value encoded once, as it is sent, and twice, as it is signed.
#[derive(Clone)]
struct Encoded {
    once: Secret,
    twice: Secret,
}

impl Encoded {
    fn new(value: &str) -> Self {
        let mut twice = String::new();
        encode_twice(value, &mut twice);
        Self { once: Secret::new(percent::encode(value)), twice: Secret::new(twice) }
    }
}

/// The value of a parameter that a signer sends.
#[derive(Clone, Copy)]
enum Value<'a> {
    Kept(&'a Encoded),
    Text(&'a str),
    Number(i64),
}

impl Signer {
    /// Signs with HMAC-SHA1 (RFC 5849 §3.4.2) and token credentials, temporary ones or [`Token::None`].
    pub fn hmac_sha1(client: ClientCredentials, token: impl Into<Token>) -> Self {
        let token = token.into();
        let method = crate::HmacSha1::new(&client.secret, token.parts().1);
        Self::with_method(Method::HmacSha1(method), &client, &token)
    }

    /// Signs with PLAINTEXT (RFC 5849 §3.4.4), which sends the secrets themselves.
    ///
    /// For TLS only: a URI that is neither `https` nor a loopback address is refused with
    /// [`Error::ClearText`].
    pub fn plaintext(client: ClientCredentials, token: impl Into<Token>) -> Self {
        let token = token.into();
        let method = crate::Plaintext::new(&client.secret, token.parts().1);
        Self::with_method(Method::Plaintext(method), &client, &token)
    }

    /// Signs with a method that is known by its name only when the program runs.
    ///
    /// # Errors
    /// [`ParameterFault::Unsupported`] for a method other than HMAC-SHA1 and PLAINTEXT.
    pub fn new(
        algorithm: Algorithm,
        client: ClientCredentials,
        token: impl Into<Token>,
    ) -> Result<Self, Error> {
        let token = token.into();
        let method = Method::new(algorithm, &client.secret, token.parts().1)?;
        Ok(Self::with_method(method, &client, &token))
    }

    fn with_method(method: Method, client: &ClientCredentials, token: &Token) -> Self {
        Self {
            method,
            consumer_key: Encoded::new(&client.identifier),
            token: token.parts().0.map(Encoded::new),
        }
    }

    /// The method it signs with.
    pub fn algorithm(&self) -> Algorithm {
        self.method.algorithm()
    }

    /// The value of the `Authorization` header (RFC 5849 §3.5.1), which is best marked sensitive.
    ///
    /// # Errors
    /// Those of [`sign`](Self::sign).
    pub fn authorization(&self, target: Target<'_>, stamp: Stamp<'_>) -> Result<String, Error> {
        let mut scratch = Scratch::new();
        self.sign(target, stamp, &mut scratch)?;
        Ok(core::mem::take(&mut scratch.header))
    }

    /// The value of the `Authorization` header in room that is kept: without allocation once it is warm.
    ///
    /// # Errors
    /// [`Error::Uri`], [`Error::Form`], [`Error::Method`] and [`Error::ClearText`] for a request that cannot
    /// be signed; [`Error::Parameter`] when the request carries protocol parameters already, or when realm,
    /// time, nonce or an extra parameter cannot be sent.
    pub fn sign<'s>(
        &self,
        target: Target<'_>,
        stamp: Stamp<'_>,
        scratch: &'s mut Scratch,
    ) -> Result<&'s str, Error> {
        self.signature(target, stamp, scratch)?;
        let Scratch { signature, header, .. } = scratch;
        place::header(target.realm, header, |each| self.sent(target, stamp, signature, each))?;
        Ok(header)
    }

    /// The URL with the parameters appended to its query (RFC 5849 §3.5.3).
    ///
    /// A URL ends up in logs and histories; prefer the header.
    ///
    /// # Errors
    /// Those of [`sign`](Self::sign).
    pub fn query(&self, target: Target<'_>, stamp: Stamp<'_>) -> Result<String, Error> {
        let mut scratch = Scratch::new();
        self.signature(target, stamp, &mut scratch)?;
        let mut out = target.uri.to_text();
        let separated = match out.split_once('?') {
            None => {
                out.push('?');
                true
            }
            Some((_, query)) => query.is_empty() || query.ends_with('&'),
        };
        place::form(separated, &mut out, |each| self.sent(target, stamp, &scratch.signature, each))?;
        Ok(out)
    }

    /// The form body with the parameters appended (RFC 5849 §3.5.2).
    ///
    /// It is sent as `application/x-www-form-urlencoded`, with a request whose only body it is.
    ///
    /// # Errors
    /// Those of [`sign`](Self::sign).
    pub fn form(&self, target: Target<'_>, stamp: Stamp<'_>) -> Result<String, Error> {
        let mut scratch = Scratch::new();
        self.signature(target, stamp, &mut scratch)?;
        let mut out = String::from(target.form.text());
        let separated = out.is_empty() || out.ends_with('&');
        place::form(separated, &mut out, |each| self.sent(target, stamp, &scratch.signature, each))?;
        Ok(out)
    }

    /// The base string that this signer signs for a request (RFC 5849 §3.4.1), to be looked at.
    ///
    /// # Errors
    /// Those of [`sign`](Self::sign).
    pub fn base_string(&self, target: Target<'_>, stamp: Stamp<'_>) -> Result<String, Error> {
        let mut scratch = Scratch::new();
        self.signature(target, stamp, &mut scratch)?;
        Ok(core::mem::take(&mut scratch.base_string))
    }

    /// Leaves base string and signature in the scratch (RFC 5849 §3.4).
    fn signature(&self, target: Target<'_>, stamp: Stamp<'_>, scratch: &mut Scratch) -> Result<(), Error> {
        scratch.clear();
        let Scratch { collected, base_string, signature, header: _ } = scratch;
        let uri = BaseUri::parse(target.uri)?;
        if self.algorithm() == Algorithm::Plaintext && !uri.is_private() {
            return Err(Error::ClearText);
        }
        base_string::collect_request(&uri, target.form.text(), collected)?;
        self.protocol(target, stamp, &mut |name, value| match value {
            Value::Kept(value) => collected.prepared(name, value.twice.expose()),
            Value::Text(value) => collected.decoded(name, value),
            Value::Number(value) => collected.number(name, value),
        })?;
        base_string::write(target.method, &uri, collected, base_string)?;
        self.method.sign_to(base_string, signature);
        Ok(())
    }

    /// Everything that is sent: the protocol parameters, and the signature at the end.
    fn sent(
        &self,
        target: Target<'_>,
        stamp: Stamp<'_>,
        signature: &str,
        each: &mut dyn FnMut(&str, Value<'_>),
    ) -> Result<(), Error> {
        self.protocol(target, stamp, each)?;
        each(Parameter::Signature.as_str(), Value::Text(signature));
        Ok(())
    }

    /// The parameters that are sent and signed (RFC 5849 §3.1).
    fn protocol(
        &self,
        target: Target<'_>,
        stamp: Stamp<'_>,
        each: &mut dyn FnMut(&str, Value<'_>),
    ) -> Result<(), Error> {
        let (seconds, nonce) = stamp.checked()?;
        each(Parameter::ConsumerKey.as_str(), Value::Kept(&self.consumer_key));
        if let Some(token) = &self.token {
            each(Parameter::Token.as_str(), Value::Kept(token));
        }
        each(Parameter::SignatureMethod.as_str(), Value::Text(self.algorithm().as_str()));
        each(Parameter::Timestamp.as_str(), Value::Number(seconds));
        each(Parameter::Nonce.as_str(), Value::Text(nonce));
        if target.version {
            each(Parameter::Version.as_str(), Value::Text("1.0"));
        }
        if let Some(callback) = target.callback {
            each(Parameter::Callback.as_str(), Value::Text(callback));
        }
        if let Some(verifier) = target.verifier {
            each(Parameter::Verifier.as_str(), Value::Text(verifier));
        }
        for (name, value) in target.extra {
            let realm = Parameter::Realm.as_str();
            let reserved = name.eq_ignore_ascii_case(realm).then_some(Parameter::Realm);
            if let Some(parameter) = reserved.or(Parameter::of_protocol(name)) {
                return Err(Error::parameter(parameter, ParameterFault::Reserved));
            }
            each(name, Value::Text(value));
        }
        Ok(())
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, consumer_key: _, token: _ } = self;
        f.debug_struct("Signer").field("algorithm", &method.algorithm()).finish_non_exhaustive()
    }
}
