use core::{fmt, time::Duration};
use std::sync::Arc;

use countersign_flow::{Authorization, RequestView};
use countersign_token::{Key, Record, Secret};
use countersign_transport::policy;
use countersign_wire::flow::{Handling, Purpose};
use http::{Request, Response, StatusCode};

use super::obtain::{any, obtain};
use crate::{
    Error, ErrorKind, Token,
    account::{Account, Snapshot},
    authorize,
    block_on::block_on,
    error::label,
    freshness::{Need, Quality},
    user_agent,
    world::World,
};

/// An account, ready to authorize requests.
///
/// A clone is another handle of the same account; all handles of one client share its token and its refresh.
#[derive(Clone)]
pub struct Handle {
    world: World,
    account: Arc<Account>,
    /// What its tokens are for; empty for what the grant is for.
    resource: Arc<[String]>,
}

impl Handle {
    pub(super) fn new(world: World, account: Arc<Account>) -> Self {
        Self { world, account, resource: Arc::default() }
    }

    /// The same account with access tokens for these resources (RFC 8707), such as `https://api.example/`.
    ///
    /// They are got with the refresh token that all handles of the account share, and kept beside the others.
    /// Of an account whose key says what its tokens are for, and of one with a source, there are no others:
    /// such a handle answers [`ErrorKind::Misuse`] when it is to get one.
    #[must_use]
    pub fn for_resource<'a>(&self, resource: impl IntoIterator<Item = &'a str>) -> Self {
        Self { resource: resource.into_iter().map(String::from).collect(), ..self.clone() }
    }

    /// The identity of the grant.
    pub fn key(&self) -> &Key {
        self.account.key()
    }

    /// The record as it is stored now.
    ///
    /// # Errors
    /// [`ErrorKind::Store`]; [`ErrorKind::NoSuchAccount`] when there is none, because somebody logged out or
    /// because a source has not been asked yet.
    pub fn record(&self) -> Result<Record, Error> {
        block_on(self.world.load(self.key()))?
            .ok_or_else(|| Error::no_such_account(label(self.key()), &*self.world.store))
    }

    /// Puts the credential, and a `User-Agent` where there is none, on a request whose body is at hand.
    ///
    /// An access token is refreshed first when it is time. A header field of the same name is replaced.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] for an address that is neither `https` nor loopback, and for what cannot be
    /// signed; otherwise as [`token`](Self::token). The request is as it was.
    pub fn authorize<B: AsRef<[u8]>>(&self, request: &mut Request<B>) -> Result<(), Error> {
        let snapshot = self.ready(request)?;
        let authorization = self.authorization(&snapshot, RequestView::whole(request))?;
        self.put(&snapshot, authorization, request);
        Ok(())
    }

    /// As [`authorize`](Self::authorize), for a request whose body is a stream.
    ///
    /// # Errors
    /// As [`authorize`](Self::authorize); also [`ErrorKind::Misuse`] when the body has to be seen, as a form
    /// has to be for OAuth 1.0a.
    pub fn authorize_head<B>(&self, request: &mut Request<B>) -> Result<(), Error> {
        let snapshot = self.ready(request)?;
        let authorization = self.authorization(&snapshot, RequestView::head(request))?;
        self.put(&snapshot, authorization, request);
        Ok(())
    }

    /// Authorizes and sends. A 401 makes it refresh the access token once and send once more.
    ///
    /// With OAuth 1.0a nothing is sent twice with one signature. It is signed and sent once more for a server
    /// that says `token_expired`, when the credential has a session by which others are had, and for one whose
    /// clock is [followed](super::Client::follow_server_clock).
    ///
    /// What is answered is always the called server's answer, also when it refuses again or when there is
    /// no way to another token.
    ///
    /// # Errors
    /// [`ErrorKind::Network`], and what [`authorize`](Self::authorize) answers.
    pub fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
        let snapshot = self.ready(&request)?;
        let first = self.send_with(&snapshot, &request)?;
        #[cfg(feature = "oauth1")]
        if let Some(snapshot) = super::session::after(&self.world, &self.account, &snapshot, &first)? {
            return self.send_with(&snapshot, &request);
        }
        let refused = snapshot.current(self.key(), &self.resource);
        let Some(refused) = refused.filter(|_| first.status() == StatusCode::UNAUTHORIZED) else {
            return Ok(first);
        };
        let had_way = self.account.has_way();
        let need = self.need(Quality::Other(refused.access.secret.clone()));
        match obtain(&self.world, &self.account, &need) {
            Ok((newer, _)) if self.has_other(&newer, &refused.access.secret) => {
                self.send_with(&newer, &request)
            }
            Ok(_) => Ok(first),
            // Without a way to another token the server's own answer says most.
            Err(error) if !had_way && matches!(error.kind(), ErrorKind::NeedsLogin { .. }) => Ok(first),
            Err(error) => Err(error),
        }
    }

    /// An access token that is good for `min_ttl` more, as far as its end is known.
    ///
    /// A server that gives shorter lives than that is asked once, and what it gives is used.
    ///
    /// # Errors
    /// [`ErrorKind::NeedsLogin`], [`ErrorKind::Refused`], [`ErrorKind::Network`], [`ErrorKind::Answer`] from
    /// the refresh; [`ErrorKind::RefreshInProgress`]; [`ErrorKind::NotPersisted`] and [`ErrorKind::Store`];
    /// [`ErrorKind::Misuse`] for an OAuth 1.0a credential, which has no access token.
    pub fn token(&self, min_ttl: Duration) -> Result<Token, Error> {
        self.token_for(&self.need(Quality::Good(min_ttl)))
    }

    /// Another access token than `refused`, which a server did not take.
    ///
    /// However many threads report the same token, one request is sent.
    ///
    /// # Errors
    /// As [`token`](Self::token).
    pub fn token_other_than(&self, refused: &Secret) -> Result<Token, Error> {
        self.token_for(&self.need(Quality::Other(refused.clone())))
    }

    fn token_for(&self, need: &Need) -> Result<Token, Error> {
        if self.account.snapshot().is_some_and(|snapshot| !authorize::has_tokens(&snapshot)) {
            return Err(ErrorKind::Misuse(
                "an OAuth 1.0a credential signs each request and has no access token",
            )
            .into());
        }
        let (snapshot, refreshed) = obtain(&self.world, &self.account, need)?;
        let current = snapshot.current(self.key(), &self.resource);
        let tokens = current.ok_or_else(|| Error::needs_login(self.key()))?;
        Ok(Token::new(tokens.access.clone(), refreshed))
    }

    fn need(&self, quality: Quality) -> Need {
        Need { quality, resource: Arc::clone(&self.resource) }
    }

    fn has_other(&self, snapshot: &Snapshot, refused: &Secret) -> bool {
        let current = snapshot.current(self.key(), &self.resource);
        current.is_some_and(|tokens| !tokens.access.secret.ct_eq(refused))
    }

    /// Checks where a request goes before anything is refreshed for it.
    fn ready<B>(&self, request: &Request<B>) -> Result<Arc<Snapshot>, Error> {
        policy::check_destination(request.uri(), None)?;
        match self.account.snapshot() {
            #[cfg(feature = "oauth1")]
            Some(snapshot) if !authorize::has_tokens(&snapshot) => {
                Ok(super::session::current(&self.world, &self.account, snapshot, None)?)
            }
            #[cfg(not(feature = "oauth1"))]
            Some(snapshot) if !authorize::has_tokens(&snapshot) => Ok(snapshot),
            _ => Ok(obtain(&self.world, &self.account, &any(&self.resource))?.0),
        }
    }

    fn authorization(&self, snapshot: &Snapshot, request: RequestView<'_>) -> Result<Authorization, Error> {
        authorize::authorize(&self.world, &self.account, snapshot, &self.resource, request)
    }

    fn put<B>(&self, snapshot: &Snapshot, authorization: Authorization, request: &mut Request<B>) {
        let product = snapshot.credential.user_agent.as_deref();
        user_agent::put(product.or(self.world.product.as_deref()), request);
        authorization.apply(request);
    }

    fn send_with(&self, snapshot: &Snapshot, request: &Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
        let mut request = request.clone();
        let authorization = self.authorization(snapshot, RequestView::whole(&request))?;
        self.put(snapshot, authorization, &mut request);
        if request.extensions().get::<Handling>().is_none() {
            request.extensions_mut().insert(Handling::new(Purpose::Resource));
        }
        block_on(self.world.send(request))
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("key", self.key())
            .field("resource", &self.resource)
            .finish_non_exhaustive()
    }
}
