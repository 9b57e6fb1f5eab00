//! SQLite, for one controller: no set-up, one file.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, ToSql};

use super::StateError;
use super::sql::{LAYOUT, Migration, Row, Sql, Statement, Value, pending};

/// Another controller that is just ending lets go of the file within this time.
const PATIENCE: Duration = Duration::from_secs(2);

/// A file.
pub(super) struct SqliteFile {
    connection: Arc<Mutex<Connection>>,
}

impl From<rusqlite::Error> for StateError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl SqliteFile {
    /// Opens the file for this process alone.
    pub(super) fn open(path: &Path) -> Result<Self, StateError> {
        let open = || {
            let connection = Connection::open(path)?;
            connection.busy_timeout(PATIENCE)?;
            // Exclusive: two controllers that don't know of each other would both order copies.
            connection.execute_batch(
                "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                 PRAGMA foreign_keys = ON; BEGIN EXCLUSIVE; COMMIT;",
            )?;
            Ok(connection)
        };
        let connection = open().map_err(|source| StateError::Open {
            path: path.to_path_buf(),
            source,
        })?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// Does something with the file on a thread that may wait for the disk.
    fn with<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Connection) -> Result<T, StateError> + Send + 'static,
    ) -> BoxFuture<'_, Result<T, StateError>> {
        let connection = Arc::clone(&self.connection);
        async move {
            let acting = tokio::task::spawn_blocking(move || {
                // A transaction that panicked was rolled back.
                act(&mut connection.lock().unwrap_or_else(PoisonError::into_inner))
            });
            let acted = acting.await;
            acted.map_err(|error| StateError::Failed(error.to_string()))?
        }
        .boxed()
    }
}

impl Sql for SqliteFile {
    fn run(&self, statements: Vec<Statement>) -> BoxFuture<'_, Result<Vec<Vec<Row>>, StateError>> {
        self.with(move |connection| {
            let transaction = connection.transaction()?;
            let mut answers = Vec::with_capacity(statements.len());
            for Statement { text, values } in &statements {
                let mut statement = transaction.prepare_cached(text)?;
                let columns = statement.column_count();
                let rows = statement.query_map(rusqlite::params_from_iter(values), |row| {
                    (0..columns)
                        .map(|place| value(row.get_ref(place)?))
                        .collect()
                })?;
                answers.push(rows.collect::<Result<Vec<Row>, _>>()?);
            }
            transaction.commit()?;
            Ok(answers)
        })
    }

    fn migrate(&self, migrations: &'static [Migration]) -> BoxFuture<'_, Result<(), StateError>> {
        self.with(move |connection| {
            let transaction = connection.transaction()?;
            transaction.execute_batch(LAYOUT)?;
            let found: Option<i64> = transaction
                .query_row("SELECT number FROM layout", [], |row| row.get(0))
                .optional()?;
            for (number, migration) in pending(migrations, found.unwrap_or(0))? {
                for statement in migration {
                    transaction.execute_batch(&statement.replace("BYTEA", "BLOB"))?;
                }
                transaction.execute("DELETE FROM layout", [])?;
                transaction.execute("INSERT INTO layout (number) VALUES ($1)", [number])?;
            }
            Ok(transaction.commit()?)
        })
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

fn value(found: ValueRef<'_>) -> rusqlite::Result<Value> {
    match found {
        ValueRef::Integer(number) => Ok(Value::Int(number)),
        ValueRef::Blob(bytes) => Ok(Value::Bytes(bytes.to_vec())),
        ValueRef::Text(text) => Ok(Value::Text(String::from_utf8_lossy(text).into_owned())),
        ValueRef::Null | ValueRef::Real(_) => Err(rusqlite::Error::InvalidQuery),
    }
}
