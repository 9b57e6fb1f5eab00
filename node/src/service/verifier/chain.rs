//! The chain as the verifier service reads it: runtime calls at the best or the finalized block.

use crate::service::FullClient;
use chainflix_primitives::{
    AccountId, Cycle, Hash32, Magnet, Round,
    campaign::{CampaignState, CampaignTerms},
    duty::SetSecretRecord,
    registry::{
        CountedEnhancement, PovParameters, ProviderRecord, SettledRound, Standing,
        VerifierAnnouncement, VideoState, VideoTerms,
    },
    report::{EarningsTriple, Header, TicketsRoot},
    rounds::{CycleRule, RoundClock},
};
use chainflix_runtime::Runtime;
use chainflix_runtime::opaque::{Block, Hash};
use chainflix_verifier::{At, BlockRef, ChainError, ChainResult, ChainView};
use codec::{Decode, DecodeAll};
use futures::StreamExt;
use pallet_pov::{SetRounds, VerifierSets, runtime_api::VerifierApi};
use sc_client_api::{BlockchainEvents, StorageProvider};
use sc_service::TaskManager;
use sp_api::{ApiError, ApiExt, ApiRef, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use sp_core::storage::StorageKey;
use sp_keystore::{KeystoreExt, KeystorePtr};
use std::sync::Arc;
use tokio::sync::watch;

/// Runtime calls.
type Api<'a> = ApiRef<'a, <FullClient as ProvideRuntimeApi<Block>>::Api>;

/// The node's client behind the service's [`ChainView`].
pub(super) struct NodeChain {
    client: Arc<FullClient>,
    keystore: KeystorePtr,
    best: watch::Receiver<BlockRef>,
    finalized: watch::Receiver<BlockRef>,
}

impl NodeChain {
    /// Follows the client from now on.
    pub(super) fn new(client: Arc<FullClient>, keystore: KeystorePtr, tasks: &TaskManager) -> Self {
        let (best_sender, best) = watch::channel(best_block(&client));
        let (finalized_sender, finalized) = watch::channel(finalized_block(&client));
        let mut imported = client.import_notification_stream();
        let mut finality = client.finality_notification_stream();
        let followed = client.clone();
        tasks.spawn_handle().spawn("verifier-chain", Some("verifier"), async move {
            loop {
                tokio::select! {
                    block = imported.next() => match block {
                        Some(_) => best_sender.send_if_modified(|at| replace(at, best_block(&followed))),
                        None => return,
                    },
                    block = finality.next() => match block {
                        Some(_) => finalized_sender
                            .send_if_modified(|at| replace(at, finalized_block(&followed))),
                        None => return,
                    },
                };
            }
        });
        Self {
            client,
            keystore,
            best,
            finalized,
        }
    }

    /// A value in storage that the interface does not cover; of nothing, what is there by default.
    fn stored<T: Decode + Default>(&self, at: At, key: Vec<u8>) -> ChainResult<T> {
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| ChainError {
            what: "verifier sets",
            source,
        };
        let info = self.client.info();
        let hash = match at {
            At::Best => info.best_hash,
            At::Finalized => info.finalized_hash,
        };
        let found = self
            .client
            .storage(hash, &StorageKey(key))
            .map_err(|error| failed(Box::new(error)))?;
        found.map_or_else(
            || Ok(T::default()),
            |bytes| T::decode_all(&mut bytes.0.as_slice()).map_err(|error| failed(Box::new(error))),
        )
    }

    /// Calls the runtime at the state asked for.
    fn read<T>(
        &self,
        at: At,
        what: &'static str,
        call: impl FnOnce(&Api<'_>, Hash) -> Result<T, ApiError>,
    ) -> ChainResult<T> {
        let info = self.client.info();
        let hash = match at {
            At::Best => info.best_hash,
            At::Finalized => info.finalized_hash,
        };
        call(&self.client.runtime_api(), hash).map_err(|source| ChainError {
            what,
            source: Box::new(source),
        })
    }
}

fn best_block(client: &FullClient) -> BlockRef {
    let info = client.info();
    BlockRef {
        number: info.best_number.into(),
        hash: info.best_hash.0,
    }
}

fn finalized_block(client: &FullClient) -> BlockRef {
    let info = client.info();
    BlockRef {
        number: info.finalized_number.into(),
        hash: info.finalized_hash.0,
    }
}

fn replace(at: &mut BlockRef, by: BlockRef) -> bool {
    let changed = *at != by;
    *at = by;
    changed
}

impl ChainView for NodeChain {
    fn genesis(&self) -> Hash32 {
        self.client.info().genesis_hash.0
    }

    fn local_verifier(&self) -> Option<AccountId> {
        let mut api = self.client.runtime_api();
        api.register_extension(KeystoreExt(self.keystore.clone()));
        match api.local_verifier(self.client.info().best_hash) {
            Ok(verifier) => verifier,
            Err(error) => {
                tracing::warn!(%error, "the chain does not say which verifier this node is");
                None
            }
        }
    }

    fn best_blocks(&self) -> watch::Receiver<BlockRef> {
        self.best.clone()
    }

    fn finalized_blocks(&self) -> watch::Receiver<BlockRef> {
        self.finalized.clone()
    }

    fn clock(&self, at: At) -> ChainResult<Option<RoundClock>> {
        self.read(at, "round clock", |api, hash| api.clock(hash))
    }

    fn standing(&self, at: At) -> ChainResult<Standing> {
        self.read(at, "standing", |api, hash| api.standing(hash))
    }

    fn carried_from(&self, at: At, round: Round) -> ChainResult<Round> {
        self.read(at, "age of what is carried", |api, hash| {
            api.carried_from(hash, round)
        })
    }

    fn blocks_of(&self, at: At, round: Round) -> ChainResult<Vec<Round>> {
        self.read(at, "blocks of a view", |api, hash| {
            api.blocks_of(hash, round)
        })
    }

    fn parameters(&self, at: At, round: Round) -> ChainResult<PovParameters> {
        self.read(at, "parameters", |api, hash| api.parameters(hash, round))
    }

    fn cycle_rule(&self, at: At, round: Round) -> ChainResult<CycleRule> {
        self.read(at, "cycle rule", |api, hash| api.cycle_rule(hash, round))
    }

    fn cycle_seed(&self, at: At, cycle: Cycle) -> ChainResult<Option<Hash32>> {
        self.read(at, "cycle seed", |api, hash| api.cycle_seed(hash, cycle))
    }

    fn verifier_set(&self, at: At, round: Round) -> ChainResult<Vec<AccountId>> {
        self.read(at, "verifier set", |api, hash| {
            api.verifier_set(hash, round)
        })
    }

    fn pov_key(&self, at: At, verifier: AccountId, round: Round) -> ChainResult<Option<[u8; 32]>> {
        let rounds: Vec<Round> = self.stored(at, SetRounds::<Runtime>::hashed_key().to_vec())?;
        let Some(from) = rounds.iter().rev().find(|from| **from <= round) else {
            return Ok(None);
        };
        let key = VerifierSets::<Runtime>::hashed_key_for(from);
        let set: Vec<(AccountId, [u8; 32])> = self.stored(at, key)?;
        let mut members = set.into_iter();
        Ok(members
            .find(|(account, _)| *account == verifier)
            .map(|(_, key)| key))
    }

    fn announcements(&self, at: At) -> ChainResult<Vec<(AccountId, VerifierAnnouncement)>> {
        self.read(at, "announcements", |api, hash| api.announcements(hash))
    }

    fn set_secret(&self, at: At, epoch: u32) -> ChainResult<Option<SetSecretRecord>> {
        self.read(at, "set secret", |api, hash| api.set_secret(hash, epoch))
    }

    fn key_epoch(&self, at: At) -> ChainResult<u32> {
        self.read(at, "key epoch", |api, hash| api.key_epoch(hash))
    }

    fn set_secret_maker(&self, at: At, epoch: u32) -> ChainResult<Option<AccountId>> {
        self.read(at, "maker of the set secret", |api, hash| {
            api.set_secret_maker(hash, epoch)
        })
    }

    fn set_secret_holders(&self, at: At, epoch: u32) -> ChainResult<Vec<AccountId>> {
        self.read(at, "holders of the set secret", |api, hash| {
            api.set_secret_holders(hash, epoch)
        })
    }

    fn headers(&self, at: At, round: Round) -> ChainResult<Vec<(AccountId, Header)>> {
        self.read(at, "headers", |api, hash| api.headers(hash, round))
    }

    fn tickets_root(
        &self,
        at: At,
        verifier: AccountId,
        round: Round,
    ) -> ChainResult<Option<TicketsRoot>> {
        self.read(at, "tickets root", |api, hash| {
            api.tickets_root(hash, verifier, round)
        })
    }

    fn commitment(&self, at: At, verifier: AccountId) -> ChainResult<Option<(Round, Hash32)>> {
        self.read(at, "commitment", |api, hash| api.commitment(hash, verifier))
    }

    fn draw(&self, at: At, round: Round) -> ChainResult<Option<Hash32>> {
        self.read(at, "draw", |api, hash| api.draw(hash, round))
    }

    fn settled(&self, at: At, round: Round) -> ChainResult<Option<SettledRound>> {
        self.read(at, "settled round", |api, hash| api.settled(hash, round))
    }

    fn settled_after(
        &self,
        at: At,
        after: Option<Round>,
        limit: u32,
    ) -> ChainResult<Vec<SettledRound>> {
        self.read(at, "settled rounds", |api, hash| {
            api.settled_after(hash, after, limit)
        })
    }

    fn earnings_interval(&self, at: At) -> ChainResult<u32> {
        self.read(at, "earnings interval", |api, hash| {
            api.earnings_interval(hash)
        })
    }

    fn adopted_earnings(&self, at: At) -> ChainResult<Option<EarningsTriple>> {
        self.read(at, "adopted earnings", |api, hash| {
            api.adopted_earnings(hash)
        })
    }

    fn video(&self, at: At, video: Magnet) -> ChainResult<Option<VideoTerms>> {
        self.read(at, "video", |api, hash| api.video(hash, video))
    }

    fn video_state(&self, at: At, video: Magnet, round: Round) -> ChainResult<Option<VideoState>> {
        self.read(at, "video state", |api, hash| {
            api.video_state(hash, video, round)
        })
    }

    fn enhancements(
        &self,
        at: At,
        video: Magnet,
        round: Round,
    ) -> ChainResult<Vec<CountedEnhancement>> {
        self.read(at, "enhancements", |api, hash| {
            api.enhancements(hash, video, round)
        })
    }

    fn provider(&self, at: At, index: u32) -> ChainResult<Option<ProviderRecord>> {
        self.read(at, "provider", |api, hash| api.provider(hash, index))
    }

    fn campaign(&self, at: At, campaign: u32) -> ChainResult<Option<CampaignTerms>> {
        self.read(at, "campaign", |api, hash| api.campaign(hash, campaign))
    }

    fn campaign_state(
        &self,
        at: At,
        campaign: u32,
        round: Round,
    ) -> ChainResult<Option<CampaignState>> {
        self.read(at, "campaign state", |api, hash| {
            api.campaign_state(hash, campaign, round)
        })
    }

    fn heartbeat_page(&self, at: At, period: u32) -> ChainResult<u32> {
        self.read(at, "heartbeat page", |api, hash| {
            api.heartbeat_page(hash, period)
        })
    }

    fn fault_proven(&self, at: At, issuer: AccountId, round: Round) -> ChainResult<bool> {
        self.read(at, "fault", |api, hash| {
            api.fault_proven(hash, issuer, round)
        })
    }

    fn is_controller(&self, at: At, key: [u8; 32]) -> ChainResult<bool> {
        self.read(at, "controller", |api, hash| api.is_controller(hash, key))
    }

    fn is_eligible_producer(&self, at: At, account: AccountId) -> ChainResult<bool> {
        self.read(at, "eligibility", |api, hash| {
            api.is_eligible_producer(hash, account)
        })
    }
}
