//! The chain as tests drive it: blocks, rounds, and transactions through pool and block.

use chainflix_primitives::{AccountId, Round, Signature64, registry::JudgedBlock, report::Report};
use codec::{Decode, Encode};
use frame_support::{
    dispatch::GetDispatchInfo,
    pallet_prelude::{TransactionSource, TransactionValidity, TransactionValidityError},
    traits::Hooks,
};
use frame_system::offchain::CreateAuthorizedTransaction;
use sp_core::Pair as _;
use sp_runtime::{
    BuildStorage, DispatchResult,
    traits::{Applyable, Checkable},
};

use super::{genesis_hash, network::Node};
use crate::{
    Call, Clock, GenesisConfig, Pallet, Progress,
    mock::{Extrinsic, NowMs, RuntimeCall, Settled, Test},
};

/// Time of block 1, ms since the Unix epoch: a slot's start.
pub(crate) const START_MS: u64 = 1_760_000_400_000;
/// Blocks of a full round.
pub(crate) const BLOCKS: u32 = 18;

/// Storage of a new chain.
pub(crate) fn externalities(genesis: GenesisConfig<Test>) -> sp_io::TestExternalities {
    let mut storage = frame_system::GenesisConfig::<Test>::default()
        .build_storage()
        .expect("builds");
    genesis.assimilate_storage(&mut storage).expect("builds");
    storage.into()
}

pub(crate) fn check_state() {
    Pallet::<Test>::do_try_state().expect("every invariant holds");
}

pub(crate) fn current_round() -> Round {
    Progress::<Test>::get().round
}

pub(crate) fn start_of(round: Round) -> u64 {
    let clock = Clock::<Test>::get().expect("block 1 was made");
    clock.start_of(round).expect("not that late")
}

/// Makes a block at the present time.
pub(crate) fn make_block() {
    let number = frame_system::Pallet::<Test>::block_number() + 1;
    frame_system::Pallet::<Test>::set_block_number(number);
    Pallet::<Test>::on_initialize(number);
}

/// Finishes the current round, of which only the first block is made, with `blocks` in all, and makes the first block
/// of the next.
pub(crate) fn finish_round(blocks: u32) {
    let round = current_round();
    for _ in 1..blocks {
        NowMs::mutate(|now| *now += 2_400);
        make_block();
    }
    assert_eq!(current_round(), round);
    NowMs::set(start_of(round + 1));
    make_block();
    assert_eq!(current_round(), round + 1);
}

/// Finishes the current round with a block in every slot.
pub(crate) fn next_round() {
    finish_round(BLOCKS);
}

/// Finishes the current round with too few blocks to count.
pub(crate) fn next_round_uncounted() {
    finish_round(BLOCKS / 3 - 1);
}

/// The transaction that the verifier's off-chain worker makes of a report.
pub(crate) fn transaction(node: &Node, report: &Report) -> Extrinsic {
    let signature = node.pair.sign(&report.signing_payload(&genesis_hash()));
    let signature: &[u8] = signature.as_ref();
    let call = Call::<Test>::report {
        report: Box::new(report.clone()),
        signature: Signature64(signature.try_into().expect("64 bytes")),
    };
    <Test as CreateAuthorizedTransaction<Call<Test>>>::create_authorized_transaction(
        RuntimeCall::Pov(call),
    )
}

/// What the pool says of a transaction.
pub(crate) fn validate(transaction: &Extrinsic) -> TransactionValidity {
    let encoded = transaction.encode();
    let decoded = Extrinsic::decode(&mut encoded.as_slice()).expect("just encoded");
    let info = decoded.get_dispatch_info();
    let context = frame_system::ChainContext::<Test>::default();
    let checked = decoded.check(&context)?;
    checked.validate::<Test>(TransactionSource::External, &info, encoded.len())
}

/// Applies a transaction as a block does.
pub(crate) fn apply(transaction: &Extrinsic) -> Result<DispatchResult, TransactionValidityError> {
    let encoded = transaction.encode();
    let decoded = Extrinsic::decode(&mut encoded.as_slice()).expect("just encoded");
    let info = decoded.get_dispatch_info();
    let context = frame_system::ChainContext::<Test>::default();
    let checked = decoded.check(&context)?;
    let outcome = checked.apply::<Test>(&info, encoded.len())?;
    Ok(outcome.map(|_| ()).map_err(|failed| failed.error))
}

/// Signs and applies a report.
pub(crate) fn submit(node: &Node, report: &Report) -> Result<(), TransactionValidityError> {
    apply(&transaction(node, report))?.expect("what is authorized does not fail");
    Ok(())
}

/// The settled block of `issuer` in `round`.
pub(crate) fn settled_block(round: Round, issuer: AccountId) -> Option<JudgedBlock> {
    let settled = Settled::get();
    let (_, blocks, _) = settled
        .into_iter()
        .find(|(settled, _, _)| *settled == round)?;
    blocks.into_iter().find(|block| block.issuer == issuer)
}

/// Whether the block of `issuer` in `round` was settled as approved.
pub(crate) fn approved(round: Round, issuer: AccountId) -> bool {
    settled_block(round, issuer)
        .expect("it is settled")
        .approved
}
