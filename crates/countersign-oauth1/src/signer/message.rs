use alloc::{string::String, vec::Vec};

use super::identity::{Piece, Who};
use crate::{
    Error, Parameter, ParameterFault, Signature, Stamp, Target,
    base_string::{self, Collected, Entry},
    base_uri::BaseUri,
    decimal::Decimal,
    encoding::{AMPERSAND, EQUALS, ONCE, TWICE, Table},
    method::Method,
    room::{Room, is_plain},
};

/// One request with all that is to be sent along, checked.
pub(super) struct Message<'a> {
    method: &'a Method,
    who: Who<'a>,
    target: &'a Target<'a>,
    stamp: Stamp<'a>,
    uri: BaseUri<'a>,
    timestamp: Decimal,
    nonce: &'a str,
    /// Whether it stays as it is when it is encoded.
    is_nonce_plain: bool,
    body_hash: Option<String>,
}

impl<'a> Message<'a> {
    pub(super) fn new(
        method: &'a Method,
        who: Who<'a>,
        target: &'a Target<'a>,
        stamp: Stamp<'a>,
    ) -> Result<Self, Error> {
        let uri = BaseUri::parse(target.uri)?;
        if method.shows_secrets() && !uri.is_private() {
            return Err(Error::ClearText);
        }
        let (timestamp, nonce) = stamp.checked()?;
        for (name, _) in target.extra {
            // A name in the header is a token of at least one character (RFC 9110 §11.2), and what is added here
            // can go there.
            if name.is_empty() {
                return Err(Error::parameter(Parameter::Other, ParameterFault::Nameless));
            }
            let realm = Parameter::Realm.as_str();
            let reserved = name.eq_ignore_ascii_case(realm).then_some(Parameter::Realm);
            if let Some(parameter) = reserved.or(Parameter::of_protocol(name)) {
                return Err(Error::parameter(parameter, ParameterFault::Reserved));
            }
        }
        let body_hash = match target.body {
            None => None,
            Some(body) => {
                let kind = if target.form.is_some() { None } else { method.inner().body_hash() };
                let unsupported = Error::parameter(Parameter::BodyHash, ParameterFault::Unsupported);
                Some(kind.ok_or(unsupported)?.of_body(body))
            }
        };
        let timestamp = Decimal::new(timestamp);
        let is_nonce_plain = is_plain(nonce.as_bytes());
        Ok(Self { method, who, target, stamp, uri, timestamp, nonce, is_nonce_plain, body_hash })
    }

    /// Makes room for all of it, so that nothing has to grow: the text is written once as it is collected, and
    /// once sorted.
    pub(super) fn reserve(&self, room: &mut Room, index: &mut Vec<Entry>) {
        let Self { who, target, nonce, uri, .. } = self;
        let of = |text: Option<&str>, times| text.map_or(0, |text| text.len().saturating_mul(times));
        // Identifiers are mostly of letters and digits, which take no more room encoded; should they not be, the
        // room grows.
        let protocol = of(Some(who.identity.consumer_key), 2)
            .saturating_add(of(who.identity.token, 2))
            .saturating_add(of(Some(nonce), 2))
            .saturating_add(of(target.callback, 6))
            .saturating_add(of(target.verifier, 4))
            .saturating_add(of(target.realm, 1));
        let mut extra = target.extra.iter().map(|(name, value)| name.len().saturating_add(value.len()));
        let brought = [uri.query, target.form.text()];
        let parameters = brought.iter().map(|text| text.len()).chain([extra.by_ref().sum()]);
        let parameters = parameters.fold(0_usize, usize::saturating_add).saturating_mul(4);
        let total = [700, target.uri.len().saturating_mul(2), protocol, parameters];
        room.reserve(total.into_iter().fold(0, usize::saturating_add));

        let pairs = |text: &str| {
            if text.is_empty() { 0 } else { ampersands(text.as_bytes()).saturating_add(1) }
        };
        let [query, form] = brought.map(pairs);
        // As much again for sorting.
        let pairs = query.saturating_add(form).saturating_add(target.extra.len());
        index.reserve_exact(pairs.saturating_mul(2));
    }

    /// Everything that is sent, the signature apart, by name and value, in the order in which it is sent.
    pub(super) fn each(&self, mut each: impl FnMut(&str, &str)) {
        let identity = self.who.identity;
        each(Parameter::ConsumerKey.as_str(), identity.consumer_key);
        if let Some(token) = identity.token {
            each(Parameter::Token.as_str(), token);
        }
        each(Parameter::SignatureMethod.as_str(), identity.method_name);
        each(Parameter::Timestamp.as_str(), self.timestamp.as_str());
        each(Parameter::Nonce.as_str(), self.nonce);
        if self.target.version {
            each(Parameter::Version.as_str(), "1.0");
        }
        self.each_option(each);
    }

    /// The part of it that most requests do not have.
    fn each_option(&self, mut each: impl FnMut(&str, &str)) {
        if let Some(callback) = self.target.callback {
            each(Parameter::Callback.as_str(), callback);
        }
        if let Some(verifier) = self.target.verifier {
            each(Parameter::Verifier.as_str(), verifier);
        }
        if let Some(body_hash) = &self.body_hash {
            each(Parameter::BodyHash.as_str(), body_hash);
        }
        for (name, value) in self.target.extra {
            each(name, value);
        }
    }

