//! Blocking HTTP transport for Countersign on ureq.
