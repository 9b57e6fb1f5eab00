//! Four verifiers, a controller, two providers, a video, and the time of all of them in the test's hand.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use chainflix_primitives::{
    AccountId,
    play_data::PlayData,
    registry::{ProviderClass, ProviderRecord, ROUNDS_UNTIL_EFFECT, VideoState},
    ticket::{Acceptance, SignedTicket},
};
use chainflix_verifier::{
    AddressPolicy, ArchiveConfig, Clock, Limits, VerifierConfig, VerifierService,
};
use ed25519_zebra::{SigningKey, VerificationKeyBytes};
use jsonrpsee::ws_client::WsClient;
use tempfile::TempDir;

use crate::chain::{Chain, Mirror, NodeView, SLOT_MS};
use crate::clock::TestClock;
use crate::network::{Network, NodeNetwork};
use crate::provider::Provider;
use crate::video::Video;
use crate::viewer::{Session, Viewer, connect};

/// Where the chain begins, ms since the Unix epoch.
pub(crate) const START_MS: u64 = 1_800_000_000_000;
/// Length of a round in most tests, as in preset `local`.
pub(crate) const ROUND_MS: u32 = 7_200;
/// The producer of the net's video.
pub(crate) const PRODUCER: AccountId = AccountId([0xa1; 32]);
/// Its supervisor.
pub(crate) const SUPERVISOR: AccountId = AccountId([0xa2; 32]);
/// Patience with what runs in the background.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long something that may never come is waited for.
const MOMENT: Duration = Duration::from_millis(300);

/// One verifier's node.
pub(crate) struct Node {
    pub(crate) account: AccountId,
    pub(crate) network_key: [u8; 32],
    pub(crate) directory: TempDir,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) service: Option<Arc<VerifierService>>,
    pub(crate) limits: Limits,
    pub(crate) addresses: AddressPolicy,
    /// How many adopted roots can be claimed under, as it believes.
    pub(crate) claimable_roots: usize,
    /// For how many rounds the chain keeps settled ones, as it believes.
    pub(crate) settled_rounds_kept: u32,
    /// Where it archives rounds.
    pub(crate) archive: Option<ArchiveConfig>,
}

/// The net.
pub(crate) struct Net {
    pub(crate) chain: Arc<Chain>,
    pub(crate) network: Arc<Network>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) controller: SigningKey,
    pub(crate) providers: Vec<Provider>,
    /// Some answers are not to be had: time must pass before reports are made without them.
    pub(crate) is_impaired: bool,
    now_ms: u64,
    next_block_ms: u64,
}

impl Net {
    /// A net of `count` verifiers that are ready.
    pub(crate) async fn start(count: u8) -> Self {
        Self::start_with(count, ROUND_MS, Limits::default()).await
    }

    pub(crate) async fn start_with(count: u8, round_ms: u32, limits: Limits) -> Self {
        Self::unstarted(count, round_ms, limits).started().await
    }

    /// A net of `count` verifiers with an address policy.
    pub(crate) async fn start_for(count: u8, addresses: &AddressPolicy) -> Self {
        let mut net = Self::unstarted(count, ROUND_MS, Limits::default());
        for node in &mut net.nodes {
            node.addresses = addresses.clone();
        }
        net.started().await
    }

    /// The same net, with all its nodes started and ready.
    pub(crate) async fn started(self) -> Self {
        let mut net = self;
        for node in 0..net.nodes.len() {
            net.start_node(node).await;
        }
        net.until_ready().await;
        net
    }

    pub(crate) fn unstarted(count: u8, round_ms: u32, limits: Limits) -> Self {
        let accounts: Vec<AccountId> = (1..=count).map(|n| AccountId([n; 32])).collect();
        let chain = Chain::new(accounts.clone(), round_ms, START_MS);
        let controller = SigningKey::from([0xc0; 32]);
        let providers: Vec<Provider> = [0xd1, 0xd2].into_iter().map(Provider::new).collect();
        chain.change(|state| {
            state.controllers = vec![VerificationKeyBytes::from(&controller).into()];
            state.providers = providers.iter().map(record).collect();
        });
        let nodes = accounts
            .into_iter()
            .map(|account| node(account, START_MS, limits))
            .collect();
        Self {
            chain,
            network: Arc::default(),
            nodes,
            controller,
            providers,
            is_impaired: false,
            now_ms: START_MS,
            next_block_ms: START_MS + SLOT_MS,
        }
    }