    /// Writes the header's value as far as the signature: quoted pairs between commas, `realm` first
    /// (RFC 5849 §3.5.1).
    ///
    /// The grammar's printer in `countersign-wire` takes collected parameters; this one writes them into room
    /// that is kept.
    pub(super) fn write_header(&self, out: &mut Room) -> Result<(), Error> {
        out.push("OAuth ");
        if let Some(realm) = self.target.realm {
            if !realm.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')) {
                return Err(Error::parameter(Parameter::Realm, ParameterFault::Malformed));
            }
            out.push("realm=\"");
            out.push(realm);
            out.push("\", ");
        }
        self.who.write_header(out);
        out.push_bytes(self.timestamp.as_bytes());
        out.push("\", oauth_nonce=\"");
        self.write_nonce(&ONCE, out);
        if self.target.version {
            out.push("\", oauth_version=\"1.0");
        }
        self.each_option(|name, value| {
            out.push("\", ");
            out.encode(name, &ONCE);
            out.push("=\"");
            out.encode(value, &ONCE);
        });
        out.push("\", oauth_signature=\"");
        Ok(())
    }

    /// Appends the base string (RFC 5849 §3.4.1), and answers where it begins.
    pub(super) fn write_base_string(&self, room: &mut Room, index: &mut Vec<Entry>) -> Result<usize, Error> {
        let mut collected = Collected::new(room, index);
        base_string::collect_request(&self.uri, self.target.form.text(), &mut collected)?;
        for (name, value) in self.target.extra {
            collected.decoded(name, value);
        }
        collected.sort();
        let start = base_string::write_head(self.target.method, &self.uri, collected.room)?;
        let mut next = 0;
        // Parameters of the protocol stand together, unless another one has a name that begins as theirs do.
        collected.append_before("oauth_", &mut next);
        if collected.has_oauth() {
            for parameter in Parameter::SIGNED {
                collected.append_before(parameter.as_str(), &mut next);
                self.write_signed(parameter, collected.room);
            }
        } else {
            let out = &mut *collected.room;
            self.write_signed(Parameter::BodyHash, out);
            self.write_signed(Parameter::Callback, out);
            self.who.write_piece(Piece::Nonce, out);
            self.write_nonce(&TWICE, out);
            self.who.write_piece(Piece::Timestamp, out);
            out.push_bytes(self.timestamp.as_bytes());
            self.who.write_piece(Piece::Verifier, out);
            self.write_signed(Parameter::Verifier, out);
            self.write_signed(Parameter::Version, out);
        }
        collected.append_rest(next);
        base_string::finish(collected.room);
        Ok(start)
    }

    #[inline]
    fn write_nonce(&self, table: &Table, out: &mut Room) {
        if self.is_nonce_plain {
            out.push(self.nonce);
        } else {
            out.encode(self.nonce, table);
        }
    }

    /// A parameter of the protocol as the base string has it, when it is sent.
    #[inline]
    fn write_signed(&self, parameter: Parameter, out: &mut Room) {
        let value = match parameter {
            Parameter::BodyHash => self.body_hash.as_deref(),
            Parameter::Callback => self.target.callback,
            Parameter::Nonce => Some(self.nonce),
            Parameter::Timestamp => Some(self.timestamp.as_str()),
            Parameter::Verifier => self.target.verifier,
            Parameter::Version if self.target.version => return out.push("oauth_version%3D1.0%26"),
            Parameter::Version => None,
            own => return self.who.identity.write_signed(own, out),
        };
        if let Some(value) = value {
            out.push(parameter.as_str());
            out.put(EQUALS);
            out.encode(value, &TWICE);
            out.put(AMPERSAND);
        }
    }

    /// Puts the encoded signature over the base string that begins here in the place of what comes after.
    pub(super) fn sign_at(&self, place: usize, base_string: usize, room: &mut Room) -> Result<(), Error> {
        match self.method {
            Method::HmacSha1(method) => method.sign_at(place, base_string, room),
            Method::HmacSha256(method) => method.sign_at(place, base_string, room),
            Method::HmacSha512(method) => method.sign_at(place, base_string, room),
            Method::Plaintext(_) | Method::Own(_) => {
                let signature = self.sign(room, base_string)?;
                room.truncate(place);
                room.encode_bytes(signature.as_bytes(), &ONCE);
            }
        }
        Ok(())
    }

    /// The signature over the base string that begins here (RFC 5849 §3.4).
    pub(super) fn sign(&self, room: &Room, base_string: usize) -> Result<Signature, Error> {
        self.method.sign(room.from(base_string), self.stamp.random())
    }
}

/// How many there are, counted in so many bytes at a time that a small number holds it, which is fast.
fn ampersands(text: &[u8]) -> usize {
    let some = |bytes: &[u8]| {
        let found = bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(u8::from(*byte == b'&')));
        usize::from(found)
    };
    let (whole, rest) = text.as_chunks::<64>();
    whole.iter().map(|bytes| some(bytes)).fold(some(rest), usize::saturating_add)
}
