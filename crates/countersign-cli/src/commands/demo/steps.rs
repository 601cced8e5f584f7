//! The steps of the tour, each with the fault that must make it fail.

mod code;
mod oauth1;
mod race;

use countersign_provider::{Endpoint, Fault, GrantKind, Planted};

use super::tour::Tour;
use crate::failure::Failure;

/// One step: what it is called, what it does, and a misbehaviour of the provider that it must notice.
pub(super) struct Step {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) run: fn(&mut Tour) -> Result<String, Failure>,
    pub(super) fault: fn() -> Planted,
}

pub(super) const STEPS: [Step; 8] = [
    Step {
        id: "oauth1",
        title: "OAuth 1.0a: sign in by three legs and send a signed request",
        run: oauth1::three_legs,
        fault: || Planted::new(Endpoint::Resource, Fault::DenySignature),
    },
    Step {
        id: "discovery",
        title: "OAuth 2.0: ask the server where everything is",
        run: code::discovery,
        fault: || Planted::new(Endpoint::Metadata, Fault::WrongIssuer),
    },
    Step {
        id: "code",
        title: "OAuth 2.0: sign in by authorization code with PKCE",
        run: code::login,
        fault: || Planted::new(Endpoint::Authorize, Fault::WrongIssuer),
    },
    Step {
        id: "files",
        title: "Read the file list, page by page",
        run: code::files,
        fault: || Planted::new(Endpoint::Resource, Fault::LoseItem),
    },
    Step {
        id: "refresh",
        title: "Refresh, with rotation of the refresh token",
        run: code::refresh,
        fault: || Planted::new(Endpoint::Token, Fault::NoRotation).with_grant(GrantKind::RefreshToken),
    },
    Step {
        id: "race",
        title: "Two processes at once with the same expired credential",
        run: race::two_processes,
        fault: || {
            Planted::new(Endpoint::Token, Fault::ServerError)
                .with_grant(GrantKind::RefreshToken)
                .with_times(1)
        },
    },
    Step {
        id: "replay",
        title: "Redeem an authorization code a second time",
        run: code::replay,
        fault: || Planted::new(Endpoint::Token, Fault::AcceptReplays),
    },
    Step {
        id: "logout",
        title: "Sign out: revoke at the server, forget here",
        run: code::logout,
        fault: || Planted::new(Endpoint::Revoke, Fault::IgnoreRevocation),
    },
];
