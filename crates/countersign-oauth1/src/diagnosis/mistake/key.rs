//! The key.

use super::Row;
use crate::diagnosis::recipe::Space;

pub(super) const ROWS: &[Row] = &[
    Row {
        id: "ampersand-omitted",
        description: "The key has no & between the secrets.",
        advice: "Join the two secrets with &, even where the token's is empty.",
        changes: &[|r| r.key.no_ampersand = true],
    },
    Row {
        id: "token-secret-omitted",
        description: "The secret of the token is not in the key.",
        advice: "Sign with both secrets; the temporary token's secret signs the request for the token.",
        changes: &[|r| r.key.no_token = true],
    },
    Row {
        id: "client-secret-omitted",
        description: "The secret of the client is not in the key.",
        advice: "Sign with both secrets.",
        changes: &[|r| r.key.no_client = true],
    },
    Row {
        id: "secrets-swapped",
        description: "The two secrets are in the wrong order.",
        advice: "Put the client's secret before the &, and the token's after it.",
        changes: &[|r| r.key.swapped = true],
    },
    Row {
        id: "secrets-not-encoded",
        description: "The secrets are not encoded before they are joined.",
        advice: "Encode each secret before the two are joined with &.",
        changes: &[|r| r.key.not_encoded = true],
    },
    Row {
        id: "secret-white-space",
        description: "A secret ends with a line break or other white space on one side only.",
        advice: "Cut white space off the end of secrets that are read from files and variables.",
        changes: &[
            |r| r.key.client_space = Space::Newline,
            |r| r.key.token_space = Space::Newline,
            |r| r.key.client_space = Space::CarriageReturn,
            |r| r.key.token_space = Space::CarriageReturn,
            |r| r.key.client_space = Space::Trimmed,
            |r| r.key.token_space = Space::Trimmed,
            |r| {
                r.key.client_space = Space::Newline;
                r.key.token_space = Space::Newline;
            },
            |r| {
                r.key.client_space = Space::CarriageReturn;
                r.key.token_space = Space::CarriageReturn;
            },
            |r| {
                r.key.client_space = Space::Trimmed;
                r.key.token_space = Space::Trimmed;
            },
        ],
    },
];