    /// Starts, or starts again, one node's service.
    pub(crate) async fn start_node(&mut self, index: usize) {
        let service = self.service(index).await;
        let node = &mut self.nodes[index];
        self.network.join(node.network_key, &service);
        node.service = Some(service);
    }

    async fn service(&self, index: usize) -> Arc<VerifierService> {
        let node = &self.nodes[index];
        let mut config = VerifierConfig::new(
            PathBuf::from(node.directory.path()),
            ([127, 0, 0, 1], 0).into(),
            node.network_key,
        );
        let clock: Arc<dyn Clock> = Arc::clone(&node.clock) as Arc<dyn Clock>;
        config.clock = clock;
        config.claim_delay = 2;
        config.limits = node.limits;
        config.addresses = node.addresses.clone();
        config.claimable_roots = node.claimable_roots;
        config.settled_rounds_kept = node.settled_rounds_kept;
        config.snapshot_part_bytes = 256;
        config.archive = node.archive.clone();
        config.tick = Duration::from_millis(20);
        config.store_cache = 8 * 1024 * 1024;
        let chain = Arc::clone(&self.chain);
        let service = VerifierService::start(
            config,
            Arc::new(NodeView {
                chain,
                account: node.account,
            }),
            Arc::new(NodeNetwork {
                network: Arc::clone(&self.network),
                own: node.network_key,
            }),
            Arc::new(Mirror {
                chain: Arc::clone(&self.chain),
                account: node.account,
            }),
            None,
        )
        .await
        .expect("the service starts");
        Arc::new(service)
    }

    /// Ends one node's service without a word, as a kill does: nothing is flushed, nobody is told.
    pub(crate) async fn kill(&mut self, index: usize) {
        let node = &mut self.nodes[index];
        self.network.leave(&node.network_key);
        let service = node.service.take().expect("it runs");
        self.chain.set_mute(node.account, true);
        drop(service);
        // The store's file is free when the last background task has let go of it.
        let lock = node.directory.path().join("verifier.redb");
        let free = || redb::Database::open(&lock).is_ok();
        wait_until("the store is let go of", free).await;
    }

    /// Starts a killed node again.
    pub(crate) async fn revive(&mut self, index: usize) {
        self.chain.set_mute(self.nodes[index].account, false);
        self.start_node(index).await;
    }

    /// A verifier leaves the set, as of a session that begins now: it holds for two rounds more.
    pub(crate) fn leave_set(&self, account: AccountId) {
        self.change_set(|set| set.retain(|member| *member != account), true);
    }

    /// A new verifier joins the set in the same way; its node is not started. Its index.
    pub(crate) fn join_set(&mut self, account: AccountId) -> usize {
        self.change_set(
            |set| {
                set.push(account);
                set.sort();
            },
            false,
        );
        let limits = Limits::default();
        self.nodes.push(node(account, self.now_ms, limits));
        self.nodes.len() - 1
    }

    fn change_set(&self, change: impl Fn(&mut Vec<AccountId>), opens_epoch: bool) {
        let now = self.chain.read(|state| state.round);
        self.chain.change(|state| {
            change(&mut state.set);
            state
                .sets
                .push((now + ROUNDS_UNTIL_EFFECT, state.set.clone()));
            if opens_epoch && state.secrets.contains_key(&state.epoch.0) {
                state.epoch = (state.epoch.0 + 1, now);
            }
        });
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.now_ms
    }
    pub(crate) fn index_of(&self, account: &AccountId) -> usize {
        self.nodes
            .iter()
            .position(|node| node.account == *account)
            .expect("a verifier")
    }

    pub(crate) async fn client(&self, node: usize) -> WsClient {
        let service = self.nodes[node].service.as_ref().expect("it runs");
        connect(service.api_address()).await
    }

    /// Lets time pass; blocks are made when their time comes.
    pub(crate) async fn pass(&mut self, ms: u64) {
        let end = self.now_ms + ms;
        while self.next_block_ms <= end {
            let slice = self.next_block_ms - self.now_ms;
            self.advance_clocks(slice);
            self.next_block_ms += SLOT_MS;
            self.chain.make_block();
            self.until_reported().await;
        }
        self.advance_clocks(end - self.now_ms);
    }

    /// Lets time pass without a block.
    pub(crate) fn stand_still(&mut self, ms: u64) {
        self.advance_clocks(ms);
        self.next_block_ms += ms;
    }

    fn advance_clocks(&mut self, ms: u64) {
        self.now_ms += ms;
        for node in &self.nodes {
            node.clock.advance(ms);
        }
    }

