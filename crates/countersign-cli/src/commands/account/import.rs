mod text;

use countersign_flow::AuthorizationServer;
use countersign_oauth1::{Algorithm, RsaHash};
use countersign_token::{
    AccessToken, Client, ClientCredentials, Credential, Expiry, Grant, RefreshToken, Scopes, Secret,
    Timestamp, TokenCredentials, TokenSet,
};
use countersign_transport::{Clock, SystemClock};

use crate::{
    args::account::ImportArgs,
    commands::{
        account::new_name,
        errors::{self, Doing},
        login,
    },
    exit::Exit,
    failure::Failure,
    settings::Settings,
};

/// What the values are the values of.
enum Raw<'a> {
    /// By its access token.
    OAuth2(&'a str),
    /// By its consumer key.
    OAuth1(&'a str),
}

/// Keeps a credential that was obtained elsewhere.
pub(crate) fn run(args: &ImportArgs, settings: &Settings) -> Result<(), Failure> {
    let raw = match (&args.access_token, &args.consumer_key) {
        (Some(token), None) => Raw::OAuth2(token),
        (None, Some(key)) => Raw::OAuth1(key),
        _ if args.file.is_some() || args.name.is_none() => return text::run(args, settings),
        _ => {
            return Err(Failure::usage("there is nothing to keep under this name")
                .then("--access-token SECRET or --consumer-key KEY and their companions")
                .then("or countersign account import FILE|-, for what account export printed"));
        }
    };
    let Some(name) = &args.name else {
        return Err(Failure::usage("the account needs a name").then("--name NAME"));
    };
    let name = new_name(Some(name))?.unwrap_or_default();
    let credential = match raw {
        Raw::OAuth2(token) => oauth2(args, token, settings)?,
        Raw::OAuth1(key) => oauth1(args, key, settings)?,
    };
    let store = settings.store_for_new()?;
    let kept = settings.client(&store)?.keep(&name, credential);
    let handle = kept.map_err(|error| errors::client(&error, Doing::Reading))?;
    login::report(&handle, &store, settings)?;
    if args.signature_method.is_some_and(|method| RsaHash::of(method.into()).is_some()) {
        settings.output.say(
            "the key is not kept: countersign request and countersign oauth1 sign take it with --private-key FILE",
        );
    }
    Ok(())
}

fn oauth2(args: &ImportArgs, token: &str, settings: &Settings) -> Result<Credential, Failure> {
    let mut client = Client::new(args.client_id.as_deref().unwrap_or("imported"));
    if let Some(endpoint) = &args.token_endpoint {
        // Checked as it is for a login, so that what cannot be used is not kept.
        let server = AuthorizationServer::new(endpoint.as_str(), endpoint);
        server.map_err(|error| {
            Failure::new(Exit::NoAccount, "--token-endpoint cannot be used")
                .because(error)
                .then("give an https address")
        })?;
        client.token_endpoint = Some(endpoint.clone());
    }
    if let Some(secret) = &args.client_secret {
        client.secret = Some(settings.secret("client_secret", secret)?);
    }
    let expiry = match args.expires_at.as_deref() {
        None => Expiry::Unknown,
        Some("never") => Expiry::Never,
        Some(time) => Expiry::At(Timestamp::parse(time).map_err(|error| {
            Failure::usage("--expires-at cannot be understood").because(error).then("or write never")
        })?),
    };
    let scopes: Scopes = args.scope.iter().collect();
    let access = AccessToken::bearer(settings.secret("access_token", token)?, SystemClock.now());
    let mut tokens = TokenSet::new(access.with_expiry(expiry).with_scopes(scopes));
    if let Some(token) = &args.refresh_token {
        tokens.refresh = Some(RefreshToken::new(settings.secret("refresh_token", token)?));
    }
    Ok(Credential::oauth2(client, tokens))
}

fn oauth1(args: &ImportArgs, key: &str, settings: &Settings) -> Result<Credential, Failure> {
    let algorithm = args.signature_method.map(Algorithm::from);
    let is_rsa = algorithm.is_some_and(|algorithm| RsaHash::of(algorithm).is_some());
    let secret = |id: &str, given: Option<&str>| match given {
        Some(given) => settings.secret(id, given),
        // The key signs, and a server that uses it gives no secrets.
        None if is_rsa => Ok(Secret::default()),
        None => Err(Failure::usage(format!("--{} is missing", id.replace('_', "-")))
            .then("--consumer-secret SECRET, and --token TOKEN with --token-secret SECRET")
            .then("or an RSA method: --signature-method RSA-SHA1")),
    };
    let client = ClientCredentials::new(key, secret("consumer_secret", args.consumer_secret.as_deref())?);
    let mut credential = match &args.token {
        Some(token) => {
            let secret = secret("token_secret", args.token_secret.as_deref())?;
            Credential::oauth1(client, TokenCredentials::new(token.as_str(), secret))
        }
        None => Credential::oauth1_two_legged(client),
    };
    if let (Grant::OAuth1 { signature_method, .. }, Some(algorithm)) = (&mut credential.grant, algorithm) {
        *signature_method = Some(algorithm.as_str().to_owned());
    }
    Ok(credential)
}
