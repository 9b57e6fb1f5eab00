//! What several controllers on one database tell each other: who lives, what their nodes do, whom they named.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::sql::{Statement, Value};
use super::{Forwarded, State, StateError};
use crate::protocol::Serving;

/// A node that is connected to the controller that tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeNews {
    /// The node.
    pub provider: u32,
    /// Time since it was last heard of, in ms.
    pub silent_ms: u64,
    /// Free space, in bytes.
    pub free_bytes: u64,
    /// Streams that it is sending on.
    pub streams: u32,
    /// What it sends, in bytes per second.
    pub sent_bytes_per_second: u64,
    /// Streams of its busiest cells.
    pub serving: Vec<Serving>,
}

/// What a controller tells the others, every other second.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bulletin {
    /// Its nodes.
    pub nodes: Vec<NodeNews>,
    /// How often it named each node since its last bulletin, of whichever controller the node is.
    pub leases: BTreeMap<u32, u32>,
}

/// Another controller, as it last told of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    /// Its name.
    pub id: [u8; 16],
    /// Goes up with each bulletin.
    pub beat: i64,
    /// The bulletin.
    pub bulletin: Bulletin,
}

impl State {
    /// Puts up the own bulletin. Those of all others, and what they ask to be passed on to nodes that are connected here.
    ///
    /// # Errors
    /// When the database fails, or holds what can't be read.
    pub async fn exchange(
        &self,
        bulletin: &Bulletin,
    ) -> Result<(Vec<Colleague>, Vec<Forwarded>), StateError> {
        let own = || Value::Bytes(self.id.to_vec());
        let text = serde_json::to_string(bulletin).unwrap_or_default();
        let found = self
            .sql
            .run(vec![
                Statement::new(
                    "INSERT INTO controllers (id, beat, bulletin) VALUES ($1, 1, $2) \
                     ON CONFLICT (id) DO UPDATE SET beat = controllers.beat + 1, bulletin = excluded.bulletin",
                    [own(), Value::Text(text)],
                ),
                Statement::new(
                    "SELECT id, beat, bulletin FROM controllers WHERE id <> $1",
                    [own()],
                ),
                Statement::new(
                    "DELETE FROM orders WHERE target = $1 RETURNING command",
                    [own()],
                ),
            ])
            .await?;
        let [_, others, orders] = found.as_slice() else {
            return Err(StateError::Damaged("the answer"));
        };
        let colleagues = others.iter().map(|row| {
            let [id, beat, bulletin] = row.as_slice() else {
                return None;
            };
            Some(Colleague {
                id: id.bytes()?.try_into().ok()?,
                beat: beat.int()?,
                bulletin: serde_json::from_str(bulletin.text()?).ok()?,
            })
        });
        let colleagues: Option<Vec<Colleague>> = colleagues.collect();
        let orders = orders.iter().map(|row| {
            let text = row.first()?.text()?;
            serde_json::from_str(text).ok()
        });
        let orders: Option<Vec<Forwarded>> = orders.collect();
        Ok((
            colleagues.ok_or(StateError::Damaged("controllers"))?,
            orders.ok_or(StateError::Damaged("orders"))?,
        ))
    }

    /// Has `target` pass commands on to nodes that are connected to it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forward(&self, orders: &[([u8; 16], Forwarded)]) -> Result<(), StateError> {
        if orders.is_empty() {
            return Ok(());
        }
        let statements = orders.iter().map(|(target, order)| {
            let command = serde_json::to_string(order).unwrap_or_default();
            let values = [Value::Bytes(target.to_vec()), Value::Text(command)];
            Statement::new(
                "INSERT INTO orders (target, command) VALUES ($1, $2)",
                values,
            )
        });
        self.sql.run(statements.collect()).await.map(drop)
    }

    /// Forgets a controller that is gone, and what was left for it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn bury(&self, id: [u8; 16]) -> Result<(), StateError> {
        let gone = || [Value::Bytes(id.to_vec())];
        let statements = vec![
            Statement::new("DELETE FROM orders WHERE target = $1", gone()),
            Statement::new("DELETE FROM controllers WHERE id = $1", gone()),
        ];
        self.sql.run(statements).await.map(drop)
    }
}
