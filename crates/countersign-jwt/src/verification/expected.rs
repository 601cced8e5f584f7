use alloc::{string::String, vec::Vec};
use core::{fmt, time::Duration};

use countersign_token::{Secret, Timestamp};

use super::{KeySet, Verified, times, types, verified::audiences};
use crate::{Algorithm, ClaimFault, Claims, Error, TokenFault, Unverified};

/// What a token has to be to be accepted.
///
/// Unless it is told otherwise, a token is signed by an algorithm with a public key, has no type or `JWT`, has an
/// expiry that is not over, is not from the future, and has no audience. A leeway of a minute is given to clocks.
///
/// ```
/// # #[cfg(feature = "aws-lc-rs")] {
/// use countersign_jwt::{
///     Algorithm, Backend, Claims, ClaimFault, Error, Expected, Header, KeySet, PrivateKey, Signer, SigningKey,
///     VerifyingKey, sign,
/// };
/// use countersign_token::Timestamp;
///
/// # let key = br#"{"kty":"OKP","crv":"Ed25519","kid":"a1","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
/// #     "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
/// let key = SigningKey::new(&PrivateKey::from_jwk(key)?, Algorithm::EdDsa, Backend::AwsLcRs)?;
/// let keys = KeySet::from(VerifyingKey::new(key.public_key().unwrap(), Backend::AwsLcRs)?);
///
/// let now = Timestamp::from_unix(1_700_000_000);
/// let claims = Claims::new().with_issuer("https://issuer.example").with_audience("me");
/// let token = sign(&Header::jwt(), &claims.with_expiry(now.plus_seconds(300)), &key)?;
///
/// let expected = Expected::from_issuer("https://issuer.example").for_audience("me");
/// assert_eq!(expected.verify(token.expose(), &keys, now)?.issuer(), Some("https://issuer.example"));
/// let error = expected.verify(token.expose(), &keys, now.plus_seconds(360)).unwrap_err();
/// assert_eq!(error, Error::Claim { name: "exp", fault: ClaimFault::Expired });
/// # }
/// # Ok::<(), countersign_jwt::Error>(())
/// ```
#[derive(Clone)]
pub struct Expected {
    /// Nothing for anybody.
    issuers: Option<Vec<String>>,
    /// Nothing for any; empty for none at all.
    audiences: Option<Vec<String>>,
    party: Option<String>,
    algorithms: Vec<Algorithm>,
    /// Nothing for any; empty for none or `JWT`.
    kinds: Option<Vec<String>>,
    nonce: Option<Secret>,
    required: Vec<&'static str>,
    expires: bool,
    oldest: Option<Duration>,
    longest: Option<Duration>,
    leeway: Duration,
}

impl Expected {
    /// A token of this issuer (`iss`), which is compared as text.
    pub fn from_issuer(issuer: impl Into<String>) -> Self {
        Self { issuers: Some([issuer.into()].into()), ..Self::from_anyone() }
    }

    /// A token of one of these issuers.
    pub fn from_issuers<S: Into<String>>(issuers: impl IntoIterator<Item = S>) -> Self {
        Self { issuers: Some(issuers.into_iter().map(Into::into).collect()), ..Self::from_anyone() }
    }

    /// A token whose issuer does not matter, because the key says who made it.
    pub fn from_anyone() -> Self {
        Self {
            issuers: None,
            audiences: Some(Vec::new()),
            party: None,
            algorithms: Algorithm::ALL.into_iter().filter(|algorithm| !algorithm.is_symmetric()).collect(),
            kinds: Some(Vec::new()),
            nonce: None,
            required: Vec::new(),
            expires: true,
            oldest: None,
            longest: None,
            leeway: Duration::from_secs(60),
        }
    }

