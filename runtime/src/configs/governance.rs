//! How the verifiers decide together: motions, their thresholds, what waits for a delay, the funds.
//!
//! There is no superuser. The collective's members are the verifiers in force, one voice each, and silence is no.

use crate::{
    AccountId, Balance, Balances, OriginCaller, Runtime, RuntimeCall, RuntimeEvent,
    RuntimeHoldReason, RuntimeOrigin, Scheduler, System,
    constants::{
        MAX_VERIFIERS,
        block::share,
        currency::CFX,
        motions::{
            DURATION, FREE_PROPOSALS, LEAST_DELAY, MAX_CALL_BYTES, MAX_PENDING, MAX_PROPOSALS,
        },
    },
    weights,
};
use frame_support::{
    parameter_types,
    traits::{ConstU32, Contains, EqualPrivilegeOnly, fungible::HoldConsideration},
    weights::Weight,
};
use frame_system::EnsureRoot;
use pallet_collective::{
    DefaultVote, EnsureProportionAtLeast, EnsureProportionMoreThan, MemberCount,
    deposit::{Delayed, Geometric},
};
use sp_runtime::{FixedU128, Perbill};

/// The instance of the collective that the verifiers are.
pub type VerifierCollective = pallet_collective::Instance1;

/// A motion that more than 51 % of the verifiers in force voted for: three of four, four of seven.
pub type MoreThanHalf = EnsureProportionMoreThan<AccountId, VerifierCollective, 51, 100>;

/// A motion that at least two thirds of the verifiers in force voted for: three of four, five of seven.
pub type TwoThirds = EnsureProportionAtLeast<AccountId, VerifierCollective, 2, 3>;

/// Whoever does not vote, votes no.
pub struct SilenceIsNo;

impl DefaultVote for SilenceIsNo {
    fn default_vote(
        _prime_vote: Option<bool>,
        _yes_votes: MemberCount,
        _no_votes: MemberCount,
        _len: MemberCount,
    ) -> bool {
        false
    }
}

/// Who may make calls that nobody may make. Benchmarks make every call.
#[cfg(not(feature = "runtime-benchmarks"))]
type Nobody = frame_support::traits::NeverEnsureOrigin<()>;
#[cfg(feature = "runtime-benchmarks")]
type Nobody = EnsureRoot<AccountId>;

parameter_types! {
    /// A motion may take half of a block: as much as is surely left beside reports.
    pub MaxProposalWeight: Weight = share(Perbill::from_percent(50));
    /// Held for the first proposal that is not free.
    pub const ProposalDeposit: Balance = 10 * CFX;
    /// How much more is held for each further one.
    pub ProposalDepositRatio: FixedU128 = FixedU128::from_u32(2);
    /// Why it is held.
    pub const ProposalHoldReason: RuntimeHoldReason =
        RuntimeHoldReason::TechnicalCommittee(pallet_collective::HoldReason::ProposalSubmission);
}

/// Doubles with every open proposal beyond the free ones, so that one member can't take all the places and keep the others
/// from proposing anything.
type ProposalDeposits =
    Delayed<ConstU32<FREE_PROPOSALS>, Geometric<ProposalDepositRatio, ProposalDeposit>>;

impl pallet_collective::Config<VerifierCollective> for Runtime {
    type RuntimeOrigin = RuntimeOrigin;
    type Proposal = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type MotionDuration = ConstU32<DURATION>;
    type MaxProposals = ConstU32<MAX_PROPOSALS>;
    type MaxMembers = ConstU32<MAX_VERIFIERS>;
    #[cfg(not(feature = "runtime-benchmarks"))]
    type DefaultVote = SilenceIsNo;
    /// The SDK's benchmarks close motions as approved by it, which is no less work.
    #[cfg(feature = "runtime-benchmarks")]
    type DefaultVote = pallet_collective::PrimeDefaultVote;
    type WeightInfo = weights::Collective;
    /// Members are the verifiers in force and nobody else, whatever a motion says.
    type SetMembersOrigin = Nobody;
    type MaxProposalWeight = MaxProposalWeight;
    type DisapproveOrigin = MoreThanHalf;
    /// A deposit is never burned: who proposed what was refused gets it back.
    type KillOrigin = Nobody;
    type Consideration =
        HoldConsideration<AccountId, Balances, ProposalHoldReason, ProposalDeposits, u32>;
}

parameter_types! {
    /// What enactments may fill of a block.
    pub MaxEnactmentsWeight: Weight = share(Perbill::from_percent(60));
    /// The heaviest call that can be enacted.
    pub MaxEnactedWeight: Weight = share(Perbill::from_percent(50));
}

// Only motions use the scheduler: its own calls are for nobody, so that nothing else runs as root.
impl pallet_scheduler::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeOrigin = RuntimeOrigin;
    type PalletsOrigin = OriginCaller;
    type RuntimeCall = RuntimeCall;
    type MaximumWeight = MaxEnactmentsWeight;
    type ScheduleOrigin = Nobody;
    type OriginPrivilegeCmp = EqualPrivilegeOnly;
    type MaxScheduledPerBlock = ConstU32<MAX_PENDING>;
    type WeightInfo = weights::Scheduler;
    /// What is scheduled fits into the agenda: the index of a motion.
    type Preimages = ();
    type BlockNumberProvider = System;
}

/// What two thirds of the verifiers may do as root, with a delay. No call of it carries another call.
pub struct Enactable;

impl Contains<RuntimeCall> for Enactable {
    fn contains(call: &RuntimeCall) -> bool {
        // Of any length, to measure what a call of that length costs.
        #[cfg(feature = "runtime-benchmarks")]
        if matches!(call, RuntimeCall::System(frame_system::Call::remark { .. })) {
            return true;
        }
        matches!(
            call,
            // The code itself comes later, from anybody, and has to be that of the hash.
            RuntimeCall::System(frame_system::Call::authorize_upgrade { .. })
                | RuntimeCall::Funds(pallet_funds::Call::pay { .. })
                | RuntimeCall::Authorities(pallet_authorities::Call::admit { .. })
        ) || Urgent::contains(call)
    }
}

/// What of it waits only the least delay: it restores finality when a third of the verifiers is gone.
pub struct Urgent;

impl Contains<RuntimeCall> for Urgent {
    fn contains(call: &RuntimeCall) -> bool {
        matches!(
            call,
            RuntimeCall::Grandpa(pallet_grandpa::Call::note_stalled { .. })
        )
    }
}

impl pallet_motions::Config for Runtime {
    type RuntimeCall = RuntimeCall;
    type PalletsOrigin = OriginCaller;
    type Enactable = Enactable;
    type Urgent = Urgent;
    type ScheduleOrigin = TwoThirds;
    type CancelOrigin = MoreThanHalf;
    type Scheduler = Scheduler;
    type LeastDelay = ConstU32<LEAST_DELAY>;
    type MaxPending = ConstU32<MAX_PENDING>;
    type MaxCallBytes = ConstU32<MAX_CALL_BYTES>;
    type MaxCallWeight = MaxEnactedWeight;
    type WeightInfo = weights::Motions;
}

impl pallet_funds::Config for Runtime {
    type Currency = Balances;
    type PayOrigin = EnsureRoot<AccountId>;
    type WeightInfo = weights::Funds;
}
