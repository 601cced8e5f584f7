use alloc::collections::{BTreeMap, BTreeSet};

use countersign_token::Timestamp;

use super::Unavailable;

/// A bounded table whose entries fall off when their time is over.
#[derive(Debug)]
pub(super) struct Shelf<K, V> {
    entries: BTreeMap<K, (Timestamp, V)>,
    /// The same keys by the end of their time, so that no insertion looks at all of them.
    ends: BTreeSet<(Timestamp, K)>,
    limit: usize,
}

impl<K: Ord + Copy, V> Shelf<K, V> {
    pub(super) const fn new(limit: usize) -> Self {
        Self { entries: BTreeMap::new(), ends: BTreeSet::new(), limit }
    }

    /// Puts an entry in, or in place of the one of the same key.
    pub(super) fn insert(
        &mut self,
        key: K,
        value: V,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), Unavailable> {
        self.make_room(1, now)?;
        self.remove(&key);
        self.entries.insert(key, (until, value));
        self.ends.insert((until, key));
        Ok(())
    }

    /// Drops what is over, and says whether so many more fit. Nothing that is still good is dropped.
    pub(super) fn make_room(&mut self, wanted: usize, now: Timestamp) -> Result<(), Unavailable> {
        while self.ends.first().is_some_and(|(end, _)| *end <= now) {
            if let Some((_, key)) = self.ends.pop_first() {
                self.entries.remove(&key);
            }
        }
        if self.entries.len().saturating_add(wanted) > self.limit {
            return Err(Unavailable);
        }
        Ok(())
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key).map(|(_, value)| value)
    }

    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key).map(|(_, value)| value)
    }

    /// Keeps an entry at least until then.
    pub(super) fn extend(&mut self, key: &K, until: Timestamp) {
        if let Some((end, _)) = self.entries.get_mut(key)
            && *end < until
        {
            self.ends.remove(&(*end, *key));
            *end = until;
            self.ends.insert((until, *key));
        }
    }

    pub(super) fn remove(&mut self, key: &K) {
        if let Some((end, _)) = self.entries.remove(key) {
            self.ends.remove(&(end, *key));
        }
    }
}
