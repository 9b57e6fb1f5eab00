//! The verifier service: what runs inside the node of every authority beside the chain itself.
//!
//! It issues keys and tickets to viewers, checks the Play Data that they send back, keeps accepted views, exchanges them
//! with the other verifiers, judges theirs, and leaves one report a round for the node's off-chain worker to put on
//! chain. From settled rounds it computes what every account earned, and gives proofs with which to claim it.
//!
//! ```text
//!  players ──JSON-RPC──► api ──► watching ──► checks ──► store ──► gossip ──┐
//!                                   │            ▲         │                │
//!                                tickets, keys   │         ▼                ▼
//!  chain ──ChainView──► blocks::keeper ──► verdicts, reports ◄──fetch── other verifiers
//!    ▲                      │                              (PeerNetwork)
//!    └──off-chain worker◄───┘ DutyMirror
//!  chain ──finalized──► earnings::accountant ──► ledger, proofs, fates of views
//!                                   ▲ snapshots, when the chain has dropped what the ledger came from
//! ```
//!
//! The crate knows the node only by three traits, which the node implements: [`ChainView`], [`PeerNetwork`] and
//! [`DutyMirror`]. Requests of other verifiers come in through [`VerifierService::handle_peer`].
//!
//! ```no_run
//! use std::{net::SocketAddr, path::PathBuf, sync::Arc};
//!
//! use chainflix_verifier::{
//!     ChainView, DutyMirror, PeerNetwork, StartError, VerifierConfig, VerifierService,
//! };
//!
//! async fn run(
//!     chain: Arc<dyn ChainView>,
//!     network: Arc<dyn PeerNetwork>,
//!     mirror: Arc<dyn DutyMirror>,
//!     network_key: [u8; 32],
//! ) -> Result<VerifierService, StartError> {
//!     let listen = SocketAddr::from(([127, 0, 0, 1], 9960));
//!     let config = VerifierConfig::new(PathBuf::from("data/verifier"), listen, network_key);
//!     VerifierService::start(config, chain, network, mirror, None).await
//! }
//! ```

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

mod accounts;
mod addresses;
mod api;
mod archive;
mod audit;
mod blocks;
mod chain;
mod checks;
mod clock;
mod config;
mod context;
mod duties;
mod earnings;
mod error;
mod exchange;
mod following;
mod heartbeats;
mod keys;
mod metrics;
mod network;
mod random;
mod rebuilding;
mod secrets;
mod service;
mod signature_queue;
mod snapshots;
mod store;
mod tickets;
mod watching;

pub use self::addresses::{AddressPolicy, AddressRange, AddressRangeError, AddressRule, Withheld};
pub use self::chain::{At, BlockRef, ChainError, ChainResult, ChainView};
pub use self::clock::{Clock, SystemClock};
pub use self::config::{ArchiveConfig, Limits, Rate, VerifierConfig};
pub use self::duties::DutyMirror;
pub use self::earnings::EarningsTree;
pub use self::error::{CallError, StartError};
pub use self::keys::KeyFileError;
pub use self::network::{MAX_PEER_MESSAGE_BYTES, PeerError, PeerNetwork};
pub use self::secrets::{BackupError, HeldSecret, back_up, held_secrets, restore};
pub use self::service::VerifierService;
pub use self::store::StoreError;
pub use chainflix_primitives::news::{Judgement, ViewChange, news_nonce};
