//! Numbers that a seed determines.

use core::{
    hash::BuildHasher as _,
    sync::atomic::{AtomicU64, Ordering},
};
use std::hash::RandomState;

use countersign_wire::flow::{Entropy, NoEntropy};

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// SplitMix64: good enough to choose test cases, and the same on every machine.
pub(super) struct Random(u64);

impl Random {
    /// A sequence of its own for each case of a seed, so that one case can be looked at without the others.
    pub(super) fn of_case(seed: u64, index: u64) -> Self {
        Self(seed ^ mix(index.wrapping_add(STEP)))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// A number below the limit; the bias of the remainder does not matter here.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % limit).unwrap_or_default()
    }

    pub(super) fn percent(&mut self, chance: u64) -> bool {
        self.next() % 100 < chance
    }

    pub(super) fn pick(&mut self, from: &[&'static str]) -> &'static str {
        let index = self.below(from.len());
        from.get(index).copied().unwrap_or_default()
    }
}

const fn mix(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// A seed that nobody chose; it is printed, so that the run can be repeated.
pub(super) fn seed() -> u64 {
    RandomState::new().hash_one("seed")
}

/// What RSA is blinded with: it must leave no trace in the signature, so it need not be the same twice.
#[derive(Default)]
pub(super) struct Blinding(AtomicU64);

impl Entropy for Blinding {
    fn fill(&self, out: &mut [u8]) -> Result<(), NoEntropy> {
        for byte in out {
            let state = self.0.fetch_add(STEP, Ordering::Relaxed);
            *byte = mix(state).to_le_bytes().first().copied().unwrap_or_default();
        }
        Ok(())
    }
}
