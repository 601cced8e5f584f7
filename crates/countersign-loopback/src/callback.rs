use core::fmt;

/// Parameters which decide about a login, and which no server repeats (RFC 6749 §3.1).
const DECISIVE: [&str; 7] = ["code", "error", "iss", "oauth_token", "oauth_verifier", "response", "state"];

/// Parameters of which every answer of a server holds one, be it consent or refusal.
const ANSWERS: [&str; 6] = ["code", "denied", "error", "oauth_problem", "oauth_verifier", "response"];

/// What the browser brought back: the query of the redirect URI, from the network and not yet trusted.
///
/// It holds a code or a verifier, so its `Debug` shows nothing.
///
/// ```
/// use countersign_loopback::Callback;
///
/// let callback = Callback::from_query("code=4%2F0A&state=xyz");
/// assert_eq!(callback.query(), "code=4%2F0A&state=xyz");
/// assert_eq!(callback.parameter("code").as_deref(), Some("4/0A"));
/// assert_eq!(format!("{callback:?}"), "Callback(..)");
/// ```
#[derive(Clone)]
pub struct Callback {
    query: String,
}

impl Callback {
    /// An answer that came by another way than the listener. A query has no leading `?`.
    pub fn from_query(query: impl Into<String>) -> Self {
        Self { query: query.into() }
    }

    /// The query as it was received, still encoded, without the `?`.
    pub fn query(&self) -> &str {
        &self.query
    }

    /// The decoded value of a parameter, for callers whose OAuth library does not read a query.
    ///
    /// `None` when the parameter is absent, empty (RFC 6749 §3.1 counts that as omitted), repeated, or not
    /// UTF-8 in percent-encoding.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let mut values = self.values(name);
        let value = values.next()??;
        (values.next().is_none() && !value.is_empty()).then_some(value)
    }

    /// Whether a parameter that decides is repeated, or consent and refusal are both there.
    pub(crate) fn is_contradictory(&self) -> bool {
        DECISIVE.iter().any(|name| self.values(name).nth(1).is_some())
            || (self.parameter("code").is_some() && self.parameter("error").is_some())
    }

    /// Whether there is a parameter by which a server says yes or no.
    pub(crate) fn is_answer(&self) -> bool {
        ANSWERS.iter().any(|name| self.values(name).any(|value| value.is_none_or(|value| !value.is_empty())))
    }

    /// Whether there is a parameter of an authorization conversation at all.
    pub(crate) fn is_query(&self) -> bool {
        self.query.contains('=') && DECISIVE.iter().any(|name| self.values(name).next().is_some())
    }

    /// Every value of a parameter; `None` in place of one that does not decode.
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Option<String>> + 'a {
        self.query
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            // Names are compared decoded, so that no spelling of a name hides a repetition.
            .filter(move |(found, _)| decode(found).as_deref() == Some(name))
            .map(|(_, value)| decode(value))
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callback(..)")
    }
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut nibble = || {
                    let digit = char::from(rest.next()?).to_digit(16)?;
                    u8::try_from(digit).ok()
                };
                nibble()? << 4 | nibble()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}
