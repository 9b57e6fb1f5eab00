//! Starting and stopping the service.

use std::{
    fs::DirBuilder,
    net::{IpAddr, SocketAddr},
    os::unix::fs::DirBuilderExt,
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, AtomicU64},
    },
    time::Duration,
};

use chainflix_primitives::registry::{Endpoint, VerifierAnnouncement};
use substrate_prometheus_endpoint::Registry;
use tokio::{sync::Semaphore, task::JoinHandle};

use crate::accounts::Accounts;
use crate::api::{
    self, ApiServer, address::Caller, calls::Calls, limits::GroupLimits, session::Sessions,
};
use crate::archive::{self, Archive};
use crate::audit::Audit;
use crate::blocks::keeper::Keeper;
use crate::chain::verifiers::Verifiers;
use crate::chain::{At, ChainView, Facts};
use crate::clock::ServiceTime;
use crate::config::VerifierConfig;
use crate::context::{Context, Place};
use crate::duties::{Duties, DutyMirror};
use crate::earnings::{accountant::Accountant, missed::MissedRounds};
use crate::error::{CallError, StartError};
use crate::exchange::gossip::{self, Gossip};
use crate::exchange::{Exchange, LeafPool, Responder};
use crate::following;
use crate::keys::ServiceKeys;
use crate::metrics::Metrics;
use crate::network::PeerNetwork;
use crate::rebuilding::{self, Rebuilding};
use crate::secrets::setup::{self, Setup};
use crate::signature_queue::SignatureQueue;
use crate::snapshots::{Snapshots, joining};
use crate::store::Store;
use crate::tickets::TicketBook;

/// What was not used for long is forgotten so often.
const SWEEP_EVERY: Duration = Duration::from_secs(10);

/// A running verifier service.
///
/// Dropping it stops its tasks at once; [`Self::stop`] answers what is under way first. Nothing that anybody was told is
/// lost either way.
pub struct VerifierService {
    responder: Responder,
    context: Arc<Context>,
    calls: Calls,
    api: Option<ApiServer>,
    api_address: SocketAddr,
    tasks: Vec<JoinHandle<()>>,
}

