//! What the options and the environment add up to: transport, store, colour.

use core::time::Duration;
use std::{env, fs, path::PathBuf};

use countersign_client::blocking::Client;
use countersign_store::{MemoryStore, Store};
use countersign_store_file::FileStore;
use countersign_transport::Limits;
use countersign_transport_ureq::Ureq;

use crate::{
    args::{Global, When},
    exit::Exit,
    failure::Failure,
    output::{Output, tell},
    trace::Traced,
};

/// The options of every command, and what is made of them.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) global: Global,
    pub(crate) output: Output,
}

/// A store, and the words for it.
pub(crate) struct OpenStore {
    pub(crate) store: Box<dyn Store>,
    pub(crate) place: String,
    /// Whether somebody chose it, or it is the default.
    pub(crate) chosen: bool,
}

impl Settings {
    pub(crate) fn new(global: Global) -> Self {
        let output = Output { json: global.json, quiet: global.quiet, verbose: global.verbose };
        Self { global, output }
    }

    /// The paved path over the store and the transport that the options name.
    pub(crate) fn client(&self) -> Result<(Client, OpenStorePlace), Failure> {
        let OpenStore { store, place, chosen } = self.store()?;
        Ok((Client::new(self.transport()?, store), OpenStorePlace { place, chosen }))
    }

    pub(crate) fn transport(&self) -> Result<Traced<Ureq>, Failure> {
        let mut limits = Limits::default();
        if let Some(seconds) = self.global.timeout {
            let total = Duration::from_secs(seconds);
            limits = limits.with_total(total).with_connect(total.min(Duration::from_secs(10)));
        }
        let failed = |error: &dyn core::error::Error| {
            Failure::new(Exit::NoAccount, "the connection settings cannot be used").because_of(error)
        };
        let mut ureq = Ureq::new(limits).map_err(|error| failed(&error))?;
        if let Some(path) = &self.global.ca_file {
            let pem = fs::read(path).map_err(|error| {
                Failure::new(Exit::NoAccount, format!("{} could not be read", path.display())).because(error)
            })?;
            ureq = ureq.with_root_certificates_pem(&pem).map_err(|error| failed(&error))?;
        }
        if let Some(proxy) = &self.global.proxy {
            ureq = ureq.with_proxy(proxy).map_err(|error| failed(&error))?;
        }
        Traced::new(ureq, self.global.trace.as_deref()).map_err(|error| {
            Failure::new(Exit::NoAccount, "the trace file could not be created").because(error)
        })
    }

    pub(crate) fn store(&self) -> Result<OpenStore, Failure> {
        match self.global.store.as_deref() {
            None => {
                let directory = home()?.join("store");
                open_file(directory, false)
            }
            Some("memory:") => {
                tell("warning: --store memory: keeps nothing beyond this run");
                Ok(OpenStore { store: Box::new(MemoryStore::new()), place: "memory:".into(), chosen: true })
            }
            Some(url) => match url.strip_prefix("file:") {
                Some(path) if !path.is_empty() => open_file(path.into(), true),
                _ => Err(Failure::usage(format!("--store {url} names no store known here"))
                    .then("use --store file:PATH, or --store memory: for this run only")),
            },
        }
    }

    /// Whether standard error gets colour.
    pub(crate) fn colour(&self) -> bool {
        use std::io::IsTerminal;
        let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        match self.global.color {
            When::Always => true,
            When::Never => false,
            When::Auto if set("NO_COLOR") || self.global.no_input => false,
            When::Auto if set("CLICOLOR_FORCE") => true,
            When::Auto => std::io::stderr().is_terminal(),
        }
    }
}

/// The words for the store behind a client.
#[derive(Debug)]
pub(crate) struct OpenStorePlace {
    pub(crate) place: String,
    pub(crate) chosen: bool,
}

fn open_file(path: PathBuf, chosen: bool) -> Result<OpenStore, Failure> {
    let store = FileStore::open(&path)
        .map_err(|error| commands_error(&error).then("name another place with --store file:PATH"))?;
    Ok(OpenStore { store: Box::new(store), place: format!("file:{}", path.display()), chosen })
}

fn commands_error(error: &countersign_store::Error) -> Failure {
    Failure::new(Exit::StoreUnavailable, "the store could not be opened").because_of(error)
}

/// Where this user's own files are kept (XDG on Linux), or `COUNTERSIGN_HOME`.
pub(crate) fn home() -> Result<PathBuf, Failure> {
    let path = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(home) = path("COUNTERSIGN_HOME") {
        return Ok(home);
    }
    let base = if cfg!(windows) {
        path("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        path("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        // A relative XDG path is to be ignored, as the specification of base directories says.
        path("XDG_DATA_HOME")
            .filter(|path| path.is_absolute())
            .or_else(|| path("HOME").map(|home| home.join(".local/share")))
    };
    base.map(|base| base.join("countersign")).ok_or_else(|| {
        Failure::new(Exit::NoAccount, "there is no home directory").then("set COUNTERSIGN_HOME, or use --store file:PATH")
    })
}
