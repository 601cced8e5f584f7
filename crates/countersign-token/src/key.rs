use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use crate::Scopes;

/// The identity of a grant: who issued it, to which client, for which account.
///
/// Where each request is a grant of its own (client credentials, a service account), the scopes and the
/// resource asked for are part of the identity too. A key names a grant in clear and is never a hash of
/// it; it holds no secret.
///
/// ```
/// use countersign_token::Key;
///
/// let key = Key::new("https://accounts.example", "demo-public", "ann@example.com");
/// let text = key.to_text();
/// assert_eq!(text, "https%3a%2f%2faccounts%2eexample/demo-public/ann%40example%2ecom");
/// assert_eq!(Key::from_text(&text)?, key);
/// # Ok::<(), countersign_token::KeyError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Key {
    /// The issuer identifier, or the name of a provider that has none. Compared as written.
    pub issuer: String,
    /// The client identifier.
    pub client: String,
    /// The account: a subject, an e-mail address, or a label the user chose.
    pub account: String,
    /// The scopes asked for, where they are part of the grant.
    pub scopes: Option<Scopes>,
    /// The resources asked for, where they are part of the grant.
    pub resource: Vec<String>,
}

/// A text is not one that [`Key::to_text`] wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyError;

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the text form of a key")
    }
}

impl core::error::Error for KeyError {}

impl Key {
    /// A grant made by a person's login: scopes are what was granted, not part of its identity.
    pub fn new(issuer: impl Into<String>, client: impl Into<String>, account: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            client: client.into(),
            account: account.into(),
            scopes: None,
            resource: Vec::new(),
        }
    }

    /// The same grant, asked for with these scopes.
    #[must_use]
    pub fn with_scopes(mut self, scopes: Scopes) -> Self {
        self.scopes = Some(scopes);
        self
    }

    /// The same grant, asked for these resources.
    #[must_use]
    pub fn with_resource(mut self, resource: Vec<String>) -> Self {
        self.resource = resource;
        self
    }

    /// A text of `a-z 0-9 - _ % /`, the same for equal keys and different for different ones even where
    /// case is ignored: safe as a file name, a row key or a keyring user.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let Self { issuer, client, account, scopes, resource } = self;
        for (index, part) in [issuer, client, account].into_iter().enumerate() {
            if index > 0 {
                text.push('/');
            }
            escape(part, &mut text);
        }
        if scopes.is_some() || !resource.is_empty() {
            text.push('/');
        }
        if let Some(scopes) = scopes {
            // Sorted, because equality ignores the order; `s` tells "no scopes" from "not part of it".
            let mut scopes: Vec<&str> = scopes.iter().collect();
            scopes.sort_unstable();
            text.push('s');
            escape(&scopes.join(" "), &mut text);
        }
        for resource in resource {
            text.push('/');
            escape(resource, &mut text);
        }
        text
    }

    /// The key of which [`to_text`](Self::to_text) made this text.
    ///
    /// # Errors
    /// [`KeyError`] for any other text, also for one that decodes to a key which would be written otherwise.
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        let mut parts = text.split('/');
        let mut next = || parts.next().and_then(unescape).ok_or(KeyError);
        let mut key = Self::new(next()?, next()?, next()?);
        if let Some(scopes) = parts.next()
            && !scopes.is_empty()
        {
            let scopes = scopes.strip_prefix('s').and_then(unescape).ok_or(KeyError)?;
            key.scopes = Some(Scopes::from(scopes));
        }
        key.resource = parts.map(|part| unescape(part).ok_or(KeyError)).collect::<Result<_, _>>()?;
        // One spelling per key, so that a text can be compared instead of a key.
        if key.to_text() == text { Ok(key) } else { Err(KeyError) }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { issuer, client, account, scopes, resource } = self;
        let mut out = f.debug_struct("Key");
        out.field("issuer", issuer).field("client", client).field("account", account);
        if let Some(scopes) = scopes {
            out.field("scopes", &scopes.to_string());
        }
        if !resource.is_empty() {
            out.field("resource", resource);
        }
        out.finish()
    }
}

fn escape(part: &str, out: &mut String) {
    for byte in part.bytes() {
        if matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for nibble in [byte >> 4, byte & 15] {
                out.extend(char::from_digit(u32::from(nibble), 16));
            }
        }
    }
}

fn unescape(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let mut nibble = || char::from(rest.next()?).to_digit(16).and_then(|n| u8::try_from(n).ok());
            nibble()? << 4 | nibble()?
        } else {
            byte
        });
    }
    String::from_utf8(bytes).ok()
}
