//! The paved path: credentials obtained, kept and refreshed once, for any request.
