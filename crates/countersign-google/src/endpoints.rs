//! Google's addresses (as of November 2026), and those of other universes.

/// The issuer of Google's accounts.
pub const ISSUER: &str = "https://accounts.google.com";
/// Where users log in.
pub const AUTHORIZATION: &str = "https://accounts.google.com/o/oauth2/v2/auth";
/// Where tokens are asked for.
pub const TOKEN: &str = "https://oauth2.googleapis.com/token";
/// Where tokens are revoked.
pub const REVOCATION: &str = "https://oauth2.googleapis.com/revoke";
/// Where a device asks for a code for its user.
pub const DEVICE: &str = "https://oauth2.googleapis.com/device/code";
/// The universe that everybody is in who is in no other.
pub const UNIVERSE: &str = "googleapis.com";
/// The scope that impersonation takes, and no more than that.
pub const IAM: &str = "https://www.googleapis.com/auth/iam";
/// The scope of everything in Google's cloud.
pub const CLOUD_PLATFORM: &str = "https://www.googleapis.com/auth/cloud-platform";
