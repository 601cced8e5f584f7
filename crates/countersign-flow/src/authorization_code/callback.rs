use countersign_token::Secret;
use countersign_wire::{
    Params, form,
    response::{ErrorCode, ErrorResponse},
};

use super::{AuthorizedCode, PendingAuthorization};
use crate::{Error, authorization_code::parse_callback};

/// What came back by the redirect URI.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "it is ours or it is not")]
pub enum Callback {
    /// The server's answer to this login.
    Ours(AuthorizedCode),
    /// Something else, such as another login's answer or a forgery: go on waiting.
    NotOurs(PendingAuthorization),
}

impl PendingAuthorization {
    /// Reads the answer that the user's browser brings back (RFC 6749 §4.1.2).
    ///
    /// `query` is the query of the address, or all of the address. The checks, in this order:
    /// 1. `state`, in constant time. Unknown, missing or repeated, the callback is
    ///    [`NotOurs`](Callback::NotOurs): anybody can knock at a redirect URI, and must not end the login.
    /// 2. `iss` (RFC 9207 §2.4). A mismatch ends the login, and the server's words are not passed on,
    ///    because they are not our server's.
    /// 3. `error`, which is a refusal.
    /// 4. `code`, exactly once.
    ///
    /// # Errors
    /// [`Error::IssuerMismatch`]; [`Error::Refused`] with the server's error; [`Error::Protocol`] for an
    /// answer with a parameter repeated, with both `code` and `error`, or with neither.
    pub fn callback(self, query: &str) -> Result<Callback, Error> {
        let params = parse_callback(query);
        self.answer(params)
    }

    /// Reads the answer as the form that the user's browser posts (`response_mode=form_post`), with the checks
    /// of [`callback`](Self::callback).
    ///
    /// # Errors
    /// Those of [`callback`](Self::callback).
    pub fn form_post(self, body: &str) -> Result<Callback, Error> {
        self.answer(form::parse(body).ok())
    }

    fn answer(self, params: Option<Params>) -> Result<Callback, Error> {
        let Some(params) = params.filter(|params| self.recognises(params)) else {
            return Ok(Callback::NotOurs(self));
        };
        self.check_iss(&params)?;
        let error = params.unique("error")?;
        let code = params.unique("code")?;
        match (error, code) {
            (Some(_), Some(_)) => Err(countersign_wire::Error::Malformed { name: "code" }.into()),
            (Some(error), None) => {
                let mut refusal = ErrorResponse::new(ErrorCode::from_text(error))
                    .with_description(params.first("error_description"))
                    .with_uri(params.first("error_uri"));
                refusal.scrub(&self.state);
                Err(Error::Refused(refusal))
            }
            (None, None) => Err(countersign_wire::Error::Missing { name: "code" }.into()),
            (None, Some(code)) => {
                Ok(Callback::Ours(AuthorizedCode { code: Secret::new(code), pending: self }))
            }
        }
    }

    /// Whether the parameters answer this login.
    fn recognises(&self, params: &Params) -> bool {
        matches!(params.unique("state"), Ok(Some(state)) if self.state.ct_eq(state))
    }

    /// RFC 9207 §2.4, and the simple string comparison of RFC 3986 §6.2.1.
    fn check_iss(&self, params: &Params) -> Result<(), Error> {
        let mut issuers = params.all("iss");
        match (issuers.next(), issuers.next()) {
            (None, _) if !self.iss_parameter_supported => Ok(()),
            (Some(issuer), None) if issuer == self.issuer => Ok(()),
            _ => Err(Error::IssuerMismatch),
        }
    }
}
