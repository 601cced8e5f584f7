//! What the options, the environment and the configuration add up to: transport, secrets, colour.

use core::{
    cell::{Cell, RefCell},
    time::Duration,
};
use std::{
    env, fs,
    io::{self, IsTerminal},
    sync::Arc,
};

use countersign_client::blocking::Client;
use countersign_store::Store;
use countersign_token::Secret;
use countersign_transport::Limits;
use countersign_transport_ureq::Ureq;

use crate::{
    args::{Global, Origins, When},
    configuration::Configuration,
    exit::Exit,
    failure::Failure,
    output::Output,
    paint::Paint,
    proxy::{Exempt, Routed},
    secret_arg::{self, Exposure},
    storage::OpenStore,
    trace::Traced,
};

/// The largest answer of a protected resource that is taken, in bytes: it is held in memory.
pub(crate) const LARGEST_RESOURCE: usize = 256 * 1024 * 1024;

/// The options of every command, and what is made of them.
pub(crate) struct Settings {
    pub(crate) global: Global,
    pub(crate) output: Output,
    pub(crate) configuration: Configuration,
    origins: Origins,
    /// Whether it was said that a secret is visible.
    warned: Cell<bool>,
    /// The environment variables in which secrets may have come.
    variables: RefCell<Vec<String>>,
}

impl Settings {
    pub(crate) fn new(global: Global, origins: Origins, configuration: Configuration) -> Self {
        let output = Output { json: global.json, quiet: global.quiet, verbose: global.verbose };
        let mut settings = Self {
            global,
            output,
            configuration,
            origins,
            warned: Cell::new(false),
            variables: RefCell::default(),
        };
        settings.configure();
        settings
    }

    /// Takes from the configuration what was neither typed nor in the environment.
    fn configure(&mut self) {
        let from = &self.configuration.options;
        let global = &mut self.global;
        global.store = global.store.take().or_else(|| from.store.clone());
        global.store_encryption = global.store_encryption.or(from.store_encryption);
        global.store_passphrase = global.store_passphrase.take().or_else(|| from.store_passphrase.clone());
        global.timeout = global.timeout.or(from.timeout);
        global.proxy = global.proxy.take().or_else(|| from.proxy.clone());
        global.ca_file = global.ca_file.take().or_else(|| from.ca_file.clone());
        if let Some(color) = from.color.filter(|_| !self.is_immediate("color")) {
            self.global.color = color;
        }
        if let Some((path, true)) = self.configuration.path() {
            for (name, line) in &self.configuration.unknown {
                self.warn(&format!("{}, line {line}: {name} is not known to this version", path.display()));
            }
        }
    }

    /// Where the value of an option comes from, in a word.
    pub(crate) fn origin(&self, id: &str) -> &'static str {
        let from = &self.configuration.options;
        let is_configured = match id {
            "store" => from.store.is_some(),
            "store_encryption" => from.store_encryption.is_some(),
            "store_passphrase" => from.store_passphrase.is_some(),
            "timeout" => from.timeout.is_some(),
            "proxy" => from.proxy.is_some(),
            "ca_file" => from.ca_file.is_some(),
            "color" => from.color.is_some(),
            _ => false,
        };
        match self.origins.of(id) {
            "default" if is_configured => "configuration",
            origin => origin,
        }
    }

    /// Whether an option was typed, or is in the environment.
    pub(crate) fn is_immediate(&self, id: &str) -> bool {
        matches!(self.origins.of(id), "option" | "environment")
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
            self.origin("trace") == "environment" && ["1", "true", "yes", "on"].contains(target)
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

    /// The secret that an option names; see `help secrets`.
    pub(crate) fn secret(&self, id: &str, value: &str) -> Result<Secret, Failure> {
        let option = option(id);
        let (secret, exposure) = secret_arg::read(&option, value)?;
        self.keep_from_children(id, value);
        if matches!(exposure, Exposure::CommandLine) {
            if self.origin(id) == "option" && !self.warned.replace(true) {
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
        self.keep_from_children(id, value);
        self.warn_of(&exposure);
        Ok(secret)
    }

    /// Keeps in mind which variable the secret may have come in.
    fn keep_from_children(&self, id: &str, value: &str) {
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

fn first_variable<const N: usize>(names: [&str; N]) -> Option<String> {
    names.into_iter().find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()))
}
