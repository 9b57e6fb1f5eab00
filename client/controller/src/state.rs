//! What outlives a restart, in SQL: a SQLite file for one controller, PostgreSQL for several that share nodes and leases.
//!
//! ```text
//!  Directory ── changes, once a second ──► State ──► Sql: SqliteFile | Postgres
//!      ▲                                     │
//!      └── what was saved, what others saved ┘   tables: videos, nodes, inventories, holdings
//!                                                for several: controllers (bulletins), orders
//! ```
//!
//! What a node holds is one row of `inventories`, packed; what has changed since then is a row of `holdings` for each
//! rendition concerned, which counts instead of what is packed. When these become many, the whole is packed anew and they go:
//! so a start reads one row a node and few besides, and a change writes no more than itself.
//!
//! Every transaction that writes takes the next version, and each row carries the version of its last change: a
//! controller reads what the others changed since it last looked. The SQL is the same for both; only connecting,
//! binding and locking differ ([`sql`]).

mod bulletin;
pub mod packed;
mod postgres;
mod rows;
mod schema;
pub mod sql;
mod sqlite;

use std::path::PathBuf;
use std::sync::Arc;

use chainflix_primitives::{Hash32, Magnet};
use serde::{Deserialize, Serialize};

pub use bulletin::{Bulletin, Colleague, NodeNews};
use packed::Packed;
use rows::{read_holding, read_inventory, read_node, read_video};
use sql::{Row, Sql, Statement, Value};

use crate::protocol::{Command, PathClass};
use crate::registry::{RegisteredProvider, Registration};

/// Where state is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file, for one controller. It is made when it is missing.
    File(PathBuf),
    /// A PostgreSQL database by URL, for one controller or several.
    Postgres(String),
}

impl Database {
    /// Reads `postgres://…`; anything else is a path.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Self::Postgres(text.to_owned())
        } else {
            Self::File(text.into())
        }
    }
}

/// Why state can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file can't be opened.
    #[error(
        "the controller's database {path} can't be opened: {source}; is another controller using it?"
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// The URL is none, or the server does not let us in.
    #[error(
        "the database can't be reached: {0}; a URL looks like postgres://user@host/name or postgres:///name?host=/run/postgresql"
    )]
    Unreachable(String),
    /// The database belongs to another chain.
    #[error("the database belongs to a controller of another chain; name another with --database")]
    OtherChain,
    /// The database was written by a newer version.
    #[error("the database has layout {found}, this version knows {known}; update the program")]
    Newer {
        /// Its layout.
        found: i64,
        /// The last one known here.
        known: i64,
    },
    /// A statement failed.
    #[error("the database failed: {0}")]
    Failed(String),
    /// A row is not as this program writes it.
    #[error("the database holds something in {0} that can't be read")]
    Damaged(&'static str),
}

/// Something that changed and shall outlive a restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A video came.
    Video {
        /// Which.
        video: Magnet,
        /// Its manifest.
        encoded: Arc<[u8]>,
        /// What the chain knows of it.
        registration: Registration,
    },
    /// The chain knows something else of a video than before.
    Registered(Magnet, Registration),
    /// A video is forgotten.
    VideoGone(Magnet),
    /// A node came, or offers something else.
    Node(Box<SavedNode>),
    /// A node is forgotten, with all that it held.
    NodeGone(u32),
    /// All that a node holds.
    Inventory(Inventory),
    /// What a node holds of a rendition, since all was last written.
    Holding(Holding),
}

/// A node as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedNode {
    /// Its index and record on chain.
    pub registered: RegisteredProvider,
    /// What it offers.
    pub offer: SavedOffer,
}

/// What a node offers, as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedOffer {
    /// Where it is reached, checked.
    pub addresses: Vec<String>,
    /// Space, in bytes.
    pub capacity_bytes: u64,
    /// Of it free, in bytes.
    pub free_bytes: u64,
    /// Upload cap, in bytes per second.
    pub upload_bytes_per_second: u64,
    /// How others reach it.
    pub path: PathClass,
    /// Whether it will leave.
    pub leaving: bool,
    /// Whether it is a viewer that shares what it has watched. Rows from before there were such are of storage nodes.
    #[serde(default)]
    pub shares: bool,
}

/// All that a node holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inventory {
    /// The node.
    pub provider: u32,
    /// The cells.
    pub packed: Packed,
}

/// Which cells of one rendition a node holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The node.
    pub provider: u32,
    /// The video.
    pub video: Magnet,
    /// The rendition.
    pub rendition: u8,
    /// Bit `c % 8` of byte `c ÷ 8` stands for cell `c`; nothing when it holds none.
    pub cells: Vec<u8>,
}

/// A command for a node that is connected to another controller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forwarded {
    /// The node.
    pub provider: u32,
    /// The command.
    pub command: Command,
}

/// The state of one controller, or of several.
#[derive(Clone)]
pub struct State {
    sql: Arc<dyn Sql>,
    /// This controller's name among several; another one after each start.
    id: [u8; 16],
    shared: bool,
}

