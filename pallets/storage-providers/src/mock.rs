//! A runtime of the pallet and balances; the current round is set by each test.

#![allow(unreachable_pub, reason = "the runtime macros ask for public items")]

use crate::{self as pallet_storage_providers, Pallet, weights::EstimatedWeight};
use chainflix_primitives::{
    Round,
    registry::{CurrentRound, ProviderClass},
};
use frame_support::{derive_impl, parameter_types, traits::ConstU128};
use sp_core::crypto::AccountId32;
use sp_runtime::{BuildStorage, DispatchResult, traits::IdentityLookup};

pub type AccountId = AccountId32;
type Block = frame_system::mocking::MockBlock<Test>;

/// One CFX in units.
pub const CFX: u128 = chainflix_primitives::emission::CFX;
/// How long records are kept in these tests, in rounds.
pub const RECORD_ROUNDS: u32 = 100;
/// Key of the controller of genesis.
pub const GENESIS_CONTROLLER: [u8; 32] = [0xc0; 32];

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        StorageProviders: pallet_storage_providers,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountId = AccountId;
    type Lookup = IdentityLookup<AccountId>;
    type AccountData = pallet_balances::AccountData<u128>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type AccountStore = System;
    type Balance = u128;
    type ExistentialDeposit = ConstU128<{ CFX / 100 }>;
    type RuntimeHoldReason = RuntimeHoldReason;
}

parameter_types! {
    /// The current round.
    pub static Now: Round = 1_000;
    pub const RecordRounds: u32 = RECORD_ROUNDS;
}

pub struct TestRounds;
impl CurrentRound for TestRounds {
    fn current_round() -> Round {
        Now::get()
    }
}

impl crate::Config for Test {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type ControllerOrigin = frame_system::EnsureRoot<AccountId>;
    type Rounds = TestRounds;
    type RecordRounds = RecordRounds;
    type DepositPerEntry = ConstU128<{ CFX / 10 }>;
    type DepositPerByte = ConstU128<{ CFX / 1_000 }>;
    type WeightInfo = EstimatedWeight<Test>;
}

pub fn owner() -> AccountId {
    AccountId::new([1; 32])
}

pub fn other_owner() -> AccountId {
    AccountId::new([2; 32])
}

/// Registers a node at home in Seoul with 1 GB.
pub fn register(by: AccountId, peer_key: [u8; 32]) -> DispatchResult {
    StorageProviders::register(
        RuntimeOrigin::signed(by),
        peer_key,
        [0xee; 32],
        ProviderClass::Home,
        *b"KR",
        1_000_000_000,
    )
}

/// Runs a test at block 1, round 1,000, with two accounts of 1,000 CFX, and checks the invariants.
pub fn run(test: impl FnOnce()) {
    Now::set(1_000);
    let mut storage = frame_system::GenesisConfig::<Test>::default()
        .build_storage()
        .expect("an empty genesis builds");
    pallet_balances::GenesisConfig::<Test> {
        balances: [owner(), other_owner()]
            .map(|account| (account, 1_000 * CFX))
            .to_vec(),
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .expect("balances build");
    pallet_storage_providers::GenesisConfig::<Test> {
        controllers: vec![(GENESIS_CONTROLLER, "http://127.0.0.1:9900".into())],
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .expect("controllers build");
    sp_io::TestExternalities::from(storage).execute_with(|| {
        System::set_block_number(1);
        test();
        Pallet::<Test>::do_try_state().expect("the invariants hold");
    });
}
