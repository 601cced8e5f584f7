//! A provider behind a transport that is a function, and a clock that moves when it is told to.

use std::sync::{Arc, Mutex};

use countersign_provider::{
    Answer, Authorization, Config, GrantKind, Identity, Memory, Provider, RedirectRule, RegisteredClient,
    User, state::Consumer,
};
use countersign_token::{Scopes, Timestamp};
use countersign_transport::{
    AsyncSleep, AsyncTransport, BoxFuture, Error, Host, Ready, Transport, VirtualTime, drive, drive_async,
};
use countersign_wire::flow::{Env, Flow};
use http::{Request, Response};
use testkit::entropy::Counting;

pub(crate) const ISSUER: &str = "http://127.0.0.1:4000";
pub(crate) const REDIRECT: &str = "http://127.0.0.1:5000/callback";

/// The provider, what was sent to it, and the time.
#[derive(Clone)]
pub(crate) struct World {
    inside: Arc<Inside>,
}

struct Inside {
    provider: Mutex<Provider>,
    log: Mutex<Vec<String>>,
    time: VirtualTime,
    server_entropy: Counting,
    client_entropy: Counting,
}

impl World {
    pub(crate) fn new() -> Self {
        let mut memory = Memory::new(1000);
        memory.add_user(User::new("1", "alice").administrator());
        memory.add_client(RegisteredClient::public("app", "An app", [RedirectRule::AnyLoopback]));
        memory.add_client(RegisteredClient::confidential(
            "web",
            "A site",
            "web-secret",
            [RedirectRule::AnyLoopback],
        ));
        memory.add_consumer(Consumer::new(
            "consumer",
            "A printer",
            "consumer-secret",
            [RedirectRule::AnyLoopback],
        ));
        let scopes = [("files.read", "See your files"), ("profile", "See who you are")];
        let config = Config::new(ISSUER).unwrap().with_scopes(scopes);
        Self {
            inside: Arc::new(Inside {
                provider: Mutex::new(Provider::new(config, memory.into())),
                log: Mutex::default(),
                time: VirtualTime::starting(Timestamp::from_unix(1_800_000_000)),
                server_entropy: Counting::new(1),
                client_entropy: Counting::new(2),
            }),
        }
    }

    pub(crate) fn time(&self) -> &VirtualTime {
        &self.inside.time
    }

    pub(crate) fn log(&self) -> Vec<String> {
        self.inside.log.lock().unwrap().clone()
    }

    /// The client's surroundings.
    pub(crate) fn env(&self) -> Env<'_> {
        Env { now: self.now(), entropy: &self.inside.client_entropy }
    }

    pub(crate) fn now(&self) -> Timestamp {
        use countersign_transport::Clock;
        self.inside.time.now()
    }

    pub(crate) fn with_provider<T>(&self, act: impl FnOnce(&mut Provider, &Env<'_>) -> T) -> T {
        let env = Env { now: self.now(), entropy: &self.inside.server_entropy };
        act(&mut self.inside.provider.lock().unwrap(), &env)
    }

    /// The person at the browser: opens the address and approves or not; the query that comes back.
    pub(crate) fn person(&self, url: &str, approves: bool) -> String {
        let answer = self.with_provider(|provider, env| {
            let (path, query) = url.strip_prefix(ISSUER).unwrap().split_once('?').unwrap();
            let asked = match path {
                "/authorize" => provider.authorize(query, env),
                "/oauth1/authorize" => provider.authorize_temporary(query, env),
                other => panic!("{other}"),
            };
            let request = match asked {
                Authorization::Ask(request) => request,
                Authorization::Answer(answer) => return answer,
            };
            let user = User::new("1", "alice");
            if approves { provider.approve(request, &user, env) } else { provider.deny(request, env) }
        });
        let location =
            answer.response().expect("a redirect").headers()["location"].to_str().unwrap().to_owned();
        location.split_once('?').unwrap().1.to_owned()
    }

    /// Carries a flow to its end under the blocking driver.
    pub(crate) fn drive<F: Flow>(&self, flow: F) -> Result<F::Output, F::Error> {
        drive(flow, self, &Host::new(&self.inside.time, &self.inside.client_entropy, &self.inside.time))
    }

    /// Carries a flow to its end under the async driver.
    pub(crate) fn drive_async<F: Flow>(&self, flow: F) -> Result<F::Output, F::Error> {
        let transport = Ready(self.clone());
        let host =
            Host::<dyn AsyncSleep>::new(&self.inside.time, &self.inside.client_entropy, &self.inside.time);
        let mut future = std::pin::pin!(drive_async(flow, &transport, &host));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match future.as_mut().poll(&mut context) {
            std::task::Poll::Ready(output) => output,
            std::task::Poll::Pending => panic!("everything is ready at once"),
        }
    }

    /// Whether the sample resource opens to a request.
    pub(crate) fn check(&self, request: Request<Vec<u8>>) -> Result<Identity, countersign_provider::Error> {
        let (head, body) = request.into_parts();
        self.with_provider(|provider, env| {
            provider.check(&head, Some(&body), &Scopes::from("files.read"), env)
        })
    }

    pub(crate) fn token_requests(&self, grant: GrantKind) -> u64 {
        self.with_provider(|provider, _| provider.events().token_requests(grant))
    }
}

impl Transport for World {
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
        let uri = request.uri().to_string();
        let path = uri.strip_prefix(ISSUER).unwrap();
        // Secrets are random, so that two runs alike differ in nothing but them; the log keeps the rest.
        self.inside.log.lock().unwrap().push(format!(
            "{} {path} {}",
            request.method(),
            names(request.body())
        ));
        let answer: Answer = self.with_provider(|provider, env| match path {
            "/.well-known/oauth-authorization-server" => provider.metadata(env),
            "/token" => provider.token(&request, env),
            "/revoke" => provider.revoke(&request, env),
            "/oauth1/temporary-credentials" => provider.temporary_credentials(&request, env),
            "/oauth1/token" => provider.token_credentials(&request, env),
            "/oauth1/revoke" => provider.revoke_signed(&request, env),
            other => panic!("{other}"),
        });
        Ok(answer.response().expect("not a page").clone())
    }
}

fn names(body: &[u8]) -> String {
    let form = countersign_wire::form::parse(std::str::from_utf8(body).unwrap()).unwrap();
    form.iter().map(|(name, _)| name).collect::<Vec<_>>().join(" ")
}

// So that a mistake in the bounds shows here and not in a downstream crate.
const _: fn() = || {
    fn is_async<T: AsyncTransport>() {}
    is_async::<Ready<World>>();
    let _: Option<BoxFuture<'static, ()>> = None;
};
