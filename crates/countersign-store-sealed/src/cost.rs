use argon2::{Algorithm, Argon2, Block, Params, Version};
use countersign_store::{Error, ErrorKind, SealKey};
use countersign_token::Secret;
use zeroize::{Zeroize, Zeroizing};

/// How much work it is to try a passphrase: the parameters of Argon2id (RFC 9106).
///
/// The default is 64 MiB of memory, three passes and one lane, the second recommendation of RFC 9106 §4 but
/// for the lanes. What a store was made with is written in it, and read back within [`Cost::new`]'s bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// Half a gigabyte: a store that asks for more is refused, whoever wrote that into it.
const MAX_MEMORY_KIB: u32 = 512 * 1024;
/// Memory times passes, which is what takes the time: some seconds.
const MAX_WORK_KIB: u64 = 2 * 1024 * 1024;
const MAX_LANES: u32 = 16;

impl Default for Cost {
    fn default() -> Self {
        Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 }
    }
}

impl Cost {
    /// A cost of `memory_kib` KiB, gone over `passes` times, in `lanes` lanes.
    ///
    /// `None` when it is out of bounds: 8 KiB for each lane to 512 MiB, memory times passes up to 2 GiB, and
    /// 16 lanes.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Option<Self> {
        let within = (1..=MAX_LANES).contains(&lanes)
            && passes >= 1
            && (lanes.saturating_mul(8)..=MAX_MEMORY_KIB).contains(&memory_kib)
            && u64::from(memory_kib).saturating_mul(passes.into()) <= MAX_WORK_KIB;
        within.then_some(Self { memory_kib, passes, lanes })
    }

    pub(crate) fn numbers(self) -> [u32; 3] {
        [self.memory_kib, self.passes, self.lanes]
    }

    /// The key that `passphrase` is with `salt`.
    pub(crate) fn derive(self, passphrase: &Secret, salt: &[u8]) -> Result<SealKey, Error> {
        let unavailable = |reason: &'static str| Error::new(ErrorKind::Unavailable).because(reason);
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(SealKey::LENGTH))
            .map_err(|_| unavailable("Argon2 does not take these parameters"))?;
        let mut blocks = Vec::new();
        blocks
            .try_reserve_exact(params.block_count())
            .map_err(|_| unavailable("there is not enough memory for Argon2"))?;
        blocks.resize(params.block_count(), Block::default());
        let mut key = Zeroizing::new([0; SealKey::LENGTH]);
        let derived = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(
                passphrase.expose().as_bytes(),
                salt,
                key.as_mut_slice(),
                &mut blocks,
            );
        blocks.iter_mut().for_each(Zeroize::zeroize);
        derived.map_err(|_| unavailable("Argon2 does not take this passphrase"))?;
        Ok(SealKey::new(*key))
    }
}
