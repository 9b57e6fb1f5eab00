//! What a controller is started with.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chainflix_primitives::Hash32;
use ed25519_zebra::SigningKey;

use crate::directory::Limits;
use crate::plays::PlaysSource;
use crate::rate::RateLimit;
use crate::state::Database;

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
    /// Where state is kept; without, everything but the chain is forgotten at the end.
    pub database: Option<Database>,
    /// Log of decisions.
    pub choice_log: Option<PathBuf>,
    /// Earlier files of it that are kept, of 64 MiB at most each.
    pub choice_logs_kept: usize,
    /// Where verified plays are read from; without, a crowd is all that is noticed of demand.
    pub plays: Option<Arc<dyn PlaysSource>>,
    /// Requests of one address group.
    pub rate: RateLimit,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Relays for nodes that can't be reached otherwise, each with its multiaddresses, which end with its peer id; at most
    /// [`crate::protocol::MAX_RELAYS`] of at most [`crate::protocol::MAX_RELAY_ADDRESSES`] addresses.
    pub relays: Vec<Vec<String>>,
    /// Bytes that relays carry for one node in an hour.
    pub relay_bytes_per_hour: u64,
    /// Whether copies are ordered; without, what is lost stays lost.
    pub repairs: bool,
    /// A connection on which no request's header has come whole for so long is closed.
    pub header_time: Duration,
    /// A request whose body has not come for so long is refused.
    pub request_time: Duration,
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
            database: None,
            choice_log: None,
            choice_logs_kept: 64,
            plays: None,
            rate: RateLimit {
                burst: 600,
                per_second: 100,
            },
            trusted_proxies: Vec::new(),
            relays: Vec::new(),
            relay_bytes_per_hour: 16 << 30,
            repairs: true,
            header_time: Duration::from_secs(30),
            request_time: Duration::from_secs(60),
            limits: Limits::default(),
        }
    }
}
