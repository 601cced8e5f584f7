//! Which parameters are signed.

use super::Row;
use crate::diagnosis::recipe::{Body, Duplicates, Signed};

pub(super) const ROWS: &[Row] = &[
    Row {
        id: "query-omitted",
        description: "The parameters of the query are not signed.",
        advice: "Sign the parameters of the query together with the others.",
        changes: &[|r| r.parameters.no_query = true],
    },
    Row {
        id: "form-omitted",
        description: "The parameters of the form body are not signed.",
        advice: "Sign the fields of a body of type application/x-www-form-urlencoded.",
        changes: &[|r| r.parameters.no_form = true],
    },
    Row {
        id: "body-included",
        description: "A body that is no form, such as JSON or multipart, is signed as parameters.",
        advice: "Sign the fields of a body only when its type is application/x-www-form-urlencoded.",
        changes: &[
            |r| r.parameters.body = Body::AsForm,
            |r| r.parameters.body = Body::AsJson,
            |r| r.parameters.body = Body::AsMultipart,
        ],
    },
    Row {
        id: "realm-included",
        description: "The realm is signed.",
        advice: "Leave realm out of the signed parameters.",
        changes: &[|r| r.parameters.realm = true],
    },
    Row {
        id: "signature-included",
        description: "The parameter oauth_signature is signed itself.",
        advice: "Leave oauth_signature out of the signed parameters.",
        changes: &[|r| r.parameters.signature = Signed::Whole, |r| r.parameters.signature = Signed::Empty],
    },
    Row {
        id: "token-omitted",
        description: "The parameter oauth_token is sent and not signed.",
        advice: "Sign oauth_token when it is sent, even empty.",
        changes: &[|r| r.parameters.no_token = true],
    },
    Row {
        id: "empty-token-added",
        description: "An empty oauth_token is signed that is not sent.",
        advice: "Sign oauth_token only when it is sent.",
        changes: &[|r| r.parameters.empty_token = true],
    },
    Row {
        id: "version-omitted",
        description: "The parameter oauth_version is sent and not signed.",
        advice: "Sign oauth_version when it is sent.",
        changes: &[|r| r.parameters.no_version = true],
    },
    Row {
        id: "version-added",
        description: "The parameter oauth_version is signed and not sent.",
        advice: "Send oauth_version when it is signed.",
        changes: &[|r| r.parameters.added_version = true],
    },
    Row {
        id: "callback-omitted",
        description: "The parameter oauth_callback is sent and not signed.",
        advice: "Sign oauth_callback with the other parameters.",
        changes: &[|r| r.parameters.no_callback = true],
    },
    Row {
        id: "verifier-omitted",
        description: "The parameter oauth_verifier is sent and not signed.",
        advice: "Sign oauth_verifier with the other parameters.",
        changes: &[|r| r.parameters.no_verifier = true],
    },
    Row {
        id: "body-hash-omitted",
        description: "The parameter oauth_body_hash is sent and not signed.",
        advice: "Sign oauth_body_hash when it is sent, or do not send it.",
        changes: &[|r| r.parameters.no_body_hash = true],
    },
    Row {
        id: "body-hash-added",
        description: "The parameter oauth_body_hash is signed and not sent.",
        advice: "Send oauth_body_hash when it is signed, and never with a form.",
        changes: &[|r| r.parameters.added_body_hash = true],
    },
    Row {
        id: "other-nonce",
        description: "Another nonce is signed than the one that is sent.",
        advice: "Make one nonce for each request, and sign the one that is sent.",
        changes: &[|r| r.parameters.other_nonce = true],
    },
    Row {
        id: "other-timestamp",
        description: "Another timestamp is signed than the one that is sent.",
        advice: "Take the time once for each request, and sign the one that is sent.",
        changes: &[|r| r.parameters.other_timestamp = true],
    },
    Row {
        id: "duplicates-first",
        description: "Of parameters of one name only the first is signed.",
        advice: "Sign every parameter, those of the same name as well.",
        changes: &[|r| r.parameters.duplicates = Duplicates::First],
    },
    Row {
        id: "duplicates-last",
        description: "Of parameters of one name only the last is signed.",
        advice: "Sign every parameter, those of the same name as well.",
        changes: &[|r| r.parameters.duplicates = Duplicates::Last],
    },
    Row {
        id: "empty-values-omitted",
        description: "Parameters with an empty value are not signed.",
        advice: "Sign parameters with an empty value, as name and equals sign.",
        changes: &[|r| r.parameters.no_empty = true],
    },
];