    /// For this audience (`aud`), compared as text; with a further one, for one of them.
    #[must_use]
    pub fn for_audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.get_or_insert_default().push(audience.into());
        self
    }

    /// For whatever audience.
    #[must_use]
    pub fn for_any_audience(mut self) -> Self {
        self.audiences = None;
        self
    }

    /// For this client: in the audience, and the authorized party (`azp`) where there is one or has to be one
    /// (OpenID Connect Core §3.1.3.7).
    #[must_use]
    pub fn for_client(mut self, client: impl Into<String>) -> Self {
        let client = client.into();
        self.party = Some(client.clone());
        self.for_audience(client)
    }

    /// Signed by one of these algorithms.
    #[must_use]
    pub fn signed_by(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Of this type (`typ`), such as `at+jwt`; with a further one, of one of them (RFC 8725 §3.11).
    #[must_use]
    pub fn of_type(mut self, kind: impl Into<String>) -> Self {
        self.kinds.get_or_insert_default().push(kind.into());
        self
    }

    /// Of whatever type: for showing a token, not for acting on it.
    #[must_use]
    pub fn of_any_type(mut self) -> Self {
        self.kinds = None;
        self
    }

    /// With this `nonce`.
    #[must_use]
    pub fn with_nonce(mut self, nonce: impl Into<Secret>) -> Self {
        self.nonce = Some(nonce.into());
        self
    }

    /// With this claim, whatever it says.
    #[must_use]
    pub fn with_claim(mut self, name: &'static str) -> Self {
        self.required.push(name);
        self
    }

    /// With or without an expiry; one that is there is checked.
    #[must_use]
    pub const fn without_expiry(mut self) -> Self {
        self.expires = false;
        self
    }

    /// Made (`iat`) at most so long ago.
    #[must_use]
    pub const fn made_within(mut self, age: Duration) -> Self {
        self.oldest = Some(age);
        self
    }

    /// Over (`exp`) at most so long from now, as is asked of assertions.
    #[must_use]
    pub const fn over_within(mut self, lifetime: Duration) -> Self {
        self.longest = Some(lifetime);
        self
    }

    /// What the clocks may differ by.
    #[must_use]
    pub const fn with_leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// Whether to accept a token; its claims are not looked at before the signature has held.
    ///
    /// # Errors
    /// [`Error::Token`], [`Error::UnknownKey`], [`Error::Signature`] or [`Error::Claim`].
    pub fn verify(&self, token: &str, keys: &KeySet, now: Timestamp) -> Result<Verified, Error> {
        self.accept(&Unverified::parse(token)?, keys, now)
    }

    /// As [`verify`](Self::verify), for a token that is split already.
    ///
    /// # Errors
    /// Those of [`verify`](Self::verify).
    pub fn accept(&self, token: &Unverified<'_>, keys: &KeySet, now: Timestamp) -> Result<Verified, Error> {
        let algorithm = self.header(token)?;
        keys.check(token, algorithm)?;
        let claims = token.claims()?;
        types::check(&claims)?;
        self.people(&claims)?;
        self.moments(&claims, now)?;
        if let Some(name) = self.required.iter().find(|name| claims.get(name).is_none()) {
            return Err(Error::Claim { name, fault: ClaimFault::Missing });
        }
        if let Some(nonce) = &self.nonce {
            let found = text(&claims, "nonce")?;
            same("nonce", nonce.ct_eq(found))?;
        }
        Ok(Verified::new(token, algorithm, claims))
    }

    fn header(&self, token: &Unverified<'_>) -> Result<Algorithm, Error> {
        // What would have to be understood, or changes how the rest is read, is not understood here.
        for name in ["crit", "b64", "zip", "enc"] {
            if token.header().get(name).is_some() {
                return Err(Error::token(TokenFault::Parameter(name)));
            }
        }
        let kinds = match &self.kinds {
            None => true,
            Some(kinds) if kinds.is_empty() => token.kind().is_none_or(|kind| media_type(kind, "JWT")),
            Some(kinds) => {
                token.kind().is_some_and(|kind| kinds.iter().any(|expected| media_type(kind, expected)))
            }
        };
        if !kinds {
            return Err(Error::token(TokenFault::Type));
        }
        let algorithm = token.algorithm()?;
        let accepted = self.algorithms.contains(&algorithm);
        accepted.then_some(algorithm).ok_or(Error::token(TokenFault::Algorithm))
    }

    fn people(&self, claims: &Claims) -> Result<(), Error> {
        if let Some(issuers) = &self.issuers {
            let issuer = text(claims, "iss")?;
            same("iss", issuers.iter().any(|expected| expected == issuer))?;
        }
        match &self.audiences {
            None => {}
            // RFC 7519 §4.1.3: who is not named in it must refuse it.
            Some(expected) if expected.is_empty() => same("aud", claims.get("aud").is_none())?,
            Some(expected) => {
                claims.get("aud").ok_or(Error::Claim { name: "aud", fault: ClaimFault::Missing })?;
                let mut found = audiences(claims);
                same("aud", found.any(|found| expected.iter().any(|expected| expected == found)))?;
            }
        }
        if let Some(party) = &self.party {
            match claims.text("azp") {
                Some(found) => same("azp", found == party)?,
                None if audiences(claims).count() > 1 => {
                    return Err(Error::Claim { name: "azp", fault: ClaimFault::Missing });
                }
                None => {}
            }
        }
        Ok(())
    }

    fn moments(&self, claims: &Claims, now: Timestamp) -> Result<(), Error> {
        let now = now.unix();
        let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        let leeway = seconds(self.leeway);
        let (later, earlier) = (now.saturating_add(leeway), now.saturating_sub(leeway));
        let refuse = |name, fault| Err(Error::Claim { name, fault });
        match claims.get("exp").and_then(times::read) {
            Some((expiry, _)) if expiry <= earlier => return refuse("exp", ClaimFault::Expired),
            Some((expiry, _))
                if self.longest.is_some_and(|most| expiry > later.saturating_add(seconds(most))) =>
            {
                return refuse("exp", ClaimFault::TooLong);
            }
            None if self.expires => return refuse("exp", ClaimFault::Missing),
            _ => {}
        }
        if claims.get("nbf").and_then(times::read).is_some_and(|start| start > (later, false)) {
            return refuse("nbf", ClaimFault::NotYet);
        }
        match claims.get("iat").and_then(times::read) {
            Some(made) if made > (later, false) => return refuse("iat", ClaimFault::NotYet),
            Some((made, _)) if self.oldest.is_some_and(|age| made < earlier.saturating_sub(seconds(age))) => {
                return refuse("iat", ClaimFault::TooLong);
            }
            None if self.oldest.is_some() => return refuse("iat", ClaimFault::Missing),
            _ => {}
        }
        Ok(())
    }
}

