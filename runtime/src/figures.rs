//! What the committed weights allow: the same figures for `examples/chain_figures.rs`, which prints them, and for the tests
//! that hold them against their goals.

use crate::{
    AccountId, Runtime, RuntimeCall,
    configs::SettlementCost,
    constants::{block::MAX_WEIGHT, time},
    weights,
};
use chainflix_primitives::report::{MAX_DEBITS, MAX_VERIFIERS};
use frame_support::{
    dispatch::{DispatchClass, GetDispatchInfo},
    weights::Weight,
};
use frame_system::offchain::CreateAuthorizedTransaction;
use pallet_pov::{SettlementWeights, WeightInfo};
use sp_runtime::traits::TransactionExtension;

/// What a transaction with the call takes of a block: the call, what is checked of the transaction, its fixed part.
#[must_use]
pub fn charged(call: &RuntimeCall) -> Weight {
    let info = call.get_dispatch_info();
    let extension = <Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_extension();
    let limits = <Runtime as frame_system::Config>::BlockWeights::get();
    info.call_weight
        .saturating_add(extension.weight(call))
        .saturating_add(limits.get(info.class).base_extrinsic)
}

/// Transfers that fill what user transactions may take of the blocks of one second.
#[must_use]
pub fn transfers_per_s() -> u64 {
    let call = RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive {
        dest: AccountId::new([1; 32]).into(),
        value: 1,
    });
    let limits = <Runtime as frame_system::Config>::BlockWeights::get();
    let normal = limits.get(DispatchClass::Normal);
    let room = normal
        .max_total
        .unwrap_or(limits.max_block)
        .min(limits.max_block);
    let each = charged(&call).ref_time().max(1);
    (room.ref_time() / each).saturating_mul(1_000) / time::SLOT_MS
}

/// Judging and settling the fullest round: as many view blocks as there may be verifiers, each with as many debits as one may
/// have.
#[must_use]
pub fn settlement() -> Weight {
    weights::Pov::judge_round(MAX_VERIFIERS, MAX_VERIFIERS).saturating_add(SettlementCost::settle(
        MAX_VERIFIERS,
        MAX_VERIFIERS.saturating_mul(MAX_DEBITS),
    ))
}

/// What [`settlement`] takes of a block, in thousandths, rounded up.
#[must_use]
pub fn settlement_per_mille() -> u64 {
    settlement()
        .ref_time()
        .saturating_mul(1_000)
        .div_ceil(MAX_WEIGHT.ref_time().max(1))
}
