use core::time::Duration;

use countersign_client::{LoginOptions, blocking::Handle};
use countersign_flow::{AuthorizationServer, ClientRegistration};
use countersign_token::json::Value;

use crate::{
    args::login::LoginArgs,
    commands::{
        account::{label, new_name},
        errors::{self, Doing},
    },
    exit::Exit,
    failure::Failure,
    person,
    settings::Settings,
    show,
    storage::OpenStore,
};

/// The name that the page at the end of a login shows.
pub(crate) const APPLICATION: &str = "countersign";

/// Signs a person in, and keeps what comes of it.
pub(crate) fn run(args: &LoginArgs, settings: &Settings) -> Result<(), Failure> {
    let mut options = options(args, settings)?
        .scopes(args.scope.as_slice())
        .application(APPLICATION)
        .ports(args.port.iter().copied())
        .timeout(Duration::from_secs(args.login_timeout));
    if let Some(name) = new_name(args.account.as_deref())? {
        options = options.account(name);
    }
    let options = person::invite(options, args.no_browser, false, settings);
    let store = settings.store_for_new()?;
    let handle = settings.client(&store)?.login(&options);
    report(&handle.map_err(|error| errors::client(&error, Doing::Login))?, &store, settings)
}

/// The server and the client, by file, by endpoints or by issuer.
fn options(args: &LoginArgs, settings: &Settings) -> Result<LoginOptions, Failure> {
    let failed = |error: countersign_flow::Error| errors::client(&error.into(), Doing::Login);
    if let Some(path) = &args.client_file {
        return LoginOptions::from_client_secrets(path).map_err(|error| errors::client(&error, Doing::Login));
    }
    let place = match (&args.issuer, &args.authorization_endpoint) {
        (Some(issuer), _) if !issuer.contains("://") => {
            return Err(Failure::new(Exit::NoAccount, format!("there is no profile {issuer:?}"))
                .because("this version knows servers by their issuer, which is a URL")
                .then(format!("countersign login https://{issuer} ..., if that is the server's issuer")));
        }
        (Some(place), _) | (None, Some(place)) => place,
        (None, None) => {
            return Err(Failure::usage("a login needs a server")
                .then("countersign login ISSUER --client-id ID")
                .then(
                    "countersign login --authorization-endpoint URL --token-endpoint URL --client-id ID, \
                 for a server without metadata",
                ));
        }
    };
    let Some(id) = &args.client_id else {
        return Err(no_client(place));
    };
    let client = match &args.client_secret {
        Some(secret) => {
            ClientRegistration::confidential(id.as_str(), settings.secret("client_secret", secret)?)
        }
        None => ClientRegistration::public(id.as_str()),
    };
    let (Some(authorization), Some(token)) = (&args.authorization_endpoint, &args.token_endpoint) else {
        let issuer = args.issuer.clone().unwrap_or_default();
        return Ok(LoginOptions::new(issuer, client));
    };
    let issuer = args.issuer.as_deref().unwrap_or(origin(token));
    let mut server = AuthorizationServer::new(issuer, token)
        .and_then(|server| server.with_authorization_endpoint(authorization))
        .map_err(failed)?;
    if let Some(endpoint) = &args.revocation_endpoint {
        server = server.with_revocation_endpoint(endpoint).map_err(failed)?;
    }
    Ok(LoginOptions::new(server, client))
}

fn no_client(place: &str) -> Failure {
    Failure::new(Exit::NoAccount, format!("a login at {place} needs a client"))
        .because("a server knows each application by an identifier that it was registered under")
        .then(
            "register a desktop or native application in the server's developer console, \
             with the redirect URI http://127.0.0.1/callback (any port)",
        )
        .then("give its identifier with --client-id ID, and its secret, if it has one, with --client-secret @FILE")
        .then("or give the file that the console offers for download with --client-file client_secret.json")
}

/// Says which account was kept.
pub(crate) fn report(handle: &Handle, store: &OpenStore, settings: &Settings) -> Result<(), Failure> {
    let key = handle.key().clone();
    let account = label(&key).to_owned();
    settings.output.say(&format!("kept as {account:?}, of {}, in {}", key.issuer, store.place));
    if !settings.output.json {
        return Ok(());
    }
    let record = handle.record().map_err(|error| errors::client(&error, Doing::Using(&key)))?;
    let mut members = show::Entry { key, record: Ok(record) }.members();
    members.push(("store", Value::text(store.place.as_str())));
    settings.output.document(members)
}

/// Scheme, host and port of an address.
fn origin(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |at| at.saturating_add(3));
    let path = url.get(authority..).and_then(|rest| rest.find(['/', '?', '#']));
    path.and_then(|path| url.get(..authority.saturating_add(path))).unwrap_or(url)
}
