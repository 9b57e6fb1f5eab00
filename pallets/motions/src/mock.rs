//! A runtime of the pallet, the scheduler and balances. Two accounts stand for motions of the verifiers.

#![allow(unreachable_pub, reason = "the runtime macros ask for public items")]

use crate::{self as pallet_motions, Pallet, weights::MeasuredWeight};
use frame_support::{
    derive_impl, ord_parameter_types, parameter_types,
    traits::{ConstU32, ConstU64, Contains, EqualPrivilegeOnly, Hooks},
    weights::Weight,
};
use frame_system::{EnsureRoot, EnsureSignedBy};
use sp_runtime::{BuildStorage, traits::Hash};

type Block = frame_system::mocking::MockBlock<Test>;

/// Stands for a motion of two thirds.
pub const TWO_THIRDS: u64 = 66;
/// Stands for a motion of more than 51 %.
pub const MORE_THAN_HALF: u64 = 51;
/// The delay in these tests, in blocks.
pub const DELAY: u64 = 20;
/// Longest call.
pub const MAX_CALL_BYTES: u32 = 100;
/// Most calls that wait.
pub const MAX_PENDING: u32 = 4;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Scheduler: pallet_scheduler,
        Motions: pallet_motions,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountData = pallet_balances::AccountData<u64>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type AccountStore = System;
}

parameter_types! {
    /// What the scheduler may fill of a block.
    pub static SchedulerRoom: Weight = Weight::from_parts(1_000_000_000_000, u64::MAX);
    /// The heaviest call.
    pub static MaxCallWeight: Weight = Weight::from_parts(400_000_000_000, u64::MAX);
}

ord_parameter_types! {
    pub const TwoThirds: u64 = TWO_THIRDS;
    pub const MoreThanHalf: u64 = MORE_THAN_HALF;
}

impl pallet_scheduler::Config for Test {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeOrigin = RuntimeOrigin;
    type PalletsOrigin = OriginCaller;
    type RuntimeCall = RuntimeCall;
    type MaximumWeight = SchedulerRoom;
    type ScheduleOrigin = EnsureRoot<u64>;
    type OriginPrivilegeCmp = EqualPrivilegeOnly;
    type MaxScheduledPerBlock = ConstU32<MAX_PENDING>;
    type WeightInfo = ();
    type Preimages = ();
    type BlockNumberProvider = System;
}

/// What can be enacted in these tests: calls of the system and of balances.
pub struct SystemAndBalances;
impl Contains<RuntimeCall> for SystemAndBalances {
    fn contains(call: &RuntimeCall) -> bool {
        matches!(call, RuntimeCall::System(..) | RuntimeCall::Balances(..))
    }
}

/// What is urgent in these tests.
pub struct HeapPages;
impl Contains<RuntimeCall> for HeapPages {
    fn contains(call: &RuntimeCall) -> bool {
        matches!(
            call,
            RuntimeCall::System(frame_system::Call::set_heap_pages { .. })
        )
    }
}

impl crate::Config for Test {
    type RuntimeCall = RuntimeCall;
    type PalletsOrigin = OriginCaller;
    type Enactable = SystemAndBalances;
    type Urgent = HeapPages;
    type ScheduleOrigin = EnsureSignedBy<TwoThirds, u64>;
    type CancelOrigin = EnsureSignedBy<MoreThanHalf, u64>;
    type Scheduler = Scheduler;
    type LeastDelay = ConstU64<10>;
    type MaxPending = ConstU32<MAX_PENDING>;
    type MaxCallBytes = ConstU32<MAX_CALL_BYTES>;
    type MaxCallWeight = MaxCallWeight;
    type WeightInfo = MeasuredWeight<()>;
}

/// A call that only root may make: sets an account's balance.
pub fn set_balance(who: u64, to: u64) -> RuntimeCall {
    pallet_balances::Call::force_set_balance { who, new_free: to }.into()
}

/// Hash of a call, as events name it.
pub fn hash_of(call: &RuntimeCall) -> sp_core::H256 {
    <Test as frame_system::Config>::Hashing::hash_of(call)
}

/// A motion of two thirds schedules a call.
pub fn schedule(call: RuntimeCall) -> sp_runtime::DispatchResult {
    Motions::schedule(RuntimeOrigin::signed(TWO_THIRDS), Box::new(call))
}

/// Runs blocks up to and with `block`, and the scheduler in each.
pub fn run_to(block: u64) {
    while System::block_number() < block {
        let next = System::block_number() + 1;
        System::set_block_number(next);
        // Each block starts empty.
        frame_system::BlockWeight::<Test>::kill();
        <Scheduler as Hooks<u64>>::on_initialize(next);
        Pallet::<Test>::do_try_state().expect("the invariants hold");
    }
}

/// A genesis with this delay.
pub fn genesis(delay: u64) -> sp_io::TestExternalities {
    let storage = RuntimeGenesisConfig {
        motions: pallet_motions::GenesisConfig { delay },
        ..Default::default()
    }
    .build_storage()
    .expect("genesis builds");
    storage.into()
}

/// Runs a test at block 1, and checks the invariants after.
pub fn run(test: impl FnOnce()) {
    SchedulerRoom::set(Weight::from_parts(1_000_000_000_000, u64::MAX));
    MaxCallWeight::set(Weight::from_parts(400_000_000_000, u64::MAX));
    genesis(DELAY).execute_with(|| {
        System::set_block_number(1);
        test();
        Pallet::<Test>::do_try_state().expect("the invariants hold");
    });
}
