//! A provider in a thread of its own, for demonstrations, tests and command-line tools.

use core::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
};
use std::{net::TcpListener, sync::mpsc, thread::JoinHandle};

use tokio::sync::oneshot;

use crate::{Config, Error, ErrorKind, Service, serve};

/// A running provider. It stops when it is dropped.
pub struct Server {
    address: SocketAddr,
    url: String,
    service: Service,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), Error>>>,
}

impl Server {
    /// The demonstration on this port of 127.0.0.1; 0 for any that is free.
    ///
    /// # Errors
    /// [`ErrorKind::Listen`] when the port is taken, [`ErrorKind::Start`].
    pub fn start_demo(port: u16) -> Result<Self, Error> {
        Self::start_with(port, Config::demo)
    }

    /// A provider on this port of 127.0.0.1 (0 for any that is free), configured once its issuer is known.
    ///
    /// # Errors
    /// [`ErrorKind::Listen`] when the port is taken, [`ErrorKind::Start`], and those of `configure`.
    pub fn start_with(
        port: u16,
        configure: impl FnOnce(String) -> Result<Config, Error>,
    ) -> Result<Self, Error> {
        let listen = |error| Error::io(ErrorKind::Listen, error);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        Self::start(listener, configure(format!("http://{address}"))?)
    }

    /// A provider on a listener of yours, which the issuer of `config` must lead to.
    ///
    /// # Errors
    /// [`ErrorKind::Listen`], [`ErrorKind::Start`], [`ErrorKind::Entropy`].
    pub fn start(listener: TcpListener, config: Config) -> Result<Self, Error> {
        let listen = |error| Error::io(ErrorKind::Listen, error);
        let address = listener.local_addr().map_err(listen)?;
        listener.set_nonblocking(true).map_err(listen)?;
        let url = config.provider.issuer().to_owned();
        let service = Service::new(config)?;
        let (stop, stopped) = oneshot::channel();
        let (ready, is_ready) = mpsc::sync_channel(1);
        let own = service.clone();
        let start = |error| Error::io(ErrorKind::Start, error);
        let thread = std::thread::Builder::new()
            .name("countersign-provider".into())
            .spawn(move || {
                let runtime =
                    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(start)?;
                runtime.block_on(async {
                    let listener = tokio::net::TcpListener::from_std(listener).map_err(start)?;
                    // Nobody hears it when the starter is gone, and then `stopped` ends us.
                    let _ = ready.send(());
                    serve(listener, own, async {
                        // A sender that is gone says the same as one that spoke.
                        let _ = stopped.await;
                    })
                    .await
                })
            })
            .map_err(start)?;
        if is_ready.recv().is_err() {
            let failure = thread.join().ok().and_then(Result::err);
            return Err(failure.unwrap_or(Error::new(ErrorKind::Start)));
        }
        Ok(Self { address, url, service, stop: Some(stop), thread: Some(thread) })
    }

    /// The issuer, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The provider behind it: for counting events and planting faults.
    pub const fn service(&self) -> &Service {
        &self.service
    }

    /// Stops and waits for the end.
    ///
    /// # Errors
    /// [`ErrorKind::Serve`] when it had ended by itself.
    pub fn stop(mut self) -> Result<(), Error> {
        self.end()
    }

    fn end(&mut self) -> Result<(), Error> {
        if let Some(stop) = self.stop.take() {
            // It fails when the server has ended by itself, which the thread tells.
            let _ = stop.send(());
        }
        match self.thread.take().map(JoinHandle::join) {
            None => Ok(()),
            Some(ended) => ended.unwrap_or(Err(Error::new(ErrorKind::Serve))),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // There is nobody left to tell.
        let _ = self.end();
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, url, service: _, stop: _, thread: _ } = self;
        f.debug_struct("Server").field("address", address).field("url", url).finish_non_exhaustive()
    }
}
