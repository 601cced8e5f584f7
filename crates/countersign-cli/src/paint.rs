//! The one place that knows of colour.

/// Whether standard error gets colour.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint(pub(crate) bool);

impl Paint {
    pub(crate) fn error(self, text: &str) -> String {
        self.wrapped(text, "31;1")
    }

    pub(crate) fn good(self, text: &str) -> String {
        self.wrapped(text, "32")
    }

    pub(crate) fn label(self, text: &str) -> String {
        self.wrapped(text, "1")
    }

    fn wrapped(self, text: &str, code: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
