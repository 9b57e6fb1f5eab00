//! Proof-of-View at the viewer: bound to what was really played, and never in the way of playing it.
//!
//! ```text
//!  player ── snapshots ──► Playhead ── entered, shown, broken ──► Miner ── ask ticket, prove, finish ──► driver ──► verifiers
//!                                                                   ▲                                    │
//!                                                                   └── ticket, proof, acceptance ◄──────┘
//! ```
//!
//! [`playhead`] and [`miner`] are state machines without I/O or clock, so that a thousand cells over a bad line are tested
//! in milliseconds; [`layers`] knows which enhancements a minute showed; [`proof`] computes; [`driver`] talks.

pub mod layers;
pub mod miner;
pub mod playhead;
pub mod proof;
pub mod sleep;

pub use miner::{Miner, MiningEvent};
pub use playhead::{Playhead, Snapshot};
