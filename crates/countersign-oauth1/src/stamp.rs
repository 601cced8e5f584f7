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
    entropy: Option<&'a dyn Entropy>,
}

impl<'a> Stamp<'a> {
    /// The time of signing and a nonce that this client and token use once with it.
    pub const fn new(time: Timestamp, nonce: &'a str) -> Self {
        Self { time, nonce, entropy: None }
    }

    /// With random bytes, which RSA needs to blind its key, and HMAC and PLAINTEXT do not.
    #[must_use]
    pub const fn entropy(mut self, entropy: &'a dyn Entropy) -> Self {
        self.entropy = Some(entropy);
        self
    }

    /// The random bytes, or a source that has none.
    pub(crate) fn random(&self) -> &'a dyn Entropy {
        self.entropy.unwrap_or(&|_: &mut [u8]| Err(NoEntropy))
    }

    /// Seconds and nonce, once both are fit to be sent.
    pub(crate) fn checked(&self) -> Result<(u64, &'a str), Error> {
        let malformed = |parameter| Error::parameter(parameter, ParameterFault::Malformed);
        let seconds = u64::try_from(self.time.unix()).ok().filter(|seconds| *seconds > 0);
        let seconds = seconds.ok_or(malformed(Parameter::Timestamp))?;
        if self.nonce.is_empty() {
            return Err(malformed(Parameter::Nonce));
        }
        Ok((seconds, self.nonce))
    }
}

impl fmt::Debug for Stamp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { time, nonce: _, entropy: _ } = self;
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
