use alloc::{borrow::Cow, vec::Vec};

use countersign_token::{Secret, Timestamp};
use countersign_wire::{form, header::split_scheme};
use subtle::ConstantTimeEq;

use super::{
    Incoming, Received,
    header::Header,
    utf8::is_utf8,
    values::{Plus, Span, Values},
};
use crate::{
    Algorithm, BodyHash, Error, Form, Parameter, ParameterFault, Place,
    base_string::{self, Collected},
    base_uri::BaseUri,
    parameter::Met,
    room::Room,
};

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
        reserve(&uri, form_text, incoming.authorization, &mut room);
        // A pair is mostly longer than sixteen bytes, and sorting takes as much again.
        index.reserve(uri.query.len().saturating_add(form_text.len()) / 8);
        let mut collected = Collected::new(&mut room, &mut index);

        let mut values = Values::default();
        let fields = incoming.authorization.and_then(after_scheme);
        let mut header = Header::default();
        header.read(fields.unwrap_or_default(), &mut values, &mut collected)?;
        let query = collected.encoded(uri.query).map_err(|offset| base_string::query_fault(&uri, offset))?;
        let form = collected.encoded(form_text).map_err(|position| Error::Form { position })?;
        let place = place(fields.is_some(), form, query)?;
        check_utf8(uri.query, query, Place::Query)?;
        check_utf8(form_text, form, Place::Form)?;
        let own = match place {
            Place::Header => "",
            Place::Form => form_text,
            Place::Query => uri.query,
        };
        let repeated = header.repeated.or(read_form(own, &mut values, collected.room)?);
        if let Some(parameter) = repeated {
            return Err(Error::parameter(parameter, ParameterFault::Repeated));
        }
        let start = match place {
            Place::Header => header.write_base_string(incoming.method, &uri, &mut values, &mut collected)?,
            Place::Form | Place::Query => base_string::write(incoming.method, &uri, &mut collected)?,
        };
        let base_string = Span::since(start, &room);
        let query = Span::keep(uri.query.as_bytes(), &mut room);
        let form = Span::keep(form_text.as_bytes(), &mut room);

        let value = |parameter| values.filled(parameter, &room);
        let needed = |parameter| value(parameter).ok_or(Error::parameter(parameter, ParameterFault::Missing));
        if values.get(Parameter::Version).is_some_and(|version| version.bytes(&room) != b"1.0") {
            return Err(Error::parameter(Parameter::Version, ParameterFault::Malformed));
        }
        let method_name = needed(Parameter::SignatureMethod)?;
        let algorithm = Algorithm::from_bytes(method_name).unwrap_or(Algorithm::Own);
        if !incoming.methods.contains(algorithm) {
            let fault = ParameterFault::NotAccepted(incoming.methods);
            return Err(Error::parameter(Parameter::SignatureMethod, fault));
        }
        if algorithm == Algorithm::Plaintext && !uri.is_private() {
            return Err(Error::ClearText);
        }
        let body_hash = values.get(Parameter::BodyHash);
        let body_hash =
            body_hash.map(|hash| check_body(&incoming, method_name, hash.bytes(&room))).transpose()?;
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
        let verifier = values.get(Parameter::Verifier).map(|span| span.text(&room));
        let verifier = verifier.filter(|verifier| !verifier.is_empty()).map(Secret::from);
        let extra = core::mem::take(&mut header.extra);
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
}

/// What follows the scheme, when it is the protocol's.
fn after_scheme(authorization: &str) -> Option<&str> {
    // As it is almost always written, with one space and none at the end.
    if let Some(fields) = authorization.strip_prefix("OAuth ")
        && let ([first, ..], Some(last)) = (fields.as_bytes(), fields.as_bytes().last())
        && ![b' ', b'\t'].contains(first)
        && ![b' ', b'\t'].contains(last)
    {
        return Some(fields);
    }
    let (scheme, fields) = split_scheme(authorization);
    scheme.eq_ignore_ascii_case("OAuth").then_some(fields)
}

/// Makes room for what is ordinary; should more be escaped than is, the room grows.
fn reserve(uri: &BaseUri<'_>, form: &str, authorization: Option<&str>, room: &mut Room) {
    // What query and form become, twice, and they themselves.
    let parameters = uri.query.len().saturating_add(form.len()).saturating_mul(5);
    // The base string has less of the header than the header has, unless much of it is escaped.
    let header = authorization.map_or(0, str::len);
    room.reserve(parameters.saturating_add(header).saturating_add(uri.path_length()).saturating_add(600));
}

/// Reads the protocol's values of a query or form that has been checked, and answers which is there again.
fn read_form(text: &str, values: &mut Values, room: &mut Room) -> Result<Option<Parameter>, Error> {
    let mut repeated = None;
    if text.is_empty() {
        return Ok(repeated);
    }
    for pair in text.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = match name.contains(['%', '+']) {
            true => Cow::Owned(form::decode(name).unwrap_or_default()),
            false => Cow::Borrowed(name),
        };
        let Some(parameter) = Parameter::of_protocol(&name) else { continue };
        let value = Span::keep_decoded(value.as_bytes(), Plus::Space, room)
            .map_err(|position| Error::Form { position })?;
        if !values.keep(parameter, value) {
            repeated.get_or_insert(parameter);
        }
    }
    Ok(repeated)
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
fn check_body(incoming: &Incoming<'_>, method_name: &[u8], hash: &[u8]) -> Result<bool, Error> {
    let method_name = core::str::from_utf8(method_name).unwrap_or_default();
    match (incoming.form, incoming.body, BodyHash::of_method(method_name)) {
        (Form::None, Some(body), Some(kind)) => Ok(kind.of_body(body).as_bytes().ct_eq(hash).into()),
        _ => Err(Error::parameter(Parameter::BodyHash, ParameterFault::Unsupported)),
    }
}

/// A positive integer (RFC 5849 §3.3): digits alone.
fn positive(digits: &[u8]) -> Result<Timestamp, Error> {
    let number = match digits.len() {
        // So many digits never overflow, so that none needs a look of its own.
        0..=18 => {
            let (number, are_digits) = digits.iter().fold((0_i64, true), |(number, all), byte| {
                let digit = byte.wrapping_sub(b'0');
                (number.wrapping_mul(10).wrapping_add(i64::from(digit)), all & (digit < 10))
            });
            are_digits.then_some(number)
        }
        _ => digits.iter().try_fold(0_i64, |number, byte| {
            let digit = byte.is_ascii_digit().then(|| i64::from(byte.wrapping_sub(b'0')))?;
            number.checked_mul(10)?.checked_add(digit)
        }),
    };
    let seconds = number.filter(|seconds| *seconds > 0).map(Timestamp::from_unix);
    seconds.ok_or(Error::parameter(Parameter::Timestamp, ParameterFault::Malformed))
}

/// Refuses a query or form that is not UTF-8 once decoded (RFC 5849 §3.6).
fn check_utf8(text: &str, met: Met, place: Place) -> Result<(), Error> {
    if met.is_beyond_ascii() && !is_utf8(text) { Err(Error::NotUtf8 { place }) } else { Ok(()) }
}
