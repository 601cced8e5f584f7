use alloc::vec::Vec;
use core::time::Duration;

use crate::{Endpoint, GrantKind};

/// A misbehaviour that is planted so that a test can see whether anybody notices.
///
/// Only a provider on a loopback address takes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Status 500 with an empty body.
    ServerError,
    /// A page in the place of the answer.
    Html,
    /// An answer that breaks off in the middle of its JSON or form.
    Malformed,
    /// The answer is right and late; the host waits.
    Delay(Duration),
    /// A refusal although everything is in order.
    Refuse,
    /// Another issuer in `iss` or in the metadata document.
    WrongIssuer,
    /// Another `state` than the one that was sent, or another `oauth_token` in the callback.
    WrongState,
    /// A token type nobody knows.
    WrongTokenType,
    /// A token without `expires_in`.
    MissingExpiresIn,
    /// A refresh without a new refresh token, the old one staying good.
    NoRotation,
    /// A spent code, refresh token or nonce works again.
    AcceptReplays,
    /// A revocation that says yes and does nothing.
    IgnoreRevocation,
    /// Expired and revoked tokens open the resource.
    AcceptDeadTokens,
    /// A paged list loses its last item; the host that renders the list does it.
    LoseItem,
    /// OAuth 1.0a: any signature is good.
    SkipSignature,
    /// OAuth 1.0a: no signature is good.
    DenySignature,
}

/// A fault and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Planted {
    /// At this endpoint.
    pub endpoint: Endpoint,
    /// At the token endpoint, with this grant alone.
    pub grant: Option<GrantKind>,
    /// This misbehaviour.
    pub fault: Fault,
    /// So many times, or always.
    pub times: Option<u32>,
}

impl Planted {
    /// A fault that strikes at every request to this endpoint.
    pub const fn new(endpoint: Endpoint, fault: Fault) -> Self {
        Self { endpoint, grant: None, fault, times: None }
    }

    /// The same fault, for this grant alone.
    #[must_use]
    pub const fn with_grant(mut self, grant: GrantKind) -> Self {
        self.grant = Some(grant);
        self
    }

    /// The same fault, so many times and no more.
    #[must_use]
    pub const fn with_times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }
}

/// The faults that strike one request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Striking(Vec<Fault>);

impl Striking {
    pub(crate) fn has(&self, fault: Fault) -> bool {
        self.0.contains(&fault)
    }

    pub(crate) fn delay(&self) -> Duration {
        self.0
            .iter()
            .map(|fault| match fault {
                Fault::Delay(delay) => *delay,
                _ => Duration::ZERO,
            })
            .max()
            .unwrap_or_default()
    }
}

/// Takes what strikes at this endpoint, and counts it.
pub(crate) fn strike(planted: &mut Vec<Planted>, endpoint: Endpoint, grant: Option<GrantKind>) -> Striking {
    let mut striking = Striking::default();
    planted.retain_mut(|plant| {
        if plant.endpoint != endpoint || (plant.grant.is_some() && plant.grant != grant) {
            return true;
        }
        striking.0.push(plant.fault);
        match &mut plant.times {
            None => true,
            Some(left) => {
                *left = left.saturating_sub(1);
                *left > 0
            }
        }
    });
    striking
}
