//! OAuth client protocol without I/O: every grant and endpoint as a flow.
