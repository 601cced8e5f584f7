use countersign_oauth1::{
    Algorithm, Error, KeyFault, Rsa, RsaHash, RsaPrivateKey, RsaPublicKey, Signer, Token,
};
use countersign_token::{ClientCredentials, ClientId, Grant, TokenCredentials};

use super::unsignable;
use crate::{
    args::oauth1::CredentialArgs,
    commands::{
        account::{choose, label},
        errors::{self, Doing},
    },
    exit::Exit,
    failure::Failure,
    settings::Settings,
};

/// Whose signature it is: the credentials of the options, else those of an account.
pub(super) struct Credentials {
    pub(super) client: ClientCredentials,
    /// Whether there is a secret of the client, be it an empty one.
    pub(super) has_secret: bool,
    pub(super) token: Token,
    /// The method that was asked for, else that of the account.
    pub(super) algorithm: Option<Algorithm>,
    pub(super) private_key: Option<RsaPrivateKey>,
}

impl Credentials {
    pub(super) fn read(args: &CredentialArgs, settings: &Settings) -> Result<Self, Failure> {
        let asked = args.signature_method.map(Algorithm::from);
        let Some(key) = &args.consumer_key else {
            return Self::of_account(args, asked, settings);
        };
        let secret = args.consumer_secret.as_deref();
        let has_secret = secret.is_some();
        let secret = secret.map(|secret| settings.secret("consumer_secret", secret)).transpose()?;
        let token_secret = args.token_secret.as_deref();
        let token_secret = token_secret.map(|secret| settings.secret("token_secret", secret)).transpose()?;
        let private_key = private_key(args.private_key.as_deref(), settings)?;
        let token = match (&args.token, token_secret) {
            (Some(token), Some(secret)) => TokenCredentials::new(token.as_str(), secret).into(),
            (Some(token), None) if token.is_empty() => Token::Empty,
            // RSA takes no secret.
            (Some(token), None) if private_key.is_some() || !has_secret => {
                TokenCredentials::new(token.as_str(), "").into()
            }
            (Some(_), None) => {
                return Err(Failure::usage("the token needs its secret").then("--token-secret SECRET"));
            }
            (None, _) => Token::None,
        };
        let client = ClientCredentials::new(key.as_str(), secret.unwrap_or_default());
        Ok(Self { client, has_secret, token, algorithm: asked, private_key })
    }

    fn of_account(
        args: &CredentialArgs,
        asked: Option<Algorithm>,
        settings: &Settings,
    ) -> Result<Self, Failure> {
        let store = settings.store()?;
        let handle = choose(args.account.as_deref(), &settings.client(&store)?, &store, settings);
        let handle = handle.map_err(|failure| match args.account {
            Some(_) => failure,
            None => failure.then("--consumer-key KEY --consumer-secret SECRET, to do without an account"),
        })?;
        let account = label(handle.key());
        let record = handle.record().map_err(|error| errors::client(&error, Doing::Using(handle.key())))?;
        let Grant::OAuth1 { client, token, signature_method } = record.credential.grant else {
            return Err(Failure::usage(format!("{account} is not an OAuth 1.0a account"))
                .then(format!("countersign token {account}")));
        };
        let private_key = private_key(args.private_key.as_deref(), settings)?;
        let stored = signature_method.as_deref().map(|name| {
            Algorithm::from_name(name)
                .ok_or_else(|| Failure::usage(format!("{account} signs with {name}, which is unknown here")))
        });
        let stored = stored.transpose()?.filter(|stored| {
            // A key that was typed is meant to be used.
            private_key.is_none() || RsaHash::of(*stored).is_some()
        });
        let algorithm = asked.or(stored);
        Ok(Self { client, has_secret: true, token: token.into(), algorithm, private_key })
    }

    /// The method to sign with.
    pub(super) fn algorithm(&self) -> Algorithm {
        let usual = if self.private_key.is_some() { Algorithm::RsaSha1 } else { Algorithm::HmacSha1 };
        self.algorithm.unwrap_or(usual)
    }

    /// What signs with these, once they are what the method takes.
    pub(super) fn signer(&self) -> Result<Signer, Failure> {
        let algorithm = self.algorithm();
        if let Some(rsa) = rsa(algorithm, self.private_key.as_ref())? {
            let client = ClientId::new(self.client.identifier.as_str());
            return Ok(Signer::with_method(rsa, client, self.token.clone()));
        }
        if !self.has_secret {
            return Err(Failure::usage(format!("{algorithm} needs the secret of the consumer key"))
                .then("--consumer-secret SECRET, or --private-key FILE for the RSA methods"));
        }
        Signer::new(algorithm, self.client.clone(), self.token.clone()).map_err(|error| unsignable(&error))
    }
}

/// What signs by RSA, if the method is one of RSA's; the key must be there when it is, and not otherwise.
pub(super) fn rsa(algorithm: Algorithm, key: Option<&RsaPrivateKey>) -> Result<Option<Rsa>, Failure> {
    match (RsaHash::of(algorithm), key) {
        (Some(hash), Some(key)) => Ok(Some(Rsa::signing(hash, key.clone()))),
        (Some(_), None) => {
            Err(Failure::usage(format!("{algorithm} needs a private key")).then("--private-key FILE"))
        }
        (None, Some(_)) => Err(Failure::usage(format!("{algorithm} takes no private key"))
            .then("--signature-method RSA-SHA1, or leave --private-key out")),
        (None, None) => Ok(None),
    }
}

/// The private key of `--private-key`.
pub(super) fn private_key(path: Option<&str>, settings: &Settings) -> Result<Option<RsaPrivateKey>, Failure> {
    let Some(path) = path else { return Ok(None) };
    let pem = settings.secret_file("private_key", path)?;
    let pem = pem.expose();
    let key = RsaPrivateKey::from_pem(pem).or_else(|error| {
        short(&error, "--private-key", settings)?;
        RsaPrivateKey::from_legacy_pem(pem)
    });
    key.map(Some).map_err(|error| unreadable(&error, "--private-key"))
}

/// The public key of `--public-key`.
pub(super) fn public_key(path: &str, settings: &Settings) -> Result<RsaPublicKey, Failure> {
    let pem = crate::commands::request::content(path)?;
    let key = RsaPublicKey::from_pem(&pem).or_else(|error| {
        short(&error, "--public-key", settings)?;
        RsaPublicKey::from_legacy_pem(&pem)
    });
    key.map_err(|error| unreadable(&error, "--public-key"))
}

/// Warns of a key that is short, and passes every other error on.
fn short(error: &Error, option: &str, settings: &Settings) -> Result<(), Error> {
    let Error::Key { fault: KeyFault::TooShort { bits: 1024.. } } = error else {
        return Err(error.clone());
    };
    settings.warn(&format!("the key of {option} can be broken by whoever pays for it: {error}"));
    Ok(())
}

fn unreadable(error: &Error, option: &str) -> Failure {
    Failure::new(Exit::NoAccount, format!("the key of {option} cannot be used"))
        .because(error)
        .then("give an RSA key in PEM, as openssl genpkey -algorithm RSA writes it")
}
