//! PostgreSQL, for one controller or several: one connection, made again when it is lost.

use std::collections::HashMap;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, NoTls};

use super::StateError;
use super::sql::{LAYOUT, Migration, Row, Sql, Statement, Value, pending};

/// A server lets us in within this time, or not at all.
const CONNECTION: Duration = Duration::from_secs(5);
/// A transaction is done within this time.
const TRANSACTION: Duration = Duration::from_secs(60);
/// Number of the lock under which tables are migrated.
const MIGRATION_LOCK: &str = "SELECT pg_advisory_xact_lock(1128683856)";

/// A connection with its prepared statements.
struct Session {
    client: Client,
    prepared: HashMap<&'static str, tokio_postgres::Statement>,
}

/// A database on a server.
pub(super) struct Postgres {
    config: Config,
    session: Mutex<Option<Session>>,
}

impl From<tokio_postgres::Error> for StateError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Failed(words(&error))
    }
}

/// The server's own words, which the error itself does not show.
fn words(error: &tokio_postgres::Error) -> String {
    error
        .as_db_error()
        .map_or_else(|| error.to_string(), |error| error.message().to_owned())
}

impl Postgres {
    pub(super) async fn connect(url: &str) -> Result<Self, StateError> {
        let config: Config = url
            .parse()
            .map_err(|error: tokio_postgres::Error| StateError::Unreachable(error.to_string()))?;
        let session = open(&config).await?;
        Ok(Self {
            config,
            session: Mutex::new(Some(session)),
        })
    }
}

async fn open(config: &Config) -> Result<Session, StateError> {
    let connected = timeout(CONNECTION, config.connect(NoTls)).await;
    let (client, connection) = connected
        .map_err(|_| StateError::Unreachable("no answer within 5 s".to_owned()))?
        .map_err(|error| StateError::Unreachable(words(&error)))?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::warn!(%error, "the connection to the database is lost");
        }
    });
    Ok(Session {
        client,
        prepared: HashMap::new(),
    })
}

impl Session {
    async fn run(&mut self, statements: &[Statement]) -> Result<Vec<Vec<Row>>, StateError> {
        for Statement { text, .. } in statements {
            if !self.prepared.contains_key(text) {
                let prepared = self.client.prepare(text).await?;
                self.prepared.insert(text, prepared);
            }
        }
        let transaction = self.client.transaction().await?;
        let mut answers = Vec::with_capacity(statements.len());
        for Statement { text, values } in statements {
            let parameters: Vec<&(dyn ToSql + Sync)> = values.iter().map(parameter).collect();
            let prepared = self.prepared.get(text).ok_or(StateError::Damaged("text"))?;
            let rows = transaction.query(prepared, &parameters).await?;
            answers.push(rows.iter().map(row).collect::<Result<Vec<Row>, _>>()?);
        }
        transaction.commit().await?;
        Ok(answers)
    }

    async fn migrate(&mut self, migrations: &'static [Migration]) -> Result<(), StateError> {
        let transaction = self.client.transaction().await?;
        // Controllers that start together migrate one after the other.
        transaction.batch_execute(MIGRATION_LOCK).await?;
        transaction.batch_execute(LAYOUT).await?;
        let found = transaction
            .query_opt("SELECT number FROM layout", &[])
            .await?;
        let found: Option<i64> = found.map(|row| row.try_get(0)).transpose()?;
        for (number, migration) in pending(migrations, found.unwrap_or(0))? {
            for statement in migration {
                transaction.batch_execute(statement).await?;
            }
            transaction.execute("DELETE FROM layout", &[]).await?;
            let insert = "INSERT INTO layout (number) VALUES ($1)";
            transaction.execute(insert, &[&number]).await?;
        }
        Ok(transaction.commit().await?)
    }
}

impl Sql for Postgres {
    fn run(&self, statements: Vec<Statement>) -> BoxFuture<'_, Result<Vec<Vec<Row>>, StateError>> {
        async move {
            let mut place = self.session.lock().await;
            // A connection that was in use when its user went away, or that failed, is not used again.
            let mut session = match place.take().filter(|session| !session.client.is_closed()) {
                Some(session) => session,
                None => open(&self.config).await?,
            };
            let ran = timeout(TRANSACTION, session.run(&statements)).await;
            let answers = ran.map_err(|_| StateError::Failed("no answer".to_owned()))??;
            *place = Some(session);
            Ok(answers)
        }
        .boxed()
    }

    fn migrate(&self, migrations: &'static [Migration]) -> BoxFuture<'_, Result<(), StateError>> {
        async move {
            let mut place = self.session.lock().await;
            let mut session = match place.take() {
                Some(session) => session,
                None => open(&self.config).await?,
            };
            session.migrate(migrations).await?;
            *place = Some(session);
            Ok(())
        }
        .boxed()
    }
}

fn parameter(value: &Value) -> &(dyn ToSql + Sync) {
    match value {
        Value::Int(number) => number,
        Value::Bytes(bytes) => bytes,
        Value::Text(text) => text,
    }
}

fn row(found: &tokio_postgres::Row) -> Result<Row, StateError> {
    let columns = found.columns().iter().enumerate();
    columns
        .map(|(place, column)| match *column.type_() {
            Type::INT8 => Ok(Value::Int(found.try_get(place)?)),
            Type::BYTEA => Ok(Value::Bytes(found.try_get(place)?)),
            Type::TEXT => Ok(Value::Text(found.try_get(place)?)),
            _ => Err(StateError::Damaged("a column of another type")),
        })
        .collect()
}
