//! The little of SQL that both databases are used by: lists of statements that hold together, of three types of values.

use futures::future::BoxFuture;

use super::StateError;

/// A value in a row or for a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `BIGINT`.
    Int(i64),
    /// `BYTEA`, or `BLOB` in SQLite.
    Bytes(Vec<u8>),
    /// `TEXT`.
    Text(String),
}

impl Value {
    /// The number.
    #[must_use]
    pub fn int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// A row of an answer.
pub type Row = Vec<Value>;

/// A statement that both databases understand, whose parameters `$1`, `$2`, … appear in that order.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its text.
    pub text: &'static str,
    /// Its parameters.
    pub values: Vec<Value>,
}

impl Statement {
    /// A statement with its parameters.
    pub fn new(text: &'static str, values: impl Into<Vec<Value>>) -> Self {
        Self {
            text,
            values: values.into(),
        }
    }
}

/// A migration: statements that lead from one layout to the next. `BYTEA` stands for each database's own type.
pub type Migration = &'static [&'static str];

/// A database.
pub trait Sql: Send + Sync {
    /// Runs statements in one transaction. The rows of each.
    fn run(&self, statements: Vec<Statement>) -> BoxFuture<'_, Result<Vec<Vec<Row>>, StateError>>;

    /// Brings the tables to the layout that `migrations` lead to, from whichever they have.
    fn migrate(&self, migrations: &'static [Migration]) -> BoxFuture<'_, Result<(), StateError>>;
}

/// Where the number of the layout stands; one row, or none before the first migration.
pub(super) const LAYOUT: &str = "CREATE TABLE IF NOT EXISTS layout (number BIGINT NOT NULL)";

/// The migrations that a database of layout `found` lacks, with the number that each leads to.
pub(super) fn pending(
    migrations: &'static [Migration],
    found: i64,
) -> Result<impl Iterator<Item = (i64, Migration)>, StateError> {
    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(StateError::Newer { found, known });
    }
    let numbered = (1i64..).zip(migrations.iter().copied());
    Ok(numbered.filter(move |(number, _)| *number > found))
}
