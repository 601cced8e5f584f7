//! The device authorization grant (RFC 8628), one file per state.
//!
//! ```text
//! DeviceAuthorization ──(a Flow)──► PendingDevice ──poll──► DevicePolling
//!                                     │     ▲                 (a Flow)
//!                                  to_blob from_blob
//! ```

mod pending;
mod polling;
mod request;

pub use pending::PendingDevice;
pub use polling::DevicePolling;
pub use request::{DeviceAuthorization, DeviceGrantName};
