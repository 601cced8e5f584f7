//! One operation on a store, in a process that ends with success only when it was acknowledged.

use core::time::Duration;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use countersign_client::blocking::Client;
use countersign_store::Store;
use countersign_token::{Credential, Expiry, Record, Revision, Timestamp};
use http::Response;

use crate::{
    Result, content,
    directory::Directory,
    files::Files,
    plan::Plan,
    store::{Kind, StoreUrl},
    trace::{self, Injection, Trace},
    worker::{self, Role, Worker},
};

pub(crate) const ROLE: Role = Role { name: "once", run };

/// The number of the credential that is there before.
const BEFORE: u64 = 5;

pub(crate) const WAIT: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// A save where there is no store, not even a directory.
    First,
    Save,
    Delete,
    /// A refresh by the client, whose server answers at once and rotates the refresh token.
    Refresh,
}

pub(crate) const OPERATIONS: [Operation; 4] =
    [Operation::First, Operation::Save, Operation::Delete, Operation::Refresh];

impl Operation {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::First => "first save",
            Self::Save => "save",
            Self::Delete => "delete",
            Self::Refresh => "refresh",
        }
    }

    /// The numbers of the credential before and after; `None` is that there is none.
    pub(crate) fn ends(self) -> (Option<u64>, Option<u64>) {
        match self {
            Self::First => (None, Some(1)),
            Self::Save | Self::Refresh => (Some(BEFORE), Some(BEFORE + 1)),
            Self::Delete => (Some(BEFORE), None),
        }
    }
}

/// A store as it is before an operation, which can be had again and again at the same path.
pub(crate) struct Scene {
    directory: Directory,
    pub(crate) operation: Operation,
    pub(crate) url: StoreUrl,
}

