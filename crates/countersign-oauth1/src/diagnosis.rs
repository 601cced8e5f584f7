//! Why two sides do not agree on a signature.

mod body;
mod difference;
mod expected;
mod facts;
mod mistake;
mod recipe;
mod relevance;
mod search;
#[cfg(feature = "serde")]
mod serialisation;
mod signing;

use alloc::{format, vec, vec::Vec};
use core::fmt;

use countersign_token::{ClientCredentials, Secret, Timestamp};

pub use difference::{Difference, Reason, Segment};
pub use mistake::Mistake;

use crate::{Algorithm, Error, Signer, Stamp, Target, Token};
use expected::Expected;
use facts::Facts;
use recipe::Recipe;
use search::{Goal, Search, base_string, changed};
use signing::Signing;

/// A request on whose signature two sides do not agree.
///
/// This side signs by RFC 5849; what the other side came to is searched for among the known mistakes, each
/// alone and, when none explains it, each two of them.
///
/// ```
/// use countersign_oauth1::{Algorithm, ClientCredentials, Dispute, Form, Stamp, Target, TokenCredentials};
/// use countersign_token::Timestamp;
///
/// let client = ClientCredentials::new("a", "b");
/// let token = TokenCredentials::new("123", "abc").into();
/// let target = Target::new("GET", "http://localhost:4567/fun?foo=first%2Csecond", Form::None);
/// let stamp = Stamp::new(Timestamp::from_unix(123), "3");
/// let dispute = Dispute::new(Algorithm::HmacSha1, &client, &token, target, stamp);
///
/// let diagnosis = dispute.expect_signature("1tyKsJRLaTvpnCwKGayL4YgHmLM=")?;
/// let [finding] = diagnosis.found() else { panic!("one mistake explains it") };
/// let [mistake] = finding.mistakes() else { panic!("it is a single one") };
/// assert_eq!(mistake.id(), "query-double-encoded");
///
/// assert!(dispute.expect_signature("cdQQuXon1opN/3wj5APnIF5NAMg=")?.agrees());
/// # Ok::<(), countersign_oauth1::Error>(())
/// ```
#[derive(Clone, Copy)]
#[must_use]
pub struct Dispute<'a> {
    by: By<'a>,
    target: Target<'a>,
    stamp: Stamp<'a>,
    body: Option<&'a [u8]>,
    nonce: Option<&'a str>,
    timestamp: Option<Timestamp>,
    limits: Limits,
}

#[derive(Clone, Copy)]
enum By<'a> {
    Secrets(Algorithm, &'a ClientCredentials, &'a Token),
    Signer(&'a Signer),
}

impl<'a> Dispute<'a> {
    /// A request that is signed with shared secrets.
    pub const fn new(
        algorithm: Algorithm,
        client: &'a ClientCredentials,
        token: &'a Token,
        target: Target<'a>,
        stamp: Stamp<'a>,
    ) -> Self {
        Self::by(By::Secrets(algorithm, client, token), target, stamp)
    }

    /// A request that is signed by a signer with a key of its own, RSA for example; a public key will do.
    ///
    /// Mistakes of the key and the hash are not searched for.
    pub const fn with_signer(signer: &'a Signer, target: Target<'a>, stamp: Stamp<'a>) -> Self {
        Self::by(By::Signer(signer), target, stamp)
    }

    const fn by(by: By<'a>, target: Target<'a>, stamp: Stamp<'a>) -> Self {
        Self { by, target, stamp, body: None, nonce: None, timestamp: None, limits: Limits::DEFAULT }
    }

    /// With a body that is no form and so is not signed, but may have been.
    pub const fn body(mut self, body: &'a [u8]) -> Self {
        self.body = Some(body);
        self
    }

    /// With a nonce that the other side may have signed instead.
    pub const fn other_nonce(mut self, nonce: &'a str) -> Self {
        self.nonce = Some(nonce);
        self
    }

    /// With a timestamp that the other side may have signed instead.
    pub const fn other_timestamp(mut self, timestamp: Timestamp) -> Self {
        self.timestamp = Some(timestamp);
        self
    }

    /// How much is tried before the search is given up.
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Searches for the mistakes that lead to this signature.
    ///
    /// It may be in any of the ways in which signatures are written by mistake, and have white space around it.
    ///
    /// # Errors
    /// Those of signing the request.
    pub fn expect_signature(&self, signature: &str) -> Result<Diagnosis, Error> {
        self.search(Goal::Signature(Expected::new(signature)))
    }

    /// Searches for the mistakes that lead to this base string, around which white space does not count; key,
    /// hash and code have no part in it.
    ///
    /// # Errors
    /// Those of signing the request.
    pub fn expect_base_string(&self, base_string: &str) -> Result<Diagnosis, Error> {
        self.search(Goal::BaseString(base_string.trim()))
    }

