//! The content network's swarm: moving cells between peers.
//!
//! ```text
//! viewer                                     provider
//!   CellDownload ──┬── stream /chainflix/cell/1 ──► serve_cells ── Provider (cells, tokens, totals)
//!    (several      └── stream to another provider
//!     sources)
//! publisher, node ──── stream /chainflix/store/1 ─► serve_store ── Keeper (grants, imports)
//! anybody ──────────── stream /chainflix/manifest/1 ► serve_manifests
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`network`] | the swarm behind a handle: connect, open streams, serve |
//! | [`peer`] | peer keys and addresses |
//! | [`download`] | a cell from several providers at once, every group verified |
//! | [`transfer`] | whole cells and manifests, for publishers and storage nodes |
//! | [`serve`] | the answering side of all protocols |
//! | [`provider`] | what a storage node brings for that |
//! | [`relay`] | carrying bytes between peers that do not reach each other |
//! | [`wire`] | the messages |
//! | [`perf`] | libp2p's own measure, to be measured beside |
//!
//! Nothing is used before it is verified: each group of 16 KiB against the cell's cipher root, each manifest against its
//! magnet. Everything that a peer can make us hold is bounded.

pub mod download;
mod frame;
#[cfg(any(feature = "fuzz", test))]
pub mod fuzz;
pub mod network;
pub mod peer;
pub mod perf;
pub mod provider;
pub mod relay;
pub mod serve;
pub mod transfer;
pub mod wire;

pub use frame::FrameError;
pub use libp2p::{Multiaddr, PeerId};
pub use network::{
    ConnectError, NatClass, Network, NetworkConfig, Path, Reachability, RelayOffer, Reservations,
    ServeLimits, Serving, StartError,
};
pub use peer::{PeerAddress, PeerKey};

#[cfg(test)]
mod tests;
