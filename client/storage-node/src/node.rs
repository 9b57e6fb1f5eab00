//! A whole storage node: store, swarm, keys and links, and the work that time brings.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chainflix_controller::clock::{Clock, SystemClock};
use chainflix_p2p::serve::{DeliveryConfig, serve_cells, serve_manifests, serve_store};
use chainflix_p2p::{
    Network, NetworkConfig, PeerAddress, Reachability, Reservations, ServeLimits, Serving,
};
use tokio::sync::watch;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout_at};

use crate::addresses;
use crate::config::Config;
use crate::consents::Consents;
use crate::grants::{GrantRules, Trusted};
use crate::keys::{NodeKeys, ProviderKeys, Verifiers};
use crate::link::{ControllerEndpoint, LinkState, Node};
use crate::links::Links;
use crate::rate::UploadCap;
use crate::relays::RelayBook;
use crate::serving::Services;
use crate::signs_of_life::{Shown, SignsOfLife};
use crate::store::{Space, Store, StoreError, scrub};
use crate::totals::Totals;

/// Totals of idle tokens are written, and expired ones forgotten, so often.
const TIDY: Duration = Duration::from_secs(30);
/// Verifiers that were not heard of yet are asked for their keys so often, and addresses looked at.
const LOOK_AROUND: Duration = Duration::from_secs(15);
/// What a node without an upload cap tells controllers, by which they weigh its load, in bytes per second: 1 Gb/s.
const UNCAPPED: u64 = 125_000_000;
/// Streams of publishers and other nodes at a time, and of each.
const TRANSFERS: (usize, usize) = (64, 16);

/// Why a storage node did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store can't be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The swarm did not start.
    #[error(transparent)]
    Network(#[from] chainflix_p2p::StartError),
    /// The system gives no sockets.
    #[error("no connections can be made: {0}")]
    Http(#[from] reqwest::Error),
    /// A part of it failed.
    #[error("the storage node failed while it started; see its log")]
    Failed,
}

/// Where a node stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Cells held.
    pub cells: u32,
    /// Space, in bytes.
    pub space: Space,
    /// Streams to viewers.
    pub streams: u32,
    /// Bytes sent since the start.
    pub bytes_sent: u64,
    /// Verifiers whose token key is at hand.
    pub verifiers: usize,
    /// Verifiers to whom the node has shown itself.
    pub shown: Shown,
    /// Each controller's URL, and where the link to it stands.
    pub links: Vec<(String, LinkState)>,
}

/// A storage node that runs. Dropping it stops it; [`StorageNode::stop`] also makes the last totals durable.
pub struct StorageNode {
    services: Arc<Services>,
    network: Network,
    signs_of_life: Arc<SignsOfLife>,
    links: Links,
    failed: watch::Receiver<bool>,
    serving: Vec<Serving>,
    tasks: Vec<JoinHandle<()>>,
}

/// How long a node that stops waits for the deliveries and writes under way.
const LAST_WORK: Duration = Duration::from_secs(10);

/// How often it looks whether the deliveries are over.
const RELEASE_POLL: Duration = Duration::from_millis(20);

impl StorageNode {
    /// Opens the store, listens, serves, and begins to work for its controllers; none of them has to be up.
    ///
    /// # Errors
    /// When the folder or a port can't be used.
    pub async fn start(
        config: Config,
        keys: NodeKeys,
        verifiers: Arc<dyn Verifiers>,
    ) -> Result<Self, StartError> {
        let keys = Arc::new(keys);
        let store = {
            let (folder, genesis, quota) =
                (config.folder.clone(), config.genesis, config.quota_bytes);
            spawn_blocking(move || Store::open(&folder, &genesis, quota))
                .await
                .map_err(|_| StartError::Failed)??
        };
        let connections = u32::try_from(config.viewers.get().saturating_mul(2));
        let network_config = NetworkConfig {
            listen: config.listen.clone(),
            listen_if_possible: config.listen_if_possible.clone(),
            max_incoming: connections.unwrap_or(u32::MAX),
            probe: config.probe,
            ..NetworkConfig::default()
        };
        let network = Network::start(keys.peer().clone(), network_config).await?;
        let failed = store.database().failed();
        let signs_of_life = Arc::new(SignsOfLife::new(
            config.genesis,
            config.provider,
            Arc::clone(&keys),
            Arc::clone(&verifiers),
        )?);
        let trusted = Trusted::default();
        let services = Arc::new(Services {
            totals: Totals::of(&store),
            store,
            token_keys: ProviderKeys::new(
                config.genesis,
                config.provider,
                Arc::clone(&keys),
                verifiers,
            )?,
            rules: GrantRules {
                genesis: config.genesis,
                controllers: trusted.clone(),
                provider: config.provider,
                peer_key: keys.peer().public(),
            },
            cap: UploadCap::new(config.upload_bytes_per_second),
            takes_in: !config.shares,
            counters: Arc::default(),
            streams: Arc::default(),
            clock: SystemClock::default(),
        });
        let (streams, per_peer) = TRANSFERS;
        let limits = ServeLimits {
            streams: NonZeroUsize::new(streams).ok_or(StartError::Failed)?,
            streams_per_peer: NonZeroUsize::new(per_peer).ok_or(StartError::Failed)?,
        };
        let mut delivery = DeliveryConfig::new(config.genesis, config.provider);
        delivery.paced = config.paced;
        delivery.limits.streams = config.viewers;
        let serving = [
            serve_cells(&network, Arc::clone(&services), delivery),
            serve_store(&network, Arc::clone(&services), limits),
            serve_manifests(&network, Arc::clone(&services), limits),
        ];
        let serving: Option<Vec<Serving>> = serving.into_iter().collect();
        let listens = [config.listen, config.listen_if_possible].concat();
        let told = addresses::told(&config.announce, &listens, &network.told_addresses());
        let (addresses, told_addresses) = watch::channel(told);
        let (relays, offers) = RelayBook::new();
        let reservations = Reservations::keep(&network, offers);
        let node = Arc::new(Node {
            genesis: config.genesis,
            provider: config.provider,
            keys,
            store: services.store.clone(),
            counters: Arc::clone(&services.counters),
            streams: Arc::clone(&services.streams),
            network: network.clone(),
            upload_bytes_per_second: match config.upload_bytes_per_second {
                0 => UNCAPPED,
                cap => cap,
            },
            leaving: config.leaving,
            addresses: told_addresses,
            is_announced: !config.announce.is_empty(),
            shares: config.shares,
            relays,
            consents: Consents::default(),
        });
        let mut tasks = vec![
            tokio::spawn(scrub(services.store.clone(), config.scrub_bytes_per_second)),
            tokio::spawn(tidy(Arc::clone(&services))),
            tokio::spawn(look_around(
                Arc::clone(&services),
                (network.clone(), reservations),
                (config.announce, listens),
                addresses,
            )),
        ];
        // Nobody counts on a viewer to be there.
        if !config.shares {
            tasks.push(tokio::spawn(Arc::clone(&signs_of_life).run()));
        }
        let links = Links::new(node, trusted, config.may_link);
        links.work_for(&config.controllers);
        Ok(Self {
            services,
            network,
            signs_of_life,
            links,
            failed,
            serving: serving.ok_or(StartError::Failed)?,
            tasks,
        })
    }

