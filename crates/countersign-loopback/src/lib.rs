//! The redirect listener and the browser opener for native OAuth logins.
