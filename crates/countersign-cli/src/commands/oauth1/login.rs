use core::time::Duration;

use countersign_client::{LoginOptions, OAuth1Login};
use countersign_flow::oauth1::{CallbackConfirmed as Confirmed, Endpoints};
use countersign_oauth1::Algorithm;
use countersign_token::ClientCredentials;

use super::pairs;
use crate::{
    args::oauth1::{CallbackConfirmed, Oauth1LoginArgs},
    commands::{
        account::new_name,
        errors::{self, Doing},
        login::{APPLICATION, report},
    },
    failure::Failure,
    person,
    settings::Settings,
};

/// Signs a person in by the three legs, and keeps what comes of it.
pub(crate) fn run(args: &Oauth1LoginArgs, settings: &Settings) -> Result<(), Failure> {
    let endpoints = Endpoints::new(&args.temporary_credentials_url, &args.authorize_url, &args.token_url)
        .map_err(|error| errors::client(&error.into(), Doing::Login))?;
    let secret = settings.secret("consumer_secret", &args.consumer_secret)?;
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
    let mut login = OAuth1Login::new(endpoints, ClientCredentials::new(args.consumer_key.as_str(), secret))
        .signature_method(Algorithm::from(args.signature_method))
        .callback_confirmed(match args.callback_confirmed {
            CallbackConfirmed::Strict => Confirmed::Strict,
            CallbackConfirmed::TrueIsh => Confirmed::TrueIsh,
            CallbackConfirmed::Absent => Confirmed::Absent,
        });
    if out_of_band {
        login = login.out_of_band();
    }
    let mut options = LoginOptions::oauth1(login)
        .scopes(args.scope.as_slice())
        .application(APPLICATION)
        .ports(args.port.iter().copied())
        .timeout(Duration::from_secs(args.login_timeout));
    for (name, value) in pairs(&args.param)? {
        options = options.param(name, value);
    }
    if let Some(name) = new_name(args.account.as_deref())? {
        options = options.account(name);
    }
    let options = person::invite(options, args.no_browser, out_of_band, settings);
    let store = settings.store()?;
    settings.announce(&store);
    let handle = settings.client(&store)?.login(&options);
    report(&handle.map_err(|error| errors::client(&error, Doing::Login))?, &store, settings)
}
