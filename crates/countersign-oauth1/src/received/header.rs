use alloc::borrow::Cow;

use countersign_wire::{Params, percent};

use super::{
    fields::{Field, Fields},
    values::{Plus, Span, Values},
};
use crate::{
    Error, Parameter, Place,
    base_string::{self, Collected},
    base_uri::BaseUri,
    encoding::{AMPERSAND, TWICE, look_up},
    room::Room,
};

/// What the header has of the protocol, ready to be written into the base string.
///
/// It goes there without a detour: a value of nothing but unreserved characters, as almost all are, is the
/// same as it is written, decoded, and encoded twice, and the order of the names is known ahead.
#[derive(Default)]
pub(super) struct Header<'a> {
    signed: [Option<Signed<'a>>; 12],
    /// One that is there more than once.
    pub(super) repeated: Option<Parameter>,
    /// What is not the protocol's.
    pub(super) extra: Params,
}

#[derive(Clone, Copy)]
enum Signed<'a> {
    Plain(&'a str),
    /// In its double encoding.
    Encoded(Span),
}

impl<'a> Header<'a> {
    /// Reads what follows the scheme.
    pub(super) fn read(
        &mut self,
        text: &'a str,
        values: &mut Values,
        collected: &mut Collected<'_>,
    ) -> Result<(), Error> {
        let mut fields = Fields::new(text);
        loop {
            if let Some((parameter, text)) = fields.plain() {
                self.sign(parameter, Signed::Plain(text));
                continue;
            }
            match fields.next() {
                Some(field) => self.field(field?, values, collected)?,
                None => break,
            }
        }
        if !self.extra.is_empty() && self.extra.repeated().is_some() {
            self.repeated.get_or_insert(Parameter::Other);
        }
        Ok(())
    }

    /// Of a plain value it is known only when the base string is written where it will be.
    fn sign(&mut self, parameter: Parameter, signed: Signed<'a>) {
        if let Some(place) = self.signed.get_mut(parameter as usize)
            && place.replace(signed).is_some()
        {
            self.repeated.get_or_insert(parameter);
        }
    }

    fn field(
        &mut self,
        Field { name, value, position }: Field<'a>,
        values: &mut Values,
        collected: &mut Collected<'_>,
    ) -> Result<(), Error> {
        let name = decoded(name, position)?;
        match Parameter::of_protocol(&name) {
            Some(parameter) => self.protocol(parameter, &value, position, values, collected.room),
            None if name.eq_ignore_ascii_case(Parameter::Realm.as_str()) => {
                self.keep(Parameter::Realm, Span::keep(&value, collected.room), values);
                Ok(())
            }
            None => {
                let value = decoded(&value, position)?;
                collected.decoded(&name, &value);
                self.extra.push(name, &*value);
                Ok(())
            }
        }
    }

    fn protocol(
        &mut self,
        parameter: Parameter,
        value: &str,
        position: usize,
        values: &mut Values,
        room: &mut Room,
    ) -> Result<(), Error> {
        let decoded = Span::keep_decoded(value, Plus::Itself, room)
            .map_err(|offset| Error::Header { position: position.saturating_add(offset) })?;
        let bytes = decoded.bytes(room);
        if !bytes.is_ascii() && core::str::from_utf8(bytes).is_err() {
            return Err(Error::NotUtf8 { place: Place::Header });
        }
        self.keep(parameter, decoded, values);
        if parameter != Parameter::Signature {
            self.sign(parameter, Signed::Encoded(encoded(decoded, room)));
        }
        Ok(())
    }

    fn keep(&mut self, parameter: Parameter, span: Span, values: &mut Values) {
        if !values.keep(parameter, span) {
            self.repeated.get_or_insert(parameter);
        }
    }

    /// Appends the base string (RFC 5849 §3.4.1), and answers where it begins.
    pub(super) fn write_base_string(
        &self,
        method: &str,
        uri: &BaseUri<'_>,
        values: &mut Values,
        collected: &mut Collected<'_>,
    ) -> Result<usize, Error> {
        let start = base_string::write_head(method, uri, collected.room)?;
        collected.sort();
        let mut next = 0;
        // Parameters of the protocol stand together, unless another one has a name that begins as theirs do.
        collected.append_before("oauth_", &mut next);
        for (parameter, opening) in OPENINGS {
            let Some(Some(signed)) = self.signed.get(parameter as usize) else { continue };
            if collected.has_oauth() {
                collected.append_before(parameter.as_str(), &mut next);
            }
            let room = &mut *collected.room;
            room.push(opening);
            match signed {
                Signed::Plain(text) => {
                    values.keep(parameter, Span::keep(text, room));
                }
                Signed::Encoded(span) => room.push_within(span.range()),
            }
            room.put(AMPERSAND);
        }
        collected.append_rest(next);
        base_string::finish(collected.room);
        Ok(start)
    }
}

/// The parameters that a signature covers in the order of the base string, and what each begins with there.
const OPENINGS: [(Parameter, &str); 9] = [
    (Parameter::BodyHash, "oauth_body_hash%3D"),
    (Parameter::Callback, "oauth_callback%3D"),
    (Parameter::ConsumerKey, "oauth_consumer_key%3D"),
    (Parameter::Nonce, "oauth_nonce%3D"),
    (Parameter::SignatureMethod, "oauth_signature_method%3D"),
    (Parameter::Timestamp, "oauth_timestamp%3D"),
    (Parameter::Token, "oauth_token%3D"),
    (Parameter::Verifier, "oauth_verifier%3D"),
    (Parameter::Version, "oauth_version%3D"),
];

/// Appends the double encoding of what is in the room.
fn encoded(decoded: Span, room: &mut Room) -> Span {
    let start = room.len();
    for at in decoded.range() {
        let byte = room.get(at..at.saturating_add(1)).first().copied().unwrap_or_default();
        room.put(look_up(&TWICE, byte));
    }
    Span::since(start, room)
}

/// A name or value of the header, decoded (RFC 5849 §3.6).
fn decoded(text: &str, position: usize) -> Result<Cow<'_, str>, Error> {
    if !text.contains('%') {
        return Ok(Cow::Borrowed(text));
    }
    percent::decode(text).map(Cow::Owned).map_err(|error| match error {
        countersign_wire::Error::PercentEncoding { position: offset } => {
            Error::Header { position: position.saturating_add(offset) }
        }
        _ => Error::NotUtf8 { place: Place::Header },
    })
}
