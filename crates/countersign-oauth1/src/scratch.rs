use alloc::string::String;
use core::fmt;

use zeroize::Zeroize;

use crate::base_string::Collected;

/// Room that a signer works in, kept between signatures so that none of them allocates once it is warm.
///
/// It is wiped when it is dropped: a PLAINTEXT signature is the secrets themselves.
#[derive(Default)]
pub struct Scratch {
    pub(crate) collected: Collected,
    pub(crate) base_string: String,
    pub(crate) signature: String,
    pub(crate) header: String,
}

impl Scratch {
    /// Room that is empty, and grows with the first signature.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn clear(&mut self) {
        let Self { collected, base_string, signature, header } = self;
        collected.clear();
        base_string.clear();
        signature.clear();
        header.clear();
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let Self { collected, base_string, signature, header } = self;
        collected.wipe();
        base_string.zeroize();
        signature.zeroize();
        header.zeroize();
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scratch(..)")
    }
}
