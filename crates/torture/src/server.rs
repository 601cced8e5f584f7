//! A token endpoint on this machine that rotates refresh tokens and revokes a grant whose token comes twice.

use core::{
    net::{Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use countersign_token::{AccessToken, Client, Credential, Expiry, RefreshToken, Secret, Timestamp, TokenSet};
use countersign_wire::form;

use crate::Result;

/// Until it stops, when it is dropped.
pub(crate) struct TokenServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    delay: Duration,
    stopped: AtomicBool,
    ledger: Mutex<Ledger>,
    came: Condvar,
}

/// What it has seen of one grant.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    /// The number of the refresh token that is good.
    pub(crate) current: u64,
    /// The numbers of the tokens that were presented, in order.
    pub(crate) spent: Vec<u64>,
    /// What for, in the same order.
    pub(crate) resources: Vec<String>,
    /// How often a token came that was spent already; the grant is revoked then.
    pub(crate) reused: u64,
}

impl TokenServer {
    /// A server that answers each request after `delay`; what a request does is done before.
    pub(crate) fn start(delay: Duration) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let shared = Arc::new(Shared {
            delay,
            stopped: AtomicBool::new(false),
            ledger: Mutex::default(),
            came: Condvar::new(),
        });
        let server = Self { address: listener.local_addr()?, shared: Arc::clone(&shared) };
        thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.stopped.load(Ordering::Relaxed) {
                    return;
                }
                let shared = Arc::clone(&shared);
                // A client that was killed cannot be answered, which is its own affair.
                thread::spawn(move || stream.map(|stream| shared.answer(&stream)));
            }
        });
        Ok(server)
    }

    /// Begins a new grant, and answers its credential, whose access token is over.
    pub(crate) fn grant(&self) -> Credential {
        *self.shared.ledger() = Ledger::default();
        let over = AccessToken::bearer(Secret::new("access-before"), Timestamp::from_unix(1_600_000_000))
            .with_expiry(Expiry::At(Timestamp::from_unix(1_600_003_600)));
        let mut tokens = TokenSet::new(over);
        tokens.refresh = Some(RefreshToken::new("refresh-0"));
        let mut client = Client::new("torture");
        client.token_endpoint = Some(format!("http://{}/token", self.address));
        Credential::oauth2(client, tokens)
    }

    pub(crate) fn ledger(&self) -> Ledger {
        self.shared.ledger().clone()
    }

    /// Waits until a request has come, and the refresh token has been rotated for it.
    pub(crate) fn wait_for_request(&self) -> Result {
        let ledger = self.shared.ledger();
        let waited = self
            .shared
            .came
            .wait_timeout_while(ledger, Duration::from_secs(30), |ledger| ledger.spent.is_empty());
        let (ledger, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        drop(ledger);
        if timeout.timed_out() { Err("no request came".into()) } else { Ok(()) }
    }
}

impl Drop for TokenServer {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        let _woken = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, stream: &TcpStream) -> Result {
        let body = read(stream)?;
        let parameters = form::parse(&body).map_err(|error| error.to_string())?;
        let token = parameters.first("refresh_token").unwrap_or_default();
        let resource = parameters.first("resource").unwrap_or_default();
        let next = self.ledger().spend(token, resource);
        self.came.notify_all();
        thread::sleep(self.delay);
        let (status, body) = match next {
            Some(number) => (
                "200 OK",
                format!(
                    r#"{{"access_token":"access-{number}-{resource}","token_type":"Bearer","expires_in":3600,"refresh_token":"refresh-{number}"}}"#
                ),
            ),
            None => ("400 Bad Request", String::from(r#"{"error":"invalid_grant"}"#)),
        };
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        let mut stream = stream;
        Ok(stream.write_all((head + &body).as_bytes())?)
    }
}

impl Ledger {
    /// The number of the token that takes the place of this one; `None` when it is worth nothing.
    fn spend(&mut self, token: &str, resource: &str) -> Option<u64> {
        let number = token.strip_prefix("refresh-")?.parse().ok()?;
        let is_good = number == self.current && self.reused == 0;
        self.reused += u64::from(self.spent.contains(&number));
        self.spent.push(number);
        self.resources.push(resource.to_owned());
        if is_good {
            self.current += 1;
        }
        is_good.then_some(self.current)
    }
}

/// The body of one request.
fn read(stream: &TcpStream) -> Result<String> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
    }
    let mut body = String::new();
    reader.take(length).read_to_string(&mut body)?;
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::Ledger;

    #[test]
    fn a_token_that_comes_twice_ends_the_grant() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.spend("refresh-0", "a"), Some(1));
        assert_eq!(ledger.spend("refresh-1", "b"), Some(2));
        assert_eq!((ledger.reused, ledger.current), (0, 2));
        assert_eq!(ledger.spend("refresh-1", "b"), None);
        assert_eq!(ledger.spend("refresh-2", "b"), None);
        assert_eq!(ledger.reused, 1);
        assert_eq!(ledger.spent, [0, 1, 1, 2]);
    }
}
