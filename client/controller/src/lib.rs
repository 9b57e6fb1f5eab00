//! The storage controller: knows storage nodes and what they hold, places new videos, names sources for viewers.
//!
//! ```text
//!  publishers, players ── REST ──► server ──► Directory ◄── server ◄── WebSocket ── storage nodes
//!                                    │            │ choice, placement: pure rules
//!                                    │            ▼
//!                                    ├──► Signer: sources, grants
//!                                    ├──► ChoiceLog: every decision, to be replayed by anybody
//!                                    └──► Registry: the chain, asked for providers, producers, videos
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`protocol`] | messages with nodes, REST types, error codes |
//! | [`directory`] | nodes, inventories, videos, leases, promises of space |
//! | [`choice`], [`placement`] | who serves a cell, who takes one in |
//! | [`choice_log`] | the log of decisions and its replay |
//! | [`address`], [`rate`] | whose address a node may tell, how often a network may ask |
//! | [`registry`], [`clock`] | the chain and time, as traits |
//! | [`server`] | HTTP and WebSocket |

pub mod address;
pub mod choice;
pub mod choice_log;
pub mod clock;
pub mod config;
pub mod directory;
pub mod metrics;
pub mod placement;
pub mod protocol;
pub mod rate;
pub mod registry;
pub mod server;
pub mod signing;

pub use config::Config;
pub use server::{Running, StartError, start};
