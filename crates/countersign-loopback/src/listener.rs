use core::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{collections::VecDeque, io, net::TcpListener, sync::Arc, thread, time::Instant};

use crate::{Callback, Error, ErrorKind};

mod binding;
mod connection;
mod options;
mod page;
mod request;

pub use options::Options;

use connection::{Connection, Progress};
use page::Page;
use request::{Expected, Head};

/// More than a browser opens, and few enough that a stranger's cost nothing.
const MAX_CONNECTIONS: usize = 16;

/// How long a connection is safe from making room for a new one: long enough to send a request.
const GRACE: Duration = Duration::from_millis(250);

/// How often the sockets are looked at, while there is a connection and while there is none.
const TICK: Duration = Duration::from_millis(5);
const IDLE_TICK: Duration = Duration::from_millis(20);

/// Failures to accept, one after the other, after which waiting on is pointless.
const MAX_FAILURES: u32 = 250;

/// Waits on a loopback address for the browser to come back (RFC 8252 §7.3).
///
/// It listens from [`bind`](Self::bind) on, so that nothing is missed between opening the browser and
/// [`wait`](Self::wait), and stops when it is dropped or `wait` returns.
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    expected: Expected,
    redirect_uri: String,
    application: String,
    cancelled: Arc<AtomicBool>,
}

/// Ends a [`Listener::wait`] from another thread.
#[derive(Clone, Debug)]
pub struct Canceller(Arc<AtomicBool>);

/// What the caller makes of a [`Callback`].
#[non_exhaustive]
pub enum Verdict<T> {
    /// The awaited answer: the person is told to go back to the application, and the wait ends.
    Ours(T),
    /// The awaited answer, and it is a refusal: the person is told so, and the wait ends.
    OursFailed(T),
    /// Somebody else's answer, or nobody's: it is turned away, and the wait goes on.
    NotOurs,
}

impl Listener {
    /// How long a login should be waited for, unless there is a reason to choose otherwise.
    pub const DEADLINE: Duration = Duration::from_secs(300);

    /// Begins to listen: on 127.0.0.1, or on ::1 where the machine has no IPv4 loopback address; on the first
    /// free port of [`Options::ports`], or on one which the system chooses.
    ///
    /// # Errors
    /// [`ErrorKind::Path`], [`ErrorKind::PortsTaken`], [`ErrorKind::NoLoopback`], [`ErrorKind::Listen`].
    /// None of them is a reason to listen more widely: paste-back ([`paste`](crate::paste)) needs no listener.
    pub fn bind(options: &Options) -> Result<Self, Error> {
        let Options { application, path, ports } = options;
        options::check_path(path)?;
        let loopback = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        let socket = binding::bind_first(&loopback, ports)?;
        let broken = |source| Error::io(ErrorKind::Listen, source);
        socket.set_nonblocking(true).map_err(broken)?;
        let address = socket.local_addr().map_err(broken)?;
        Ok(Self {
            socket,
            address,
            expected: Expected::new(address, path),
            redirect_uri: format!("http://{address}{path}"),
            application: application.clone(),
            cancelled: Arc::default(),
        })
    }

    /// The redirect URI for the authorization request and for the token request, to be sent as it is.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Where the listener listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// A handle that ends [`wait`](Self::wait) from another thread, for instance when the answer was pasted.
    pub fn canceller(&self) -> Canceller {
        Canceller(Arc::clone(&self.cancelled))
    }

