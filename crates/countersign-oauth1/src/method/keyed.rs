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
            None => Self::write(finish::<H, BLOCK>(H::START, 0, key), &mut block),
        }
        Self::of_block(block)
    }

    /// The same of a key that stands in front of some room, which is written to: all of it is hashed at once.
    pub(super) fn in_place(room: &mut [u8], length: usize) -> Self {
        if length > BLOCK
            && let Some(blocks) = padded(room, length, 0)
        {
            let (mut state, mut block) = (H::START, [0; BLOCK]);
            H::compress(&mut state, blocks);
            Self::write(state, &mut block);
            return Self::of_block(block);
        }
        Self::new(room.get(..length).unwrap_or_default())
    }

    /// Takes the hash of a key for the key.
    #[inline]
    fn write(mut state: H::State, block: &mut [u8; BLOCK]) {
        H::write(&state, block);
        state.zeroize();
    }

    #[inline]
    fn of_block(mut block: [u8; BLOCK]) -> Self {
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
        self.code_of(&finish::<H, BLOCK>(self.inner, BLOCK, message))
    }

    /// The same of a message that two blocks of room follow, which are written to: all of it is hashed at once.
    pub(super) fn code_in_place(&self, room: &mut [u8]) -> ([u8; BLOCK], usize) {
        let length = room.len().saturating_sub(2 * BLOCK);
        let mut inner = self.inner;
        H::compress(&mut inner, padded(room, length, BLOCK).unwrap_or_default());
        self.code_of(&inner)
    }

    fn code_of(&self, inner: &H::State) -> ([u8; BLOCK], usize) {
        let mut code = [0; BLOCK];
        let length = H::write(inner, &mut code);
        if let Some(one) = code.get_mut(length) {
            *one = 0x80;
        }
        if let Some(place) = code.last_chunk_mut() {
            *place = bits(BLOCK, length).to_be_bytes();
        }
        let mut outer = self.outer;
        H::compress(&mut outer, from_ref(&code));
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

/// The blocks of a message and of what is put after it in the room behind it, if that is enough.
#[inline]
fn padded<const BLOCK: usize>(room: &mut [u8], length: usize, before: usize) -> Option<&[[u8; BLOCK]]> {
    let rest = length % BLOCK;
    let end = length.wrapping_sub(rest).wrapping_add(blocks_of::<BLOCK>(rest).wrapping_mul(BLOCK));
    let padding = room.get_mut(length..end)?;
    padding.fill(0);
    padding.iter_mut().take(1).for_each(|byte| *byte = 0x80);
    *padding.last_chunk_mut()? = bits(before, length).to_be_bytes();
    Some(room.get(..end)?.as_chunks().0)
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
    let last = last.get_mut(..blocks_of::<BLOCK>(rest.len())).unwrap_or_default();
    if let Some(place) = last.as_flattened_mut().last_chunk_mut() {
        *place = bits(before, message.len()).to_be_bytes();
    }
    H::compress(&mut state, last);
    // At the beginning stands the key.
    if before == 0 {
        wipe(last.as_flattened_mut());
    }
    state
}

/// How many blocks the end of a message takes together with what is put after it.
const fn blocks_of<const BLOCK: usize>(rest: usize) -> usize {
    // SHA-512 has sixteen bytes for a length of which no message needs more than eight.
    if rest < BLOCK - BLOCK / 8 { 1 } else { 2 }
}

/// The length of a message in bits.
const fn bits(before: usize, length: usize) -> u64 {
    (length as u64).wrapping_add(before as u64).wrapping_mul(8)
}

const IPAD: u8 = 0x36;
const OPAD: u8 = 0x5c;

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{Hash, Keyed, Sha1, Sha256, Sha512};

    fn check<H: Hash<BLOCK>, const BLOCK: usize>() {
        let keyed = Keyed::<H, BLOCK>::new(b"cs&ts");
        for length in 0..4 * BLOCK {
            let message: Vec<u8> = (0..length).map(|at| at as u8).collect();
            let mut room = message.clone();
            room.resize(length + 2 * BLOCK, b'x');
            assert_eq!(keyed.code_in_place(&mut room), keyed.code(&message), "{length} bytes");
            assert_eq!(room.get(..length), Some(&*message));
        }
    }

    #[test]
    fn codes_are_the_same_in_place() {
        check::<Sha1, 64>();
        check::<Sha256, 64>();
        check::<Sha512, 128>();
    }
}
