//! OAuth server protocol without I/O: OAuth 1.0a service provider and OAuth 2.0 authorization server.