impl VerifierService {
    /// Starts the service: opens keys and store in the configured directory, listens for players, and follows the chain.
    ///
    /// Needs a Tokio runtime, whose threads it shares. It may be started on any node: without a verifier in force whose
    /// key the node holds, it answers that it is not ready.
    ///
    /// # Errors
    /// When directory, keys, store or port can't be used; each with one sentence that says what to do.
    pub async fn start(
        config: VerifierConfig,
        chain: Arc<dyn ChainView>,
        network: Arc<dyn PeerNetwork>,
        mirror: Arc<dyn DutyMirror>,
        registry: Option<&Registry>,
    ) -> Result<Self, StartError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&config.directory)
            .map_err(|source| StartError::Directory {
                path: config.directory.clone(),
                source,
            })?;
        let listener = api::bind(config.listen).await?;
        let keys = Arc::new(ServiceKeys::load_or_create(&config.directory)?);
        let genesis = chain.genesis();
        let store = Store::open(&config.directory, &genesis, config.store_cache)?;
        let archive = config.archive.as_ref().map(|archive| {
            let opened = Archive::open(archive).map_err(|source| StartError::Archive {
                path: archive.directory.clone(),
                source,
            });
            opened.map(Arc::new)
        });
        let archive = archive.transpose()?;
        let time = ServiceTime::start(Arc::clone(&config.clock));
        let metrics = Metrics::new(registry);
        let audit = Audit::open(&config.directory);
        audit.started(time.now_ms());
        let verifiers = Arc::new(Verifiers::default());
        let pool = Arc::new(LeafPool::default());
        let (gossip, news) = Gossip::new();
        let view_ids = store.view()?.next_view_id()?;
        let snapshots =
            Snapshots::open(&config.directory).map_err(|source| StartError::Directory {
                path: config.directory.clone(),
                source,
            })?;
        let missed = MissedRounds::of(&store)?;
        metrics.rounds_missed(missed.get().is_some());
        let context = Arc::new(Context {
            genesis,
            facts: Facts::new(Arc::clone(&chain), At::Best),
            final_facts: Facts::new(Arc::clone(&chain), At::Finalized),
            exchange: Exchange::new(
                network,
                Arc::clone(&verifiers),
                Arc::clone(&pool),
                store.clone(),
                metrics.clone(),
            ),
            tickets: TicketBook::open(&store, time.started_ms())?,
            recent: Default::default(),
            accounts: Accounts::new(config.limits),
            heartbeats: Default::default(),
            signatures: SignatureQueue::default(),
            sessions: Sessions::new(config.limits),
            duties: Duties::new(mirror),
            secrets: Arc::default(),
            place: RwLock::new(Place::default()),
            view_ids: AtomicU64::new(view_ids),
            earnings_agree: AtomicBool::new(true),
            missed,
            snapshots,
            joining: Default::default(),
            rebuilding: Rebuilding::of(&store)?,
            proofs: Default::default(),
            proving: Arc::new(Semaphore::new(1)),
            config,
            time,
            chain,
            verifiers,
            keys,
            store,
            archive,
            gossip,
            following: Arc::default(),
            metrics,
            audit,
        });
        let groups = Arc::new(GroupLimits::new(context.config.limits));
        let calls = Calls::new(Arc::clone(&context), Arc::clone(&groups));
        let api = api::serve(Arc::clone(&context), groups, listener)?;
        let announcement = announcement(&context, api.address)?;
        if let Err(error) = setup::resume(&context) {
            tracing::warn!(%error, "the set secret will be looked for again");
        }
        let accountant = Accountant::new(Arc::clone(&context))?;
        let tasks = vec![
            tokio::spawn(gossip::run(Arc::clone(&context), news)),
            tokio::spawn(Keeper::new(Arc::clone(&context), announcement).run()),
            tokio::spawn(accountant.run()),
            tokio::spawn(joining::run(Arc::clone(&context))),
            tokio::spawn(Setup::new(Arc::clone(&context)).run()),
            tokio::spawn(rebuilding::run(Arc::clone(&context))),
            tokio::spawn(archive::run(Arc::clone(&context))),
            tokio::spawn(following::rounds::run(Arc::clone(&context))),
            tokio::spawn(sweep(Arc::clone(&context))),
        ];
        tracing::info!(api = %api.address, "verifier service started");
        Ok(Self {
            responder: Responder::new(Arc::clone(&context), pool),
            api_address: api.address,
            api: Some(api),
            context,
            calls,
            tasks,
        })
    }

    /// Where the API listens.
    #[must_use]
    pub fn api_address(&self) -> SocketAddr {
        self.api_address
    }

    /// Names of the API's methods: those that `rpc.discover` describes.
    #[must_use]
    pub fn api_methods(&self) -> Vec<&'static str> {
        self.api
            .as_ref()
            .map_or_else(Vec::new, |api| api.methods.clone())
    }

    /// Answers a request that came from the node with ed25519 key `network_key`, which the network has authenticated.
    /// Neither request nor answer is longer than [`crate::MAX_PEER_MESSAGE_BYTES`].
    pub async fn handle_peer(&self, network_key: [u8; 32], request: Vec<u8>) -> Vec<u8> {
        self.responder.answer(network_key, request).await
    }

    /// What `verifier_openSession` does, for a node that brings viewers' messages in by another transport: opens a session
    /// by a SCALE-encoded `OpenSession` that came from `from`. The same limits and address policy hold. Returns the session's id.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn open_session(&self, request: &[u8], from: IpAddr) -> Result<[u8; 16], CallError> {
        let caller = Caller::from(from, &self.context.config.addresses);
        self.calls.count(caller).map_err(CallError::Refused)?;
        Ok(self.calls.open_session(request, caller).await?)
    }

    /// What `verifier_call` does, for such a node: the sealed reply to message `number` of a session.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn call(
        &self,
        session: &[u8; 16],
        number: u64,
        sealed: &[u8],
        from: IpAddr,
    ) -> Result<Vec<u8>, CallError> {
        let arrived_ms = self.context.time.monotonic_ms();
        let caller = Caller::from(from, &self.context.config.addresses);
        self.calls.count(caller).map_err(CallError::Refused)?;
        let answered = self.calls.call(session, number, sealed, caller, arrived_ms);
        Ok(answered.await?)
    }

    /// Whether tickets are issued now.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.context.issues_tickets()
    }

    /// Stops the service: answers the calls under way, and waits until everything is on disk.
    pub async fn stop(mut self) {
        if let Some(api) = self.api.take() {
            api.stop().await;
        }
        self.end_tasks();
        // A store that has failed has said so already.
        let _ = self.context.store.writer().flush().await;
    }

    fn end_tasks(&mut self) {
        for task in self.tasks.drain(..) {
            task.abort();
        }
    }
}

impl Drop for VerifierService {
    fn drop(&mut self) {
        self.end_tasks();
    }
}

impl std::fmt::Debug for VerifierService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerifierService")
            .field("api_address", &self.api_address)
            .finish_non_exhaustive()
    }
}

fn announcement(
    context: &Context,
    listening: SocketAddr,
) -> Result<VerifierAnnouncement, StartError> {
    let endpoint = match &context.config.endpoint {
        Some(endpoint) => endpoint.clone(),
        None => format!("ws://{listening}"),
    };
    let bytes = endpoint.len();
    let endpoint =
        Endpoint::try_from(endpoint.into_bytes()).map_err(|_| StartError::Endpoint { bytes })?;
    Ok(VerifierAnnouncement {
        endpoint,
        network_key: context.config.network_key,
        exchange_key: context.keys.exchange.public(),
        service_key: context.keys.service_key(),
    })
}

async fn sweep(context: Arc<Context>) {
    loop {
        let now_ms = context.time.monotonic_ms();
        context.sessions.sweep(now_ms);
        context.accounts.sweep(now_ms);
        context.metrics.sizes(
            context.store.bytes(),
            context.sessions.len(),
            context.accounts.len(),
        );
        tokio::time::sleep(SWEEP_EVERY).await;
    }
}
