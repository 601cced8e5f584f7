//! OAuth credentials for Rust programs: obtained, kept, refreshed and signed with.