    /// Works for these controllers from now on, and for no others: of one that is gone neither links nor grants are good any
    /// more.
    pub fn work_for(&self, controllers: &[ControllerEndpoint]) {
        self.links.work_for(controllers);
    }

    /// The node as others reach it.
    #[must_use]
    pub fn address(&self) -> PeerAddress {
        self.network.address()
    }

    /// From where others reach it, as relays have told it.
    #[must_use]
    pub fn reachability(&self) -> Reachability {
        self.network.reachability().borrow().clone()
    }

    /// Its store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.services.store
    }

    /// Where it stands.
    #[must_use]
    pub fn status(&self) -> Status {
        let counters = &self.services.counters;
        Status {
            cells: self.services.store.digest().cells,
            space: self.services.store.space(),
            streams: counters.streams.load(Ordering::Relaxed),
            bytes_sent: counters.bytes_sent.load(Ordering::Relaxed),
            verifiers: self.services.token_keys.count(),
            shown: self.signs_of_life.shown(),
            links: self.links.states(),
        }
    }

    /// Counters and gauges in Prometheus' text format.
    #[must_use]
    pub fn metrics(&self) -> String {
        self.services.metrics()
    }

    /// What [`Self::metrics`] says, for whoever asks again and again; nothing once the node is gone, which it keeps nobody
    /// from.
    pub fn metrics_page(&self) -> impl Fn() -> String + Clone + Send + Sync + use<> {
        let services = Arc::downgrade(&self.services);
        move || {
            services
                .upgrade()
                .map_or_else(String::new, |node| node.metrics())
        }
    }

    /// Waits until the node can't go on, which is when its index can't be written any more.
    pub async fn failed(&self) {
        let mut failed = self.failed.clone();
        // The sender goes only with a panic of the writing thread, which is a failure too.
        let _ = failed.wait_for(|failed| *failed).await;
    }

    /// Ends serving, and waits until everything is durable and the folder can be opened again: 10 s at most, should a
    /// delivery not end, or whoever embeds the node not let go of its [`Store`].
    pub async fn stop(mut self) {
        self.serving.clear();
        self.links.end().await;
        let tasks = std::mem::take(&mut self.tasks);
        for task in tasks {
            task.abort();
            // It was aborted, or had ended.
            let _ = task.await;
        }
        // Deliveries under way end by themselves once nothing is accepted any more; what they send counts too.
        let deadline = Instant::now() + LAST_WORK;
        while Arc::strong_count(&self.services) > 1 && Instant::now() < deadline {
            sleep(RELEASE_POLL).await;
        }
        self.services.totals.flush();
        let closed = self.services.store.database().closed();
        // The index waits for its writes when the last of its users goes. That may be work on another thread that was
        // ordered by a task which is gone: aborting the task does not end it.
        let _ = spawn_blocking(move || drop(self)).await;
        if timeout_at(deadline, closed).await.is_err() {
            tracing::warn!(
                "the storage node stopped, but its index is still in use; its folder can't be opened yet"
            );
        }
    }
}

impl Drop for StorageNode {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn tidy(services: Arc<Services>) {
    let mut ticks = interval(TIDY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        services.totals.tidy(services.clock.unix_ms());
    }
}

async fn look_around(
    services: Arc<Services>,
    (network, reservations): (Network, Reservations),
    (announce, listen): (Vec<String>, Vec<chainflix_p2p::Multiaddr>),
    addresses: watch::Sender<Vec<String>>,
) {
    let mut ticks = interval(LOOK_AROUND);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut reachability = network.reachability();
    let mut held = reservations.held();
    loop {
        let keys_too = tokio::select! {
            _ = ticks.tick() => true,
            Ok(()) = reachability.changed() => false,
            Ok(()) = held.changed() => false,
        };
        let told = addresses::told(&announce, &listen, &network.told_addresses());
        addresses.send_if_modified(|known| {
            let moved = *known != told;
            *known = told;
            moved
        });
        if keys_too {
            services.token_keys.fetch_all().await;
        }
    }
}
