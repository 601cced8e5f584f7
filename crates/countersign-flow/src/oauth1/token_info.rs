use alloc::string::{String, ToString};
use core::fmt;

use countersign_token::{Extra, Scopes};
use countersign_wire::{
    flow::{Env, Flow, Input, Purpose, Step},
    text,
};

use super::{Signatory, answer, clock::Clock, signed::Signed};
use crate::{
    Endpoint, Error,
    exchange::{Answer, Exchange},
};

/// The longest name or address that is kept, in characters.
const LONGEST: usize = 1024;

/// What a server says of token credentials, at an address that it has for it.
///
/// RFC 5849 has none. The predecessors sent a signed `GET`, which was answered with lines of plain text; Google's
/// address was `https://www.google.com/accounts/AuthSubTokenInfo`, which answers no more.
///
/// ```
/// use countersign_flow::{Endpoint, oauth1::{Signatory, TokenInfoRequest}};
/// use countersign_token::{ClientCredentials, Timestamp, TokenCredentials};
/// use countersign_wire::flow::{Env, Flow, Input, Step};
///
/// # let entropy = |out: &mut [u8]| { out.fill(7); Ok(()) };
/// # let env = Env { now: Timestamp::from_unix(1_700_000_000), entropy: &entropy };
/// let endpoint = Endpoint::new("token_info_endpoint", "https://sp.example/token-info")?;
/// let signatory = Signatory::new(ClientCredentials::new("ck", "cs"), TokenCredentials::new("t", "s"));
/// let mut flow = TokenInfoRequest::new(&endpoint, &signatory)?;
/// let Step::Send(request) = flow.step(Input::Start, &env)? else { panic!("a request comes first") };
/// assert_eq!(request.method(), "GET");
/// let answer = b"Target=http://www.example.com\nScope=https://api.example/feeds/\nSecure=false\n".to_vec();
/// let Step::Done(info) = flow.step(Input::Response(http::Response::new(answer)), &env)?
/// else { panic!("the answer is complete") };
/// assert!(info.scopes.contains("https://api.example/feeds/"));
/// # Ok::<(), countersign_flow::Error>(())
/// ```
pub struct TokenInfoRequest {
    signed: Signed,
    signatory: Signatory,
}

/// The answer to a [`TokenInfoRequest`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenInfo {
    /// Whom the token was given to (`Target`), fit to be shown.
    pub target: Option<String>,
    /// What the token reaches: every line whose name begins with `Scope`.
    pub scopes: Scopes,
    /// Whether requests with the token must be signed (`Secure`).
    pub secure: Option<bool>,
    /// The other lines.
    pub extra: Extra,
}

impl TokenInfoRequest {
    /// Asks at this address.
    ///
    /// # Errors
    /// [`Misuse::SignatureMethod`](crate::error::Misuse::SignatureMethod) when the signatory's method is not
    /// known here, or its key is not given.
    pub fn new(endpoint: &Endpoint, signatory: &Signatory) -> Result<Self, Error> {
        let exchange = Exchange::get_once(endpoint, Purpose::Resource);
        Ok(Self { signed: signatory.signed(exchange)?, signatory: signatory.clone() })
    }

    /// When the server refuses the timestamp, signs once more by the server's clock.
    #[must_use]
    pub fn follow_server_clock(mut self) -> Self {
        self.signed.clock = Clock::following(0);
        self
    }

    fn read(&self, answer: &Answer) -> Result<TokenInfo, Error> {
        let response = &answer.response;
        // The lines have the look of a form, so a report of a problem is looked for where it could be one.
        answer::heed(response, answer::body(response).as_ref(), &self.signatory.secrets())?;
        let text = core::str::from_utf8(response.body()).ok().filter(|_| response.status().is_success());
        let not_an_answer = countersign_wire::Error::NotAnAnswer { status: response.status().as_u16() };
        Ok(text.and_then(read).ok_or(not_an_answer)?)
    }
}

/// Lines of a name and a value; `None` when none of those that are known is there, or the text is no such list.
fn read(text: &str) -> Option<TokenInfo> {
    let mut info = TokenInfo { target: None, scopes: Scopes::none(), secure: None, extra: Extra::new() };
    let mut known = false;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        match name {
            "Target" => info.target = Some(text::sanitise(value, LONGEST)),
            "Secure" => info.secure = value.to_ascii_lowercase().parse().ok(),
            _ if name.starts_with("Scope") => info.scopes = info.scopes.union(&value.into()),
            _ if name.is_empty() || name.contains(['<', '{', '"']) => return None,
            _ => {
                info.extra.insert_text(name.to_string(), value);
                continue;
            }
        }
        known = true;
    }
    known.then_some(info)
}

impl Flow for TokenInfoRequest {
    type Output = TokenInfo;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<TokenInfo>, Error> {
        Ok(match self.signed.step(input, env)? {
            Step::Send(request) => Step::Send(request),
            Step::Wait(pause) => Step::Wait(pause),
            Step::Done(answer) => Step::Done(self.read(&answer)?),
        })
    }
}

impl fmt::Debug for TokenInfoRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { signed, signatory } = self;
        f.debug_struct("TokenInfoRequest").field("signed", signed).field("signatory", signatory).finish()
    }
}
