//! What the verifier service in the node reads from the chain.
//!
//! Plain reads for wallets are view functions; this interface exists because the node needs typed data at every block.

use alloc::vec::Vec;
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

sp_api::decl_runtime_apis! {
    /// The chain as a verifier sees it. Since version 2 it says from where views are carried.
    #[api_version(2)]
    pub trait VerifierApi {
        /// The round clock; `None` before block 1.
        fn clock() -> Option<RoundClock>;
        /// Current and last counted rounds.
        fn standing() -> Standing;
        /// First round from which views may be carried into the header of `round`, a counted one.
        fn carried_from(round: Round) -> Round;
        /// The counted rounds in whose blocks a view accepted in `round` could stand, as far as they are over: ascending, at
        /// most 21.
        fn blocks_of(round: Round) -> Vec<Round>;
        /// Parameters by which a view issued in `round` is judged.
        fn parameters(round: Round) -> PovParameters;
        /// Cycle rule that holds in `round`.
        fn cycle_rule(round: Round) -> CycleRule;
        /// Seed of a cycle that has begun.
        fn cycle_seed(cycle: Cycle) -> Option<Hash32>;
        /// Verifiers in force in `round`, ascending.
        fn verifier_set(round: Round) -> Vec<AccountId>;
        /// Verifiers that announced themselves.
        fn announcements() -> Vec<(AccountId, VerifierAnnouncement)>;
        /// Set secret of a key epoch.
        fn set_secret(epoch: u32) -> Option<SetSecretRecord>;
        /// The key epoch that opened last.
        fn key_epoch() -> u32;
        /// Whose turn it is to make the set secret of a key epoch now.
        fn set_secret_maker(epoch: u32) -> Option<AccountId>;
        /// Who acknowledged to hold the set secret of a key epoch.
        fn set_secret_holders(epoch: u32) -> Vec<AccountId>;
        /// Headers reported for `round`, by ascending issuer.
        fn headers(round: Round) -> Vec<(AccountId, Header)>;
        /// Tickets root that `verifier` reported for `round`.
        fn tickets_root(verifier: AccountId, round: Round) -> Option<TicketsRoot>;
        /// Round and commitment of the last report of `verifier`.
        fn commitment(verifier: AccountId) -> Option<(Round, Hash32)>;
        /// Draw of `round`, once the counted round with its verdicts has closed.
        fn draw(round: Round) -> Option<Hash32>;
        /// A settled round.
        fn settled(round: Round) -> Option<SettledRound>;
        /// Settled rounds above `after`, ascending, at most `limit`.
        fn settled_after(after: Option<Round>, limit: u32) -> Vec<SettledRound>;
        /// Rounds between two earnings roots.
        fn earnings_interval() -> u32;
        /// Rounds between the adoption of earnings and the first claim under them.
        fn claim_delay() -> u32;
        /// The last adopted earnings.
        fn adopted_earnings() -> Option<EarningsTriple>;
        /// What never changes of a video.
        fn video(video: Magnet) -> Option<VideoTerms>;
        /// State of a video in `round`.
        fn video_state(video: Magnet, round: Round) -> Option<VideoState>;
        /// The enhancements of a video that counted in `round`.
        fn enhancements(video: Magnet, round: Round) -> Vec<CountedEnhancement>;
        /// A storage provider.
        fn provider(index: u32) -> Option<ProviderRecord>;
        /// What never changes of an advertising campaign.
        fn campaign(campaign: u32) -> Option<CampaignTerms>;
        /// State of a campaign in `round`.
        fn campaign_state(campaign: u32, round: Round) -> Option<CampaignState>;
        /// Page of storage providers that is looked at in a period.
        fn heartbeat_page(period: u32) -> u32;
        /// Whether a fault was proven in the view block of `issuer` in `round`.
        fn fault_proven(issuer: AccountId, round: Round) -> bool;
        /// Whether `key` is the ed25519 key of a registered controller.
        fn is_controller(key: [u8; 32]) -> bool;
        /// Whether `account` may publish.
        fn is_eligible_producer(account: AccountId) -> bool;
        /// The verifier in force whose `pov` session key this node holds; called with the node's keystore at hand.
        fn local_verifier() -> Option<AccountId>;
        /// Submits what is due, exactly as the off-chain worker does at each block; called with the worker's host
        /// functions at hand. The number of transactions handed to the pool.
        fn submit_due() -> u32;
    }
}
