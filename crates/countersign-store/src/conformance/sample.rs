use countersign_token::{
    AccessToken, Client, ClientCredentials, Credential, Expiry, Key, Record, RefreshToken, Revision, Scopes,
    Secret, State, Timestamp, TokenCredentials, TokenSet,
};

use super::{Fault, ensure};
use crate::{Lease, Store};

pub(super) fn key(account: &str) -> Key {
    Key::new("https://issuer.example", "conformance", account)
}

pub(super) fn credential(mark: &str) -> Credential {
    Credential::oauth1(
        ClientCredentials::new("conformance", "client-secret"),
        TokenCredentials::new(mark, "token-secret"),
    )
}

/// One credential of each kind, with every member that has a form of its own.
pub(super) fn all_kinds() -> Vec<Credential> {
    let now = Timestamp::from_unix(1_800_000_000);
    let mut client = Client::new("conformance");
    client.secret = Some(Secret::new("client \"secret\" \u{e9}\u{1f511}\u{1}"));
    client.token_endpoint = Some(String::from("https://issuer.example/token"));
    let mut set = TokenSet::new(
        AccessToken::bearer(Secret::new("access"), now)
            .with_scopes(Scopes::from("b a"))
            .with_expiry(Expiry::At(now.plus_seconds(3600))),
    );
    set.refresh = Some(RefreshToken::new("refresh"));
    set.extra.insert_text("user_id", "17");
    let mut oauth2 = Credential::oauth2(client.clone(), set);
    oauth2.tokens.push(AccessToken::bearer(Secret::new("unknown"), now).with_scopes(Scopes::from("c")));
    oauth2.tokens.push(
        AccessToken::bearer(Secret::new("never"), now)
            .with_scopes(Scopes::from("d"))
            .with_expiry(Expiry::Never),
    );
    oauth2.user_agent = Some(String::from("conformance/1.0"));
    oauth2.state = State::NeedsLogin { since: now };
    vec![
        oauth2,
        credential("three-legged"),
        Credential::oauth1_two_legged(ClientCredentials::new("conformance", "client-secret")),
        Credential::client_credentials(client),
    ]
}

/// That the record is this credential at this revision; secrets are compared, never shown.
pub(super) fn same(
    record: Option<&Record>,
    key: &Key,
    credential: &Credential,
    revision: Revision,
) -> Result<(), Fault> {
    let Some(record) = record else {
        return Err(Fault(String::from("a saved record is absent")));
    };
    ensure(record.revision == revision, "a record came back at another revision")?;
    let expected = Record::new(key.clone(), credential.clone(), revision).to_json();
    ensure(record.to_json().ct_eq(&expected), "a record came back changed")
}

pub(super) fn try_lock(store: &dyn Store, key: &Key) -> Result<Box<dyn Lease>, Fault> {
    store.try_lock(key)?.ok_or_else(|| Fault(String::from("a free lease was not granted")))
}

pub(super) fn save_first(store: &dyn Store, key: &Key, mark: &str) -> Result<Revision, Fault> {
    Ok(try_lock(store, key)?.save(&credential(mark), Revision::ABSENT)?)
}
