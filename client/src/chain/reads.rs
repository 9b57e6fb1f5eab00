//! Reads through the runtime's `VerifierApi`, method by method.

use chainflix_primitives::{
    AccountId, Cycle, Hash32, Magnet, Round,
    duty::SetSecretRecord,
    registry::{
        PovParameters, ProviderRecord, SettledRound, Standing, VerifierAnnouncement, VideoState,
        VideoTerms,
    },
    report::EarningsTriple,
    rounds::{CycleRule, RoundClock},
};
use codec::{Decode, DecodeAll, Encode};

use super::{Block, Chain, ChainError, RUNTIME_API, in_time};

impl Chain {
    /// The round clock; `None` before block 1.
    ///
    /// # Errors
    /// As for every method below, when the chain can't be read.
    pub async fn clock(&self) -> Result<Option<RoundClock>, ChainError> {
        self.ask("clock", ()).await
    }

    /// Current and last counted rounds, as of the last finalized block.
    pub async fn standing(&self) -> Result<Standing, ChainError> {
        self.ask("standing", ()).await
    }

    /// Parameters by which a view issued in `round` is judged.
    pub async fn parameters(&self, round: Round) -> Result<PovParameters, ChainError> {
        self.ask("parameters", round).await
    }

    /// Cycle rule that holds in `round`.
    pub async fn cycle_rule(&self, round: Round) -> Result<CycleRule, ChainError> {
        self.ask("cycle_rule", round).await
    }

    /// Seed of a cycle that has begun.
    pub async fn cycle_seed(&self, cycle: Cycle) -> Result<Option<Hash32>, ChainError> {
        self.ask("cycle_seed", cycle).await
    }

    /// Verifiers in force in `round`, ascending.
    pub async fn verifier_set(&self, round: Round) -> Result<Vec<AccountId>, ChainError> {
        self.ask("verifier_set", round).await
    }

    /// Verifiers that announced themselves.
    pub async fn announcements(
        &self,
    ) -> Result<Vec<(AccountId, VerifierAnnouncement)>, ChainError> {
        self.ask("announcements", ()).await
    }

    /// Set secret of a key epoch, as the chain knows it.
    pub async fn set_secret(&self, epoch: u32) -> Result<Option<SetSecretRecord>, ChainError> {
        self.ask("set_secret", epoch).await
    }

    /// Settled rounds above `after`, ascending, at most `limit`.
    pub async fn settled_after(
        &self,
        after: Option<Round>,
        limit: u32,
    ) -> Result<Vec<SettledRound>, ChainError> {
        self.ask("settled_after", (after, limit)).await
    }

    /// A settled round.
    pub async fn settled(&self, round: Round) -> Result<Option<SettledRound>, ChainError> {
        self.ask("settled", round).await
    }

    /// The last adopted earnings.
    pub async fn adopted_earnings(&self) -> Result<Option<EarningsTriple>, ChainError> {
        self.ask("adopted_earnings", ()).await
    }

    /// Rounds between two earnings roots.
    pub async fn earnings_interval(&self) -> Result<u32, ChainError> {
        self.ask("earnings_interval", ()).await
    }

    /// What never changes of a video.
    pub async fn video(&self, video: &Magnet) -> Result<Option<VideoTerms>, ChainError> {
        self.ask("video", video).await
    }

    /// State of a video in `round`; `None` before its first round.
    pub async fn video_state(
        &self,
        video: &Magnet,
        round: Round,
    ) -> Result<Option<VideoState>, ChainError> {
        self.ask("video_state", (video, round)).await
    }

    /// A storage provider.
    pub async fn provider(&self, index: u32) -> Result<Option<ProviderRecord>, ChainError> {
        self.ask("provider", index).await
    }

    /// Page of storage providers that verifiers look at in a period.
    pub async fn heartbeat_page(&self, period: u32) -> Result<u32, ChainError> {
        self.ask("heartbeat_page", period).await
    }

    /// Whether `key` is the ed25519 key of a registered controller.
    pub async fn is_controller(&self, key: [u8; 32]) -> Result<bool, ChainError> {
        self.ask("is_controller", key).await
    }

    /// Whether `account` may publish.
    pub async fn is_eligible_producer(&self, account: &AccountId) -> Result<bool, ChainError> {
        self.ask("is_eligible_producer", account).await
    }

    async fn ask<T: Decode>(&self, method: &str, arguments: impl Encode) -> Result<T, ChainError> {
        let block = self.block().await?;
        ask_at(&block, method, arguments).await
    }
}

/// Calls `method` of the interface at `block`.
pub(super) async fn ask_at<T: Decode>(
    block: &Block,
    method: &str,
    arguments: impl Encode,
) -> Result<T, ChainError> {
    let name = format!("{RUNTIME_API}_{method}");
    let arguments = arguments.encode();
    let asked = block.runtime_apis();
    let bytes = in_time(asked.call_raw(&name, Some(&arguments))).await?;
    T::decode_all(&mut bytes.as_slice()).map_err(|_| ChainError::OtherTypes(name))
}