    /// Lets `rounds` rounds pass.
    pub(crate) async fn pass_rounds(&mut self, rounds: u32) {
        let round_ms = self.chain.read(|state| state.clock.round_ms);
        self.pass(u64::from(rounds) * u64::from(round_ms)).await;
    }

    /// Waits until every node that runs has handed in what is due; in an impaired net only for a moment.
    async fn until_reported(&self) {
        let running: Vec<AccountId> = self
            .nodes
            .iter()
            .filter(|node| node.service.is_some())
            .map(|node| node.account)
            .collect();
        let have_reported = || {
            running
                .iter()
                .all(|account| self.chain.has_reported(*account))
        };
        if self.is_impaired {
            // In the first block of a round reports wait for what is not to be had; from the second one on they leave.
            let leave = self.chain.read(|state| state.blocks_in_round) >= 2;
            let patience = if leave { MOMENT * 5 } else { MOMENT };
            holds_within(patience, have_reported).await;
        } else {
            let all = holds_within(PATIENCE, have_reported).await;
            let late = running.iter().filter(|of| !self.chain.has_reported(**of));
            assert!(all, "no report of {:?}", late.collect::<Vec<_>>());
        }
    }

    /// Waits until a node serves viewers, if it ever does.
    pub(crate) async fn is_ready(&self, node: usize) -> bool {
        let service = self.nodes[node].service.as_ref().expect("it runs");
        holds_within(Duration::from_secs(2), || service.is_ready()).await
    }

    pub(crate) async fn until_ready(&mut self) {
        for _ in 0..20 {
            self.pass(SLOT_MS).await;
            let services: Vec<&Arc<VerifierService>> = self
                .nodes
                .iter()
                .filter_map(|node| node.service.as_ref())
                .collect();
            let are_ready = || services.iter().all(|service| service.is_ready());
            if holds_within(MOMENT, are_ready).await {
                return;
            }
        }
        panic!("the verifiers don't get ready");
    }

    /// Registers a video of `total_ms`.
    pub(crate) fn publish(&self, seed: u8, total_ms: u32) -> Video {
        let video = Video::new(seed, total_ms, PRODUCER, SUPERVISOR);
        self.chain.change(|state| {
            state.videos.insert(video.magnet, video.terms.clone());
            state
                .video_states
                .insert(video.magnet, vec![(0, VideoState::Active)]);
        });
        video
    }

    /// Plays one cell honestly at the viewer's first verifier, and hands in the Play Data.
    pub(crate) async fn watch(&mut self, viewer: &Viewer, video: &Video, cell: u16) -> Acceptance {
        let node = viewer.assigned(self)[0];
        let mut session = viewer.open(self, node).await;
        let (_, data) = self.play(viewer, &mut session, video, cell).await;
        session.finish(data).await.expect("an honest view")
    }

    /// Plays one cell for exactly its playtime; the Play Data is not handed in yet.
    pub(crate) async fn play(
        &mut self,
        viewer: &Viewer,
        session: &mut Session,
        video: &Video,
        cell: u16,
    ) -> (SignedTicket, PlayData) {
        let receipts = session.receipts(self, video, cell).await;
        let ticket = session.start(video, cell).await;
        let data = viewer.play(self, video, &ticket, receipts);
        self.pass(u64::from(video.entry(cell).playtime_ms)).await;
        (ticket, data)
    }
}

fn node(account: AccountId, now_ms: u64, limits: Limits) -> Node {
    Node {
        account,
        network_key: [account.0[0] | 0x40; 32],
        directory: tempfile::tempdir().expect("a directory"),
        clock: TestClock::at(now_ms),
        service: None,
        limits,
        addresses: AddressPolicy::default(),
        claimable_roots: 100,
        settled_rounds_kept: 20_000,
        archive: None,
    }
}

fn record(provider: &Provider) -> ProviderRecord {
    ProviderRecord {
        owner: provider.owner,
        peer_key: VerificationKeyBytes::from(&provider.peer).into(),
        exchange_key: provider.exchange_key(),
        class: ProviderClass::AlwaysOn,
        region: *b"DE",
        space_bytes: 1 << 30,
        from_round: 0,
    }
}

/// Waits until `holds`, or fails with what was waited for.
pub(crate) async fn wait_until(what: &str, holds: impl FnMut() -> bool) {
    assert!(
        holds_within(PATIENCE, holds).await,
        "waited in vain until {what}"
    );
}

/// Whether something holds within some real time.
async fn holds_within(patience: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + patience;
    while !holds() {
        if Instant::now() > deadline {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    true
}
