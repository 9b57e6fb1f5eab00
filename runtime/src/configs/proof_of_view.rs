//! Rounds, reports, settlement and claims.

use super::{MoreThanHalf, TreasuryAccount};
use crate::{
    Ads, Authorities, Balances, Pov, Rewards, Runtime, RuntimeHoldReason, Videos,
    constants::{currency::EXISTENTIAL_DEPOSIT, rounds, time},
    weights,
};
use chainflix_primitives::campaign::MAX_PAID_CAMPAIGNS;
use frame_support::{
    traits::{ConstU32, ConstU64, ConstU128, Get},
    weights::Weight,
};
use pallet_pov::SettlementWeights;
use pallet_rewards::WeightInfo as _;

/// Time of the block: when its slot began, in ms since the Unix epoch.
pub struct SlotTime;

impl Get<u64> for SlotTime {
    fn get() -> u64 {
        // A slot number that overflows can't come from a clock; the chain would have stopped long before.
        u64::from(pallet_aura::CurrentSlot::<Runtime>::get()).saturating_mul(time::SLOT_MS)
    }
}

impl pallet_pov::Config for Runtime {
    type Now = SlotTime;
    type SlotMs = ConstU64<{ time::SLOT_MS }>;
    type Videos = Videos;
    type Enhancements = Videos;
    type Settlement = Rewards;
    type Discipline = Authorities;
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Treasury = TreasuryAccount;
    type ParametersOrigin = MoreThanHalf;
    type SettlementWeights = SettlementCost;
    type WeightInfo = weights::Pov;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = super::benchmarking::Prepared;
}

impl pallet_rewards::Config for Runtime {
    type Currency = Balances;
    type Rounds = Pov;
    type Ads = Ads;
    type Discipline = Authorities;
    type ParametersOrigin = MoreThanHalf;
    type SettledRoundsKept = ConstU32<{ rounds::RECORDS }>;
    type LeastFeelessClaim = ConstU128<EXISTENTIAL_DEPOSIT>;
    /// Below whatever pays: free claims take the room that is left in a block.
    type ClaimPriority = ConstU64<0>;
    type ClaimLongevity = ConstU64<{ time::DUTY_LONGEVITY as u64 }>;
    type WeightInfo = weights::Rewards;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = super::benchmarking::Prepared;
}

/// Settlement runs inside the block hook of the pallet that judges, which counts it.
pub struct SettlementCost;

impl SettlementWeights for SettlementCost {
    fn settle(blocks: u32, debits: u32) -> Weight {
        let campaigns = debits.min(MAX_PAID_CAMPAIGNS);
        weights::Rewards::settle(blocks, campaigns)
            .saturating_add(pallet_ads::cost::pay::<weights::Ads>(debits))
    }

    fn vote_earnings() -> Weight {
        weights::Rewards::vote_earnings()
    }
}