/// RFC 7515 §4.1.9: a media type, whose case does not matter, with `application/` left out or not.
fn media_type(found: &str, expected: &str) -> bool {
    let short = |kind: &str| {
        let (head, tail) = kind.split_at_checked("application/".len())?;
        head.eq_ignore_ascii_case("application/").then(|| String::from(tail))
    };
    let found = short(found).unwrap_or_else(|| found.into());
    let expected = short(expected).unwrap_or_else(|| expected.into());
    found.eq_ignore_ascii_case(&expected)
}

fn text<'a>(claims: &'a Claims, name: &'static str) -> Result<&'a str, Error> {
    claims.text(name).ok_or(Error::Claim { name, fault: ClaimFault::Missing })
}

fn same(name: &'static str, same: bool) -> Result<(), Error> {
    if same { Ok(()) } else { Err(Error::Claim { name, fault: ClaimFault::Mismatch }) }
}

impl fmt::Debug for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            issuers,
            audiences,
            party: _,
            algorithms,
            kinds,
            nonce: _,
            required,
            expires,
            oldest,
            longest,
            leeway,
        } = self;
        f.debug_struct("Expected")
            .field("issuers", issuers)
            .field("audiences", audiences)
            .field("algorithms", algorithms)
            .field("kinds", kinds)
            .field("required", required)
            .field("expires", expires)
            .field("oldest", oldest)
            .field("longest", longest)
            .field("leeway", leeway)
            .finish_non_exhaustive()
    }
}
