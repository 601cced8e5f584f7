//! How texts are read and encoded.

use super::Row;
use crate::diagnosis::recipe::Reading;
#[cfg(feature = "unicode")]
use crate::diagnosis::recipe::Unicode;

pub(super) const ROWS: &[Row] = &[
    Row {
        id: "query-double-encoded",
        description: "The query is encoded without having been decoded, so its escapes are escaped.",
        advice: "Decode the query before its parameters are encoded.",
        changes: &[|r| r.parameters.query = Reading::Raw],
    },
    Row {
        id: "query-as-written",
        description: "The parameters of the query are signed as they are written, without decoding and \
                      encoding.",
        advice: "Decode the query, and encode its parameters in the one way that the RFC has.",
        changes: &[|r| r.parameters.query = Reading::AsWritten],
    },
    Row {
        id: "form-double-encoded",
        description: "The form body is encoded without having been decoded, so its escapes are escaped.",
        advice: "Decode the form body before its parameters are encoded.",
        changes: &[|r| r.parameters.form = Reading::Raw],
    },
    Row {
        id: "form-as-written",
        description: "The parameters of the form body are signed as they are written, without decoding \
                      and encoding.",
        advice: "Decode the form body, and encode its parameters in the one way that the RFC has.",
        changes: &[|r| r.parameters.form = Reading::AsWritten],
    },
    Row {
        id: "protocol-double-encoded",
        description: "The protocol's own parameters, such as oauth_callback, are encoded before they \
                      are handed over to be encoded.",
        advice: "Hand over oauth_callback and the like as they are, not encoded.",
        changes: &[|r| r.parameters.protocol_encoded = true],
    },
    Row {
        id: "decoded-twice",
        description: "Parameters are decoded twice, so that %2525 becomes a per cent sign.",
        advice: "Decode each parameter once.",
        changes: &[|r| r.parameters.twice = true],
    },
    Row {
        id: "plus-not-space",
        description: "A + in the query or the form body is read as a plus sign instead of a space.",
        advice: "Decode + to a space, or write a space as %20.",
        changes: &[|r| r.parameters.plus_kept = true],
    },
    Row {
        id: "space-as-plus",
        description: "A space is encoded as + instead of %20.",
        advice: "Encode a space as %20 in what is signed.",
        changes: &[|r| r.encodings(|e| e.plus = true), |r| r.parameters.inner.plus = true],
    },
    Row {
        id: "lower-case-hex",
        description: "Escapes are written with lower-case digits.",
        advice: "Write escapes with upper-case digits.",
        changes: &[
            |r| r.encodings(|e| e.lower = true),
            |r| r.parameters.inner.lower = true,
            |r| {
                r.head.encoding.lower = true;
                r.parameters.outer.lower = true;
            },
        ],
    },
    Row {
        id: "tilde-encoded",
        description: "The tilde is encoded.",
        advice: "Leave ~ as it is.",
        changes: &[|r| r.encodings(|e| e.tilde = true), |r| r.parameters.inner.tilde = true],
    },
    Row {
        id: "asterisk-unescaped",
        description: "The asterisk is not encoded.",
        advice: "Encode * as %2A.",
        changes: &[|r| r.encodings(|e| e.asterisk = true), |r| r.parameters.inner.asterisk = true],
    },
    Row {
        id: "exclamation-unescaped",
        description: "The exclamation mark is not encoded.",
        advice: "Encode ! as %21.",
        changes: &[|r| r.encodings(|e| e.exclamation = true), |r| r.parameters.inner.exclamation = true],
    },
    Row {
        id: "quotes-unescaped",
        description: "Apostrophe and parentheses are not encoded.",
        advice: "Encode ' ( ) as %27 %28 %29.",
        changes: &[|r| r.encodings(|e| e.quotes = true), |r| r.parameters.inner.quotes = true],
    },
    Row {
        id: "javascript-encoding",
        description: "The encoder is JavaScript's encodeURIComponent, which leaves ! * ' ( ) as they are.",
        advice: "Encode ! * ' ( ) in addition.",
        changes: &[
            |r| {
                r.encodings(|e| {
                    e.asterisk = true;
                    e.exclamation = true;
                    e.quotes = true;
                })
            },
            |r| {
                let e = &mut r.parameters.inner;
                e.asterisk = true;
                e.exclamation = true;
                e.quotes = true;
            },
        ],
    },
    Row {
        id: "form-encoding",
        description: "The encoder is one for HTML forms, such as Java's URLEncoder, which writes a \
                      space as +, escapes ~ and leaves * as it is.",
        advice: "Replace + by %20, * by %2A and %7E by ~ in what it returns.",
        changes: &[
            |r| {
                r.encodings(|e| {
                    e.plus = true;
                    e.tilde = true;
                    e.asterisk = true;
                })
            },
            |r| {
                let e = &mut r.parameters.inner;
                e.plus = true;
                e.tilde = true;
                e.asterisk = true;
            },
        ],
    },
    Row {
        id: "values-not-encoded",
        description: "Names and values are joined without having been encoded, so they are encoded \
                      once instead of twice.",
        advice: "Encode each name and value before they are joined, and the whole once more.",
        changes: &[|r| r.parameters.values_not_encoded = true],
    },
    Row {
        id: "parts-not-encoded",
        description: "Method, URI and parameters are joined to the base string without having been encoded.",
        advice: "Encode the URI and the joined parameters before they are joined with &.",
        changes: &[|r| {
            r.head.not_encoded = true;
            r.parameters.not_encoded = true;
        }],
    },
    Row {
        id: "equals-omitted",
        description: "The equals sign after the name of an empty parameter is left out.",
        advice: "Write the equals sign after every name.",
        changes: &[|r| r.parameters.no_equals = true],
    },
    #[cfg(feature = "unicode")]
    Row {
        id: "unicode-nfc",
        description: "Text is composed (NFC) before it is signed.",
        advice: "Sign the text as it is sent, without normalising it.",
        changes: &[|r| r.parameters.unicode = Unicode::Composed],
    },
    #[cfg(feature = "unicode")]
    Row {
        id: "unicode-nfd",
        description: "Text is decomposed (NFD) before it is signed, as file names of macOS are.",
        advice: "Sign the text as it is sent, without normalising it.",
        changes: &[|r| r.parameters.unicode = Unicode::Decomposed],
    },
];
