//! The chain as the service reads it. The node implements [`ChainView`] over its client and the runtime's
//! `VerifierApi`; nothing in this crate knows how.

use std::error::Error;

use chainflix_primitives::{
    AccountId, Cycle, Magnet, Round,
    campaign::{CampaignState, CampaignTerms},
    duty::SetSecretRecord,
    hash::Hash32,
    registry::{
        CountedEnhancement, PovParameters, ProviderRecord, SettledRound, Standing,
        VerifierAnnouncement, VideoState, VideoTerms,
    },
    report::{EarningsTriple, Header, TicketsRoot},
    rounds::{CycleRule, RoundClock},
};
use tokio::sync::watch;

pub(crate) mod facts;
pub(crate) mod verifiers;

pub(crate) use facts::Facts;

/// Which block's state is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum At {
    /// The best block: what is due now.
    Best,
    /// The last finalized block: what is settled for good.
    Finalized,
}

/// A block, as far as the service needs to tell one from another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BlockRef {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: Hash32,
}

/// The chain could not be read: the state is pruned, or the runtime's interface failed.
#[derive(Debug, thiserror::Error)]
#[error("the chain state could not be read ({what}); see the node's log")]
pub struct ChainError {
    /// What was being read.
    pub what: &'static str,
    /// Why it failed.
    #[source]
    pub source: Box<dyn Error + Send + Sync>,
}

/// What a read of the chain comes to.
pub type ChainResult<T> = Result<T, ChainError>;

/// Reads of the chain. The methods with [`At`] are those of the runtime's `VerifierApi`, with the same names and types.
///
/// They may block for about a millisecond each, as a call into the runtime does.
pub trait ChainView: Send + Sync + 'static {
    /// Hash of the chain's first block.
    fn genesis(&self) -> Hash32;
    /// The verifier in force whose `pov` session key this node holds.
    fn local_verifier(&self) -> Option<AccountId>;
    /// Changes at every new best block.
    fn best_blocks(&self) -> watch::Receiver<BlockRef>;
    /// Changes at every newly finalized block.
    fn finalized_blocks(&self) -> watch::Receiver<BlockRef>;

    /// The round clock; `None` before block 1.
    ///
    /// # Errors
    /// As for every method below, when the state can't be read.
    fn clock(&self, at: At) -> ChainResult<Option<RoundClock>>;
    /// Current and last counted rounds.
    fn standing(&self, at: At) -> ChainResult<Standing>;
    /// First round from which views may be carried into the header of `round`, a counted one.
    fn carried_from(&self, at: At, round: Round) -> ChainResult<Round>;
    /// The counted rounds in whose blocks a view accepted in `round` could stand, as far as they are over: ascending, at
    /// most 21.
    fn blocks_of(&self, at: At, round: Round) -> ChainResult<Vec<Round>>;
    /// Parameters by which a view issued in `round` is judged.
    fn parameters(&self, at: At, round: Round) -> ChainResult<PovParameters>;
    /// Cycle rule that holds in `round`.
    fn cycle_rule(&self, at: At, round: Round) -> ChainResult<CycleRule>;
    /// Seed of a cycle that has begun.
    fn cycle_seed(&self, at: At, cycle: Cycle) -> ChainResult<Option<Hash32>>;
    /// Verifiers in force in `round`, ascending.
    fn verifier_set(&self, at: At, round: Round) -> ChainResult<Vec<AccountId>>;
    /// The `pov` session key of `verifier` in `round`, if it was in force then and the chain still knows.
    fn pov_key(&self, at: At, verifier: AccountId, round: Round) -> ChainResult<Option<[u8; 32]>>;
    /// Verifiers that announced themselves.
    fn announcements(&self, at: At) -> ChainResult<Vec<(AccountId, VerifierAnnouncement)>>;
    /// Set secret of a key epoch.
    fn set_secret(&self, at: At, epoch: u32) -> ChainResult<Option<SetSecretRecord>>;
    /// The key epoch that opened last.
    fn key_epoch(&self, at: At) -> ChainResult<u32>;
    /// Whose turn it is to make the set secret of a key epoch now.
    fn set_secret_maker(&self, at: At, epoch: u32) -> ChainResult<Option<AccountId>>;
    /// Who acknowledged to hold the set secret of a key epoch.
    fn set_secret_holders(&self, at: At, epoch: u32) -> ChainResult<Vec<AccountId>>;
    /// Headers reported for `round`, by ascending issuer.
    fn headers(&self, at: At, round: Round) -> ChainResult<Vec<(AccountId, Header)>>;
    /// Tickets root that `verifier` reported for `round`.
    fn tickets_root(
        &self,
        at: At,
        verifier: AccountId,
        round: Round,
    ) -> ChainResult<Option<TicketsRoot>>;
    /// Round and commitment of the last report of `verifier`.
    fn commitment(&self, at: At, verifier: AccountId) -> ChainResult<Option<(Round, Hash32)>>;
    /// Draw of `round`, once the counted round with its verdicts has closed.
    fn draw(&self, at: At, round: Round) -> ChainResult<Option<Hash32>>;
    /// A settled round.
    fn settled(&self, at: At, round: Round) -> ChainResult<Option<SettledRound>>;
    /// Settled rounds above `after`, ascending, at most `limit`.
    fn settled_after(
        &self,
        at: At,
        after: Option<Round>,
        limit: u32,
    ) -> ChainResult<Vec<SettledRound>>;
    /// Rounds between two earnings roots.
    fn earnings_interval(&self, at: At) -> ChainResult<u32>;
    /// The last adopted earnings.
    fn adopted_earnings(&self, at: At) -> ChainResult<Option<EarningsTriple>>;
    /// What never changes of a video.
    fn video(&self, at: At, video: Magnet) -> ChainResult<Option<VideoTerms>>;
    /// State of a video in `round`.
    fn video_state(&self, at: At, video: Magnet, round: Round) -> ChainResult<Option<VideoState>>;
    /// The enhancements of a video that counted in `round`.
    fn enhancements(
        &self,
        at: At,
        video: Magnet,
        round: Round,
    ) -> ChainResult<Vec<CountedEnhancement>>;
    /// A storage provider.
    fn provider(&self, at: At, index: u32) -> ChainResult<Option<ProviderRecord>>;
    /// What never changes of an advertising campaign.
    fn campaign(&self, at: At, campaign: u32) -> ChainResult<Option<CampaignTerms>>;
    /// State of a campaign in `round`.
    fn campaign_state(
        &self,
        at: At,
        campaign: u32,
        round: Round,
    ) -> ChainResult<Option<CampaignState>>;
    /// Page of storage providers that is looked at in a period.
    fn heartbeat_page(&self, at: At, period: u32) -> ChainResult<u32>;
    /// Whether a fault was proven in the view block of `issuer` in `round`.
    fn fault_proven(&self, at: At, issuer: AccountId, round: Round) -> ChainResult<bool>;
    /// Whether `key` is the ed25519 key of a registered controller.
    fn is_controller(&self, at: At, key: [u8; 32]) -> ChainResult<bool>;
    /// Whether `account` may publish.
    fn is_eligible_producer(&self, at: At, account: AccountId) -> ChainResult<bool>;
}
