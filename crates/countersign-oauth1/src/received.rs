mod incoming;
mod verified;

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::fmt;

use countersign_token::{Secret, Timestamp};
use countersign_wire::{Error as WireError, Params, form, header};
use subtle::ConstantTimeEq;

pub use incoming::Incoming;
pub use verified::Verified;

use crate::{
    Algorithm, BodyHash, Error, Form, Methods, Parameter, ParameterFault, Place, Problem, SignatureMethod,
    Window,
    base_string::{self, Collected},
    base_uri::BaseUri,
    method::Method,
    parameter::Met,
    room::Room,
};
#[cfg(feature = "rsa")]
use crate::{Rsa, RsaHash};

/// A signed request as a server received it, well formed and not yet believed (RFC 5849 §3.2).
///
/// The server looks up the secrets of [`consumer_key`](Self::consumer_key) and [`token`](Self::token) and
/// calls [`verify`](Self::verify). When there are none it calls [`refuse`](Self::refuse), which does the
/// same work, so that the time taken does not tell which clients and tokens exist.
#[derive(Clone)]
pub struct Received {
    algorithm: Algorithm,
    method_name: String,
    place: Place,
    consumer_key: String,
    token: Option<Secret>,
    callback: Option<Secret>,
    verifier: Option<Secret>,
    timestamp: Option<Timestamp>,
    nonce: Option<String>,
    signature: Secret,
    realm: Option<String>,
    /// Whether the hash of the body is right, when there is one.
    body_hash: Option<bool>,
    base_string: Secret,
    parameters: Params,
}

impl Received {
    /// Reads a request and checks everything that takes no secret (RFC 5849 §3.2).
    ///
    /// # Errors
    /// [`Error::Unsigned`] when the request carries no OAuth 1.0a parameters, [`Error::Parameter`] when one is
    /// missing, repeated, in a second place, malformed or asks for what is unsupported, [`Error::ClearText`]
    /// for PLAINTEXT without TLS, and the errors of reading URI, header and form.
    pub fn parse(incoming: Incoming<'_>) -> Result<Self, Error> {
        let uri = BaseUri::parse(incoming.uri)?;
        let in_header = match incoming.authorization {
            Some(value) => header::oauth::parse(value).map_err(header_error)?,
            None => None,
        };
        let (mut room, mut index) = (Room::default(), Vec::new());
        let mut collected = Collected { room: &mut room, index: &mut index };
        let query = collected.encoded(uri.query).map_err(|offset| base_string::query_fault(&uri, offset))?;
        let form_text = incoming.form.text();
        let form = collected.encoded(form_text).map_err(|position| Error::Form { position })?;
        let place = place(in_header.is_some(), form, query)?;

        let in_query = decoded(uri.query, Place::Query)?;
        let in_form = decoded(form_text, Place::Form)?;
        let in_header = in_header.unwrap_or_default();
        if let Some(name) = in_header.repeated() {
            let named = is_realm(name).then_some(Parameter::Realm);
            let parameter = named.or(Parameter::of_protocol(name)).unwrap_or(Parameter::Other);
            return Err(Error::parameter(parameter, ParameterFault::Repeated));
        }
        for (name, value) in in_header.iter() {
            if !is_realm(name) {
                collected.decoded(name, value);
            }
        }
        let start = base_string::write(incoming.method, &uri, &mut collected)?;
        let base_string = Secret::new(room.text(start..room.len()));

        let protocol = match place {
            Place::Header => &in_header,
            Place::Form => &in_form,
            Place::Query => &in_query,
        };
        let (algorithm, method_name) = check(protocol, incoming.methods)?;
        if algorithm == Algorithm::Plaintext && !uri.is_private() {
            return Err(Error::ClearText);
        }
        let body_hash = protocol.first(Parameter::BodyHash.as_str());
        let body_hash = body_hash.map(|hash| check_body(&incoming, method_name, hash)).transpose()?;
        let value =
            |parameter: Parameter| protocol.first(parameter.as_str()).filter(|value| !value.is_empty());
        let needed = |parameter| value(parameter).ok_or(Error::parameter(parameter, ParameterFault::Missing));
        let (timestamp, nonce) = match algorithm {
            Algorithm::Plaintext => (value(Parameter::Timestamp), value(Parameter::Nonce)),
            _ => (Some(needed(Parameter::Timestamp)?), Some(needed(Parameter::Nonce)?)),
        };
        Ok(Self {
            algorithm,
            method_name: method_name.to_owned(),
            place,
            consumer_key: needed(Parameter::ConsumerKey)?.to_owned(),
            token: value(Parameter::Token).map(Secret::from),
            callback: value(Parameter::Callback).map(Secret::from),
            verifier: value(Parameter::Verifier).map(Secret::from),
            timestamp: timestamp.map(positive).transpose()?,
            nonce: nonce.map(String::from),
            signature: needed(Parameter::Signature)?.into(),
            realm: in_header.iter().find(|(name, _)| is_realm(name)).map(|(_, realm)| realm.to_owned()),
            body_hash,
            base_string,
            parameters: (in_header.iter().filter(|(name, _)| !is_realm(name)))
                .chain(in_query.iter())
                .chain(in_form.iter())
                .filter(|(name, _)| Parameter::of_protocol(name).is_none())
                .collect(),
        })
    }

