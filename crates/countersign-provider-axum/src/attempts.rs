//! How often a password may be guessed.

use core::time::Duration;
use std::collections::BTreeMap;

use countersign_provider::Digest;
use countersign_token::Timestamp;

/// So many wrong passwords for one name.
const MOST_FAILURES: u32 = 5;
/// Within this time.
const WINDOW: Duration = Duration::from_secs(60);
/// So many names are watched.
const MOST_NAMES: usize = 1024;

/// Failed sign-ins by the digest of the name.
#[derive(Debug, Default)]
pub(crate) struct Attempts(BTreeMap<Digest, (Timestamp, u32)>);

impl Attempts {
    /// How long nobody may try this name; nothing when it may be tried.
    pub(crate) fn pause(&self, name: &str, now: Timestamp) -> Option<Duration> {
        let (first, failures) = self.0.get(&Digest::of(name))?;
        let end = first.plus(WINDOW);
        (*failures >= MOST_FAILURES && now < end).then(|| end.since(now))
    }

    /// Notes a wrong password.
    pub(crate) fn failed(&mut self, name: &str, now: Timestamp) {
        self.0.retain(|_, (first, _)| now < first.plus(WINDOW));
        let name = Digest::of(name);
        if self.0.len() >= MOST_NAMES && !self.0.contains_key(&name) {
            // The least tried name makes room: a flood of names frees none that is being guessed at.
            let least = self.0.iter().min_by_key(|(_, (_, failures))| *failures).map(|(name, _)| *name);
            least.and_then(|least| self.0.remove(&least));
        }
        let (_, failures) = self.0.entry(name).or_insert((now, 0));
        *failures = failures.saturating_add(1);
    }

    /// Forgets a name that was signed in to.
    pub(crate) fn succeeded(&mut self, name: &str) {
        self.0.remove(&Digest::of(name));
    }
}