impl State {
    /// Opens the database for the chain of `genesis`, making and migrating its tables as need be.
    ///
    /// # Errors
    /// When it can't be reached, belongs to another chain, or was written by a newer version.
    pub async fn open(database: &Database, genesis: &Hash32) -> Result<Self, StateError> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|_| StateError::Failed("no randomness".to_owned()))?;
        let sql: Arc<dyn Sql> = match database {
            Database::File(path) => Arc::new(sqlite::SqliteFile::open(path)?),
            Database::Postgres(url) => Arc::new(postgres::Postgres::connect(url).await?),
        };
        sql.migrate(schema::MIGRATIONS).await?;
        let state = Self {
            sql,
            id,
            shared: matches!(database, Database::Postgres(_)),
        };
        state.claim(genesis).await?;
        Ok(state)
    }

    /// Whether other controllers may use it too.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.shared
    }

    /// This controller's name among several.
    #[must_use]
    pub fn id(&self) -> [u8; 16] {
        self.id
    }

    /// Writes down whose database it is, or finds that it is another chain's.
    async fn claim(&self, genesis: &Hash32) -> Result<(), StateError> {
        let insert = Statement::new(
            "INSERT INTO chain (id, genesis) VALUES (1, $1) ON CONFLICT (id) DO NOTHING",
            [Value::Bytes(genesis.to_vec())],
        );
        let read = Statement::new("SELECT genesis FROM chain", []);
        let found = self.sql.run(vec![insert, read]).await?;
        let row = found.last().and_then(|rows| rows.first());
        let found = row.and_then(|row| row.first()).and_then(Value::bytes);
        if found == Some(genesis.as_slice()) {
            Ok(())
        } else {
            Err(StateError::OtherChain)
        }
    }

    /// The last finalized block whose events are all in what is kept; 0 when none was ever read.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn followed(&self) -> Result<u64, StateError> {
        let read = Statement::new("SELECT followed FROM chain", []);
        let found = self.sql.run(vec![read]).await?;
        let block = found.first().and_then(|rows| rows.first());
        let block = block.and_then(|row| row.first()).and_then(Value::int);
        let block = block.and_then(|block| u64::try_from(block).ok());
        block.ok_or(StateError::Damaged("chain"))
    }

    /// The events of finalized blocks up to `block` are all in what was saved. Several controllers keep the latest.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn follow(&self, block: u64) -> Result<(), StateError> {
        let number = Value::Int(i64::try_from(block).unwrap_or(i64::MAX));
        let write = Statement::new(
            "UPDATE chain SET followed = $1 WHERE followed < $1",
            [number],
        );
        self.sql.run(vec![write]).await.map(drop)
    }

    /// Writes changes, all or none, for good when this returns.
    ///
    /// # Errors
    /// When the database fails; nothing has changed then.
    pub async fn save(&self, changes: &[Change]) -> Result<(), StateError> {
        if changes.is_empty() {
            return Ok(());
        }
        // Locks the row until the end of the transaction, so that versions become visible in their order.
        let next = Statement::new("UPDATE version SET number = number + 1", []);
        let mut statements = vec![next];
        let by = || Value::Bytes(self.id.to_vec());
        statements.extend(
            changes
                .iter()
                .flat_map(|change| rows::statements(change, by())),
        );
        self.sql.run(statements).await.map(drop)
    }

    /// Everything that is kept, and its version.
    ///
    /// # Errors
    /// When the database fails, or holds what can't be read.
    pub async fn load(&self) -> Result<(Vec<Change>, i64), StateError> {
        // Nobody has no name.
        self.read(-1, Vec::new()).await
    }

    /// What other controllers changed after `version`, and up to which version; what came later counts, so they are in
    /// order. Nothing that is gone is told of: each controller finds that out by itself.
    ///
    /// # Errors
    /// When the database fails, or holds what can't be read.
    pub async fn changed_since(&self, version: i64) -> Result<(Vec<Change>, i64), StateError> {
        self.read(version, self.id.to_vec()).await
    }

    /// What changed after `version`, other than by `own`.
    async fn read(&self, version: i64, own: Vec<u8>) -> Result<(Vec<Change>, i64), StateError> {
        let since = || [Value::Int(version), Value::Bytes(own.clone())];
        let found = self
            .sql
            .run(vec![
                Statement::new("SELECT number FROM version", []),
                Statement::new(
                    "SELECT magnet, manifest, registration FROM videos WHERE version > $1 AND changed_by <> $2",
                    since(),
                ),
                Statement::new(
                    "SELECT provider, record, offer FROM nodes WHERE version > $1 AND changed_by <> $2",
                    since(),
                ),
                Statement::new(
                    "SELECT provider, packed FROM inventories WHERE version > $1 AND changed_by <> $2",
                    since(),
                ),
                Statement::new(
                    "SELECT provider, video, rendition, cells FROM holdings WHERE version > $1 AND changed_by <> $2",
                    since(),
                ),
            ])
            .await?;
        let [numbers, videos, nodes, inventories, holdings] = found.as_slice() else {
            return Err(StateError::Damaged("the answer"));
        };
        let number = numbers.first().and_then(|row| row.first());
        let number = number
            .and_then(Value::int)
            .ok_or(StateError::Damaged("version"))?;
        let mut changes = Vec::new();
        for (rows, table, read) in [
            (videos, "videos", read_video as fn(&Row) -> Option<Change>),
            (nodes, "nodes", read_node),
            (inventories, "inventories", read_inventory),
            (holdings, "holdings", read_holding),
        ] {
            for row in rows {
                changes.push(read(row).ok_or(StateError::Damaged(table))?);
            }
        }
        Ok((changes, number))
    }
}
