//! A runtime of the pallet and balances. Root stands for an enacted motion.

#![allow(unreachable_pub, reason = "the runtime macros ask for public items")]

use crate::{self as pallet_funds, FUNDS, Fund, Pallet, founders_pot, weights::MeasuredWeight};
use frame_support::{derive_impl, traits::ConstU128};
use frame_system::EnsureRoot;
use sp_core::crypto::AccountId32;
use sp_runtime::{BuildStorage, DispatchResult, traits::IdentityLookup};

type Block = frame_system::mocking::MockBlock<Test>;

/// The least balance of an account, in units.
pub const EXISTENTIAL_DEPOSIT: u128 = 10;
/// What each fund starts with, in units.
pub const ENDOWMENT: u128 = 1_000_000;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Funds: pallet_funds,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountId = AccountId32;
    type Lookup = IdentityLookup<AccountId32>;
    type AccountData = pallet_balances::AccountData<u128>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type AccountStore = System;
    type Balance = u128;
    type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
}

impl crate::Config for Test {
    type Currency = Balances;
    type PayOrigin = EnsureRoot<AccountId32>;
    type WeightInfo = MeasuredWeight<()>;
}

/// What the founders' pot starts with, in units.
pub const FOUNDERS_POT: u128 = 5_000_000;

/// The founders.
pub fn founders() -> AccountId32 {
    AccountId32::new([9; 32])
}

/// Somebody who has nothing.
pub fn somebody() -> AccountId32 {
    AccountId32::new([7; 32])
}

/// An enacted motion pays `to`.
pub fn pay(fund: Fund, to: AccountId32, amount: u128, purpose: u32) -> DispatchResult {
    Funds::pay(RuntimeOrigin::root(), fund, to, amount, purpose)
}

/// Runs a test on [`new_state`], and checks the invariants after.
pub fn run(test: impl FnOnce()) {
    new_state().execute_with(|| {
        test();
        Pallet::<Test>::do_try_state().expect("the invariants hold");
    });
}

/// State at block 1, with four endowed funds.
pub fn new_state() -> sp_io::TestExternalities {
    let storage = RuntimeGenesisConfig {
        balances: BalancesConfig {
            balances: FUNDS
                .into_iter()
                .map(|fund| (fund.account(), ENDOWMENT))
                .chain([(founders_pot(), FOUNDERS_POT)])
                .collect(),
            ..Default::default()
        },
        funds: pallet_funds::GenesisConfig {
            founders: Some(founders()),
        },
        ..Default::default()
    }
    .build_storage()
    .expect("genesis builds");
    let mut state = sp_io::TestExternalities::from(storage);
    state.execute_with(|| System::set_block_number(1));
    state
}
