use std::sync::Arc;

use countersign_store::{Error, Lease, form, sidecar::LockFile};
use countersign_token::{Credential, Grant, Key, Record, Revision};

use crate::{
    database::{Database, Failure},
    halves::Halves,
    rows,
};

/// The right to change the rows of one key, held as a lock on a file and not as a transaction.
pub(crate) struct SqliteLease {
    pub(crate) database: Arc<Database>,
    pub(crate) key: Key,
    pub(crate) _lock: LockFile,
}

impl SqliteLease {
    fn replace(&self, credential: &Credential, expected: Revision) -> Result<Revision, Failure> {
        self.database.write(|connection| {
            let stored = rows::read(connection, &self.key)?;
            let revision = form::succeed(stored.as_ref().map(|stored| &stored.record), expected)?;
            let halves = Halves::split(&self.key, credential, revision)?;
            rows::write(connection, &self.key, stored.as_ref(), &halves, revision)?;
            Ok(revision)
        })
    }
}

impl Lease for SqliteLease {
    fn load(&mut self) -> Result<Option<Record>, Error> {
        load(&self.database, &self.key)
    }

    fn save(&mut self, credential: &Credential, expected: Revision) -> Result<Revision, Error> {
        let mut result = self.replace(credential, expected);
        if result.as_ref().is_err_and(Failure::is_no_room) && can_do_without_tokens(credential) {
            let mut bare = credential.clone();
            bare.tokens.clear();
            result = self.replace(&bare, expected);
        }
        result.map_err(|failure| self.database.explain(failure))
    }

    fn delete(&mut self, expected: Revision) -> Result<(), Error> {
        let delete = |connection: &_| {
            let stored = rows::read(connection, &self.key)?;
            form::succeed(stored.as_ref().map(|stored| &stored.record), expected)?;
            stored.map_or(Ok(()), |_| rows::delete(connection, &self.key))
        };
        let result = match self.database.exists() {
            Ok(true) => self.database.write(delete),
            Ok(false) => form::succeed(None, expected).map(|_| ()).map_err(Failure::from),
            Err(error) => Err(error.into()),
        };
        // Also when it was gone already, since whoever deleted it may have been killed before this.
        result.and_then(|()| self.database.scrub()).map_err(|failure| self.database.explain(failure))
    }
}

pub(crate) fn load(database: &Database, key: &Key) -> Result<Option<Record>, Error> {
    match database.read(|connection| rows::read(connection, key)) {
        Ok(stored) => Ok(stored.flatten().map(|stored| stored.record)),
        Err(failure) => Err(database.explain(failure)),
    }
}

/// Whether access tokens can be had again with what else is in the credential.
fn can_do_without_tokens(credential: &Credential) -> bool {
    let again = match &credential.grant {
        Grant::OAuth2 { refresh_token } => refresh_token.is_some(),
        Grant::ClientCredentials => true,
        // It has none, and of a grant that is not known nothing is known.
        _ => false,
    };
    again && !credential.tokens.is_empty()
}
