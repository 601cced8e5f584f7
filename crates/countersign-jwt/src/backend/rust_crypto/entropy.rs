use ::rsa::rand_core::{CryptoRng, Error as RandError, RngCore};
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

/// Random bytes for blinding and for salt: a seed from the operating system, stretched by SHA-256.
///
/// All that can fail does so before the private key is touched: the arithmetic asks for bytes until they
/// suit it, and takes no error for an answer.
pub(super) struct Blinding {
    seed: [u8; 32],
    counter: u64,
    block: [u8; 32],
    used: usize,
}

impl Blinding {
    pub(super) fn new() -> Option<Self> {
        let mut blinding = Self { seed: [0; 32], counter: 0, block: [0; 32], used: 32 };
        getrandom::fill(&mut blinding.seed).ok()?;
        Some(blinding)
    }

    fn byte(&mut self) -> u8 {
        if self.used >= self.block.len() {
            let hash = Sha256::new().chain_update(self.seed).chain_update(self.counter.to_be_bytes());
            self.block = hash.finalize().into();
            self.counter = self.counter.wrapping_add(1);
            self.used = 0;
        }
        let byte = self.block.get(self.used).copied().unwrap_or_default();
        self.used = self.used.saturating_add(1);
        byte
    }
}

impl RngCore for Blinding {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        out.fill_with(|| self.byte());
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), RandError> {
        self.fill_bytes(out);
        Ok(())
    }
}

impl CryptoRng for Blinding {}

impl Drop for Blinding {
    fn drop(&mut self) {
        let Self { seed, counter: _, block, used: _ } = self;
        seed.zeroize();
        block.zeroize();
    }
}
