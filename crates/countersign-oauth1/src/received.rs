mod fields;
mod header;
mod incoming;
mod reading;
mod utf8;
mod values;
mod verified;

use core::fmt;

use countersign_token::{Secret, Timestamp};
use countersign_wire::{Params, form};

pub use incoming::Incoming;
pub use verified::Verified;

use values::{Span, Values};

use crate::{
    Algorithm, Error, Methods, Parameter, ParameterFault, Place, Problem, SignatureMethod, Window,
    method::Method, room::Room,
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
    fn value(&self, parameter: Parameter) -> Option<&str> {
        let span = self.values.get(parameter)?;
        Some(span.text(&self.room)).filter(|value| !value.is_empty())
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
        self.values.get(Parameter::Realm).map(|span| span.text(&self.room))
    }

    /// Every signed parameter that is not the protocol's: those of the header, then of the query, then of the form.
    ///
    /// They are decoded anew at each call: most servers have parameters of query and form already.
    pub fn parameters(&self) -> Params {
        let query = parsed(self.query.text(&self.room));
        let form = parsed(self.form.text(&self.room));
        let own = query.iter().chain(form.iter()).filter(|(name, _)| Parameter::of_protocol(name).is_none());
        self.extra.iter().chain(own).collect()
    }

    /// The base string as the server computes it (RFC 5849 §3.4.1), for a person who looks for a difference.
    ///
    /// It holds every parameter of the request, so it is no text for a log or an answer.
    pub fn base_string(&self) -> &str {
        self.base_string.text(&self.room)
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
        if self.values.filled(Parameter::SignatureMethod, &self.room) != Some(method.name().as_bytes()) {
            return None;
        }
        let signature = self.value(Parameter::Signature).unwrap_or_default();
        let signed = method.verify_bytes(self.base_string.bytes(&self.room), signature);
        Some(signed & self.body_hash.unwrap_or(true))
    }
}

/// What has been checked to be a form.
fn parsed(text: &str) -> Params {
    if text.is_empty() { Params::new() } else { form::parse(text).unwrap_or_default() }
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
