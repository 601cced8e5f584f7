use alloc::collections::BTreeSet;

use countersign_token::Timestamp;
use sha1::{Digest, Sha1};

use super::{NonceStore, NonceUse, Recorded};

/// A store of nonces in memory, bounded: each use takes a fixed number of bytes however long the nonce is.
///
/// When it is full of uses that may not be forgotten yet, it refuses further ones.
///
/// ```
/// use countersign_oauth1::{MemoryNonces, NonceStore, NonceUse, Recorded};
/// use countersign_token::Timestamp;
///
/// let now = Timestamp::from_unix(1_700_000_000);
/// let mut nonces = MemoryNonces::new(1000);
/// let used = NonceUse::new("ck", Some("tk"), now, "a1");
/// assert_eq!(nonces.record(used, now.plus_seconds(-300)), Recorded::New);
/// assert_eq!(nonces.record(used, now.plus_seconds(-300)), Recorded::Used);
/// ```
#[derive(Clone, Debug)]
pub struct MemoryNonces {
    capacity: usize,
    /// Uses older than this are forgotten, and stay refused should the clock go back.
    floor: Timestamp,
    /// Digests, ordered by the timestamp they belong to.
    uses: BTreeSet<(Timestamp, [u8; 20])>,
}

impl MemoryNonces {
    /// A store for so many uses within the window; each takes about 60 bytes.
    pub const fn new(capacity: usize) -> Self {
        Self { capacity, floor: Timestamp::from_unix(i64::MIN), uses: BTreeSet::new() }
    }

    /// How many uses it remembers.
    pub fn len(&self) -> usize {
        self.uses.len()
    }

    /// Whether it remembers none.
    pub fn is_empty(&self) -> bool {
        self.uses.is_empty()
    }
}

impl NonceStore for MemoryNonces {
    fn record(&mut self, used: NonceUse<'_>, keep_from: Timestamp) -> Recorded {
        if keep_from > self.floor {
            self.floor = keep_from;
            self.uses = self.uses.split_off(&(keep_from, [0; 20]));
        }
        let entry = (used.timestamp, digest(&used));
        if used.timestamp < self.floor || self.uses.contains(&entry) {
            return Recorded::Used;
        }
        if self.uses.len() >= self.capacity {
            return Recorded::Unavailable;
        }
        self.uses.insert(entry);
        Recorded::New
    }
}

/// A collision could only be made by a client that holds the secrets, and costs it a request of its own.
fn digest(used: &NonceUse<'_>) -> [u8; 20] {
    let mut hash = Sha1::new();
    let token = used.token.unwrap_or_default();
    for part in [used.consumer_key, token, used.nonce] {
        // The length goes first, so that no two divisions of one text are the same use.
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}
