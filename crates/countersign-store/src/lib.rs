//! The contract to keep a credential: stores, leases, doubles, a conformance suite and the sidecar lock.
