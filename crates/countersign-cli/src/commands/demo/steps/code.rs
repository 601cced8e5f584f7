use countersign_client::LogoutOptions;
use countersign_flow::{
    AuthorizationRequest, AuthorizationServer, Callback, ClientRegistration, Discovery, Error,
    PendingAuthorization,
};
use countersign_provider::GrantKind;
use countersign_token::{Secret, json::Value};
use countersign_transport::{Host, Sleep, SystemClock, SystemSleep, drive};
use countersign_wire::{
    flow::{Env, Flow, NoEntropy},
    response::ErrorCode,
};
use http::StatusCode;

use crate::{
    commands::demo::tour::{Tour, broken, wrong},
    failure::Failure,
};

/// How many files alice has.
const FILES: usize = 12;

fn entropy(out: &mut [u8]) -> Result<(), NoEntropy> {
    getrandom::fill(out).map_err(|_| NoEntropy)
}

fn run<F: Flow<Error = Error>>(tour: &Tour, flow: F) -> Result<F::Output, Error> {
    drive(flow, &tour.transport, &Host::<dyn Sleep>::new(&SystemClock, &entropy, &SystemSleep))
}

fn server(tour: &Tour) -> Result<AuthorizationServer, Failure> {
    let failed = |error: Error| broken("the metadata document cannot be used", &error);
    let metadata = run(tour, Discovery::new(tour.url()).map_err(failed)?).map_err(failed)?;
    AuthorizationServer::from_metadata(&metadata).map_err(failed)
}

pub(super) fn discovery(tour: &mut Tour) -> Result<String, Failure> {
    let server = server(tour)?;
    Ok(format!("Its metadata document names the token endpoint {}.", server.token_endpoint.as_str()))
}

pub(super) fn login(tour: &mut Tour) -> Result<String, Failure> {
    let alice = tour.client.login(&tour.code_login()).map_err(|error| broken("the login failed", &error))?;
    let record = alice.record().map_err(|error| broken("the credential was not kept", &error))?;
    let response = tour.get(&alice, "/me")?;
    if !response.status().is_success() {
        return Err(wrong(format!("the token was answered with {}", response.status())));
    }
    tour.set_account(alice);
    Ok(format!(
        "State, issuer and code checked, the code redeemed with its verifier; granted: {}.",
        record.credential.scopes
    ))
}

pub(super) fn files(tour: &mut Tour) -> Result<String, Failure> {
    let malformed = || wrong("the file list is not what Drive's would be");
    let (mut names, mut pages, mut path) = (Vec::new(), 0, String::from("/drive/v3/files?pageSize=5"));
    loop {
        let response = tour.get(tour.account()?, &path)?;
        let list = Value::parse(response.body()).map_err(|_| malformed())?;
        let list = list.as_object().ok_or_else(malformed)?;
        for file in list.get("files").and_then(Value::as_array).ok_or_else(malformed)? {
            let name = file.as_object().and_then(|file| file.get("name")?.as_text()).ok_or_else(malformed)?;
            names.push(name.to_owned());
        }
        pages += 1;
        match list.get("nextPageToken").and_then(Value::as_text) {
            Some(next) if pages <= FILES => path = format!("/drive/v3/files?pageSize=5&pageToken={next}"),
            _ => break,
        }
    }
    if names.len() != FILES {
        return Err(wrong(format!("alice has {FILES} files, and {} came", names.len())));
    }
    let last = names.last().map_or("", String::as_str);
    Ok(format!("{} files on {pages} pages, the last one \u{201c}{last}\u{201d}.", names.len()))
}

pub(super) fn refresh(tour: &mut Tour) -> Result<String, Failure> {
    let alice = tour.account()?;
    let failed = |error: countersign_client::Error| broken("the refresh failed", &error);
    let before = alice.record().map_err(failed)?.credential;
    tour.expire(alice.key())?;
    let alice = tour.client.account_by_key(alice.key()).map_err(failed)?;
    let requests = tour.refreshes();
    let token = alice.token(core::time::Duration::ZERO).map_err(failed)?;
    let after = alice.record().map_err(failed)?.credential;
    let (Some(old), Some(new)) = (before.refresh_token(), after.refresh_token()) else {
        return Err(wrong("there is no refresh token"));
    };
    if !token.refreshed || tour.refreshes() != requests + 1 {
        return Err(wrong("an expired token was not refreshed by one request"));
    }
    if old.secret().ct_eq(new.secret()) {
        return Err(wrong("the refresh token was not rotated"));
    }
    Ok("One token request; the new refresh token was on disk before the new access token was used.".into())
}

pub(super) fn replay(tour: &mut Tour) -> Result<String, Failure> {
    let server = server(tour)?;
    let client = ClientRegistration::public("demo-public").with_redirect_uri("http://127.0.0.1:9/callback");
    let env = Env { now: countersign_transport::Clock::now(&SystemClock), entropy: &entropy };
    let failed = |error: Error| broken("the code could not be redeemed", &error);
    let (url, pending) =
        AuthorizationRequest::new(&server, &client).scopes("profile").begin(&env).map_err(failed)?;
    let blob = pending.to_blob();
    let callback = tour.person.visit(&url).map_err(|why| wrong("the person got lost").because(why))?;
    let query = callback.split_once('?').map_or("", |(_, query)| query);
    let redeem = || match PendingAuthorization::from_blob(&blob)?.callback(query)? {
        Callback::Ours(code) => run(tour, code.redeem()).map(Some),
        Callback::NotOurs(_) => Ok(None),
    };
    let first = redeem().map_err(failed)?.ok_or_else(|| wrong("the answer has another state"))?;
    match redeem() {
        Err(Error::Refused(refusal)) if refusal.code == ErrorCode::InvalidGrant => {}
        Ok(_) => return Err(wrong("the code was accepted twice")),
        Err(error) => return Err(broken("the second redemption ended in another way", &error)),
    }
    if is_good(tour, &first.tokens.access.secret)? {
        return Err(wrong("the tokens of a code that was replayed are still good"));
    }
    Ok("Refused with invalid_grant, and the tokens of the first redemption are revoked.".into())
}

pub(super) fn logout(tour: &mut Tour) -> Result<String, Failure> {
    let alice = tour.account()?;
    let failed = |error: countersign_client::Error| broken("the logout failed", &error);
    let token = alice.token(core::time::Duration::ZERO).map_err(failed)?.access.secret;
    if !is_good(tour, &token)? {
        return Err(wrong("the token was dead before the logout"));
    }
    tour.client.logout(alice.key(), LogoutOptions::new()).map_err(failed)?;
    if is_good(tour, &token)? {
        return Err(wrong("the token is still good after the logout"));
    }
    if tour.client.accounts().map_err(failed)?.contains(alice.key()) {
        return Err(wrong("the credential is still stored after the logout"));
    }
    let issued = tour.provider(|provider| {
        let events = provider.events();
        events.tokens_issued(GrantKind::AuthorizationCode) + events.tokens_issued(GrantKind::RefreshToken)
    });
    Ok(format!(
        "The token is answered with 401 and the store no longer has the account; {issued} tokens were issued in all."
    ))
}

/// Whether the API takes the token.
fn is_good(tour: &Tour, token: &Secret) -> Result<bool, Failure> {
    let response = tour.get_with("/me", &format!("Bearer {}", token.expose()))?;
    match response.status() {
        StatusCode::OK => Ok(true),
        StatusCode::UNAUTHORIZED => Ok(false),
        status => Err(wrong(format!("the API answered with {status}"))),
    }
}
