use core::time::Duration;

use countersign_client::{Token, blocking::Handle};
use countersign_token::{Expiry, Grant, json::Value};
use countersign_transport::{Clock, SystemClock};

use crate::{
    args::token::{Format, TokenArgs},
    commands::{
        account::{choose, label},
        errors::{self, Doing},
    },
    failure::Failure,
    output::text_or_null,
    settings::Settings,
    show,
};

/// Prints an access token and nothing else; asks nobody.
pub(crate) fn run(args: &TokenArgs, settings: &Settings) -> Result<(), Failure> {
    let store = settings.store_unasked()?;
    let handle = choose(args.account.as_deref(), &settings.client(&store)?, &store, settings)?;
    let account = label(handle.key()).to_owned();
    let token = obtain(&handle, args)?;
    let access = &token.access;
    if let Some(left) = access.expires.remaining(SystemClock.now()).filter(|left| *left < args.min_ttl) {
        settings.warn(&format!("the token is good for {} s, and no longer one is to be had", left.as_secs()));
    }
    let (kind, secret) = (access.token_type.as_str(), access.secret.expose());
    match args.format {
        Format::Json => {}
        _ if settings.output.json => {}
        Format::Bare => return settings.output.line(secret),
        Format::Header => return settings.output.line(&format!("Authorization: {kind} {secret}")),
    }
    let expires_at = match access.expires {
        Expiry::At(time) => Some(time.to_string()),
        Expiry::Unknown | Expiry::Never => None,
    };
    settings.output.document([
        ("access_token", Value::Text(access.secret.clone())),
        ("token_type", Value::text(kind)),
        ("expires_at", text_or_null(expires_at)),
        ("scopes", Value::Array(access.scopes.iter().map(Value::text).collect())),
        ("account", Value::text(account)),
        ("refreshed", Value::Bool(token.refreshed)),
    ])
}

fn obtain(handle: &Handle, args: &TokenArgs) -> Result<Token, Failure> {
    let account = label(handle.key());
    let failed = |error| errors::client(&error, Doing::Using(handle.key()));
    let credential = handle.record().map_err(failed)?.credential;
    if matches!(credential.grant, Grant::OAuth1 { .. }) {
        return Err(Failure::usage(format!(
            "{account} is an OAuth 1.0a account, which has no access token to print"
        ))
        .because("each of its requests is signed on its own")
        .then(format!("countersign oauth1 sign METHOD URL -a {account}, to print a signature"))
        .then(format!("countersign request METHOD URL -a {account}, to send a signed request")));
    }
    match show::newest(&credential).filter(|_| args.force_refresh) {
        Some(current) => handle.token_other_than(&current.secret),
        None => handle.token(if args.force_refresh { Duration::ZERO } else { args.min_ttl }),
    }
    .map_err(failed)
}
