use countersign_oauth1::{Algorithm, Error, Form, Signer, Stamp, Target, Token, nonce};
use countersign_token::{ClientCredentials, Grant, Timestamp, TokenCredentials, json::Value};
use countersign_transport::{Clock, SystemClock};
use countersign_wire::{flow::NoEntropy, header::oauth};

use super::pairs;
use crate::{
    args::oauth1::{Place, SignArgs, SignatureMethod},
    commands::{
        account::{choose, label},
        errors::{self, Doing},
        request::content,
    },
    exit::Exit,
    failure::Failure,
    output::text_or_null,
    settings::Settings,
};

/// Signs a request and prints it; sends nothing.
pub(crate) fn run(args: &SignArgs, settings: &Settings) -> Result<(), Failure> {
    let failed = |error| unsignable(&error);
    let signer = signer(args, settings)?;
    let time = args.timestamp.map(|seconds| i64::try_from(seconds).unwrap_or(i64::MAX));
    let time = time.map_or_else(|| SystemClock.now(), Timestamp::from_unix);
    let entropy = |out: &mut [u8]| getrandom::fill(out).map_err(|_| NoEntropy);
    let nonce = match &args.nonce {
        Some(nonce) => nonce.clone(),
        None => nonce(&entropy).map_err(|error| Failure::new(Exit::Other, error.to_string()))?,
    };
    let params = pairs(&args.param)?;
    let data = match &args.data_file {
        Some(path) => Some(String::from_utf8(content(path)?).map_err(|error| {
            Failure::usage(format!("{path} is no form"))
                .because(error)
                .then("leave a body that is no form out")
        })?),
        None => args.data.clone(),
    };
    let form = match (&data, args.place) {
        (Some(data), _) => Form::Encoded(data),
        (None, Place::Body) => Form::Encoded(""),
        (None, Place::Header | Place::Query) => Form::None,
    };
    let mut target = Target::new(args.method.as_str(), args.url.as_str(), form)
        .version(!args.no_version)
        .parameters(&params);
    if let Some(callback) = &args.callback {
        target = target.callback(callback);
    }
    if let Some(verifier) = &args.verifier {
        target = target.verifier(verifier);
    }
    if let Some(realm) = &args.realm {
        if args.place != Place::Header {
            return Err(Failure::usage("--realm has a place in the header alone").then("--place header"));
        }
        target = target.realm(realm);
    }
    let stamp = Stamp::new(time, &nonce);
    let header = signer.authorization(target, stamp).map_err(failed)?;
    let url = match args.place {
        Place::Query => signer.query(target, stamp).map_err(failed)?,
        Place::Header | Place::Body => args.url.clone(),
    };
    let body = match args.place {
        Place::Body => Some(signer.form(target, stamp).map_err(failed)?),
        Place::Header | Place::Query => data.clone(),
    };
    if !settings.output.json {
        return settings.output.line(match (args.place, &body) {
            (Place::Header, _) => &header,
            (Place::Query, _) => &url,
            (Place::Body, body) => body.as_deref().unwrap_or_default(),
        });
    }
    let signature = oauth::parse(&header).ok().flatten();
    let signature = signature.as_ref().and_then(|params| params.first("oauth_signature"));
    settings.output.document([
        ("base_string", Value::text(signer.base_string(target, stamp).map_err(failed)?)),
        ("signature", text_or_null(signature)),
        ("authorization", Value::text(header)),
        ("url", Value::text(url)),
        ("body", text_or_null(body)),
    ])
}

fn unsignable(error: &Error) -> Failure {
    let failure = Failure::usage("the request cannot be signed").because(error);
    match error {
        Error::ClearText => failure.then("give an https address, or --signature-method HMAC-SHA1"),
        Error::Parameter { .. } => failure.then("countersign oauth1 sign --help"),
        _ => failure.then("mend the request as it will be sent"),
    }
}

/// What signs: the credentials of the options, else those of an account.
fn signer(args: &SignArgs, settings: &Settings) -> Result<Signer, Failure> {
    let unsupported = |error| unsignable(&error);
    let asked = args.signature_method.map(Algorithm::from);
    let Some(key) = &args.consumer_key else {
        let store = settings.store()?;
        let handle = choose(args.account.as_deref(), &settings.client(&store)?, &settings.output)?;
        let account = label(handle.key());
        let record = handle.record().map_err(|error| errors::client(&error, Doing::Using(handle.key())))?;
        let Grant::OAuth1 { client, token, signature_method } = record.credential.grant else {
            return Err(Failure::usage(format!("{account} is not an OAuth 1.0a account"))
                .then(format!("countersign token {account}")));
        };
        let stored = signature_method.as_deref().map(|name| {
            Algorithm::from_name(name)
                .ok_or_else(|| Failure::usage(format!("{account} signs with {name}, which is unknown here")))
        });
        let algorithm = asked.map(Ok).or(stored).transpose()?.unwrap_or(Algorithm::HmacSha1);
        return Signer::new(algorithm, client, token).map_err(unsupported);
    };
    let secret = settings.secret("consumer_secret", args.consumer_secret.as_deref().unwrap_or_default())?;
    let client = ClientCredentials::new(key.as_str(), secret);
    let token = match (&args.token, &args.token_secret) {
        (Some(token), Some(secret)) => {
            Token::from(TokenCredentials::new(token.as_str(), settings.secret("token_secret", secret)?))
        }
        _ => Token::None,
    };
    Signer::new(asked.unwrap_or(Algorithm::HmacSha1), client, token).map_err(unsupported)
}

impl From<SignatureMethod> for Algorithm {
    fn from(method: SignatureMethod) -> Self {
        match method {
            SignatureMethod::HmacSha1 => Self::HmacSha1,
            SignatureMethod::Plaintext => Self::Plaintext,
        }
    }
}
