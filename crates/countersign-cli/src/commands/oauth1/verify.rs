mod demands;

use std::io::{self, IsTerminal};

use countersign_oauth1::{
    Algorithm, Error, Methods, Problem, Received, Rsa, RsaHash, RsaPrivateKey, RsaPublicKey, Token, Window,
};
use countersign_token::{
    Timestamp,
    json::{Object, Value},
};
use countersign_transport::{Clock, SystemClock};
use countersign_wire::text::sanitise;

use super::{
    credentials::{self, Credentials},
    message::Message,
    pairs,
};
use crate::{
    args::oauth1::VerifyArgs, commands::errors::word, exit::Exit, failure::Failure, output::text_or_null,
    settings::Settings,
};

/// The longest word of a request that is shown to a person, in characters.
const LONGEST: usize = 2000;

/// Why a request does not hold.
struct Refusal {
    /// What a server would answer; nothing, for a demand of the options.
    error: Option<Error>,
    failure: Failure,
}

impl Refusal {
    fn new(error: Error) -> Self {
        let what = match &error {
            Error::Refused { problem: Problem::SignatureInvalid } => "the signature does not hold",
            _ => "the request is not accepted",
        };
        let failure = Failure::new(Exit::VerificationFailed, what).because(&error);
        Self { error: Some(error), failure }
    }

    fn problem(problem: Problem) -> Self {
        Self::new(Error::Refused { problem })
    }

    fn because(self, why: impl core::fmt::Display) -> Self {
        Self { failure: self.failure.because(why), ..self }
    }

    fn then(self, next: impl Into<String>) -> Self {
        Self { failure: self.failure.then(next), ..self }
    }
}

/// Checks a signed request that stands on standard input.
pub(crate) fn run(args: &VerifyArgs, settings: &Settings) -> Result<Exit, Failure> {
    let credentials = Credentials::read(&args.credentials, settings)?;
    let public_key = match &args.public_key {
        Some(path) => Some(credentials::public_key(path, settings)?),
        None => credentials.private_key.as_ref().map(RsaPrivateKey::public_key),
    };
    if !credentials.has_secret && public_key.is_none() {
        return Err(Failure::usage("there is nothing to check the signature with")
            .then("--consumer-secret SECRET, or --public-key FILE for the RSA methods"));
    }
    let now = time(args)?;
    let params = pairs(&args.demanded.param, "--param")?;
    if io::stdin().is_terminal() {
        settings.output.say("enter the request as an HTTP message, and end it with Ctrl-D");
    }
    let message = Message::read(&args.demanded)?;
    let scheme = args.scheme.as_str();

    // An empty secret is known to everybody, and is not what a client with a key signs with.
    let is_keyed = public_key.is_some() && credentials.client.secret.is_empty();
    let methods = methods(args, credentials.has_secret && !is_keyed);
    let parsed = message.incoming(scheme).and_then(|incoming| Received::parse(incoming.methods(methods)));
    let (received, refusal) = match parsed {
        Err(error) => (None, Some(malformed(error))),
        Ok(received) => {
            let refusal = match check(&received, &credentials, public_key)? {
                Some(refusal) => Some(pointed(refusal, &received, &message, args)),
                None => check_time(&received, now).or_else(|| {
                    demands::unmet(&args.demanded, &params, &received).map(|what| Refusal {
                        error: None,
                        failure: Failure::new(Exit::VerificationFailed, what)
                            .then("leave the option out, if it does not matter"),
                    })
                }),
            };
            (Some(received), refusal)
        }
    };
    if settings.output.json {
        settings.output.document(members(received.as_ref(), refusal.as_ref()))?;
    }
    if let Some(refusal) = refusal {
        return Err(refusal.failure);
    }
    if let Some(received) = received.filter(|_| !settings.output.json) {
        settings.output.line(&told(&received))?;
    }
    Ok(Exit::Ok)
}

/// When the request came, unless that does not matter.
fn time(args: &VerifyArgs) -> Result<Option<Timestamp>, Failure> {
    let Some(text) = &args.at else {
        return Ok((!args.any_time).then(|| SystemClock.now()));
    };
    if let Ok(seconds) = text.parse() {
        return Ok(Some(Timestamp::from_unix(seconds)));
    }
    Timestamp::parse(text).map(Some).map_err(|error| {
        Failure::usage("--at cannot be understood")
            .because(error)
            .then("or --any-time, to leave it unchecked")
    })
}

