//! The signature base string (RFC 5849 §3.4.1).

mod collected;
mod entry;
mod opening;
mod reserved;
mod sort;

use alloc::{string::String, vec::Vec};

pub(crate) use collected::Collected;
pub(crate) use entry::Entry;
pub(crate) use opening::{OPENINGS, Opening};

use crate::{
    Error, Parameter, ParameterFault, Target,
    base_uri::BaseUri,
    encoding::{AMPERSAND, ONCE, look_up},
    room::Room,
};

/// The signature base string of a request (RFC 5849 §3.4.1).
///
/// Of `target` it takes method, URI and form; `protocol` are the decoded parameters of the header, among
/// which `realm` and `oauth_signature` do not count. What the target says of further parameters is not
/// added: this is the plain function of the RFC.
///
/// ```
/// use countersign_oauth1::{Form, Target, base_string};
///
/// let target = Target::new("post", "http://example.com/request?b5=%3D%253D&a3=a", Form::Encoded("c2&a3=2+q"));
/// assert_eq!(
///     base_string(target, &[("oauth_nonce", "7d8f3e4a")])?,
///     "POST&http%3A%2F%2Fexample.com%2Frequest&\
///      a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c2%3D%26oauth_nonce%3D7d8f3e4a"
/// );
/// # Ok::<(), countersign_oauth1::Error>(())
/// ```
///
/// # Errors
/// [`Error::Uri`], [`Error::Form`] or [`Error::Method`].
pub fn base_string(target: Target<'_>, protocol: &[(&str, &str)]) -> Result<String, Error> {
    let uri = BaseUri::parse(target.uri)?;
    let (mut room, mut index) = (Room::default(), Vec::new());
    let mut collected = Collected::new(&mut room, &mut index);
    collected.encoded(uri.query).map_err(|offset| query_fault(&uri, offset))?;
    collected.encoded(target.form.text()).map_err(|position| Error::Form { position })?;
    for (name, value) in protocol {
        if !name.eq_ignore_ascii_case(Parameter::Realm.as_str()) {
            collected.decoded(name, value);
        }
    }
    let start = write(target.method, &uri, &mut collected)?;
    Ok(room.text(start..room.len()).into())
}

/// Collects what the request itself brings (RFC 5849 §3.4.1.3.1), none of which may be a protocol parameter.
pub(crate) fn collect_request(
    uri: &BaseUri<'_>,
    form: &str,
    collected: &mut Collected<'_>,
) -> Result<(), Error> {
    let query = collected.encoded(uri.query).map_err(|offset| query_fault(uri, offset))?;
    let form = collected.encoded(form).map_err(|position| Error::Form { position })?;
    match query.first().or(form.first()) {
        Some(parameter) => Err(Error::parameter(parameter, ParameterFault::SecondPlace)),
        None => Ok(()),
    }
}

/// Appends method, base string URI and normalised parameters (RFC 5849 §3.4.1.1), and answers where they begin.
pub(crate) fn write(method: &str, uri: &BaseUri<'_>, collected: &mut Collected<'_>) -> Result<usize, Error> {
    let start = write_head(method, uri, collected.room)?;
    collected.sort();
    collected.append_rest(0);
    finish(collected.room);
    Ok(start)
}

/// Appends all that stands before the parameters, and answers where it begins.
pub(crate) fn write_head(method: &str, uri: &BaseUri<'_>, out: &mut Room) -> Result<usize, Error> {
    let start = out.len();
    match method {
        "GET" => out.push("GET&"),
        "POST" => out.push("POST&"),
        _ if method.is_empty() || !method.bytes().all(is_token_byte) => return Err(Error::Method),
        _ => {
            for byte in method.bytes() {
                out.put(look_up(&ONCE, byte.to_ascii_uppercase()));
            }
            out.push("&");
        }
    }
    uri.write_encoded(out);
    out.push("&");
    Ok(start)
}

/// Takes away the ampersand after the last parameter.
pub(crate) fn finish(out: &mut Room) {
    let length = out.len().saturating_sub(AMPERSAND.len());
    if out.from(length) == b"%26" {
        out.truncate(length);
    }
}

/// The place of a fault in the query, which the check of the URI has ruled out already.
pub(crate) fn query_fault(uri: &BaseUri<'_>, offset: usize) -> Error {
    Error::Uri {
        fault: crate::UriFault::PercentEncoding,
        position: uri.query_position.saturating_add(offset),
    }
}

/// RFC 9110 §5.6.2 `tchar`.
#[inline]
pub(crate) fn is_token_byte(byte: u8) -> bool {
    TOKEN.get(usize::from(byte)).copied().unwrap_or_default()
}

static TOKEN: [bool; 256] = token();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn token() -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        table[byte as usize] = byte.is_ascii_alphanumeric()
            || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~');
        byte += 1;
    }
    table
}