    /// What comes of these mistakes made together, in each way in which they can be made.
    ///
    /// The signature is `None` for a signer with a key of its own.
    ///
    /// # Errors
    /// Those of signing the request.
    pub fn commit(&self, mistakes: &[Mistake]) -> Result<Vec<(Finding, Option<Secret>)>, Error> {
        let (facts, signing) = self.facts()?;
        let mut recipes = vec![Recipe::default()];
        for mistake in mistakes {
            let changes = mistake.changes();
            recipes = recipes
                .into_iter()
                .flat_map(|recipe| changes.iter().map(move |change| changed(recipe, *change)))
                .take(self.limits.tried)
                .collect();
        }
        let committed = recipes.iter().map(|recipe| {
            let base_string = base_string(&facts, recipe);
            let signature = signing.sign(recipe, base_string.expose(), &recipe.key.write(&facts));
            (Finding::new(mistakes, base_string), signature)
        });
        Ok(committed.collect())
    }

    fn search(&self, goal: Goal<'_>) -> Result<Diagnosis, Error> {
        let (facts, signing) = self.facts()?;
        let mut search = Search::new(&facts, signing, goal, self.limits);
        let agrees = search.agrees();
        let found = if agrees { Vec::new() } else { search.run() };
        let (tried, gave_up) = (search.tried, search.gave_up);
        Ok(Diagnosis { agrees, found, tried, gave_up, base_string: facts.base_string })
    }

    fn facts(&self) -> Result<(Facts, Signing<'a>), Error> {
        let take_apart = |signer: &Signer| Facts::new(signer, self.target, self.stamp, self.body);
        let (mut facts, signing) = match self.by {
            By::Signer(signer) => (take_apart(signer)?, Signing::Own(signer.inner())),
            By::Secrets(algorithm, client, token) => {
                let mut facts = take_apart(&Signer::new(algorithm, client.clone(), token.clone())?)?;
                facts.client_secret = client.secret.clone();
                facts.token_secret = token.parts().1.cloned().unwrap_or_default();
                (facts, Signing::new(algorithm).unwrap_or(Signing::Plaintext))
            }
        };
        facts.nonce = self.nonce.map(Secret::new);
        facts.timestamp = self.timestamp.map(|timestamp| format!("{}", timestamp.unix()));
        Ok((facts, signing))
    }
}

/// How much a diagnosis may try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    tried: usize,
    bytes: usize,
}

impl Limits {
    const DEFAULT: Self = Self { tried: 20_000, bytes: 64 << 20 };

    /// At most so many combinations of mistakes, and so many bytes written and signed while trying them.
    ///
    /// The default is 20,000 combinations, which are all of them, and 64 MiB: enough for every two mistakes
    /// in a request of usual size, and for every single one in a request of some thousand parameters. The
    /// memory taken is about an eighth of the bytes at most, beside a few copies of the request.
    pub const fn new(combinations: usize, bytes: usize) -> Self {
        Self { tried: combinations, bytes }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What was found out about a dispute.
#[derive(Clone)]
pub struct Diagnosis {
    agrees: bool,
    found: Vec<Finding>,
    tried: usize,
    gave_up: bool,
    base_string: Secret,
}

impl Diagnosis {
    /// Whether the other side is right, so that there is nothing to find.
    pub fn agrees(&self) -> bool {
        self.agrees
    }

    /// The explanations, each of one mistake, or each of two when no single one explains it.
    ///
    /// Each of them alone reproduces what was expected: of two in the list, this request cannot tell which it
    /// was, and a request that has what one of them is about can.
    pub fn found(&self) -> &[Finding] {
        &self.found
    }

    /// How many combinations of mistakes were tried, the right way included.
    pub fn tried(&self) -> usize {
        self.tried
    }

    /// Whether the search ended at its limits, so that there may be explanations that were not found.
    pub fn gave_up(&self) -> bool {
        self.gave_up
    }

    /// The right base string.
    pub fn base_string(&self) -> &Secret {
        &self.base_string
    }
}

impl fmt::Debug for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { agrees, found, tried, gave_up, base_string: _ } = self;
        f.debug_struct("Diagnosis")
            .field("agrees", agrees)
            .field("found", found)
            .field("tried", tried)
            .field("gave_up", gave_up)
            .finish_non_exhaustive()
    }
}

/// One explanation: mistakes that, made together, lead to what was expected.
#[derive(Clone)]
pub struct Finding {
    mistakes: Vec<Mistake>,
    base_string: Secret,
}

impl Finding {
    fn new(mistakes: &[Mistake], base_string: Secret) -> Self {
        Self { mistakes: mistakes.into(), base_string }
    }

    /// The one mistake, or the two.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }

    /// The base string that they lead to, to be compared by [`Difference::between`].
    pub fn base_string(&self) -> &Secret {
        &self.base_string
    }
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mistakes, base_string: _ } = self;
        f.debug_tuple("Finding").field(mistakes).finish()
    }
}

impl fmt::Debug for Dispute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { by: _, target, stamp, body: _, nonce: _, timestamp: _, limits } = self;
        f.debug_struct("Dispute")
            .field("target", target)
            .field("stamp", stamp)
            .field("limits", limits)
            .finish_non_exhaustive()
    }
}
