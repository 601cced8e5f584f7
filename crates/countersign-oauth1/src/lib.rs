//! OAuth 1.0a signatures (RFC 5849): base string, signing, verification.
