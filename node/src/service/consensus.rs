//! Writing blocks (Aura) and finalizing them (GRANDPA).

use super::{
    FullClient, FullPool, SelectChain,
    network::GrandpaProtocol,
    partial::{BlockImport, FinalityLink},
};
use chainflix_runtime::{BlockNumber, opaque::Block};
use sc_basic_authorship::ProposerFactory;
use sc_consensus_aura::{SlotDuration, SlotProportion, StartAuraParams, start_aura};
use sc_consensus_grandpa::{
    GrandpaParams, SharedVoterState, VotingRulesBuilder, run_grandpa_voter,
};
use sc_consensus_slots::BackoffAuthoringOnFinalizedHeadLagging;
use sc_network::{config::Role, service::traits::NetworkService};
use sc_network_sync::SyncingService;
use sc_service::{Configuration, TaskManager, error::Error};
use sc_telemetry::TelemetryHandle;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_consensus_aura::{inherents::InherentDataProvider as SlotInherent, sr25519::AuthorityPair};
use sp_keystore::KeystorePtr;
use sp_timestamp::InherentDataProvider as TimestampInherent;
use std::{sync::Arc, time::Duration};
use substrate_prometheus_endpoint::Registry;

/// A justification is kept and sent to light clients at least every so many blocks: twenty minutes.
pub(super) const JUSTIFICATION_PERIOD: u32 = 512;

/// How long a vote is expected to take through the network.
const GOSSIP_DURATION: Duration = Duration::from_millis(333);

/// The share of a slot in which a block is made: the rest is for sending and checking it.
const PROPOSAL_SHARE: f32 = 2. / 3.;

/// Blocks that may wait for finality before authors slow down: six minutes.
const UNFINALIZED_SLACK: BlockNumber = 150;

/// However far finality lags, a block is written at least every so many slots: 24 s.
const SLOWEST_INTERVAL: BlockNumber = 10;

/// What the node's configuration says about consensus.
pub(super) struct Settings {
    role: Role,
    name: String,
    force_authoring: bool,
    finality: bool,
    registry: Option<Registry>,
}

impl Settings {
    /// Reads them before the configuration is given away.
    pub(super) fn of(config: &Configuration) -> Self {
        Self {
            role: config.role,
            name: config.network.node_name.clone(),
            force_authoring: config.force_authoring,
            finality: !config.disable_grandpa,
            registry: config.prometheus_registry().cloned(),
        }
    }
}

/// What authorship and finality share.
pub(super) struct Parts<'a> {
    pub(super) settings: Settings,
    pub(super) client: Arc<FullClient>,
    pub(super) keystore: KeystorePtr,
    pub(super) pool: Arc<FullPool>,
    pub(super) sync: Arc<SyncingService<Block>>,
    pub(super) telemetry: Option<TelemetryHandle>,
    pub(super) tasks: &'a TaskManager,
}

/// The time, and the slot that it falls into.
pub(super) fn inherents(slot_duration: SlotDuration) -> (SlotInherent, TimestampInherent) {
    let timestamp = TimestampInherent::from_system_time();
    let slot = SlotInherent::from_timestamp_and_slot_duration(*timestamp, slot_duration);
    (slot, timestamp)
}

impl Parts<'_> {
    /// Writes a block in every slot that is this verifier's. Does nothing on other nodes.
    ///
    /// # Errors
    /// When the slot duration can't be read from the chain.
    pub(super) fn spawn_authorship(
        &self,
        select_chain: SelectChain,
        block_import: BlockImport,
    ) -> Result<(), Error> {
        if !self.settings.role.is_authority() {
            return Ok(());
        }
        let slot_duration = sc_consensus_aura::slot_duration(&*self.client)?;
        let proposer_factory = ProposerFactory::new(
            self.tasks.spawn_handle(),
            self.client.clone(),
            self.pool.clone(),
            self.settings.registry.as_ref(),
            self.telemetry.clone(),
        );
        let authorship =
            start_aura::<AuthorityPair, _, _, _, _, _, _, _, _, _, _>(StartAuraParams {
                slot_duration,
                client: self.client.clone(),
                select_chain,
                block_import,
                proposer_factory,
                create_inherent_data_providers: move |_parent, ()| async move {
                    Ok(inherents(slot_duration))
                },
                force_authoring: self.settings.force_authoring,
                backoff_authoring_blocks: Some(BackoffAuthoringOnFinalizedHeadLagging {
                    max_interval: SLOWEST_INTERVAL,
                    unfinalized_slack: UNFINALIZED_SLACK,
                    authoring_bias: 2,
                }),
                keystore: self.keystore.clone(),
                sync_oracle: self.sync.clone(),
                justification_sync_link: self.sync.clone(),
                block_proposal_slot_portion: SlotProportion::new(PROPOSAL_SHARE),
                // Nor may it take longer after empty slots: it would be late for the next.
                max_block_proposal_slot_portion: Some(SlotProportion::new(PROPOSAL_SHARE)),
                telemetry: self.telemetry.clone(),
                compatibility_mode: Default::default(),
            })?;
        // A verifier that can't write blocks any more must not look alive: the node stops with it.
        self.tasks.spawn_essential_handle().spawn_blocking(
            "aura",
            Some("block-authoring"),
            authorship,
        );
        Ok(())
    }

    /// Follows finality, and votes on it if this node is a verifier.
    ///
    /// # Errors
    /// When the state of the voter can't be read from the database.
    pub(super) fn spawn_finality(
        self,
        link: FinalityLink,
        network: Arc<dyn NetworkService>,
        protocol: GrandpaProtocol,
        voter_state: SharedVoterState,
    ) -> Result<(), Error> {
        let Settings {
            role,
            name,
            finality,
            registry,
            ..
        } = self.settings;
        if !finality {
            return Ok(());
        }
        let voter = run_grandpa_voter(GrandpaParams {
            config: sc_consensus_grandpa::Config {
                gossip_duration: GOSSIP_DURATION,
                justification_generation_period: JUSTIFICATION_PERIOD,
                observer_enabled: false,
                local_role: role,
                name: Some(name),
                keystore: role.is_authority().then_some(self.keystore),
                telemetry: self.telemetry.clone(),
                protocol_name: protocol.name,
            },
            link,
            network,
            sync: self.sync,
            notification_service: protocol.notifications,
            voting_rule: VotingRulesBuilder::default().build(),
            prometheus_registry: registry,
            shared_voter_state: voter_state,
            telemetry: self.telemetry,
            offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(self.pool),
        })?;
        self.tasks
            .spawn_essential_handle()
            .spawn_blocking("grandpa-voter", None, voter);
        Ok(())
    }
}
