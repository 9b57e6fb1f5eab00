//! Money: balances, fees, the treasury, vesting.

use crate::{
    AccountId, Balance, Balances, BlockNumber, Pov, Runtime, RuntimeEvent, RuntimeFreezeReason,
    RuntimeHoldReason, System,
    constants::currency::{CFX, EXISTENTIAL_DEPOSIT, FEE_PER_BYTE, FEE_PER_PICOSECOND},
    weights,
};
use chainflix_primitives::registry::CurrentRound;
use frame_support::{
    parameter_types,
    traits::{
        ConstU8, ConstU32, ConstU128, VariantCountOf, WithdrawReasons, tokens::imbalance::ResolveTo,
    },
    weights::ConstantMultiplier,
};
use pallet_funds::Fund;
use pallet_transaction_payment::{FungibleAdapter, Multiplier, TargetedFeeAdjustment};
use sp_runtime::{
    FixedPointNumber, Perquintill,
    traits::{BlockNumberProvider, ConvertInto},
};

parameter_types! {
    /// The treasury: the development fund. It receives transaction fees, slashes and dust.
    pub TreasuryAccount: AccountId = Fund::Development.account();

    /// Blocks fuller than this make fees rise, emptier ones make them fall.
    pub const TargetBlockFullness: Perquintill = Perquintill::from_percent(25);
    /// How fast: with full blocks, fees double in about five hours.
    pub AdjustmentSpeed: Multiplier = Multiplier::saturating_from_rational(12, 100_000);
    /// Fees never fall below the ones in `constants`, so that an idle chain isn't free to flood.
    pub MinimumMultiplier: Multiplier = Multiplier::saturating_from_integer(1);
    /// Fees never rise above a hundred times that.
    pub MaximumMultiplier: Multiplier = Multiplier::saturating_from_integer(100);
}

/// Where fees and dust go.
type ToTreasury = ResolveTo<TreasuryAccount, Balances>;

impl pallet_balances::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeHoldReason = RuntimeHoldReason;
    type RuntimeFreezeReason = RuntimeFreezeReason;
    type WeightInfo = weights::Balances;
    type Balance = Balance;
    type DustRemoval = ToTreasury;
    type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
    type AccountStore = System;
    type ReserveIdentifier = [u8; 8];
    type FreezeIdentifier = RuntimeFreezeReason;
    type MaxLocks = ConstU32<50>;
    type MaxReserves = ConstU32<50>;
    type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
    type DoneSlashHandler = ();
}

impl pallet_transaction_payment::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type OnChargeTransaction = FungibleAdapter<Balances, ToTreasury>;
    type WeightToFee = ConstantMultiplier<Balance, ConstU128<FEE_PER_PICOSECOND>>;
    type LengthToFee = ConstantMultiplier<Balance, ConstU128<FEE_PER_BYTE>>;
    type FeeMultiplierUpdate = TargetedFeeAdjustment<
        Runtime,
        TargetBlockFullness,
        AdjustmentSpeed,
        MinimumMultiplier,
        MaximumMultiplier,
    >;
    type OperationalFeeMultiplier = ConstU8<5>;
    type WeightInfo = weights::TransactionPayment;
}

/// Vesting counts rounds, not blocks: a chain that stood still vests no earlier or later by the clock.
pub struct Rounds;

impl BlockNumberProvider for Rounds {
    type BlockNumber = BlockNumber;

    fn current_block_number() -> BlockNumber {
        Pov::current_round()
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn set_block_number(round: BlockNumber) {
        super::benchmarking::Prepared::begin_round(round);
    }
}

parameter_types! {
    /// What is not vested pays for nothing, not even fees.
    pub UnvestedPaysFor: WithdrawReasons = WithdrawReasons::empty();
}

impl pallet_vesting::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type Currency = Balances;
    type BlockNumberToBalance = ConvertInto;
    /// Whoever gives somebody a schedule gives this much at least, so that nobody's list is filled for nothing.
    type MinVestedTransfer = ConstU128<{ 100 * CFX }>;
    type WeightInfo = weights::Vesting;
    type UnvestedFundsAllowedWithdrawReasons = UnvestedPaysFor;
    type BlockNumberProvider = Rounds;
    const MAX_VESTING_SCHEDULES: u32 = 28;
}
