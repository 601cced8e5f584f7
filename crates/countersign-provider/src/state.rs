//! What the provider keeps, behind small traits.
//!
//! Every method that spends something is one atomic operation: with a database, one transaction; in memory,
//! one call. Times are given by the caller, so that a store needs no clock.

mod grant;
mod memory;
mod oauth1;
mod shelf;

use alloc::boxed::Box;
use core::fmt;

use countersign_oauth1::NonceStore;
use countersign_token::{ClientId, Timestamp};

pub use grant::{Access, Code, Family, Issue, Redeemed, Refresh};
pub use memory::Memory;
pub use oauth1::{Approval, Callback, Consumer, Temporary, TokenPair};

use crate::{Digest, RegisteredClient, User};

/// The state cannot be reached, or holds as much as it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an implementation of the state answers with it")]
pub struct Unavailable;

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the provider's state is unavailable")
    }
}

impl core::error::Error for Unavailable {}

/// Who may ask, and for whom.
pub trait Directory: Send {
    /// The OAuth 2.0 client of this identifier.
    ///
    /// # Errors
    /// [`Unavailable`], which is not "there is none".
    fn client(&mut self, id: &ClientId) -> Result<Option<RegisteredClient>, Unavailable>;

    /// The OAuth 1.0a client of this identifier.
    ///
    /// # Errors
    /// [`Unavailable`], which is not "there is none".
    fn consumer(&mut self, identifier: &str) -> Result<Option<Consumer>, Unavailable>;

    /// The person of this identifier; tokens of a person who is gone are dead.
    ///
    /// # Errors
    /// [`Unavailable`], which is not "there is none".
    fn user(&mut self, id: &str) -> Result<Option<User>, Unavailable>;
}

/// OAuth 2.0 codes and tokens.
///
/// 1. What is put in under a digest is found under it until its time is over, and perhaps a little longer.
/// 2. `redeem_code` and `rotate` spend and issue in one step: of any number of concurrent calls with one
///    digest exactly one answers [`Redeemed::Done`], and what the others brought is not kept.
/// 3. Nothing of a revoked family is found by `access` again, and nothing can be issued into it.
/// 4. What was spent is remembered as spent, so that its second coming can be told from a guess.
///
/// # Security
/// A store that forgets a revocation, or spends twice, lets a thief in.
pub trait Grants: Send {
    /// Keeps a code that was just made, and begins its family.
    ///
    /// # Errors
    /// [`Unavailable`] when it was not kept.
    fn put_code(&mut self, id: Digest, code: Code, now: Timestamp) -> Result<(), Unavailable>;

    /// Looks at a code without spending it.
    ///
    /// # Errors
    /// [`Unavailable`].
    fn code(&mut self, id: &Digest) -> Result<Option<Code>, Unavailable>;

    /// Spends a code and keeps what it brings; nothing when `issue` is `None`.
    ///
    /// # Errors
    /// [`Unavailable`]; then the code is unspent.
    fn redeem_code(
        &mut self,
        id: &Digest,
        issue: Option<Issue>,
        now: Timestamp,
    ) -> Result<Redeemed, Unavailable>;

    /// Keeps tokens that no code and no refresh token brings; begins their family if it is new.
    ///
    /// # Errors
    /// [`Unavailable`] when they were not kept.
    fn issue(&mut self, issue: Issue, now: Timestamp) -> Result<Redeemed, Unavailable>;

    /// Looks at a refresh token without spending it.
    ///
    /// # Errors
    /// [`Unavailable`].
    fn refresh(&mut self, id: &Digest) -> Result<Option<Refresh>, Unavailable>;

    /// Spends a refresh token and keeps its successors.
    ///
    /// # Errors
    /// [`Unavailable`]; then the token is unspent.
    fn rotate(&mut self, id: &Digest, issue: Issue, now: Timestamp) -> Result<Redeemed, Unavailable>;

    /// Looks at an access token of a family that is not revoked.
    ///
    /// # Errors
    /// [`Unavailable`].
    fn access(&mut self, id: &Digest) -> Result<Option<Access>, Unavailable>;

    /// Forgets one access token.
    ///
    /// # Errors
    /// [`Unavailable`]; then it may still be good.
    fn revoke_access(&mut self, id: &Digest) -> Result<(), Unavailable>;

    /// Kills every token of the family, those to come included.
    ///
    /// # Errors
    /// [`Unavailable`]; then they may still be good.
    fn revoke_family(&mut self, family: Family) -> Result<(), Unavailable>;
}

/// OAuth 1.0a temporary and token credentials.
///
/// 1. `approve`, `deny` and `exchange` happen once for one identifier, whatever comes at the same time.
/// 2. What was exchanged is remembered as spent for as long as it would have been good.
///
/// # Security
/// Secrets of OAuth 1.0a have to be kept as they are, because the signature is made with them; only
/// identifiers and verifiers are kept as digests.
pub trait Credentials: Send {
    /// Keeps temporary credentials that were just made.
    ///
    /// # Errors
    /// [`Unavailable`] when they were not kept.
    fn put_temporary(&mut self, id: Digest, temporary: Temporary, now: Timestamp) -> Result<(), Unavailable>;

    /// Looks at temporary credentials.
    ///
    /// # Errors
    /// [`Unavailable`].
    fn temporary(&mut self, id: &Digest) -> Result<Option<Temporary>, Unavailable>;

    /// Notes who approved; `false` when it was too late, or decided before.
    ///
    /// # Errors
    /// [`Unavailable`]; then nothing is decided.
    fn approve(&mut self, id: &Digest, approval: Approval) -> Result<bool, Unavailable>;

    /// Burns temporary credentials.
    ///
    /// # Errors
    /// [`Unavailable`]; then they may still be good.
    fn burn(&mut self, id: &Digest) -> Result<(), Unavailable>;

    /// Counts an attempt at the verifier and says how many there were, this one included.
    ///
    /// # Errors
    /// [`Unavailable`]; then nothing may be compared.
    fn count_attempt(&mut self, id: &Digest) -> Result<u8, Unavailable>;

    /// Spends temporary credentials and keeps the token credentials they bring.
    ///
    /// # Errors
    /// [`Unavailable`]; then they are unspent.
    fn exchange(
        &mut self,
        id: &Digest,
        token: (Digest, TokenPair),
        now: Timestamp,
    ) -> Result<Redeemed, Unavailable>;

    /// Looks at token credentials that are not revoked.
    ///
    /// # Errors
    /// [`Unavailable`].
    fn token(&mut self, id: &Digest) -> Result<Option<TokenPair>, Unavailable>;

    /// Kills token credentials.
    ///
    /// # Errors
    /// [`Unavailable`]; then they may still be good.
    fn revoke_token(&mut self, id: &Digest) -> Result<(), Unavailable>;
}

/// Where each part of the state is.
#[expect(clippy::exhaustive_structs, reason = "a host fills in every slot")]
pub struct State {
    /// Clients and people.
    pub directory: Box<dyn Directory>,
    /// OAuth 2.0 codes and tokens.
    pub grants: Box<dyn Grants>,
    /// OAuth 1.0a credentials.
    pub credentials: Box<dyn Credentials>,
    /// OAuth 1.0a nonces.
    pub nonces: Box<dyn NonceStore>,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("State(..)")
    }
}
