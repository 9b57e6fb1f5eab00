//! What a storage node is started with.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use chainflix_p2p::Multiaddr;
use chainflix_primitives::Hash32;
use tokio::sync::watch;

use crate::link::ControllerEndpoint;

/// UDP and TCP port that a node listens at when nothing is said.
const PORT: u16 = 4001;
/// Streams to viewers that a node takes on when nothing is said.
const VIEWERS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(255);

/// Settings of a storage node.
#[derive(Clone, Debug)]
pub struct Config {
    /// Folder of cells and index.
    pub folder: PathBuf,
    /// Space for cells, in bytes.
    pub quota_bytes: u64,
    /// Upload cap over all streams, in bytes per second; 0 means none.
    pub upload_bytes_per_second: u64,
    /// Rate at which what is held is read in the background, in bytes per second; 0 means not at all.
    pub scrub_bytes_per_second: u64,
    /// Genesis hash of the chain.
    pub genesis: Hash32,
    /// The node's index on chain.
    pub provider: u32,
    /// Where it listens, QUIC and TCP.
    pub listen: Vec<Multiaddr>,
    /// Where it listens if the machine allows it: a machine without IPv6 is no reason not to start.
    pub listen_if_possible: Vec<Multiaddr>,
    /// Addresses to tell controllers instead of those; for a forwarded port.
    pub announce: Vec<String>,
    /// Whether to find out from where others reach it, and to ask the router for ports.
    pub probe: bool,
    /// Controllers that it works for, as they are registered on chain; [`crate::StorageNode::work_for`] names others later.
    pub controllers: Vec<ControllerEndpoint>,
    /// Whether streams to viewers are paced after their first 15 s of media; off for benchmarks.
    pub paced: bool,
    /// Streams to viewers at a time, at most; twice as many connections are taken on.
    pub viewers: NonZeroUsize,
    /// Whether it is a viewer that shares what it has watched: it is told to do nothing but to erase, takes nothing in from
    /// others, shows no sign of life to verifiers, and gives the oldest up when there is no space.
    pub shares: bool,
    /// Controllers hear of it once this says so; at once without it. For a provider that was registered a moment ago:
    /// receipts count some rounds later, and a viewer with an earlier one would earn nothing.
    pub may_link: Option<watch::Receiver<bool>>,
    /// A file that says, by being there, that the node will leave: controllers then have its cells copied elsewhere and give
    /// it no new ones. It is looked at while the node runs. Without one it stays.
    pub leaving: Option<PathBuf>,
}

impl Config {
    /// No upload cap, a scrub of 4 MiB/s, paced streams, UDP and TCP port 4001 of all interfaces (IPv6 where there is any),
    /// no controller, 256 viewers.
    #[must_use]
    pub fn new(folder: PathBuf, quota_bytes: u64, genesis: Hash32, provider: u32) -> Self {
        let mut config = Self {
            folder,
            quota_bytes,
            upload_bytes_per_second: 0,
            scrub_bytes_per_second: 4 << 20,
            genesis,
            provider,
            listen: Vec::new(),
            listen_if_possible: Vec::new(),
            announce: Vec::new(),
            probe: true,
            controllers: Vec::new(),
            paced: true,
            viewers: VIEWERS,
            shares: false,
            may_link: None,
            leaving: None,
        };
        let (listen, if_possible) = chainflix_p2p::network::everywhere(PORT);
        config.listen = listen;
        config.listen_if_possible = if_possible;
        config
    }

    /// Listens at these addresses and nowhere else.
    pub fn listen_at(&mut self, addresses: Vec<Multiaddr>) {
        self.listen = addresses;
        self.listen_if_possible = Vec::new();
    }
}
