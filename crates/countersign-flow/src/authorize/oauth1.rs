use countersign_oauth1::{Algorithm, Form, KeyFault, ParameterFault, Signer, Stamp, Target, Token};
use countersign_token::{ClientCredentials, Secret, TokenCredentials, TokenSet};
use countersign_wire::{flow::Env, form};
use http::header::CONTENT_TYPE;

use super::{Authorization, Authorize, Payload, RequestView};
use crate::{Error, error::Misuse};

/// A request signed in its `Authorization` header (RFC 5849 §3).
///
/// It brings its own credentials, which do not expire, and looks at no access token. A form body is part of
/// the signature: one that cannot be seen is refused, never left out.
#[derive(Clone, Debug)]
pub struct OAuth1(Signer);

impl OAuth1 {
    /// Signs with HMAC-SHA1, with token credentials or [`Token::None`].
    pub fn new(client: ClientCredentials, token: impl Into<Token>) -> Self {
        Self(Signer::hmac_sha1(client, token))
    }

    /// Signs as a stored credential says, which is with HMAC-SHA1 when it names no method.
    ///
    /// A method that has a key of its own, such as RSA's, is not made of what is stored: that is
    /// `OAuth1::from` a [`Signer`].
    ///
    /// # Errors
    /// [`Misuse::SignatureMethod`] for a method that is not known here, or has a key of its own.
    pub fn with_method(
        method: Option<&str>,
        client: ClientCredentials,
        token: Option<TokenCredentials>,
    ) -> Result<Self, Error> {
        let algorithm = method.map_or(Some(Algorithm::HmacSha1), Algorithm::from_name);
        let algorithm = algorithm.ok_or(Misuse::SignatureMethod)?;
        Signer::new(algorithm, client, token).map(Self).map_err(unsignable)
    }
}

/// A signer of any method, RSA and your own among them.
impl From<Signer> for OAuth1 {
    fn from(signer: Signer) -> Self {
        Self(signer)
    }
}

impl Authorize for OAuth1 {
    fn authorize(
        &self,
        request: RequestView<'_>,
        _: Option<&TokenSet>,
        env: &Env<'_>,
    ) -> Result<Authorization, Error> {
        let mut types = request.headers.get_all(CONTENT_TYPE).iter();
        let is_form = types.any(|value| value.to_str().is_ok_and(form::is_form));
        let form = match request.payload {
            Payload::Bytes(bytes) => {
                Form::from_body(is_form.then_some(form::CONTENT_TYPE), bytes).map_err(unsignable)?
            }
            Payload::Unseen if is_form => return Err(Misuse::UnseenForm.into()),
            Payload::Unseen => Form::None,
        };
        let nonce = countersign_oauth1::nonce(env.entropy)?;
        let target = Target::new(request.method, request.uri, form);
        let stamp = Stamp::new(env.now, &nonce).entropy(env.entropy);
        let header = self.0.authorization(target, stamp).map_err(unsignable)?;
        Authorization::new(&Secret::new(header))
    }
}

/// Why a request cannot be signed, in this crate's words.
pub(crate) fn unsignable(error: countersign_oauth1::Error) -> Error {
    use countersign_oauth1::{Error as Unsigned, Parameter};
    Error::Misuse(match error {
        Unsigned::ClearText => Misuse::ClearText,
        Unsigned::Parameter { parameter: Parameter::SignatureMethod, .. } => Misuse::SignatureMethod,
        Unsigned::Parameter { parameter, fault: ParameterFault::Reserved } => {
            Misuse::Parameter { name: parameter.as_str().into() }
        }
        Unsigned::Parameter { parameter, .. } => Misuse::Unsignable { part: parameter.as_str() },
        Unsigned::Uri { .. } => Misuse::Unsignable { part: "URI" },
        Unsigned::Key { fault: KeyFault::NoEntropy } => return Error::NoEntropy,
        Unsigned::Key { .. } => Misuse::Unsignable { part: "key" },
        Unsigned::Method => Misuse::Unsignable { part: "method" },
        _ => Misuse::Unsignable { part: "form" },
    })
}
