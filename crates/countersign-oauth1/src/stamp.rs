use alloc::string::String;
use core::fmt;

use countersign_token::Timestamp;
use countersign_wire::flow::{Entropy, NoEntropy};

use crate::{Error, Parameter, ParameterFault};

/// When a request is signed, and the nonce that makes it unique (RFC 5849 §3.3).
#[derive(Clone, Copy)]
pub struct Stamp<'a> {
    time: Timestamp,
    nonce: &'a str,
}

impl<'a> Stamp<'a> {
    /// The time of signing and a nonce that this client and token use once with it.
    pub const fn new(time: Timestamp, nonce: &'a str) -> Self {
        Self { time, nonce }
    }

    /// Seconds and nonce, once both are fit to be sent.
    pub(crate) fn checked(&self) -> Result<(i64, &'a str), Error> {
        let malformed = |parameter| Error::parameter(parameter, ParameterFault::Malformed);
        if self.time.unix() <= 0 {
            return Err(malformed(Parameter::Timestamp));
        }
        if self.nonce.is_empty() {
            return Err(malformed(Parameter::Nonce));
        }
        Ok((self.time.unix(), self.nonce))
    }
}

impl fmt::Debug for Stamp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { time, nonce: _ } = self;
        f.debug_struct("Stamp").field("time", time).finish_non_exhaustive()
    }
}

/// A nonce of 128 random bits, as 32 hexadecimal digits.
///
/// # Errors
/// [`NoEntropy`] when there are no random bytes to be had.
pub fn nonce(entropy: &dyn Entropy) -> Result<String, NoEntropy> {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes)?;
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16);
    Ok(bytes.into_iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).flatten().collect())
}
