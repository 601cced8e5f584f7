use core::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{
    io::{self, BufRead, BufReader, Read},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
};

use super::behaviour;

/// A server on a loopback port whose every path misbehaves in its own way; it ends when dropped.
///
/// The paths are those of the suite: `/ok`, `/status/<code>`, `/redirect/<code>`, `/echo`, `/gzip`,
/// `/body/<bytes>`, `/declared`, `/endless`, `/headers`, `/drip`, `/slow`, `/truncated`, `/close`, `/reset`
/// and `/garbage`. It keeps the paths it was asked for, and how many connections it accepted.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

#[derive(Default)]
pub(super) struct Shared {
    stopped: AtomicBool,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    connections: usize,
    paths: Vec<String>,
}

impl Shared {
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Server {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// The port cannot be bound.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let acceptor = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || accept(&listener, &shared))
        };
        Ok(Self { address, shared, acceptor: Some(acceptor) })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// How many connections it accepted.
    pub fn connections(&self) -> usize {
        self.shared.seen().connections
    }

    /// How many requests came for a path.
    pub fn requests(&self, path: &str) -> usize {
        self.shared.seen().paths.iter().filter(|seen| *seen == path).count()
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The paths stay out: whoever calls may have put a query behind them.
        f.debug_struct("Server")
            .field("address", &self.address)
            .field("connections", &self.connections())
            .finish_non_exhaustive()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        // The acceptor waits for a connection, so it gets one.
        if TcpStream::connect_timeout(&self.address, Duration::from_secs(1)).is_ok()
            && let Some(acceptor) = self.acceptor.take()
        {
            let _ = acceptor.join();
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.is_stopped() {
            return;
        }
        let Ok(stream) = stream else { continue };
        shared.seen().connections += 1;
        let shared = Arc::clone(shared);
        thread::spawn(move || converse(stream, &shared));
    }
}

/// Answers the requests of one connection until one of them ends it.
fn converse(stream: TcpStream, shared: &Shared) {
    // A connection kept open for another request must not outlive the test by much.
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let _ = stream.set_nodelay(true);
    let mut reader = BufReader::new(&stream);
    while let Ok(Some(head)) = Head::read(&mut reader) {
        shared.seen().paths.push(head.path.clone());
        if behaviour::answer(&head, &mut reader, &stream, shared).is_err() {
            return;
        }
    }
}

/// The head of a request; its body is still unread.
pub(super) struct Head {
    pub(super) path: String,
    pub(super) text: String,
    pub(super) length: u64,
}

impl Head {
    fn read(reader: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut text = String::new();
        let mut length = 0;
        loop {
            let start = text.len();
            // A head of more than 64 KiB is not one of ours.
            if reader.by_ref().take(64 * 1024).read_line(&mut text)? == 0 {
                return Ok(None);
            }
            let line = text.get(start..).unwrap_or_default().trim_end();
            if line.is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
        Ok(Some(Self { path, text, length }))
    }

    /// Reads the body that belongs to the head.
    pub(super) fn body(&self, reader: &mut impl Read) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        reader.take(self.length.min(1024 * 1024)).read_to_end(&mut body)?;
        Ok(body)
    }
}
