//! The storage controller: knows storage nodes and what they hold, places new videos, names sources for viewers.
//!
//! ```text
//!  publishers, players ── REST ──► server ──► Directory ◄── server ◄── WebSocket ── storage nodes
//!                                    │            │ choice, copies, placement: pure rules
//!                                    │            ▼
//!                                    ├──► Signer: sources, grants
//!                                    ├──► ChoiceLog: every decision, to be replayed by anybody
//!                                    ├──► Registry: the chain, asked for providers, producers, videos
//!                                    └──► PlaysSource: plays of settled view blocks
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`protocol`] | messages with nodes, REST types, error codes |
//! | [`directory`] | nodes, inventories, videos, leases, promises of space |
//! | [`popularity`] | what is watched, by verified plays and by streams against tokens |
//! | [`choice`], [`copies`], [`placement`] | who serves a cell, how many copies it has, who takes one in or gives one up |
//! | [`choice_log`] | the log of decisions and its replay |
//! | [`address`], [`rate`] | whose address a node may tell, how often a network may ask |
//! | [`registry`], [`plays`], [`clock`] | the chain, what was watched, and time, as traits |
//! | [`openapi`] | the description of the REST interface |
//! | [`state`] | what outlives a restart, in SQL, and what several controllers share |
//! | [`server`] | HTTP and WebSocket |
//! | [`accept`] | serving HTTP within bounds, for others, too |
//! | [`tls`] | what those trust who call controllers and verifiers |

pub mod accept;
pub mod address;
pub mod choice;
pub mod choice_log;
pub mod clock;
pub mod config;
pub mod copies;
pub mod directory;
pub mod metrics;
pub mod openapi;
pub mod placement;
pub mod plays;
pub mod popularity;
pub mod protocol;
pub mod rate;
pub mod registry;
pub mod server;
pub mod signing;
pub mod state;
pub mod tls;

pub use config::Config;
pub use server::{Running, StartError, start};
