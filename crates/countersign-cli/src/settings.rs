//! What the options and the environment add up to: transport, store, colour.

use core::{
    cell::{Cell, RefCell},
    time::Duration,
};
use std::{
    env, fs,
    io::{self, IsTerminal},
    path::{Path, PathBuf},
    sync::Arc,
};

use countersign_client::blocking::Client;
use countersign_store::{MemoryStore, Store};
use countersign_store_file::FileStore;
use countersign_store_sqlite::SqliteStore;
use countersign_token::Secret;
use countersign_transport::Limits;
use countersign_transport_ureq::Ureq;

use crate::{
    args::{Global, Origins, When},
    commands::errors,
    exit::Exit,
    failure::Failure,
    output::Output,
    paint::Paint,
    proxy::{Exempt, Routed},
    secret_arg::{self, Exposure},
    trace::Traced,
};

/// The largest answer of a protected resource that is taken, in bytes: it is held in memory.
const LARGEST_RESOURCE: usize = 256 * 1024 * 1024;

/// The options of every command, and what is made of them.
pub(crate) struct Settings {
    pub(crate) global: Global,
    pub(crate) output: Output,
    pub(crate) origins: Origins,
    /// Whether it was said how the default store keeps what comes into it.
    announced: Cell<bool>,
    /// Whether it was said that a secret is visible.
    warned: Cell<bool>,
    /// The environment variables in which secrets may have come.
    variables: RefCell<Vec<String>>,
}

/// A store, and the words for it.
#[derive(Clone)]
pub(crate) struct OpenStore {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) place: String,
    /// The directory of a store of files that nobody chose.
    default: Option<PathBuf>,
}

impl Settings {
    pub(crate) fn new(global: Global, origins: Origins) -> Self {
        let output = Output { json: global.json, quiet: global.quiet, verbose: global.verbose };
        Self {
            global,
            output,
            origins,
            announced: Cell::new(false),
            warned: Cell::new(false),
            variables: RefCell::default(),
        }
    }

    /// The paved path over the store and the transport that the options name.
    pub(crate) fn client(&self, store: &OpenStore) -> Result<Client, Failure> {
        self.client_within(store, Limits::default())
    }

    /// The same, for answers of any reasonable size.
    pub(crate) fn resource_client(&self, store: &OpenStore) -> Result<Client, Failure> {
        self.client_within(store, Limits::default().with_response_bytes(LARGEST_RESOURCE))
    }

    /// The same, of a store that is not the one of the settings.
    pub(crate) fn client_of(&self, store: impl Store + 'static) -> Result<Client, Failure> {
        Ok(Client::new(self.transport(Limits::default())?, store))
    }

    fn client_within(&self, store: &OpenStore, limits: Limits) -> Result<Client, Failure> {
        let mut limits = limits;
        if let Some(seconds) = self.global.timeout {
            let total = Duration::from_secs(seconds);
            limits = limits.with_total(total).with_connect(total.min(limits.connect));
        }
        let client = Client::new(self.transport(limits)?, Arc::clone(&store.store));
        // Whoever holds the lease for a request ends before those who wait for it give up.
        Ok(client.with_lease_wait(limits.total.saturating_add(Duration::from_secs(15))))
    }

    pub(crate) fn transport(&self, limits: Limits) -> Result<Traced<Routed<Ureq>>, Failure> {
        let failed = |what: &str, error: &dyn core::error::Error| {
            Failure::new(Exit::NoAccount, format!("{what} cannot be used")).because_of(error)
        };
        let unproxied = |name: &str, error: &dyn core::error::Error| {
            failed(name, error).then("write it as http://HOST:PORT, or leave it out")
        };
        let uncertified = |what: &str, error: &dyn core::error::Error| {
            failed(what, error).then("give a PEM file with certificates, or leave --ca-file out")
        };
        let mut direct =
            Ureq::new(limits).map_err(|error| failed("--timeout", &error).then("give it some seconds"))?;
        if let Some(path) = &self.global.ca_file {
            let what = format!("the certificates in {}", path.display());
            let pem = fs::read(path).map_err(|error| uncertified(&what, &error))?;
            direct = direct.with_root_certificates_pem(&pem).map_err(|error| uncertified(&what, &error))?;
        }
        let proxied = match self.proxy() {
            None => None,
            Some((name, url)) => {
                let proxied = direct.clone().with_proxy(&url).map_err(|error| unproxied(name, &error))?;
                Some((proxied, Exempt::parse(&first_variable(["NO_PROXY", "no_proxy"]).unwrap_or_default())))
            }
        };
        // A variable that switches on names no file.
        let is_switch = |target: &&str| {
            self.origins.of("trace") == "environment" && ["1", "true", "yes", "on"].contains(target)
        };
        let trace = self.global.trace.as_deref();
        let trace =
            trace
                .map(|target| if is_switch(&target) { "-" } else { target })
                .or((self.global.verbose > 1).then_some("-"));
        Traced::new(Routed { direct, proxied }, trace).map_err(|error| {
            Failure::new(Exit::NoAccount, "the trace file cannot be written")
                .because(error)
                .then("name another, or --trace for standard error")
        })
    }

