//! Credentials that are numbered, and of which no two can be mixed without it being seen.

use countersign_store::{Lease, Store};
use countersign_token::{
    AccessToken, Client, Credential, Key, Record, RefreshToken, Revision, Secret, Timestamp, TokenSet,
};

use crate::Result;

/// Longer than anything that goes right takes.
const WAIT: core::time::Duration = core::time::Duration::from_secs(120);

pub(crate) fn key(account: &str) -> Key {
    Key::new("https://issuer.example", "torture", account)
}

/// The credential of this number: another one in every part, and of another length than its neighbours.
pub(crate) fn credential(number: u64) -> Credential {
    let access =
        AccessToken::bearer(Secret::new(format!("access-{number}")), Timestamp::from_unix(1_800_000_000));
    let mut set = TokenSet::new(access);
    set.refresh = Some(RefreshToken::new(format!("refresh-{number}")));
    let length = 1 + number.wrapping_mul(7919) % 300;
    set.extra.insert_text("fill", format!("{number} ").repeat(usize::try_from(length).unwrap_or(1)));
    Credential::oauth2(Client::new("torture"), set)
}

/// The number of a record's credential; `None` when it is not one of these as a whole.
pub(crate) fn number(record: &Record) -> Option<u64> {
    let refresh =
        record.credential.refresh_token()?.secret().expose().strip_prefix("refresh-")?.parse().ok()?;
    let whole = Record::new(record.key.clone(), credential(refresh), record.revision);
    whole.to_json().ct_eq(record.to_json().expose()).then_some(refresh)
}

/// Saves the credential after the stored one, and answers its number; the first is 1.
pub(crate) fn increment(store: &dyn Store, key: &Key) -> Result<u64> {
    advance(&mut *store.lock(key, WAIT)?, |_| Ok(()))
}

/// The same under a lease that is held, calling `begin` with the number right before it is saved.
pub(crate) fn advance(lease: &mut dyn Lease, begin: impl FnOnce(u64) -> Result) -> Result<u64> {
    let (stored, revision) = match lease.load()? {
        Some(record) => (number(&record).ok_or("the stored record is a mix")?, record.revision),
        None => (0, Revision::ABSENT),
    };
    let next = stored.saturating_add(1);
    let credential = credential(next);
    begin(next)?;
    lease.save(&credential, revision)?;
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mix_has_no_number() {
        let record = |credential| Record::new(key("ann"), credential, Revision::new(3));
        assert_eq!(number(&record(credential(7))), Some(7));
        let mut mixed = credential(7);
        mixed.tokens = credential(8).tokens;
        assert_eq!(number(&record(mixed)), None);
        let mut mixed = credential(7);
        mixed.extra = credential(8).extra;
        assert_eq!(number(&record(mixed)), None);
    }
}
