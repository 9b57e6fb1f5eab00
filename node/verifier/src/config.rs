//! Settings of the service.

use std::{fmt, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use crate::addresses::AddressPolicy;
use crate::clock::{Clock, SystemClock};

/// Settings of one verifier service.
#[derive(Clone)]
pub struct VerifierConfig {
    /// Directory of keys and store; made if it does not exist, for its owner only.
    pub directory: PathBuf,
    /// Where the API listens. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where players reach the API, as announced on chain: a `ws://` or `wss://` URL. `None` announces the address that
    /// is listened on.
    pub endpoint: Option<String>,
    /// ed25519 public key of this node on the peer-to-peer network, as announced on chain.
    pub network_key: [u8; 32],
    /// Rounds after which adopted earnings can be claimed; as the rewards pallet has it.
    pub claim_delay: u32,
    /// Adopted earnings that can be claimed from at a time; as the rewards pallet has it. Totals are kept of so many.
    pub claimable_roots: usize,
    /// Rounds for which the chain keeps settled rounds; as the rewards pallet has it.
    pub settled_rounds_kept: u32,
    /// Length of the parts of a snapshot, at most 256 KiB; the same for all verifiers of a chain, or they don't agree on one.
    pub snapshot_part_bytes: u32,
    /// Keep views and bodies for ever.
    pub archive_views: bool,
    /// Where settled rounds are archived, file by file. `None` archives nothing.
    pub archive: Option<ArchiveConfig>,
    /// Bounds of the API.
    pub limits: Limits,
    /// Which addresses are served.
    pub addresses: AddressPolicy,
    /// Memory for the store's cache, in bytes.
    pub store_cache: usize,
    /// How often the service looks after what the chain's notifications don't tell.
    pub tick: Duration,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// Where settled rounds are archived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveConfig {
    /// Directory of the files; made if it does not exist, for its owner only.
    pub directory: PathBuf,
    /// The oldest files go while all together are longer, in bytes. `None` keeps all.
    pub max_bytes: Option<u64>,
}

/// Bounds of the API. The defaults suffice for 50 viewers behind one address several times over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections in all.
    pub connections: usize,
    /// Connections from one address group.
    pub connections_per_group: usize,
    /// Sessions in all.
    pub sessions: usize,
    /// Sessions from one address group.
    pub sessions_per_group: usize,
    /// Sessions of one account; opening one more ends the oldest.
    pub sessions_per_account: usize,
    /// A session ends when it was not used for so long, in ms.
    pub session_idle_ms: u64,
    /// Calls from one address group: at once, and on average per second.
    pub calls: Rate,
    /// Sessions opened from one address group.
    pub opens: Rate,
    /// Calls within one session.
    pub session_calls: Rate,
    /// Cells started by one account.
    pub starts: Rate,
    /// Jumps of one account to another place: each lets it have a content key ahead of its time.
    pub moves: Rate,
    /// Subscriptions in all.
    pub subscriptions: usize,
    /// Subscriptions of one connection.
    pub subscriptions_per_connection: usize,
    /// Subscriptions from one address group.
    pub subscriptions_per_group: usize,
    /// Whoever follows something has to take a message within this time, or is sent away.
    pub subscriber_patience: Duration,
    /// Longest request in bytes.
    pub request_bytes: u32,
    /// Longest answer in bytes.
    pub response_bytes: u32,
    /// A connection has to bring a whole request within this time.
    pub request_time: Duration,
}

/// A rate limit: a bucket that holds `burst` and refills by `per_second`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Most at once.
    pub burst: u32,
    /// Refilled per 1,000 s, so that rates below one a second can be said.
    pub per_kilosecond: u32,
}

impl Rate {
    /// `burst` at once, then `per_second` a second.
    #[must_use]
    pub const fn per_second(burst: u32, per_second: u32) -> Self {
        Self {
            burst,
            per_kilosecond: per_second.saturating_mul(1_000),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 8_192,
            connections_per_group: 512,
            sessions: 65_536,
            sessions_per_group: 2_048,
            sessions_per_account: 4,
            session_idle_ms: 30 * 60_000,
            calls: Rate::per_second(2_000, 400),
            opens: Rate::per_second(300, 20),
            session_calls: Rate::per_second(200, 20),
            starts: Rate::per_second(64, 1),
            moves: Rate {
                burst: 24,
                per_kilosecond: 250,
            },
            subscriptions: 16_384,
            subscriptions_per_connection: 8,
            subscriptions_per_group: 1_024,
            subscriber_patience: Duration::from_secs(10),
            request_bytes: 128 * 1024,
            response_bytes: 256 * 1024,
            request_time: Duration::from_secs(15),
        }
    }
}

impl VerifierConfig {
    /// Settings for a node that keeps its files in `directory` and has `network_key`, listening on `listen`.
    #[must_use]
    pub fn new(directory: PathBuf, listen: SocketAddr, network_key: [u8; 32]) -> Self {
        Self {
            directory,
            listen,
            endpoint: None,
            network_key,
            claim_delay: 20,
            claimable_roots: 100,
            settled_rounds_kept: 20_000,
            snapshot_part_bytes: 256 * 1024,
            archive_views: false,
            archive: None,
            limits: Limits::default(),
            addresses: AddressPolicy::default(),
            store_cache: 64 * 1024 * 1024,
            tick: Duration::from_millis(250),
            clock: Arc::new(SystemClock::default()),
        }
    }
}

impl fmt::Debug for VerifierConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifierConfig")
            .field("directory", &self.directory)
            .field("listen", &self.listen)
            .field("endpoint", &self.endpoint)
            .field("claim_delay", &self.claim_delay)
            .field("archive_views", &self.archive_views)
            .field("archive", &self.archive)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