    /// The client's identifier.
    pub fn consumer_key(&self) -> &str {
        &self.consumer_key
    }

    /// The identifier of the token or of the temporary credentials; an empty one counts as none.
    pub fn token(&self) -> Option<&str> {
        self.token.as_ref().map(Secret::expose)
    }

    /// Where the user is to be sent back to, or `oob` (RFC 5849 §2.1).
    pub fn callback(&self) -> Option<&str> {
        self.callback.as_ref().map(Secret::expose)
    }

    /// The verifier (RFC 5849 §2.3); compare it with [`Secret::ct_eq`].
    pub fn verifier(&self) -> Option<&Secret> {
        self.verifier.as_ref()
    }

    /// When the request says it was signed; PLAINTEXT may leave it out.
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.timestamp
    }

    /// The nonce; PLAINTEXT may leave it out.
    pub fn nonce(&self) -> Option<&str> {
        self.nonce.as_deref()
    }

    /// The signature method.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The name of the signature method, which is all that tells methods that are not the crate's apart.
    pub fn method_name(&self) -> &str {
        &self.method_name
    }

    /// Whether the request has an `oauth_body_hash`, so that its signature covers the body.
    ///
    /// [`verify`](Self::verify) checks it against the body; a server that insists on one asks here.
    pub fn has_body_hash(&self) -> bool {
        self.body_hash.is_some()
    }

    /// Where the protocol parameters stood.
    pub fn place(&self) -> Place {
        self.place
    }

    /// The realm, which is not signed.
    pub fn realm(&self) -> Option<&str> {
        self.realm.as_deref()
    }

    /// Every signed parameter that is not the protocol's: those of the header, then of the query, then of the form.
    pub fn parameters(&self) -> &Params {
        &self.parameters
    }

    /// The base string as the server computes it (RFC 5849 §3.4.1), for a person who looks for a difference.
    ///
    /// It holds every parameter of the request, so it is no text for a log or an answer.
    pub fn base_string(&self) -> &str {
        self.base_string.expose()
    }

    /// Checks the timestamp alone, before any secret is looked up; PLAINTEXT without one passes.
    ///
    /// # Errors
    /// [`Error::Timestamp`] when it is outside the window.
    pub fn check_timestamp(&self, now: Timestamp, window: Window) -> Result<(), Error> {
        self.timestamp.map_or(Ok(()), |timestamp| window.check(timestamp, now).map(drop))
    }

    /// Refuses the methods that this client does not use, so that nobody signs for it with a weaker one.
    ///
    /// A client that has registered a public key has no secret, and an empty secret is one that everybody
    /// knows: accept HMAC and PLAINTEXT only of clients that have a secret.
    ///
    /// # Errors
    /// [`Error::Parameter`] with [`ParameterFault::NotAccepted`], whose report names what is accepted.
    pub fn accept_only(&self, methods: Methods) -> Result<(), Error> {
        if methods.contains(self.algorithm) {
            Ok(())
        } else {
            Err(Error::parameter(Parameter::SignatureMethod, ParameterFault::NotAccepted(methods)))
        }
    }

    /// Checks the signature (RFC 5849 §3.2), in time that does not depend on where it differs.
    ///
    /// Only then has the request come from whoever holds the secrets. That it has not come before is for
    /// [`Verified::spend_nonce`].
    ///
    /// # Errors
    /// [`Error::Refused`] with [`Problem::SignatureInvalid`], for a wrong `oauth_body_hash` as well;
    /// [`Error::Parameter`] for a method that shared secrets cannot check.
    pub fn verify(self, client_secret: &Secret, token_secret: Option<&Secret>) -> Result<Verified, Error> {
        let method = Method::new(self.algorithm, client_secret, token_secret)?;
        self.verify_with(method.inner())
    }

    /// Checks the signature with a method that has its key already: a client's public key, or your own.
    ///
    /// # Errors
    /// [`Error::Refused`] with [`Problem::SignatureInvalid`], or with [`Problem::SignatureMethodRejected`]
    /// when the request names another method.
    pub fn verify_with(self, method: &dyn SignatureMethod) -> Result<Verified, Error> {
        match self.holds(method) {
            Some(true) => Ok(Verified::new(self)),
            Some(false) => Err(Error::Refused { problem: Problem::SignatureInvalid }),
            None => Err(Error::Refused { problem: Problem::SignatureMethodRejected }),
        }
    }

    /// Refuses a request for which there are no secrets, after the same work that a check takes.
    ///
    /// For an RSA method that is the check with a key of 2048 bits, which takes the feature `rsa`.
    pub fn refuse(&self, problem: Problem) -> Error {
        let nobody = Secret::new("no secret has this value, and none is accepted");
        if let Ok(method) = Method::new(self.algorithm, &nobody, Some(&nobody)) {
            return self.refuse_with(method.inner(), problem);
        }
        #[cfg(feature = "rsa")]
        if let Some(method) = RsaHash::of(self.algorithm).and_then(Rsa::nobody) {
            return self.refuse_with(&method, problem);
        }
        Error::Refused { problem }
    }

    /// Refuses a request after the work of a check with this method, whose key is nobody's.
    pub fn refuse_with(&self, method: &dyn SignatureMethod, problem: Problem) -> Error {
        // What it answers does not matter, only that it was asked.
        core::hint::black_box(self.holds(method));
        Error::Refused { problem }
    }

    /// Whether signature and body hash hold; `None` for a method of another name.
    fn holds(&self, method: &dyn SignatureMethod) -> Option<bool> {
        if method.name() != self.method_name {
            return None;
        }
        let signed = method.verify(self.base_string.expose(), self.signature.expose());
        Some(signed & self.body_hash.unwrap_or(true))
    }
}