/// The methods that are accepted: without a secret none of those that take one.
fn methods(args: &VerifyArgs, has_secret: bool) -> Methods {
    if let Some(method) = args.credentials.signature_method {
        return Methods::NONE.with(method.into());
    }
    [Algorithm::RsaSha1, Algorithm::RsaSha256, Algorithm::RsaSha512]
        .into_iter()
        .fold(if has_secret { Methods::default() } else { Methods::NONE }, Methods::with)
}

fn malformed(error: Error) -> Refusal {
    let next = match &error {
        Error::Unsigned => "give the request with its Authorization header",
        Error::ClearText => "--scheme https, if that is how the request came",
        Error::Parameter { parameter: countersign_oauth1::Parameter::SignatureMethod, .. } => {
            "give what the method takes: --consumer-secret, or --public-key; or another --signature-method"
        }
        _ => "mend what signs the request",
    };
    Refusal::new(error).then(next)
}

/// Checks who it is, and the signature.
fn check(
    received: &Received,
    credentials: &Credentials,
    public_key: Option<RsaPublicKey>,
) -> Result<Option<Refusal>, Failure> {
    let Credentials { client, has_secret: _, token, algorithm: _, private_key: _ } = credentials;
    if received.consumer_key() != client.identifier {
        let (theirs, ours) = (received.consumer_key(), &client.identifier);
        return Ok(Some(
            Refusal::problem(Problem::ConsumerKeyUnknown)
                .because(format!("it is signed by {theirs:?}, and the secrets are those of {ours:?}"))
                .then("--consumer-key KEY, with the secrets that belong to it"),
        ));
    }
    let pair = match token {
        Token::Account(pair) => Some(pair),
        _ => None,
    };
    let is_same = match (received.token(), pair) {
        (Some(theirs), Some(pair)) => pair.identifier.ct_eq(theirs),
        (None, None) => true,
        _ => false,
    };
    if !is_same {
        let why = match (received.token(), pair) {
            (None, _) => "it has no token, and the options have one",
            (_, None) => "it has a token, and the options have none",
            _ => "its token is another than that of the options",
        };
        return Ok(Some(
            Refusal::problem(Problem::TokenRejected)
                .because(why)
                .then("--token TOKEN --token-secret SECRET, as the request has it"),
        ));
    }
    let received = received.clone();
    let verified = match (RsaHash::of(received.algorithm()), public_key) {
        (Some(hash), Some(key)) => received.verify_with(&Rsa::verifying(hash, key)),
        (Some(_), None) => {
            return Err(Failure::usage(format!(
                "the request is signed with {}, which takes a public key",
                received.algorithm()
            ))
            .then("--public-key FILE"));
        }
        (None, _) => received.verify(&client.secret, pair.map(|pair| &pair.secret)),
    };
    Ok(verified.err().map(Refusal::new))
}

fn check_time(received: &Received, now: Option<Timestamp>) -> Option<Refusal> {
    let error = received.check_timestamp(now?, Window::default()).err()?;
    let refusal = Refusal::new(error).because("the signature itself holds");
    let signed = received.timestamp().map_or_else(String::new, |time| time.to_string());
    Some(refusal.then(format!("--at {signed} if that is when it came, or --any-time")))
}

