use alloc::borrow::Cow;

use countersign_wire::{Params, percent};

use super::{
    fields::{Field, Fields},
    values::{Plus, Span, Values},
};
use crate::{
    Error, Parameter, Place,
    base_string::{self, Collected, OPENINGS},
    base_uri::BaseUri,
    room::{Room, is_plain},
};

/// What the header has of the protocol, ready to be written into the base string.
///
/// It goes there without a detour: a value of nothing but unreserved characters, as almost all are, is the
/// same as it is written, decoded, and encoded twice, and the order of the names is known ahead.
#[derive(Default)]
pub(super) struct Header<'a> {
    /// The plain values, whose place is known when the base string is written.
    plain: [Option<&'a [u8]>; 12],
    /// One that is there more than once.
    pub(super) repeated: Option<Parameter>,
    /// What is not the protocol's.
    pub(super) extra: Params,
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
            if let Some((parameter, text, position)) = fields.ordinary() {
                if parameter != Parameter::Signature && is_plain(text) {
                    self.keep_plain(parameter, text, values);
                } else {
                    self.keep_decoded(parameter, text, position, values, collected.room)?;
                }
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

    #[inline]
    fn keep_plain(&mut self, parameter: Parameter, text: &'a [u8], values: &Values) {
        match self.plain.get_mut(parameter as usize) {
            Some(place @ None) if values.get(parameter).is_none() => *place = Some(text),
            _ => self.repeated = self.repeated.or(Some(parameter)),
        }
    }

    fn keep_decoded(
        &mut self,
        parameter: Parameter,
        text: &[u8],
        position: usize,
        values: &mut Values,
        room: &mut Room,
    ) -> Result<(), Error> {
        let decoded = Span::keep_decoded(text, Plus::Itself, room)
            .map_err(|offset| Error::Header { position: position.saturating_add(offset) })?;
        let bytes = decoded.bytes(room);
        if !bytes.is_ascii() && core::str::from_utf8(bytes).is_err() {
            return Err(Error::NotUtf8 { place: Place::Header });
        }
        let is_plain = self.plain.get(parameter as usize).is_some_and(Option::is_some);
        if is_plain || !values.keep(parameter, decoded) {
            self.repeated.get_or_insert(parameter);
        }
        Ok(())
    }

    /// A pair that is not the protocol's, or that is written as few do it.
    fn field(
        &mut self,
        Field { name, value, position }: Field<'a>,
        values: &mut Values,
        collected: &mut Collected<'_>,
    ) -> Result<(), Error> {
        let name = decoded(name, position)?;
        if name.eq_ignore_ascii_case(Parameter::Realm.as_str()) {
            if !values.keep(Parameter::Realm, Span::keep(value.as_bytes(), collected.room)) {
                self.repeated.get_or_insert(Parameter::Realm);
            }
            return Ok(());
        }
        match Parameter::of_protocol(&name) {
            Some(parameter) => {
                self.keep_decoded(parameter, value.as_bytes(), position, values, collected.room)
            }
            None => {
                let value = decoded(&value, position)?;
                collected.decoded(&name, &value);
                self.extra.push(name, &*value);
                Ok(())
            }
        }
    }

    /// Appends the base string of a request whose header has the protocol's parameters (RFC 5849 §3.4.1), and
    /// answers where it begins.
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
        for opening in &OPENINGS {
            let parameter = opening.parameter;
            let plain = self.plain.get(parameter as usize).copied().flatten();
            let decoded = if plain.is_some() { None } else { values.get(parameter) };
            if plain.is_none() && decoded.is_none() {
                continue;
            }
            if collected.has_oauth() {
                collected.append_before(parameter.as_str(), &mut next);
            }
            if let Some(text) = plain {
                let start = opening.write(text, collected.room);
                values.keep(parameter, Span::new(start, text.len()));
            } else if let Some(decoded) = decoded {
                opening.write_within(decoded.range(), collected.room);
            }
        }
        collected.append_rest(next);
        base_string::finish(collected.room);
        Ok(start)
    }
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