/// The one place of the protocol parameters (RFC 5849 §3.5).
fn place(in_header: bool, form: Met, query: Met) -> Result<Place, Error> {
    let (place, apart) = match (in_header, form.first(), query.first()) {
        (true, in_form, in_query) => (Place::Header, in_form.or(in_query)),
        (false, Some(_), in_query) => (Place::Form, in_query),
        (false, None, Some(_)) => (Place::Query, None),
        (false, None, None) => return Err(Error::Unsigned),
    };
    match apart {
        Some(parameter) => Err(Error::parameter(parameter, ParameterFault::SecondPlace)),
        None => Ok(place),
    }
}

/// Checks repetition, version, method and extensions (RFC 5849 §3.2).
fn check(protocol: &Params, methods: Methods) -> Result<(Algorithm, &str), Error> {
    let of = |parameter, fault| Error::parameter(parameter, fault);
    let mut met = Met::default();
    protocol.iter().for_each(|(name, _)| met.note(name));
    if let Some(parameter) = met.repeated() {
        return Err(of(parameter, ParameterFault::Repeated));
    }
    if protocol.first(Parameter::Version.as_str()).is_some_and(|version| version != "1.0") {
        return Err(of(Parameter::Version, ParameterFault::Malformed));
    }
    let name = protocol.first(Parameter::SignatureMethod.as_str()).unwrap_or_default();
    if name.is_empty() {
        return Err(of(Parameter::SignatureMethod, ParameterFault::Missing));
    }
    let algorithm = Algorithm::from_name(name).unwrap_or(Algorithm::Own);
    if methods.contains(algorithm) {
        Ok((algorithm, name))
    } else {
        Err(of(Parameter::SignatureMethod, ParameterFault::NotAccepted(methods)))
    }
}

/// Whether the hash of the body is right (OAuth Request Body Hash 1.0, draft 4, §3.2 and §4.1.1).
fn check_body(incoming: &Incoming<'_>, method_name: &str, hash: &str) -> Result<bool, Error> {
    match (incoming.form, incoming.body, BodyHash::of_method(method_name)) {
        (Form::None, Some(body), Some(kind)) => {
            Ok(kind.of_body(body).as_bytes().ct_eq(hash.as_bytes()).into())
        }
        _ => Err(Error::parameter(Parameter::BodyHash, ParameterFault::Unsupported)),
    }
}

/// A positive integer (RFC 5849 §3.3): digits alone.
fn positive(text: &str) -> Result<Timestamp, Error> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(seconds) if digits && seconds > 0 => Ok(Timestamp::from_unix(seconds)),
        _ => Err(Error::parameter(Parameter::Timestamp, ParameterFault::Malformed)),
    }
}

fn decoded(text: &str, place: Place) -> Result<Params, Error> {
    form::parse(text).map_err(|_| Error::NotUtf8 { place })
}

fn is_realm(name: &str) -> bool {
    name.eq_ignore_ascii_case(Parameter::Realm.as_str())
}

fn header_error(error: WireError) -> Error {
    match error {
        WireError::NotUtf8 => Error::NotUtf8 { place: Place::Header },
        WireError::Header { position } | WireError::PercentEncoding { position } => {
            Error::Header { position }
        }
        _ => Error::Header { position: 0 },
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            algorithm,
            method_name: _,
            place,
            consumer_key: _,
            token: _,
            callback: _,
            verifier: _,
            timestamp,
            nonce: _,
            signature: _,
            realm: _,
            body_hash: _,
            base_string: _,
            parameters: _,
        } = self;
        f.debug_struct("Received")
            .field("algorithm", algorithm)
            .field("place", place)
            .field("timestamp", timestamp)
            .finish_non_exhaustive()
    }
}
