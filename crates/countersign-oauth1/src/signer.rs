#[cfg(feature = "diagnose")]
mod apart;
mod identity;
mod message;
pub(crate) mod place;

use alloc::{string::String, sync::Arc, vec::Vec};
use core::fmt;

use countersign_token::{ClientCredentials, ClientId};

use crate::{
    Algorithm, Error, Parameter, Scratch, SignatureMethod, Stamp, Target, Token, base_string::Entry,
    method::Method, room::Room,
};
use identity::{Identity, Prepared, Who};
use message::Message;

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
    prepared: Prepared,
}

impl Signer {
    /// Signs with HMAC-SHA1 (RFC 5849 §3.4.2) and token credentials, temporary ones or [`Token::None`].
    pub fn hmac_sha1(client: ClientCredentials, token: impl Into<Token>) -> Self {
        let token = token.into();
        let method = crate::HmacSha1::new(&client.secret, token.parts().1);
        Self::assemble(Method::HmacSha1(method), &client.identifier, &token)
    }

    /// Signs with HMAC-SHA256, for servers that ask for it.
    pub fn hmac_sha256(client: ClientCredentials, token: impl Into<Token>) -> Self {
        let token = token.into();
        let method = crate::HmacSha256::new(&client.secret, token.parts().1);
        Self::assemble(Method::HmacSha256(method), &client.identifier, &token)
    }

    /// Signs with HMAC-SHA512, for servers that ask for it.
    pub fn hmac_sha512(client: ClientCredentials, token: impl Into<Token>) -> Self {
        let token = token.into();
        let method = crate::HmacSha512::new(&client.secret, token.parts().1);
        Self::assemble(Method::HmacSha512(method), &client.identifier, &token)
    }

    /// Signs with PLAINTEXT (RFC 5849 §3.4.4), which sends the secrets themselves.
    ///
    /// For TLS only: a URI that is neither `https` nor a loopback address is refused with
    /// [`Error::ClearText`].
    pub fn plaintext(client: ClientCredentials, token: impl Into<Token>) -> Self {
        let token = token.into();
        let method = crate::Plaintext::new(&client.secret, token.parts().1);
        Self::assemble(Method::Plaintext(method), &client.identifier, &token)
    }

    /// Signs with a method that is known by its name only when the program runs.
    ///
    /// # Errors
    /// [`ParameterFault::Unsupported`](crate::ParameterFault::Unsupported) for a method whose key is not made of the secrets, such as RSA's: that is
    /// for [`with_method`](Self::with_method).
    pub fn new(
        algorithm: Algorithm,
        client: ClientCredentials,
        token: impl Into<Token>,
    ) -> Result<Self, Error> {
        let token = token.into();
        let method = Method::new(algorithm, &client.secret, token.parts().1)?;
        Ok(Self::assemble(method, &client.identifier, &token))
    }

    /// Signs with a method that has its key already: RSA, or your own.
    ///
    /// The secret of the token has no part in it, unless the method was given it.
    pub fn with_method(
        method: impl SignatureMethod + 'static,
        client: ClientId,
        token: impl Into<Token>,
    ) -> Self {
        Self::assemble(Method::Own(Arc::new(method)), client.as_str(), &token.into())
    }

    fn assemble(method: Method, consumer_key: &str, token: &Token) -> Self {
        let method_name = method.inner().name();
        let prepared = Prepared::new(Identity::new(consumer_key, token.parts().0, method_name));
        Self { method, prepared }
    }

    /// The method it signs with; [`method_name`](Self::method_name) tells those that are your own apart.
    pub fn algorithm(&self) -> Algorithm {
        Algorithm::from_name(self.method_name()).unwrap_or(Algorithm::Own)
    }

    /// The value of `oauth_signature_method`.
    pub fn method_name(&self) -> &str {
        self.prepared.method_name()
    }

    /// The value of the `Authorization` header (RFC 5849 §3.5.1), which is best marked sensitive.
    ///
    /// # Errors
    /// Those of [`sign`](Self::sign).
    pub fn authorization(&self, target: Target<'_>, stamp: Stamp<'_>) -> Result<String, Error> {
        once(self.message(&target, stamp).as_ref().map_err(Clone::clone)?)
    }