    /// The proxy, and who named it.
    ///
    /// `HTTP_PROXY` is never looked at: clear text does not leave this machine, and in a CGI program it is
    /// what a stranger's `Proxy:` header becomes.
    pub(crate) fn proxy(&self) -> Option<(&'static str, String)> {
        if let Some(url) = &self.global.proxy {
            return Some(("--proxy", url.clone()));
        }
        let url = first_variable(["HTTPS_PROXY", "https_proxy"])?;
        Some(("HTTPS_PROXY", if url.contains("://") { url } else { format!("http://{url}") }))
    }

    pub(crate) fn store(&self) -> Result<OpenStore, Failure> {
        let url = self.global.store.as_deref();
        if url == Some("memory:") {
            self.warn("--store memory: keeps nothing beyond this run");
            return Ok(OpenStore {
                store: Arc::new(MemoryStore::new()),
                place: "memory:".into(),
                default: None,
            });
        }
        let opened = |error: countersign_store::Error| errors::store(&error);
        let store = match url.map(|url| (url, url.split_once(':'))) {
            None => {
                let store = FileStore::open(home()?.join("store")).map_err(opened)?;
                let directory = store.directory().to_owned();
                let default = self.global.store_encryption.is_none().then(|| directory.clone());
                OpenStore { place: format!("file:{}", directory.display()), store: Arc::new(store), default }
            }
            Some((_, Some(("file", path)))) if !path.is_empty() => {
                let store = FileStore::open(path).map_err(opened)?;
                let place = format!("file:{}", store.directory().display());
                OpenStore { place, store: Arc::new(store), default: None }
            }
            Some((_, Some(("sqlite", path)))) if !path.is_empty() => {
                let store = SqliteStore::open(path).map_err(opened)?;
                let place = format!("sqlite:{}", store.path().display());
                OpenStore { place, store: Arc::new(store), default: None }
            }
            Some((url, _)) => {
                return Err(Failure::usage(format!("--store {url} names no store of this version")).then(
                    "use --store file:PATH or --store sqlite:PATH, or --store memory: for this run only",
                ));
            }
        };
        self.output.detail(&format!("store {} ({})", store.place, self.origins.of("store")));
        Ok(store)
    }

    /// Says, before the first credential comes into a store that nobody chose, how it is kept there.
    pub(crate) fn announce(&self, store: &OpenStore) {
        if let Some(directory) = store.default.as_deref().filter(|directory| !Path::exists(directory))
            && !self.announced.replace(true)
        {
            self.output.say(&format!(
                "note: credentials are kept unencrypted, in files that only you can read, under {}; \
                 --store file:PATH chooses another place",
                directory.display()
            ));
        }
    }

    /// The secret that an option names; see `help secrets`.
    pub(crate) fn secret(&self, id: &str, value: &str) -> Result<Secret, Failure> {
        let option = option(id);
        let (secret, exposure) = secret_arg::read(&option, value)?;
        self.remember(id, value);
        if matches!(exposure, Exposure::CommandLine) {
            if self.origins.of(id) == "option" && !self.warned.replace(true) {
                self.warn(&format!(
                    "the value of {option} is visible to other users of this machine; \
                     give it as -, @FILE, env:NAME or cmd:COMMAND"
                ));
            }
        } else {
            self.warn_of(&exposure);
        }
        Ok(secret)
    }

    /// The secret in the file that an option names.
    pub(crate) fn secret_file(&self, id: &str, value: &str) -> Result<Secret, Failure> {
        let (secret, exposure) = secret_arg::read_file(&option(id), value)?;
        self.remember(id, value);
        self.warn_of(&exposure);
        Ok(secret)
    }

    /// Keeps in mind which variable the secret may have come in.
    fn remember(&self, id: &str, value: &str) {
        let variable = value
            .strip_prefix("env:")
            .map_or_else(|| format!("COUNTERSIGN_{}", id.to_uppercase()), Into::into);
        self.variables.borrow_mut().push(variable);
    }

    fn warn_of(&self, exposure: &Exposure) {
        if let Exposure::File(path) = exposure {
            self.warn(&format!(
                "other users of this machine can read the secret in {path}; chmod 600 {path}"
            ));
        }
    }

    /// What a child process is not to inherit.
    pub(crate) fn secret_variables(&self) -> Vec<String> {
        self.variables.borrow().clone()
    }

    /// Whether and how standard error is coloured.
    pub(crate) fn paint(&self) -> Paint {
        let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        Paint(match self.global.color {
            When::Always => true,
            When::Never => false,
            When::Auto if set("NO_COLOR") || self.global.no_input => false,
            When::Auto => set("CLICOLOR_FORCE") || io::stderr().is_terminal(),
        })
    }

    /// A warning about something that was done all the same.
    pub(crate) fn warn(&self, text: &str) {
        self.output.say(&format!("{} {text}", self.paint().label("warning:")));
    }
}

fn option(id: &str) -> String {
    format!("--{}", id.replace('_', "-"))
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
        Failure::new(Exit::NoAccount, "there is no home directory")
            .then("set COUNTERSIGN_HOME, or use --store file:PATH")
    })
}

fn first_variable<const N: usize>(names: [&str; N]) -> Option<String> {
    names.into_iter().find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()))
}
