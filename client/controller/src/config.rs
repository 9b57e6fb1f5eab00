//! What a controller is started with.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use chainflix_primitives::Hash32;
use ed25519_zebra::SigningKey;

use crate::directory::Limits;
use crate::rate::RateLimit;

/// Most sources that a controller names for a cell: as many as a view can name.
pub const MAX_SOURCES: usize = chainflix_primitives::view::MAX_PROVIDERS as usize;

/// Settings of a controller.
pub struct Config {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Genesis hash of the chain that it works for.
    pub genesis: Hash32,
    /// The key that verifiers registered for it on chain.
    pub key: SigningKey,
    /// Copies of each cell.
    pub copies: usize,
    /// Sources named for a cell, at most [`MAX_SOURCES`].
    pub sources: usize,
    /// A choice of sources is good for so long, in ms.
    pub sources_ms: u64,
    /// Folder of manifests; without one they are gone after a restart.
    pub manifests: Option<PathBuf>,
    /// Log of decisions.
    pub choice_log: Option<PathBuf>,
    /// Requests of one address group.
    pub rate: RateLimit,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Bounds of what it remembers.
    pub limits: Limits,
}

impl Config {
    /// Three copies, up to four sources good for ten minutes, generous rates, nothing on disk.
    #[must_use]
    pub fn new(listen: SocketAddr, genesis: Hash32, key: SigningKey) -> Self {
        Self {
            listen,
            genesis,
            key,
            copies: 3,
            sources: 4,
            sources_ms: 600_000,
            manifests: None,
            choice_log: None,
            rate: RateLimit {
                burst: 600,
                per_second: 100,
            },
            trusted_proxies: Vec::new(),
            limits: Limits::default(),
        }
    }
}
