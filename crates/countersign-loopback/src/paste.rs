//! The answer a person pastes, where the browser runs on another machine than the program.
//!
//! ```
//! use countersign_loopback::paste::{Pasted, parse};
//!
//! let pasted = parse(" \"http://127.0.0.1:8080/callback?code=SplxlOBe&state=xyz\"\n")?;
//! assert!(matches!(pasted, Pasted::Query(callback) if callback.query() == "code=SplxlOBe&state=xyz"));
//!
//! let pasted = parse("4/0AeanS0")?;
//! assert!(matches!(pasted, Pasted::Code(code) if code == "4/0AeanS0"));
//! # Ok::<(), countersign_loopback::Error>(())
//! ```

use core::fmt;

use crate::{Callback, Error, ErrorKind};

const MAX_PASTE: usize = 16 * 1024;

/// What a person pasted. Its `Debug` shows which of the two, and nothing of the value.
#[derive(Clone)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a caller must answer each, and a third form would be a new question to the person"
)]
pub enum Pasted {
    /// The answer with its `state` and all: from a whole address, `path?query`, or the query alone.
    Query(Callback),
    /// A code or verifier alone, as it was pasted.
    ///
    /// # Security
    /// Without a `state` nobody can tell whose login this answers: to be accepted only where the caller
    /// decided so, with PKCE or an OAuth 1.0a verifier to bind it.
    Code(String),
}

/// Reads what a person pasted; white space, quotes and angle brackets around it do no harm.
///
/// # Errors
/// [`ErrorKind::PasteTooLong`] above 16 KiB; [`ErrorKind::PasteNoAnswer`] where there is neither code nor
/// verifier nor error in it, as in the authorization address itself; [`ErrorKind::PasteContradictory`] where
/// a parameter that decides is repeated, or code and error are both there.
pub fn parse(text: &str) -> Result<Pasted, Error> {
    if text.len() > MAX_PASTE {
        return Err(ErrorKind::PasteTooLong.into());
    }
    let text = unwrapped(text);
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ErrorKind::PasteNoAnswer.into());
    }
    let query = match text.split_once('?') {
        Some((_, query)) => query,
        None if text.contains("://") => return Err(ErrorKind::PasteNoAnswer.into()),
        None => text,
    };
    // Some servers end the address with an empty or a fixed fragment.
    let callback = Callback::from_query(query.split('#').next().unwrap_or_default());
    if callback.is_contradictory() {
        Err(ErrorKind::PasteContradictory.into())
    } else if callback.is_answer() {
        Ok(Pasted::Query(callback))
    } else if text.contains(['?', '&']) || callback.is_query() {
        Err(ErrorKind::PasteNoAnswer.into())
    } else {
        Ok(Pasted::Code(text.to_owned()))
    }
}

/// The text without what mail programs, chats and shells put around an address.
fn unwrapped(text: &str) -> &str {
    let mut text = text.trim();
    let pairs = [('"', '"'), ('\'', '\''), ('`', '`'), ('<', '>'), ('“', '”')];
    while let Some(inner) =
        pairs.iter().find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close))
    {
        text = inner.trim();
    }
    text
}

impl fmt::Debug for Pasted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Query(_) => "Query(..)",
            Self::Code(_) => "Code(..)",
        })
    }
}