/// With the command that finds out why a signature does not hold.
fn pointed(refusal: Refusal, received: &Received, message: &Message, args: &VerifyArgs) -> Refusal {
    if refusal.error != Some(Error::Refused { problem: Problem::SignatureInvalid }) {
        return refusal;
    }
    let refusal = if received.has_body_hash() {
        refusal.because("its oauth_body_hash is of other bytes, or the signature is of another request")
    } else {
        refusal
    };
    let shown = |text: &str| word(&sanitise(text, LONGEST));
    // The signature of PLAINTEXT is made of the secrets.
    let signature = match received.algorithm() {
        Algorithm::Plaintext => "SIGNATURE".to_owned(),
        _ => message.signature().map_or_else(|| "SIGNATURE".to_owned(), |text| shown(&text)),
    };
    let mut command = format!(
        "countersign oauth1 explain {} {}",
        shown(message.method.as_str()),
        shown(&message.url_unsigned(args.scheme.as_str())),
    );
    let is_rsa = RsaHash::of(received.algorithm()).is_some();
    if args.credentials.consumer_key.is_none() {
        let account = args.credentials.account.as_deref();
        command.push_str(&account.map_or_else(String::new, |account| format!(" -a {}", word(account))));
    } else {
        let secret = if is_rsa { "" } else { " --consumer-secret SECRET" };
        command.push_str(&format!(" --consumer-key {}{secret}", shown(received.consumer_key())));
        if received.token().is_some() {
            command.push_str(if is_rsa { " --token TOKEN" } else { " --token TOKEN --token-secret SECRET" });
        }
    }
    if is_rsa {
        command.push_str(" --public-key FILE");
    }
    command.push_str(&format!(" --signature-method {}", received.algorithm()));
    // What else was signed: without it another base string is explained.
    if !demands::has_version(received) {
        command.push_str(" --no-version");
    }
    if let Some(callback) = received.callback() {
        command.push_str(&format!(" --callback {}", shown(callback)));
    }
    if received.verifier().is_some() {
        command.push_str(" --verifier VERIFIER");
    }
    if received.has_body_hash() {
        command.push_str(" --body-hash");
    }
    for name in message.further() {
        command.push_str(&format!(" --param {}", shown(&format!("{name}=VALUE"))));
    }
    if let (Some(time), Some(nonce)) = (received.timestamp(), received.nonce()) {
        command.push_str(&format!(" --timestamp {} --nonce {}", time.unix(), shown(nonce)));
    }
    if !message.body.is_empty() {
        command.push_str(" --data-file FILE");
        if let Some(content_type) = message.content_type() {
            command.push_str(&format!(" -H {}", shown(&format!("Content-Type: {content_type}"))));
        }
    }
    refusal.then(format!("{command} --expect {signature}, which names the mistake"))
}

/// What was found, for programs.
fn members(received: Option<&Received>, refusal: Option<&Refusal>) -> Vec<(&'static str, Value)> {
    let text = |of: &dyn Fn(&Received) -> Option<String>| text_or_null(received.and_then(of));
    let error = refusal.and_then(|refusal| refusal.error.as_ref());
    let mut report = Object::new();
    for (name, value) in error.map(Error::report).unwrap_or_default().iter() {
        report.insert(name, Value::text(value));
    }
    vec![
        ("verified", Value::Bool(refusal.is_none())),
        ("oauth_problem", text_or_null(error.and_then(Error::problem).map(Problem::as_str))),
        ("report", Value::Object(report)),
        ("status", error.map_or(Value::Null, |error| Value::Integer(error.status().as_u16().into()))),
        ("consumer_key", text(&|received| Some(received.consumer_key().to_owned()))),
        ("token", text(&|received| received.token().map(ToOwned::to_owned))),
        ("signature_method", text(&|received| Some(received.method_name().to_owned()))),
        ("place", text(&|received| Some(demands::place(received).as_str().to_owned()))),
        ("signed_at", text(&|received| received.timestamp().map(|time| time.to_string()))),
        ("nonce", text(&|received| received.nonce().map(ToOwned::to_owned))),
        ("body_hash", received.map_or(Value::Null, |received| Value::Bool(received.has_body_hash()))),
        ("base_string", text(&|received| Some(received.base_string().to_owned()))),
    ]
}

/// The same for a person, of a request that holds.
fn told(received: &Received) -> String {
    let shown = |text: &str| sanitise(text, LONGEST);
    let mut lines = vec![
        format!("the request holds: {} in the {}", received.algorithm(), received.place()),
        format!("  client     {}", shown(received.consumer_key())),
    ];
    lines.extend(received.token().map(|token| format!("  token      {}", shown(token))));
    lines.extend(received.timestamp().map(|time| format!("  signed     {time}")));
    lines.extend(received.nonce().map(|nonce| format!("  nonce      {}", shown(nonce))));
    if received.has_body_hash() {
        lines.push("  body hash  of this body".to_owned());
    }
    lines.join("\n")
}