    /// The value of the `Authorization` header in room that is kept: without allocation once it is warm.
    ///
    /// That holds for HMAC without `oauth_body_hash`; PLAINTEXT and RSA signatures are texts of their own.
    ///
    /// # Errors
    /// [`Error::Uri`], [`Error::Form`], [`Error::Method`] and [`Error::ClearText`] for a request that cannot
    /// be signed; [`Error::Parameter`] when the request carries protocol parameters already, or when realm,
    /// time, nonce, body hash or an extra parameter cannot be sent; [`Error::Key`] when the key cannot sign.
    pub fn sign<'s>(
        &self,
        target: Target<'_>,
        stamp: Stamp<'_>,
        scratch: &'s mut Scratch,
    ) -> Result<&'s str, Error> {
        scratch.clear();
        let Scratch { room, index } = scratch;
        // It is large, and looked at where it is: to take it out would copy it.
        let message = self.message(&target, stamp);
        write_header(message.as_ref().map_err(Clone::clone)?, room, index)?;
        Ok(room.text(0..room.len()))
    }

    /// The URL with the parameters appended to its query (RFC 5849 §3.5.3).
    ///
    /// A URL ends up in logs and histories; prefer the header.
    ///
    /// # Errors
    /// Those of [`sign`](Self::sign).
    pub fn query(&self, target: Target<'_>, stamp: Stamp<'_>) -> Result<String, Error> {
        let message = self.message(&target, stamp)?;
        let mut out = target.uri.to_text();
        let begins = place::open_query(&mut out);
        append(&message, begins, out)
    }

    /// The form body with the parameters appended (RFC 5849 §3.5.2).
    ///
    /// It is sent as `application/x-www-form-urlencoded`, with a request whose only body it is.
    ///
    /// # Errors
    /// Those of [`sign`](Self::sign).
    pub fn form(&self, target: Target<'_>, stamp: Stamp<'_>) -> Result<String, Error> {
        let message = self.message(&target, stamp)?;
        let out = String::from(target.form.text());
        let begins = out.is_empty() || out.ends_with('&');
        append(&message, begins, out)
    }

    /// The base string that this signer signs for a request (RFC 5849 §3.4.1), to be looked at.
    ///
    /// # Errors
    /// Those of [`sign`](Self::sign).
    pub fn base_string(&self, target: Target<'_>, stamp: Stamp<'_>) -> Result<String, Error> {
        let mut scratch = Scratch::new();
        let Scratch { room, index } = &mut scratch;
        let start = self.message(&target, stamp)?.write_base_string(room, index)?;
        Ok(room.text(start..room.len()).into())
    }

    fn message<'a>(&'a self, target: &'a Target<'a>, stamp: Stamp<'a>) -> Result<Message<'a>, Error> {
        Message::new(&self.method, self.prepared.who(), target, stamp)
    }
}

/// The value of the `Authorization` header for one request, with credentials that sign no other soon.
///
/// What a [`Signer`] would keep is not worked out.
///
/// ```
/// use countersign_oauth1::{Algorithm, ClientCredentials, Form, Stamp, Target, Token, sign_once};
/// use countersign_token::Timestamp;
///
/// let client = ClientCredentials::new("dpf43f3p2l4k3l03", "kd94hf93k423kf44");
/// let target = Target::new("GET", "https://photos.example.net/photos", Form::None);
/// let stamp = Stamp::new(Timestamp::from_unix(137_131_202), "chapoH");
/// let header = sign_once(Algorithm::HmacSha1, &client, &Token::None, target, stamp)?;
/// assert!(header.starts_with(r#"OAuth oauth_consumer_key="dpf43f3p2l4k3l03", "#));
/// # Ok::<(), countersign_oauth1::Error>(())
/// ```
///
/// # Errors
/// Those of [`Signer::new`] and [`Signer::sign`].
pub fn sign_once(
    algorithm: Algorithm,
    client: &ClientCredentials,
    token: &Token,
    target: Target<'_>,
    stamp: Stamp<'_>,
) -> Result<String, Error> {
    let (token, token_secret) = token.parts();
    let method = Method::new(algorithm, &client.secret, token_secret)?;
    let method_name = method.inner().name();
    let identity = Identity::new(&client.identifier, token, method_name);
    let message = Message::new(&method, Who { identity, prepared: None }, &target, stamp);
    once(message.as_ref().map_err(Clone::clone)?)
}

/// The header in a text of its own, in which the base string is worked out as well.
fn once(message: &Message<'_>) -> Result<String, Error> {
    let (mut room, mut index) = (Room::default(), Vec::new());
    message.reserve(&mut room, &mut index);
    write_header(message, &mut room, &mut index)?;
    Ok(room.into_text())
}

/// Writes the header, the base string behind it as long as it is needed.
fn write_header(message: &Message<'_>, room: &mut Room, index: &mut Vec<Entry>) -> Result<(), Error> {
    message.write_header(room)?;
    let length = room.len();
    let start = message.write_base_string(room, index)?;
    message.sign_at(length, start, room)?;
    room.push("\"");
    Ok(())
}

/// Appends everything to a query or form body, the signature last.
fn append(message: &Message<'_>, mut begins: bool, mut out: String) -> Result<String, Error> {
    let mut scratch = Scratch::new();
    let Scratch { room, index } = &mut scratch;
    let start = message.write_base_string(room, index)?;
    let signature = message.sign(room, start)?;
    // Growing would leave copies behind of a token, and of a PLAINTEXT signature. All that is appended is in the
    // base string, encoded twice, but for the signature and its name.
    let longest = signature.as_bytes().len().saturating_mul(3).saturating_add(32);
    out.reserve(room.len().saturating_add(longest));
    message.each(|name, value| place::append_pair(name, value, &mut begins, &mut out));
    place::append_pair(Parameter::Signature.as_str(), signature.expose(), &mut begins, &mut out);
    Ok(out)
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method: _, prepared } = self;
        f.debug_struct("Signer").field("method", &prepared.method_name()).finish_non_exhaustive()
    }
}
