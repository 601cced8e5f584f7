mod fields;
mod incoming;
mod values;
mod verified;

use alloc::vec::Vec;
use core::fmt;

use countersign_token::{Secret, Timestamp};
use countersign_wire::{Params, form, header};
use subtle::ConstantTimeEq;

pub use incoming::Incoming;
pub use verified::Verified;

use fields::{Field, Fields};
use values::{Span, Values};

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
    place: Place,
    timestamp: Option<Timestamp>,
    verifier: Option<Secret>,
    /// Whether the hash of the body is right, when there is one.
    body_hash: Option<bool>,
    /// All texts of the request, the base string among them.
    room: Room,
    values: Values,
    base_string: Span,
    query: Span,
    form: Span,
    /// What the header holds beside the protocol's.
    extra: Params,
}

impl Received {
    /// Reads a request and checks everything that takes no secret (RFC 5849 §3.2).
    ///
    /// # Errors
    /// [`Error::Unsigned`] when the request carries no OAuth 1.0a parameters, [`Error::Parameter`] when one is
    /// missing, repeated, in a second place, malformed or asks for what is not accepted, [`Error::ClearText`]
    /// for PLAINTEXT without TLS, and the errors of reading URI, header and form.
    pub fn parse(incoming: Incoming<'_>) -> Result<Self, Error> {
        let uri = BaseUri::parse(incoming.uri)?;
        let form_text = incoming.form.text();
        let (mut room, mut index) = (Room::default(), Vec::new());
        let length = uri.query.len().saturating_add(form_text.len());
        let header_length = incoming.authorization.map_or(0, str::len);
        // The header's values, decoded and signed, and twice what query and form become, and they themselves.
        let length = length.saturating_mul(5).saturating_add(header_length.saturating_mul(3));
        room.reserve(length.saturating_add(uri.path_length()).saturating_add(512));
        // As many as the protocol has in one request, or a few more.
        index.reserve(12);
        let mut collected = Collected::new(&mut room, &mut index);

        let mut values = Values::default();
        let mut extra = Params::new();
        let mut repeated = None;
        let in_header = incoming.authorization.map(header::split_scheme);
        let in_header = in_header.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("OAuth"));
        for field in Fields::new(in_header.map_or("", |(_, fields)| fields)) {
            let Field { name, value, position } = field?;
            let name = values::decoded(name, position)?;
            if is_realm(&name) {
                if !values.keep(Parameter::Realm, &value, collected.room) {
                    repeated.get_or_insert(Parameter::Realm);
                }
                continue;
            }
            let value = values::decoded(&value, position)?;
            collected.decoded(&name, &value);
            match Parameter::of_protocol(&name) {
                Some(parameter) => {
                    if !values.keep(parameter, &value, collected.room) {
                        repeated.get_or_insert(parameter);
                    }
                }
                None => extra.push(name, &*value),
            }
        }
        let query = collected.encoded(uri.query).map_err(|offset| base_string::query_fault(&uri, offset))?;
        let form = collected.encoded(form_text).map_err(|position| Error::Form { position })?;
        let place = place(in_header.is_some(), form, query)?;
        check_utf8(uri.query, query, Place::Query)?;
        check_utf8(form_text, form, Place::Form)?;
        if extra.repeated().is_some() {
            repeated.get_or_insert(Parameter::Other);
        }
        let own = match place {
            Place::Header => "",
            Place::Form => form_text,
            Place::Query => uri.query,
        };
        for (name, value) in parsed(own).iter() {
            if let Some(parameter) = Parameter::of_protocol(name)
                && !values.keep(parameter, value, collected.room)
            {
                repeated.get_or_insert(parameter);
            }
        }
        if let Some(parameter) = repeated {
            return Err(Error::parameter(parameter, ParameterFault::Repeated));
        }
        let start = base_string::write(incoming.method, &uri, &mut collected)?;
        let base_string = Span::since(start, &room);
        let query = Span::keep(uri.query, &mut room);
        let form = Span::keep(form_text, &mut room);

