use core::time::Duration;

use countersign_token::Timestamp;
use countersign_wire::{
    flow::{Env, Failure, Flow, Input, Step},
    header::date,
    response::{ErrorCode, ErrorResponse},
};
use http::StatusCode;

use super::PendingDevice;
use crate::{
    Error, Redeemed,
    error::Misuse,
    exchange::{Answer, Replay},
    grant::Grant,
};

/// How much slower `slow_down` makes the polling (RFC 8628 §3.5).
const SLOWER: Duration = Duration::from_secs(5);
/// How slow silence and trouble make it at most.
const SLOWEST: Duration = Duration::from_secs(60);

/// A device that asks until its user has answered (RFC 8628 §3.4, §3.5).
///
/// It waits before the first question and between questions, counted from the answer before. `slow_down` makes
/// it slower for good; silence and a server's passing trouble double the pause (RFC 8628 §3.5), because they do
/// not tell whether the user has answered. It ends when the codes do, with [`Error::LoginExpired`], whatever
/// the server says. What an answer means its `error` says, not its status.
#[derive(Debug)]
pub struct DevicePolling {
    grant: Grant,
    interval: Duration,
    expires_at: Timestamp,
    state: State,
    /// What has been waited so far, so that it ends even where the clock stands still.
    waited: Duration,
    patience: Option<Duration>,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Ready,
    Waiting,
    Asking,
    Finished,
}

impl DevicePolling {
    pub(super) fn new(pending: PendingDevice) -> Self {
        let PendingDevice {
            user_code: _,
            verification_uri: _,
            verification_uri_complete: _,
            expires_at,
            interval,
            oddities: _,
            device_code,
            token_endpoint,
            client,
            grant_name,
            scopes,
            resource,
        } = pending;
        let mut grant = Grant::new(&token_endpoint, &client, grant_name.as_str(), scopes, Replay::Never);
        grant.push_secret("device_code", &device_code);
        grant.push_resource(resource.iter().map(AsRef::as_ref));
        Self { grant, interval, expires_at, state: State::Ready, waited: Duration::ZERO, patience: None }
    }

    fn wait(&mut self, pause: Duration) -> Result<Step<Redeemed>, Error> {
        if self.patience.is_some_and(|patience| self.waited >= patience) {
            return Err(Error::LoginExpired);
        }
        self.waited = self.waited.saturating_add(pause);
        self.state = State::Waiting;
        Ok(Step::Wait(pause))
    }

    /// After trouble that tells nothing about the user.
    fn back_off(&mut self, asked: Option<Duration>) -> Result<Step<Redeemed>, Error> {
        self.interval = self.interval.saturating_mul(2).min(SLOWEST.max(self.interval));
        self.wait(asked.map_or(self.interval, |asked| asked.max(Duration::from_secs(1))))
    }

    fn ask(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Redeemed>, Error> {
        self.state = State::Asking;
        match self.grant.exchange(input, env) {
            Ok(Step::Send(request)) => Ok(Step::Send(request)),
            // A signature that is made elsewhere may take its time.
            Ok(Step::Wait(pause)) => Ok(Step::Wait(pause)),
            Ok(Step::Done(answer)) => self.answered(answer, env),
            Err(Error::Network(Failure { transient: true, .. })) => self.back_off(None),
            Err(error) => Err(error),
        }
    }

    fn answered(&mut self, answer: Answer, env: &Env<'_>) -> Result<Step<Redeemed>, Error> {
        let status = answer.response.status();
        let asked = date::retry_after(answer.response.headers(), env.now);
        match self.grant.read(answer) {
            Ok(redeemed) => Ok(Step::Done(redeemed)),
            Err(Error::Refused(refusal)) => self.refused(refusal, asked),
            Err(Error::Protocol(countersign_wire::Error::NotAnAnswer { .. })) if is_passing(status) => {
                self.back_off(asked)
            }
            Err(error) => Err(error),
        }
    }

    fn refused(
        &mut self,
        mut refusal: ErrorResponse,
        asked: Option<Duration>,
    ) -> Result<Step<Redeemed>, Error> {
        match refusal.code.as_str() {
            "authorization_pending" => self.wait(self.interval),
            "slow_down" => {
                let named = refusal.detail("interval").and_then(|seconds| seconds.parse().ok());
                let slower = self.interval.saturating_add(SLOWER);
                self.interval = named.map_or(slower, |named| slower.max(Duration::from_secs(named)));
                self.wait(self.interval)
            }
            // What some servers say for the codes of RFC 8628 §3.5.
            "authorization_declined" | "user_denied" => {
                refusal.code = ErrorCode::AccessDenied;
                Err(Error::Refused(refusal))
            }
            "code_expired" => {
                refusal.code = ErrorCode::ExpiredToken;
                Err(Error::Refused(refusal))
            }
            _ if refusal.is_transient() => self.back_off(asked),
            _ => Err(Error::Refused(refusal)),
        }
    }

    fn advance(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Redeemed>, Error> {
        match (&self.state, input) {
            (State::Ready, Input::Start) => {
                self.patience = Some(self.expires_at.since(env.now));
                if env.now >= self.expires_at {
                    return Err(Error::LoginExpired);
                }
                self.wait(self.interval)
            }
            (State::Waiting, Input::Woken) => {
                if env.now >= self.expires_at {
                    return Err(Error::LoginExpired);
                }
                self.grant.restart();
                self.ask(Input::Start, env)
            }
            (State::Asking, input) => self.ask(input, env),
            _ => Err(Misuse::UnexpectedInput.into()),
        }
    }
}

/// Whether a server is in trouble that passes.
fn is_passing(status: StatusCode) -> bool {
    status.is_server_error()
        || status == StatusCode::REQUEST_TIMEOUT
        || status == StatusCode::TOO_MANY_REQUESTS
}

impl Flow for DevicePolling {
    type Output = Redeemed;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Redeemed>, Error> {
        if self.state == State::Finished {
            return Err(Misuse::Finished.into());
        }
        let step = self.advance(input, env);
        if matches!(step, Err(_) | Ok(Step::Done(_))) {
            self.state = State::Finished;
        }
        step
    }
}