impl Scene {
    pub(crate) fn new(plan: &Plan, kind: Kind, operation: Operation) -> Result<Self> {
        let directory = plan.quick_directory()?;
        let place = directory.path().join("store");
        let url = StoreUrl::new(kind, &place);
        let scene = Self { directory, operation, url };
        if operation != Operation::First {
            fs::DirBuilder::new().create(&place)?;
            fs::set_permissions(&place, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
            let store = scene.url.open()?;
            put(&*store, "ann", &expired(BEFORE))?;
            put(&*store, "ben", &content::credential(1))?;
            drop(store);
            fs::rename(&place, scene.root().join("template"))?;
        } else if matches!(kind, Kind::Planted(_)) {
            return Err("a planted store does not make its directory".into());
        }
        scene.reset()?;
        Ok(scene)
    }

    /// The directory that holds the store, and beside it what belongs to the experiment.
    pub(crate) fn root(&self) -> &Path {
        self.directory.path()
    }

    /// What the worker says goes here.
    pub(crate) fn output(&self) -> PathBuf {
        self.root().join("acknowledged")
    }

    /// Puts the store back to what it was before the operation.
    pub(crate) fn reset(&self) -> Result {
        let store = self.url.directory();
        if store.exists() {
            fs::remove_dir_all(store)?;
        }
        let template = self.root().join("template");
        if template.exists() { copy(&template, store) } else { Ok(()) }
    }

    /// The worker that does the operation.
    pub(crate) fn command(&self, plan: &Plan) -> Command {
        Worker::command(plan, &self.url, ROLE.name, &[self.operation.name()])
    }

    /// Does the operation under strace.
    pub(crate) fn run(
        &self,
        plan: &Plan,
        paths: &[PathBuf],
        injection: Option<&Injection<'_>>,
    ) -> Result<Trace> {
        trace::run(&self.command(plan), &self.output(), &self.root().join("log"), paths, injection)
    }

    /// The files that belong there before and after; the operation has just been done.
    pub(crate) fn files(&self) -> Result<Files> {
        let mut files = Files::of(self.url.directory())?;
        self.reset()?;
        files.add()?;
        Ok(files)
    }

    /// The number of what is stored, and whether it is without access tokens; an error when it cannot be read
    /// or is none of the two that it may be.
    pub(crate) fn look(&self, store: &dyn Store) -> Result<(Option<u64>, bool)> {
        let record = store.load(&content::key("ann"))?;
        // The database does without what can be had again when there is no room for all.
        let bare = record.as_ref().is_some_and(|record| record.credential.tokens.is_empty());
        let found = match &record {
            Some(record) => Some(generation(record).ok_or("a mix is stored")?),
            None => None,
        };
        let (before, after) = self.operation.ends();
        if found != before && found != after {
            return Err(format!("{found:?} is stored").into());
        }
        if self.operation != Operation::First {
            let other = store.load(&content::key("ben"))?.ok_or("another credential is lost")?;
            if content::number(&other) != Some(1) {
                return Err("another credential was changed".into());
            }
        }
        Ok((found, bare))
    }
}

/// Stores a credential as the next revision.
pub(crate) fn put(store: &dyn Store, account: &str, credential: &Credential) -> Result {
    let mut lease = store.lock(&content::key(account), WAIT)?;
    let revision = lease.load()?.map_or(Revision::ABSENT, |record| record.revision);
    lease.save(credential, revision)?;
    Ok(())
}

/// Deletes what is stored.
pub(crate) fn delete(store: &dyn Store, account: &str) -> Result {
    let mut lease = store.lock(&content::key(account), WAIT)?;
    let revision = lease.load()?.map_or(Revision::ABSENT, |record| record.revision);
    Ok(lease.delete(revision)?)
}

/// A credential that has to be refreshed.
fn expired(number: u64) -> Credential {
    let mut credential = content::credential(number);
    for token in &mut credential.tokens {
        token.obtained_at = Timestamp::from_unix(1_600_000_000);
        token.expires = Expiry::At(Timestamp::from_unix(1_600_003_600));
    }
    if let Some(client) = &mut credential.client {
        client.token_endpoint = Some("https://issuer.example/token".to_owned());
    }
    credential
}

/// The number of a credential that is whole; the two tokens of one that was refreshed are of one number.
pub(crate) fn generation(record: &Record) -> Option<u64> {
    let refresh = record.credential.refresh_token()?.secret().expose().strip_prefix("refresh-")?;
    let number = refresh.parse().ok()?;
    match record.credential.tokens.as_slice() {
        [] => Some(number),
        [token] => (token.secret.expose() == format!("access-{number}")).then_some(number),
        _ => None,
    }
}

fn copy(from: &Path, to: &Path) -> Result {
    fs::create_dir(to)?;
    fs::set_permissions(to, from.metadata()?.permissions())?;
    for entry in from.read_dir()? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// In the worker.
fn run(url: &StoreUrl, arguments: &[String]) -> Result {
    let wanted = arguments.first().ok_or("which operation?")?;
    let operation = OPERATIONS.iter().find(|known| known.name() == wanted).ok_or("no such operation")?;
    let store = url.open()?;
    match operation {
        Operation::First => put(&*store, "ann", &content::credential(1))?,
        Operation::Save => put(&*store, "ann", &content::credential(BEFORE + 1))?,
        Operation::Delete => delete(&*store, "ann")?,
        Operation::Refresh => refresh(store)?,
    }
    worker::say("acknowledged")
}

fn refresh(store: Box<dyn Store>) -> Result {
    let transport = countersign_transport::from_fn(|_| {
        let next = BEFORE + 1;
        let answer = format!(
            r#"{{"access_token":"access-{next}","token_type":"Bearer","expires_in":3600,"refresh_token":"refresh-{next}"}}"#
        );
        let mut response = Response::new(answer.into_bytes());
        response.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json"));
        Ok(response)
    });
    Client::new(transport, store).account_by_key(&content::key("ann"))?.token(Duration::from_secs(60))?;
    Ok(())
}
