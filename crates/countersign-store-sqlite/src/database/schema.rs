use countersign_store::{Error, ErrorKind};
use rusqlite::{Connection, TransactionBehavior};

use super::Failure;

/// What is in a database, and how each version of it came from the one before.
pub(crate) struct Schema {
    /// The number in the header by which a database of another application is told.
    pub(crate) application_id: i32,
    /// The entry at `n` takes a database from version `n` to `n + 1`, in one transaction.
    pub(crate) migrations: &'static [&'static str],
}

impl Schema {
    /// That the database is one of this schema, of a version that is known.
    pub(crate) fn check(&self, connection: &Connection) -> Result<(), Failure> {
        if number(connection, "PRAGMA application_id")? != i64::from(self.application_id) {
            let reason = "it is the database of another application";
            return Err(Error::new(ErrorKind::Insecure).because(reason).into());
        }
        match number(connection, "PRAGMA user_version")? {
            // It is set before a database gets its name.
            ..1 => Err(Error::new(ErrorKind::Corrupt).because("it has no version").into()),
            version => self.step(version).map(drop),
        }
    }

    /// Brings the database to the latest version.
    pub(crate) fn migrate(&self, connection: &mut Connection) -> Result<(), Failure> {
        while self.step(number(connection, "PRAGMA user_version")?)?.is_some() {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // Again, because another process may have been faster.
            let version = number(&transaction, "PRAGMA user_version")?;
            if let Some(step) = self.step(version)? {
                transaction.execute_batch(step)?;
                transaction.pragma_update(None, "user_version", version.saturating_add(1))?;
            }
            transaction.commit()?;
        }
        Ok(())
    }

    /// What leads on from `version`, if anything does.
    fn step(&self, version: i64) -> Result<Option<&'static str>, Failure> {
        match usize::try_from(version) {
            Ok(version) if version <= self.migrations.len() => Ok(self.migrations.get(version).copied()),
            _ => Err(Error::new(ErrorKind::TooNew).into()),
        }
    }
}

fn number(connection: &Connection, sql: &str) -> Result<i64, Failure> {
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "CREATE TABLE t (x INTEGER)";
    const SECOND: &str = "ALTER TABLE t ADD COLUMN y INTEGER; INSERT INTO t VALUES (1, 2)";
    const BROKEN: &str = "INSERT INTO t VALUES (3, 4); INSERT INTO absent VALUES (1)";

    fn schema(migrations: &'static [&'static str]) -> Schema {
        Schema { application_id: 7, migrations }
    }

    fn rows(connection: &Connection) -> i64 {
        number(connection, "SELECT count(*) FROM t").unwrap()
    }

    #[test]
    fn every_version_leads_to_the_latest() {
        for (version, migrations) in [&[][..], &[FIRST], &[FIRST, SECOND]].into_iter().enumerate() {
            let mut connection = Connection::open_in_memory().unwrap();
            schema(migrations).migrate(&mut connection).unwrap();
            assert_eq!(number(&connection, "PRAGMA user_version").unwrap(), version as i64);
            schema(&[FIRST, SECOND]).migrate(&mut connection).unwrap();
            assert_eq!((number(&connection, "PRAGMA user_version").unwrap(), rows(&connection)), (2, 1));
        }
    }

    #[test]
    fn a_step_that_fails_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        let failure = schema(&[FIRST, SECOND, BROKEN]).migrate(&mut connection).unwrap_err();
        assert_eq!(failure.into_error().kind(), ErrorKind::Corrupt);
        assert_eq!((number(&connection, "PRAGMA user_version").unwrap(), rows(&connection)), (2, 1));
    }

    #[test]
    fn what_is_newer_is_left_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema(&[FIRST, SECOND]).migrate(&mut connection).unwrap();
        let failure = schema(&[FIRST]).migrate(&mut connection).unwrap_err();
        assert_eq!(failure.into_error().kind(), ErrorKind::TooNew);
    }
}
