use core::fmt;

use countersign_token::Secret;
use countersign_wire::{
    Params,
    flow::{Env, Flow, Input, Purpose, Step},
};

use super::{Redeemed, Session, Signatory, clock::Clock, session, signed::Signed};
use crate::{
    Endpoint, Error,
    exchange::{Answer, Exchange, Replay},
};

/// New token credentials for those that end, by the handle of their [`Session`] and without the user.
///
/// The endpoint for token credentials is asked again, signed with the old token and with the handle beside it.
/// [`Redeemed::renew`] puts what it gives into the stored credential. A server that sends no new handle means
/// that the old one goes on.
///
/// ```
/// use countersign_flow::{Endpoint, oauth1::{Session, SessionRefresh, Signatory}};
/// use countersign_token::{ClientCredentials, Credential, Grant, Timestamp, TokenCredentials};
/// use countersign_wire::flow::{Env, Flow, Input, Step};
///
/// # let entropy = |out: &mut [u8]| { out.fill(7); Ok(()) };
/// # let env = Env { now: Timestamp::from_unix(1_700_000_000), entropy: &entropy };
/// let mut stored = Credential::oauth1(ClientCredentials::new("ck", "cs"), TokenCredentials::new("t1", "s1"));
/// stored.extra.insert_text("oauth_session_handle", "sh");
///
/// let endpoint = Endpoint::new("token_credentials_endpoint", "https://sp.example/token")?;
/// let session = Session::of(&stored.extra)?;
/// let mut flow = SessionRefresh::new(&endpoint, &Signatory::of(&stored)?, &session)?;
/// let Step::Send(request) = flow.step(Input::Start, &env)? else { panic!("a request comes first") };
/// assert_eq!(request.uri(), "https://sp.example/token");
/// let answer = b"oauth_token=t2&oauth_token_secret=s2&oauth_expires_in=3600".to_vec();
/// let Step::Done(redeemed) = flow.step(Input::Response(http::Response::new(answer)), &env)?
/// else { panic!("the answer is complete") };
/// redeemed.renew(&mut stored);
/// assert_eq!(Session::of(&stored.extra)?.expires.remaining(env.now).unwrap().as_secs(), 3600);
/// # Ok::<(), countersign_flow::Error>(())
/// ```
///
/// # Security
/// The request is never repeated once it may have left, because it may have ended the old token. After
/// [`Error::Network`] with `Sent::Maybe` a later refresh may present the same handle, for there is no other.
pub struct SessionRefresh {
    signed: Signed,
    signatory: Signatory,
    handle: Secret,
}

impl SessionRefresh {
    /// Asks the endpoint for token credentials for those that follow these.
    ///
    /// # Errors
    /// [`Misuse::SignatureMethod`](crate::error::Misuse::SignatureMethod) when the signatory's method is not
    /// known here, or its key is not given.
    pub fn new(
        token_credentials: &Endpoint,
        signatory: &Signatory,
        session: &Session,
    ) -> Result<Self, Error> {
        let purpose = Purpose::TokenCredentials;
        let exchange = Exchange::post(token_credentials, purpose, Params::new(), Replay::UnlessSent);
        let mut signed = signatory.signed(exchange)?;
        signed.session_handle = Some(session.handle.clone());
        Ok(Self { signed, signatory: signatory.clone(), handle: session.handle.clone() })
    }

    /// When the server refuses the timestamp, signs once more by the server's clock.
    #[must_use]
    pub fn follow_server_clock(mut self) -> Self {
        self.signed.clock = Clock::following(0);
        self
    }

    fn read(&self, answer: &Answer) -> Result<Redeemed, Error> {
        let [client, token, token_secret] = self.signatory.secrets();
        let sent = [client, token, token_secret, &self.handle];
        let Signatory { client, signing, token: _ } = &self.signatory;
        let mut redeemed = Redeemed::read(answer, &sent, client, signing)?;
        if Session::of(&redeemed.extra).is_err() {
            redeemed.extra.insert_text(session::HANDLE, self.handle.clone());
        }
        Ok(redeemed)
    }
}

impl Flow for SessionRefresh {
    type Output = Redeemed;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Redeemed>, Error> {
        Ok(match self.signed.step(input, env)? {
            Step::Send(request) => Step::Send(request),
            Step::Wait(pause) => Step::Wait(pause),
            Step::Done(answer) => Step::Done(self.read(&answer)?),
        })
    }
}

impl fmt::Debug for SessionRefresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { signed, signatory, handle: _ } = self;
        f.debug_struct("SessionRefresh")
            .field("signed", signed)
            .field("signatory", signatory)
            .finish_non_exhaustive()
    }
}
