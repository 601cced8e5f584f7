//! Credentials in owner-only files that survive power loss.
