use core::fmt;

use countersign_token::Secret;

/// Who is told how a login goes, and asked what the person pasted.
///
/// Both have a default that does nothing, so that `()` is a prompt: the browser opens, and the answer comes
/// by the listener.
///
/// ```
/// use countersign_client::{LoginEvent, Prompt};
///
/// struct Terminal;
///
/// impl Prompt for Terminal {
///     fn event(&self, event: &LoginEvent<'_>) {
///         if let LoginEvent::Visit { url, .. } = event {
///             eprintln!("{url}");
///         }
///     }
/// }
/// ```
pub trait Prompt: Send + Sync {
    /// Is told what happens; called on the thread of the login or of [`ask`](Self::ask).
    fn event(&self, event: &LoginEvent<'_>) {
        let _ = event;
    }

    /// Asks the person for what the browser shows in the end: the whole address, or a code.
    ///
    /// Called on a thread of its own when no browser was opened, and again when what was pasted is no
    /// answer. `None` when there is nobody to ask: the listener goes on waiting. A call that blocks after
    /// the listener has got the answer is left behind.
    fn ask(&self) -> Option<Secret> {
        None
    }
}

impl Prompt for () {}

/// What happens in a login.
#[non_exhaustive]
pub enum LoginEvent<'a> {
    /// The person is to visit this address.
    Visit {
        /// The address, to be shown as it is on a line of its own.
        url: &'a str,
        /// Whether a browser is being opened there; otherwise the person does it.
        opening: bool,
    },
    /// The browser could not be opened; the person is asked to do it, and for what comes of it.
    BrowserFailed(&'a countersign_loopback::Error),
    /// What was pasted is no answer, and the person is asked again.
    PasteUnusable(&'a countersign_loopback::Error),
    /// The answer is there, and is exchanged for the credential.
    Answered,
}

/// The address is shown without its query, which holds the state.
impl fmt::Debug for LoginEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Visit { url, opening } => f
                .debug_struct("Visit")
                .field("url", &url.split(['?', '#']).next().unwrap_or_default())
                .field("opening", opening)
                .finish(),
            Self::BrowserFailed(error) => f.debug_tuple("BrowserFailed").field(error).finish(),
            Self::PasteUnusable(error) => f.debug_tuple("PasteUnusable").field(error).finish(),
            Self::Answered => f.write_str("Answered"),
        }
    }
}