        let value = |parameter| values.filled(parameter, &room);
        let needed = |parameter| value(parameter).ok_or(Error::parameter(parameter, ParameterFault::Missing));
        if values.get(Parameter::Version, &room).is_some_and(|version| version != "1.0") {
            return Err(Error::parameter(Parameter::Version, ParameterFault::Malformed));
        }
        let method_name = needed(Parameter::SignatureMethod)?;
        let algorithm = Algorithm::from_name(method_name).unwrap_or(Algorithm::Own);
        if !incoming.methods.contains(algorithm) {
            let fault = ParameterFault::NotAccepted(incoming.methods);
            return Err(Error::parameter(Parameter::SignatureMethod, fault));
        }
        if algorithm == Algorithm::Plaintext && !uri.is_private() {
            return Err(Error::ClearText);
        }
        let body_hash = values.get(Parameter::BodyHash, &room);
        let body_hash = body_hash.map(|hash| check_body(&incoming, method_name, hash)).transpose()?;
        let timestamp = match algorithm {
            Algorithm::Plaintext => value(Parameter::Timestamp),
            _ => {
                needed(Parameter::Nonce)?;
                Some(needed(Parameter::Timestamp)?)
            }
        };
        needed(Parameter::ConsumerKey)?;
        needed(Parameter::Signature)?;
        let timestamp = timestamp.map(positive).transpose()?;
        let verifier = value(Parameter::Verifier).map(Secret::from);
        Ok(Self {
            algorithm,
            place,
            timestamp,
            verifier,
            body_hash,
            values,
            base_string,
            query,
            form,
            extra,
            room,
        })
    }

    fn value(&self, parameter: Parameter) -> Option<&str> {
        self.values.filled(parameter, &self.room)
    }

    /// The client's identifier.
    pub fn consumer_key(&self) -> &str {
        self.value(Parameter::ConsumerKey).unwrap_or_default()
    }

    /// The identifier of the token or of the temporary credentials; an empty one counts as none.
    pub fn token(&self) -> Option<&str> {
        self.value(Parameter::Token)
    }

    /// Where the user is to be sent back to, or `oob` (RFC 5849 §2.1).
    pub fn callback(&self) -> Option<&str> {
        self.value(Parameter::Callback)
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
        self.value(Parameter::Nonce)
    }

    /// The signature method.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The name of the signature method, which is all that tells methods that are not the crate's apart.
    pub fn method_name(&self) -> &str {
        self.value(Parameter::SignatureMethod).unwrap_or_default()
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
        self.values.get(Parameter::Realm, &self.room)
    }

    /// Every signed parameter that is not the protocol's: those of the header, then of the query, then of the form.
    ///
    /// They are decoded anew at each call: most servers have parameters of query and form already.
    pub fn parameters(&self) -> Params {
        let query = parsed(self.query.of(&self.room));
        let form = parsed(self.form.of(&self.room));
        let own = query.iter().chain(form.iter()).filter(|(name, _)| Parameter::of_protocol(name).is_none());
        self.extra.iter().chain(own).collect()
    }

    /// The base string as the server computes it (RFC 5849 §3.4.1), for a person who looks for a difference.
    ///
    /// It holds every parameter of the request, so it is no text for a log or an answer.
    pub fn base_string(&self) -> &str {
        self.base_string.of(&self.room)
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
        if method.name() != self.method_name() {
            return None;
        }
        let signature = self.value(Parameter::Signature).unwrap_or_default();
        let signed = method.verify(self.base_string(), signature);
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

/// Refuses a query or form that is not UTF-8 once decoded (RFC 5849 §3.6).
fn check_utf8(text: &str, met: Met, place: Place) -> Result<(), Error> {
    if met.is_beyond_ascii() && form::parse(text).is_err() { Err(Error::NotUtf8 { place }) } else { Ok(()) }
}

/// What has been checked to be a form.
fn parsed(text: &str) -> Params {
    if text.is_empty() { Params::new() } else { form::parse(text).unwrap_or_default() }
}

fn is_realm(name: &str) -> bool {
    name.eq_ignore_ascii_case(Parameter::Realm.as_str())
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            algorithm,
            place,
            timestamp,
            verifier: _,
            body_hash: _,
            room: _,
            values: _,
            base_string: _,
            query: _,
            form: _,
            extra: _,
        } = self;
        f.debug_struct("Received")
            .field("algorithm", algorithm)
            .field("place", place)
            .field("timestamp", timestamp)
            .finish_non_exhaustive()
    }
}