    /// Waits until `judge` calls a callback ours, and returns what it made of it.
    ///
    /// 1. `judge` sees only a `GET` of exactly the path, with the `Host` of the redirect URI, one at a time.
    ///    A query that repeats a parameter which decides, or that says yes and no at once, is turned away
    ///    without asking. Nobody else is served while `judge` runs, so it only judges.
    /// 2. Exactly one callback wins: the port is closed before its answer is written, and whoever else is
    ///    connected or queued is cut off.
    /// 3. [`Verdict::NotOurs`] and malformed requests never end the wait, and a slow connection does not
    ///    hold up another.
    /// 4. The port is closed on return, whatever the reason.
    ///
    /// `deadline` counts from the call; one too large to be added to the clock is none.
    ///
    /// # Errors
    /// [`ErrorKind::TimedOut`], [`ErrorKind::Cancelled`], [`ErrorKind::Listen`].
    ///
    /// # Security
    /// Any web page can make a browser call a loopback address. `judge` must compare the `state` of *every*
    /// answer, refusals included, in constant time and before it looks at anything else, and must say
    /// `NotOurs` where it is missing or wrong.
    pub fn wait<T>(
        self,
        deadline: Duration,
        mut judge: impl FnMut(&Callback) -> Verdict<T>,
    ) -> Result<T, Error> {
        let end = Instant::now().checked_add(deadline);
        let mut connections = VecDeque::with_capacity(MAX_CONNECTIONS);
        let mut failures = 0;
        loop {
            if self.cancelled.load(Ordering::Acquire) {
                return Err(ErrorKind::Cancelled.into());
            }
            let now = Instant::now();
            if end.is_some_and(|end| now >= end) {
                return Err(ErrorKind::TimedOut.into());
            }
            let mut idle = !self.accept(&mut connections, now, &mut failures)?;
            for _ in 0..connections.len() {
                let Some(mut connection) = connections.pop_front() else {
                    break;
                };
                match connection.poll(now) {
                    Progress::Gone => continue,
                    Progress::None => {}
                    Progress::Some => idle = false,
                    Progress::Head(head) => {
                        idle = false;
                        if let Some((page, value)) = self.answer(&mut connection, head, &mut judge) {
                            // First the port, then those who connected in vain, then the winner's page.
                            drop(self.socket);
                            drop(connections);
                            connection.finish(&page.response(&self.application));
                            return Ok(value);
                        }
                    }
                }
                connections.push_back(connection);
            }
            if idle {
                thread::sleep(if connections.is_empty() { IDLE_TICK } else { TICK });
            }
        }
    }

    /// Takes in who is knocking, and says whether there was anyone.
    fn accept(
        &self,
        connections: &mut VecDeque<Connection>,
        now: Instant,
        failures: &mut u32,
    ) -> Result<bool, Error> {
        for accepted in 0..MAX_CONNECTIONS {
            if connections.len() >= MAX_CONNECTIONS && !make_room(connections, now) {
                return Ok(accepted > 0);
            }
            match self.socket.accept() {
                Ok((stream, _)) => {
                    *failures = 0;
                    connections.extend(Connection::new(stream, now));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    *failures = 0;
                    return Ok(accepted > 0);
                }
                // A visitor who left again, or a moment without file descriptors: not the end of the login.
                Err(_) if *failures < MAX_FAILURES => {
                    *failures += 1;
                    return Ok(accepted > 0);
                }
                Err(error) => return Err(Error::io(ErrorKind::Listen, error)),
            }
        }
        Ok(true)
    }

    /// Answers a request that does not end the wait; for the one that does, what to answer and to return.
    fn answer<T>(
        &self,
        connection: &mut Connection,
        head: Result<Head, request::Refusal>,
        judge: &mut impl FnMut(&Callback) -> Verdict<T>,
    ) -> Option<(Page, T)> {
        let response = match head.and_then(|head| self.expected.callback(&head)) {
            Err(refusal) => refusal.response(),
            Ok(callback) if callback.is_contradictory() => Page::NotOurs.response(&self.application),
            Ok(callback) => match judge(&callback) {
                Verdict::Ours(value) => return Some((Page::Received, value)),
                Verdict::OursFailed(value) => return Some((Page::Failed, value)),
                Verdict::NotOurs => Page::NotOurs.response(&self.application),
            },
        };
        connection.respond(&response);
        None
    }
}

impl Canceller {
    /// Ends the wait, the one going on or the one to come, within about 20 ms.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").field("address", &self.address).finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Verdict<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ours(_) => "Ours(..)",
            Self::OursFailed(_) => "OursFailed(..)",
            Self::NotOurs => "NotOurs",
        })
    }
}

/// Cuts off the oldest connection, unless even that one is still in its grace.
fn make_room(connections: &mut VecDeque<Connection>, now: Instant) -> bool {
    let ages = connections.iter().map(|connection| connection.age(now));
    let oldest = ages.enumerate().max_by_key(|(_, age)| *age);
    match oldest {
        Some((index, age)) if age > GRACE => connections.remove(index).is_some(),
        _ => false,
    }
}
