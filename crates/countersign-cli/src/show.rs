//! Accounts as they are shown.

use countersign_flow::oauth1::Session;
use countersign_store::{Error, Store};
use countersign_token::{
    AccessToken, Credential, Expiry, Grant, Key, Record, State, Timestamp,
    json::{Object, Value},
};

use countersign_wire::text::sanitise;

use crate::{
    commands::{account::label, errors},
    exit::Exit,
    failure::Failure,
    output::text_or_null,
};

/// The longest value that is shown to a person, in characters.
const LONGEST: usize = 2000;

/// A key and what is stored under it, if that can be read.
pub(crate) struct Entry {
    pub(crate) key: Key,
    pub(crate) record: Result<Record, Error>,
}

/// Everything that is stored, sorted.
pub(crate) fn entries(store: &dyn Store) -> Result<Vec<Entry>, Error> {
    let mut keys = store.list()?;
    keys.sort_by(|one, other| (label(one), one).cmp(&(label(other), other)));
    let mut entries = Vec::with_capacity(keys.len());
    for key in keys {
        // One that somebody forgot meanwhile is not there.
        if let Some(record) = store.load(&key).transpose() {
            entries.push(Entry { key, record });
        }
    }
    Ok(entries)
}

/// How a command ends that showed these entries: well, or with the first one that could not be read.
pub(crate) fn unreadable(entries: Vec<Entry>) -> Result<Exit, Failure> {
    match entries.into_iter().find_map(|entry| entry.record.err()) {
        Some(error) => Err(errors::store(&error)),
        None => Ok(Exit::Ok),
    }
}

/// A line for each entry, in columns, with a word at the end of the one that is used where none is named.
pub(crate) fn table(entries: &[Entry], is_used: impl Fn(&Key) -> bool) -> String {
    let width = |of: &dyn Fn(&Entry) -> usize| entries.iter().map(of).max().unwrap_or_default();
    let (names, kinds) =
        (width(&|entry| label(&entry.key).chars().count()), width(&|entry| entry.kind().1.len()));
    let mut text = String::new();
    for entry in entries {
        let used = if is_used(&entry.key) { "  (used)" } else { "" };
        let line =
            format!("{:names$}  {:kinds$}  {}{used}", label(&entry.key), entry.kind().1, entry.key.issuer);
        text.push_str(&sanitise(line.trim_end(), LONGEST));
        text.push('\n');
    }
    text
}

impl Entry {
    /// The kind for programs and for people.
    fn kind(&self) -> (&'static str, &'static str) {
        match &self.record {
            Ok(record) => kind(&record.credential),
            Err(_) => ("unreadable", "unreadable"),
        }
    }

    /// The entry in short, for a list.
    pub(crate) fn summary(&self) -> Object {
        let mut object = Object::new();
        object.insert("account", Value::text(label(&self.key)));
        object.insert("kind", Value::text(self.kind().0));
        object.insert("issuer", Value::text(self.key.issuer.as_str()));
        object
    }

    /// Everything about the entry that is no secret, for programs.
    pub(crate) fn value(&self) -> Value {
        let mut object = Object::new();
        for (name, value) in self.members() {
            object.insert(name, value);
        }
        Value::Object(object)
    }

    /// Everything about the entry that is no secret, member by member.
    pub(crate) fn members(&self) -> Vec<(&'static str, Value)> {
        let mut members = vec![
            ("account", Value::text(label(&self.key))),
            ("key", Value::text(self.key.to_text())),
            ("kind", Value::text(self.kind().0)),
            ("issuer", Value::text(self.key.issuer.as_str())),
            ("client_id", Value::text(self.key.client.as_str())),
        ];
        match &self.record {
            Ok(record) => {
                let (word, end) = expiry(&record.credential);
                let (state, since) = state(&record.credential);
                members.extend([
                    ("scopes", scopes(&record.credential)),
                    ("expiry", Value::text(word)),
                    ("expires_at", text_or_null(end.map(|time| time.to_string()))),
                    ("refreshable", Value::Bool(is_refreshable(&record.credential))),
                    ("state", Value::text(state)),
                    ("needs_login_since", text_or_null(since.map(|time| time.to_string()))),
                ]);
            }
            Err(error) => members.push(("state", Value::text(error.to_string()))),
        }
        members
    }

    /// The same for people.
    pub(crate) fn block(&self) -> String {
        let mut lines = vec![
            ("kind", self.kind().1.to_owned()),
            ("issuer", self.key.issuer.clone()),
            ("client", self.key.client.clone()),
        ];
        match &self.record {
            Ok(record) => {
                let credential = &record.credential;
                lines.push(("scopes", listed(credential)));
                let renewed = if is_refreshable(credential) { ", then refreshed silently" } else { "" };
                lines.push(match expiry(credential) {
                    (_, Some(time)) => ("expires", format!("{time}{renewed}")),
                    (word, None) => ("expires", word.to_owned()),
                });
                lines.push(match state(credential) {
                    (_, Some(since)) => ("state", format!("needs a new login since {since}")),
                    (word, None) => ("state", word.to_owned()),
                });
            }
            Err(error) => lines.push(("state", error.to_string())),
        }
        let mut text = format!("{}\n", sanitise(label(&self.key), LONGEST));
        for (name, value) in lines {
            // Scopes and more are the server's words.
            text.push_str(&format!("  {name:8} {}\n", sanitise(&value, LONGEST)));
        }
        text
    }
}

fn kind(credential: &Credential) -> (&'static str, &'static str) {
    match &credential.grant {
        Grant::OAuth1 { .. } => ("oauth1", "OAuth 1.0a"),
        Grant::OAuth2 { .. } => ("oauth2", "OAuth 2.0"),
        Grant::ClientCredentials => ("client_credentials", "OAuth 2.0, the client itself"),
        _ => ("unknown", "unknown"),
    }
}

fn is_refreshable(credential: &Credential) -> bool {
    match &credential.grant {
        Grant::OAuth1 { .. } => {
            let has_endpoint = credential.extra.text("token_credentials_endpoint").is_some();
            has_endpoint && Session::of(&credential.extra).is_ok()
        }
        Grant::OAuth2 { refresh_token } => refresh_token.is_some(),
        Grant::ClientCredentials => true,
        _ => false,
    }
}

/// The access token that a program would be given.
pub(crate) fn newest(credential: &Credential) -> Option<&AccessToken> {
    credential.tokens.iter().rev().find(|token| token.binding.is_none())
}

fn expiry(credential: &Credential) -> (&'static str, Option<Timestamp>) {
    let session = || Session::of(&credential.extra).ok().map(|session| session.expires);
    match newest(credential).map(|token| token.expires).or_else(session) {
        Some(Expiry::At(time)) => ("at", Some(time)),
        Some(Expiry::Never) => ("never", None),
        Some(Expiry::Unknown) | None => ("unknown", None),
    }
}

fn state(credential: &Credential) -> (&'static str, Option<Timestamp>) {
    match credential.state {
        State::NeedsLogin { since } => ("needs_login", Some(since)),
        _ => ("ok", None),
    }
}

fn scopes(credential: &Credential) -> Value {
    let granted = newest(credential).map(|token| &token.scopes).filter(|scopes| !scopes.is_empty());
    Value::Array(granted.unwrap_or(&credential.scopes).iter().map(Value::text).collect())
}

fn listed(credential: &Credential) -> String {
    let granted = newest(credential).map(|token| &token.scopes).filter(|scopes| !scopes.is_empty());
    let scopes = granted.unwrap_or(&credential.scopes).to_string();
    if scopes.is_empty() { "none named".to_owned() } else { scopes }
}
