//! The hash, and how its code is written.

use super::Row;
use crate::diagnosis::recipe::{Digest, Output};

pub(super) const ROWS: &[Row] = &[
    Row {
        id: "sha1-used",
        description: "The signature is an HMAC with SHA-1, which is not what oauth_signature_method \
                      says on this side.",
        advice: "Use the same signature method on both sides, and the hash that its name says.",
        changes: &[
            |r| r.digest = Some(Digest::Sha1),
            |r| {
                r.digest = Some(Digest::Sha1);
                r.parameters.method_name = Some(Digest::Sha1);
            },
        ],
    },
    Row {
        id: "sha256-used",
        description: "The signature is an HMAC with SHA-256, which is not what oauth_signature_method \
                      says on this side.",
        advice: "Use the same signature method on both sides, and the hash that its name says.",
        changes: &[
            |r| r.digest = Some(Digest::Sha256),
            |r| {
                r.digest = Some(Digest::Sha256);
                r.parameters.method_name = Some(Digest::Sha256);
            },
        ],
    },
    Row {
        id: "sha512-used",
        description: "The signature is an HMAC with SHA-512, which is not what oauth_signature_method \
                      says on this side.",
        advice: "Use the same signature method on both sides, and the hash that its name says.",
        changes: &[
            |r| r.digest = Some(Digest::Sha512),
            |r| {
                r.digest = Some(Digest::Sha512);
                r.parameters.method_name = Some(Digest::Sha512);
            },
        ],
    },
    Row {
        id: "base64-unpadded",
        description: "The signature is in base64 without its padding.",
        advice: "Keep the equals signs at the end of base64.",
        changes: &[|r| r.output = Output::Unpadded],
    },
    Row {
        id: "base64-url-safe",
        description: "The signature is in the alphabet of base64 for URLs.",
        advice: "Use the standard alphabet, with + and /.",
        changes: &[|r| r.output = Output::UrlSafe],
    },
    Row {
        id: "hex",
        description: "The signature is in hexadecimal instead of base64.",
        advice: "Encode the bytes of the code in base64.",
        changes: &[|r| r.output = Output::Hex],
    },
    Row {
        id: "base64-of-hex",
        description: "The signature is base64 of the hexadecimal text of the code.",
        advice: "Ask the hash for bytes instead of hexadecimal text, and encode those in base64.",
        changes: &[|r| r.output = Output::Base64OfHex],
    },
    Row {
        id: "signature-percent-encoded",
        description: "The signature is percent-encoded, as it stands in the header.",
        advice: "Compare signatures as they are once decoded.",
        changes: &[|r| r.output = Output::PercentEncoded],
    },
];
