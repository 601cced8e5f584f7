//! Answers of the token endpoint and of its siblings (RFC 6749 §5), read tolerantly.
//!
//! Providers differ in content type, status, the type of `expires_in`, the shape of `scope` and more. What is
//! tolerated is tolerated by rule and reported as an [`Oddity`]; what is refused is refused whatever the
//! provider, such as a repeated name or a token that cannot be sent in a header.

mod body;
mod device;
mod error;
mod introspection;
mod lifetime;
mod number;
mod oddity;
mod pushed;
mod token;
mod tolerance;

pub use device::DeviceResponse;
pub use error::{ErrorCode, ErrorResponse};
pub use introspection::IntrospectionResponse;
pub use lifetime::Lifetime;
pub use oddity::Oddity;
pub use pushed::PushedResponse;
pub use token::{ExchangeResponse, IdTokenResponse, TokenResponse};
pub use tolerance::Tolerance;

pub(crate) use body::{extra, granted};
pub use body::{members, refused};
pub(crate) use number::seconds;
