use core::time::Duration;

use countersign_client::{LoginOptions, OAuth1Login, RevocationMethod as Revocation};
use countersign_flow::{
    Endpoint,
    oauth1::{CallbackConfirmed as Confirmed, Endpoints},
};
use countersign_oauth1::Algorithm;
use countersign_token::ClientCredentials;

use super::{credentials, pairs};
use crate::{
    args::oauth1::{CallbackConfirmed, Oauth1LoginArgs, RevocationMethod},
    commands::{
        account::{label, new_name},
        errors::{self, Doing, word},
        login::{APPLICATION, report},
    },
    failure::Failure,
    person,
    settings::Settings,
};

/// Parameters that Google's servers, and those that succeed them, take with the person and not before.
const OF_THE_PAGE: [&str; 3] = ["hd", "hl", "btmpl"];

/// Signs a person in by the three legs, and keeps what comes of it.
pub(crate) fn run(args: &Oauth1LoginArgs, settings: &Settings) -> Result<(), Failure> {
    let endpoints = Endpoints::new(&args.temporary_credentials_url, &args.authorize_url, &args.token_url)
        .map_err(|error| errors::client(&error.into(), Doing::Login))?;
    let secret = args.consumer_secret.as_deref();
    let secret = secret.map(|secret| settings.secret("consumer_secret", secret)).transpose()?;
    let private_key = credentials::private_key(args.private_key.as_deref(), settings)?;
    let usual = if private_key.is_some() { Algorithm::RsaSha1 } else { Algorithm::HmacSha1 };
    let algorithm = args.signature_method.map_or(usual, Algorithm::from);
    let rsa = credentials::rsa(algorithm, private_key.as_ref())?;
    let out_of_band = match args.callback.as_deref() {
        None => false,
        Some("oob") => true,
        Some(_) => {
            return Err(Failure::usage(
                "--callback takes oob, or is left out for a listener on this machine",
            )
            .then("choose the listener's port with --port N"));
        }
    };
    if out_of_band && settings.global.no_input {
        return Err(Failure::usage(
            "--callback oob needs somebody to bring the code back, and --no-input forbids asking",
        )
        .then("leave --no-input out, or leave --callback out for a listener on this machine"));
    }
    let client = ClientCredentials::new(args.consumer_key.as_str(), secret.unwrap_or_default());
    let mut login = OAuth1Login::new(endpoints, client).signature_method(algorithm).callback_confirmed(
        match args.callback_confirmed {
            CallbackConfirmed::Strict => Confirmed::Strict,
            CallbackConfirmed::TrueIsh => Confirmed::TrueIsh,
            CallbackConfirmed::Absent => Confirmed::Absent,
        },
    );
    let is_rsa = rsa.is_some();
    if let Some(rsa) = rsa {
        login = login.sign_with(rsa);
    }
    if out_of_band {
        login = login.out_of_band();
    }
    if args.follow_server_clock {
        login = login.follow_server_clock();
    }
    if let Some(url) = &args.revocation_url {
        let endpoint = Endpoint::new("revocation_endpoint", url);
        let endpoint = endpoint.map_err(|error| errors::client(&error.into(), Doing::Login))?;
        login = login.revocation(
            endpoint,
            match args.revocation_method {
                RevocationMethod::Post => Revocation::Post,
                RevocationMethod::Get => Revocation::Get,
            },
        );
    }
    let params = pairs(&args.param, "--param")?;
    let (shown, sent): (Vec<_>, Vec<_>) =
        params.into_iter().partition(|(name, _)| OF_THE_PAGE.contains(name));
    for (name, value) in shown.into_iter().chain(pairs(&args.authorize_param, "--authorize-param")?) {
        login = login.authorization_param(name, value);
    }
    let mut options = LoginOptions::oauth1(login)
        .scopes(args.scope.as_slice())
        .application(APPLICATION)
        .ports(args.port.iter().copied())
        .timeout(Duration::from_secs(args.login_timeout));
    for (name, value) in sent {
        options = options.param(name, value);
    }
    if let Some(name) = new_name(args.account.as_deref())? {
        options = options.account(name);
    }
    let options = person::invite(options, args.no_browser, out_of_band, settings);
    let store = settings.store_for_new()?;
    let handle = settings.client(&store)?.login(&options);
    let handle = handle.map_err(|error| errors::client(&error, Doing::Login))?;
    report(&handle, &store, settings)?;
    if is_rsa {
        let account = word(label(handle.key()));
        settings.output.say(&format!(
            "the key is not kept: countersign oauth1 sign METHOD URL -a {account} --private-key FILE signs with it"
        ));
    }
    Ok(())
}
