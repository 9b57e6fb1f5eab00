//! The rules of Proof-of-View, written once: ids, Merkle trees, possession chain, splits, emission, wire formats.
//!
//! Pallets, the verifier service and the client all build on this crate, so that a view is judged by the same code
//! wherever it is judged. Everything here is pure: no clock, no storage, no randomness, no I/O. Hashing is generic
//! ([`Hasher`]), because the runtime hashes through a host function and everybody else natively.
//!
//! | module | holds |
//! |---|---|
//! | [`ids`] | fixed-size identifiers and the cell id |
//! | [`hash`] | the hasher trait and every domain label |
//! | [`merkle`] | RFC 6962 trees: roots, proofs, incremental builder |
//! | [`rounds`] | wall clock to round, round to cycle, counted rounds |
//! | [`emission`] | reward of a round and the sum of all before it, in closed form |
//! | [`ratio`] | the mining ratio and the split of a view's value |
//! | [`possession`] | the possession chain over a cell's plaintext, and the nonce |
//! | [`window`] | playtime of a cell and the time in which Play Data is accepted |
//! | [`delegation`], [`ticket`], [`receipt`], [`view`], [`play_data`], [`report`] | what is signed and hashed |
//! | [`draw`] | draws, drawn leaves, cycle seeds, assignment of viewers |
//! | [`fault`], [`missing`] | what is proved against an issuer: faults, and acceptances that stand in no block |
//! | [`campaign`] | advertising campaigns: their terms, what a round pays of their debits |
//! | [`settlement`] | capped weights, rewards of view blocks, approval |
//! | [`duty`] | what a verifier leaves for its off-chain worker to put on chain |
//! | [`heartbeat`] | which storage providers a verifier found alive |
//! | [`earnings`] | from settled blocks to lifetime totals of accounts |
//! | [`decrease`] | proof that adopted earnings took from an account |
//! | [`manifest`] | the manifest of a video and its commitments |
//! | [`sources`] | the controller's signed choice of providers |
//! | [`plays`] | how often each cell was played in a settled view block |
//! | [`placement`] | the controller's signed grants to take in a cell |
//! | [`parameters`] | what verifiers may change by motion, with its bounds |
//! | [`registry`] | records that pallets keep and the traits through which they meet |
//! | [`api`] | messages between a viewer or producer and a verifier |
//! | [`refusal`] | why something was refused, with stable numbers |
//! | [`reason`] | every public reason under one numbering: refusals, rejected view blocks, faults, lost views |
//!
//! ```
//! use chainflix_primitives::{emission::{EmissionPreset, CFX}, rounds::PRODUCTION_ROUND_MS};
//!
//! let schedule = EmissionPreset::Whitepaper.schedule(PRODUCTION_ROUND_MS).expect("the paper's own round length");
//! assert_eq!(schedule.reward(0), 135 * CFX);
//! assert_eq!(schedule.cumulative(730_000), 98_550_000 * CFX);
//! ```

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

extern crate alloc;

pub mod api;
pub mod archive;
pub mod campaign;
pub mod decrease;
pub mod delegation;
pub mod draw;
pub mod duty;
pub mod earnings;
pub mod emission;
pub mod fault;
pub mod hash;
pub mod heartbeat;
pub mod ids;
pub mod manifest;
pub mod merkle;
pub mod missing;
pub mod news;
pub mod parameters;
pub mod placement;
pub mod play_data;
pub mod plays;
pub mod possession;
pub mod ratio;
pub mod reason;
pub mod receipt;
pub mod refusal;
pub mod registry;
pub mod report;
pub mod rounds;
pub mod settlement;
pub mod sources;
pub mod ticket;
pub mod view;
pub mod window;

#[cfg(feature = "sha2")]
pub use hash::Sha256;
pub use hash::{Hash32, Hasher};
pub use ids::{AccountId, CellId, Magnet, PlayCode, RandomConstant, Signature64};
pub use rounds::{Cycle, Round};
