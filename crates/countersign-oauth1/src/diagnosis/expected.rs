//! The signature of the other side, read in each way that it may be written in.

use alloc::{string::String, vec::Vec};

use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose},
};
use countersign_token::Secret;
use countersign_wire::percent;

use super::recipe::Output;

/// A signature as it was given, without white space around it.
pub(super) struct Expected(Secret);

impl Expected {
    pub(super) fn new(text: &str) -> Self {
        Self(Secret::new(text.trim()))
    }

    /// The code, if this is a way to write one.
    pub(super) fn code(&self, output: Output) -> Option<Vec<u8>> {
        let text = self.0.expose();
        let either = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        match output {
            Output::Base64 => general_purpose::STANDARD.decode(text).ok(),
            Output::Unpadded => GeneralPurpose::new(&STANDARD, either).decode(text).ok(),
            Output::UrlSafe => GeneralPurpose::new(&URL_SAFE, either).decode(text).ok(),
            Output::Hex => unhex(text.as_bytes()),
            Output::Base64OfHex => unhex(&general_purpose::STANDARD.decode(text).ok()?),
            Output::PercentEncoded => general_purpose::STANDARD.decode(self.text(output)?.expose()).ok(),
        }
    }

    /// The text of a signature that is no code.
    pub(super) fn text(&self, output: Output) -> Option<Secret> {
        match output {
            Output::Base64 => Some(self.0.clone()),
            Output::PercentEncoded => percent::decode(self.0.expose()).ok().map(Secret::new),
            _ => None,
        }
    }

    /// The signature in the way that a method writes it.
    pub(super) fn standard(&self, output: Output) -> Option<Secret> {
        match output {
            Output::Base64 | Output::PercentEncoded => self.text(output),
            other => self.code(other).map(|code| Secret::new(general_purpose::STANDARD.encode(code))),
        }
    }
}

fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let text: String = text.iter().copied().map(char::from).collect();
    let digit = |digit: &u8| char::from(*digit).to_digit(16);
    text.as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(digit(high)? << 4 | digit(low)?).ok(),
            _ => None,
        })
        .collect()
}
