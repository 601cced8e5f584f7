//! Whatever tells two service accounts apart tells their keys apart, and nothing else does.

use std::collections::{BTreeMap, BTreeSet};

use countersign_flow::{Endpoint, Source};
use countersign_google::ServiceAccount;
use countersign_jwt::{Algorithm, Error, Signer};
use countersign_token::{Key, Scopes, json::Value};
use proptest::prelude::*;

/// A key of which only the name matters.
struct Named(Option<String>);

impl Signer for Named {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Rs256
    }

    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, Error> {
        Err(Error::Unavailable)
    }

    fn key_id(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Identity {
    email: String,
    key_id: Option<String>,
    subject: Option<String>,
    scopes: BTreeSet<String>,
    /// An ID token for this audience in place of an access token for the scopes.
    audience: Option<String>,
    claims: BTreeMap<String, String>,
}

impl Identity {
    fn key(&self) -> Key {
        let endpoint = Endpoint::new("token_endpoint", "https://as.example/token").unwrap();
        let account = ServiceAccount::new(self.email.as_str(), Named(self.key_id.clone()), endpoint);
        let account = account.scopes(self.scopes.iter().collect::<Scopes>());
        let account = match &self.subject {
            Some(subject) => account.subject(subject.as_str()),
            None => account,
        };
        let account = self.claims.iter().rev().fold(account, |account, (name, value)| {
            account.claim(name.as_str(), Value::text(value.as_str())).unwrap()
        });
        match &self.audience {
            Some(audience) => account.id_token(audience.as_str()).key().clone(),
            None => account.key().clone(),
        }
    }
}

/// Of few letters, so that two are often alike, and of those with which one part could pose as two.
fn text() -> impl Strategy<Value = String> {
    "[ab:/%\",]{1,2}|key:a|audience:a|delegated|claims:\\{\\}"
}

prop_compose! {
    fn identity()(
        email in text(),
        key_id in proptest::option::of(text()),
        subject in proptest::option::of(text()),
        scopes in proptest::collection::btree_set("[ab]", 0..2),
        audience in proptest::option::of(text()),
        claims in proptest::collection::btree_map(text(), text(), 0..2),
    ) -> Identity {
        // An ID token has no scopes.
        let scopes = if audience.is_some() { BTreeSet::new() } else { scopes };
        Identity { email, key_id, subject, scopes, audience, claims }
    }
}

/// One identity, and another that differs from it in one part at most.
fn pair() -> impl Strategy<Value = (Identity, Identity)> {
    (identity(), identity(), 0..6).prop_map(|(one, donor, part)| {
        let mut other = one.clone();
        match part {
            0 => other.email = donor.email,
            1 => other.key_id = donor.key_id,
            2 => other.subject = donor.subject,
            3 if other.audience.is_none() => other.scopes = donor.scopes,
            4 if other.audience.is_some() && donor.audience.is_some() => other.audience = donor.audience,
            _ => other.claims = donor.claims,
        }
        (one, other)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn keys_are_equal_when_identities_are((one, other) in pair()) {
        prop_assert_eq!(one == other, one.key() == other.key());
        prop_assert_eq!(one == other, one.key().to_text() == other.key().to_text());
    }

    #[test]
    fn keys_of_strangers_are_equal_only_when_they_are_not((one, other) in (identity(), identity())) {
        prop_assert_eq!(one == other, one.key() == other.key());
    }
}
