//! HMAC (RFC 2104) over a hash's compression function, and no more state than the key leaves behind.
//!
//! The crate `hmac` would copy and wipe a block buffer beside that state for every signature. The tests hold
//! one against the other.

use core::slice::from_ref;

use sha1::block_api::compress;
use sha2::block_api::{compress256, compress512};
use zeroize::Zeroize;

use crate::room::wipe;

/// A hash with blocks of so many bytes (FIPS 180-4).
pub(super) trait Hash<const BLOCK: usize> {
    type State: Copy + Zeroize;

    /// The state before the first block.
    const START: Self::State;

    fn compress(state: &mut Self::State, blocks: &[[u8; BLOCK]]);

    /// Writes the state as bytes, and answers how many they are.
    fn write(state: &Self::State, out: &mut [u8; BLOCK]) -> usize;
}

macro_rules! hash {
    ($name:ident, $block:literal, $state:ty, $compress:ident, $start:expr) => {
        #[derive(Clone)]
        pub(super) struct $name;

        impl Hash<$block> for $name {
            type State = $state;

            const START: Self::State = $start;

            #[inline]
            fn compress(state: &mut Self::State, blocks: &[[u8; $block]]) {
                $compress(state, blocks);
            }

            #[inline]
            fn write(state: &Self::State, out: &mut [u8; $block]) -> usize {
                let (words, _) = out.as_chunks_mut();
                words.iter_mut().zip(state).for_each(|(bytes, word)| *bytes = word.to_be_bytes());
                size_of::<Self::State>()
            }
        }
    };
}

hash!(Sha1, 64, [u32; 5], compress, [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]);

hash!(
    Sha256,
    64,
    [u32; 8],
    compress256,
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,]
);

hash!(
    Sha512,
    128,
    [u64; 8],
    compress512,
    [
        0x6a09_e667_f3bc_c908,
        0xbb67_ae85_84ca_a73b,
        0x3c6e_f372_fe94_f82b,
        0xa54f_f53a_5f1d_36f1,
        0x510e_527f_ade6_82d1,
        0x9b05_688c_2b3e_6c1f,
        0x1f83_d9ab_fb41_bd6b,
        0x5be0_cd19_137e_2179,
    ]
);

/// What is left of a key once it is worked in: the inner and the outer hash after their first block.
#[derive(Clone)]
pub(super) struct Keyed<H: Hash<BLOCK>, const BLOCK: usize> {
    inner: H::State,
    outer: H::State,
}

impl<H: Hash<BLOCK>, const BLOCK: usize> Keyed<H, BLOCK> {
    /// Works a key in: one that is longer than a block is hashed first, a shorter one is filled up with zeros
    /// (RFC 2104 §2).
    pub(super) fn new(key: &[u8]) -> Self {
        let mut block = [0; BLOCK];
        match block.get_mut(..key.len()) {
            Some(place) => place.copy_from_slice(key),
            None => {
                let mut state = finish::<H, BLOCK>(H::START, 0, key);
                H::write(&state, &mut block);
                state.zeroize();
            }
        }
        let (mut inner, mut outer) = (H::START, H::START);
        block.iter_mut().for_each(|byte| *byte ^= IPAD);
        H::compress(&mut inner, from_ref(&block));
        block.iter_mut().for_each(|byte| *byte ^= IPAD ^ OPAD);
        H::compress(&mut outer, from_ref(&block));
        wipe(&mut block);
        Self { inner, outer }
    }

    /// The code of a message, at the front of a block, and how many bytes it has.
    pub(super) fn code(&self, message: &[u8]) -> ([u8; BLOCK], usize) {
        let mut code = [0; BLOCK];
        let inner = finish::<H, BLOCK>(self.inner, BLOCK, message);
        let length = H::write(&inner, &mut code);
        let outer = finish::<H, BLOCK>(self.outer, BLOCK, code.get(..length).unwrap_or_default());
        H::write(&outer, &mut code);
        (code, length)
    }
}

impl<H: Hash<BLOCK>, const BLOCK: usize> Drop for Keyed<H, BLOCK> {
    fn drop(&mut self) {
        let Self { inner, outer } = self;
        inner.zeroize();
        outer.zeroize();
    }
}

/// Hashes to the end what follows so many bytes (FIPS 180-4 §5.1): a one, zeros, and the length in bits.
#[inline]
fn finish<H: Hash<BLOCK>, const BLOCK: usize>(
    mut state: H::State,
    before: usize,
    message: &[u8],
) -> H::State {
    let (blocks, rest) = message.as_chunks();
    H::compress(&mut state, blocks);
    let mut last = [[0; BLOCK]; 2];
    if let Some((place, beyond)) = last.as_flattened_mut().split_at_mut_checked(rest.len()) {
        place.copy_from_slice(rest);
        beyond.iter_mut().take(1).for_each(|byte| *byte = 0x80);
    }
    // SHA-512 has sixteen bytes for a length of which no message needs more than eight.
    let count = if rest.len() < BLOCK - BLOCK / 8 { 1 } else { 2 };
    let last = last.get_mut(..count).unwrap_or_default();
    let bits = (message.len() as u64).wrapping_add(before as u64).wrapping_mul(8);
    if let Some(place) = last.as_flattened_mut().last_chunk_mut() {
        *place = bits.to_be_bytes();
    }
    H::compress(&mut state, last);
    // At the beginning stands the key.
    if before == 0 {
        wipe(last.as_flattened_mut());
    }
    state
}

const IPAD: u8 = 0x36;
const OPAD: u8 = 0x5c;
