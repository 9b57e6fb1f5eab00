//! A storage node: holds encrypted cells, serves them to viewers and other nodes, works for controllers.
//!
//! ```text
//!  controller ◄── WebSocket: heartbeat, inventory, commands ── Link
//!                                                               │
//!  verifiers ◄── signs of life ── SignsOfLife                   │
//!  verifiers ◄── token keys ── ProviderKeys                     ▼
//!                                   │            Store: verified cells on disk ◄── scrub
//!  viewers ◄── cells, receipts ── serving ◄───────────┘
//!  nodes   ◄── cells, grants ───────┘   └── Totals: what each token was served
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`node`] | a whole node: [`StorageNode::start`] |
//! | [`store`] | cells and manifests on disk, verified on the way in and on the way out |
//! | [`keys`] | the node's keys, and those under which verifiers make its delivery tokens |
//! | [`totals`] | what each token has been served, through crashes |
//! | [`link`] | the link to a controller |
//! | [`signs_of_life`] | showing verifiers that the node is alive |
//! | [`rate`] | the upload cap |
//! | [`metrics`] | counters and gauges |
//!
//! A node never sees plaintext or content keys: what it stores is at-rest ciphertext, and what it puts on the wire has
//! the viewer's DownloadKey layer on top.

mod addresses;
pub mod config;
mod consents;
mod database;
mod grants;
pub mod keys;
pub mod link;
mod links;
pub mod metrics;
pub mod node;
pub mod rate;
mod relays;
mod serving;
pub mod signs_of_life;
pub mod store;
mod streams;
pub mod totals;

pub use config::Config;
pub use database::DatabaseError;
pub use grants::GrantRefusal;
pub use node::{StartError, Status, StorageNode};
