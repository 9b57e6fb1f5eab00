//! Bad calls: each of the runtime's calls, with arguments that make no sense, signed by somebody who has money and no role.

use super::{money::storage::Storage, origins::calls, walk::signed};
use crate::{
    Executive, RuntimeCall, RuntimeEvent, System, TreasuryAccount,
    constants::currency::{FEE_PER_BYTE, FEE_PER_PICOSECOND},
    simulation::walk::walk,
};
use codec::Encode;
use frame_support::storage::{TransactionOutcome, with_transaction};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    DispatchError,
    transaction_validity::{InvalidTransaction, TransactionValidityError},
};

/// Whether wallets can show why.
fn is_named(error: &DispatchError) -> bool {
    match error {
        DispatchError::Module(error) => error.message.is_some(),
        DispatchError::Other(_) => false,
        _ => true,
    }
}

#[test]
fn bad_calls_return_named_errors_change_nothing_and_cost_the_caller_their_weight() {
    let caller = Sr25519Keyring::Ferdie;
    let (mut refused, mut wrong) = (0, Vec::new());
    walk("local_testnet", |chain| {
        chain.block([]);
        chain.begin_block();
        for (name, call) in calls() {
            // Each from the same state.
            let outcome = with_transaction(|| {
                TransactionOutcome::Rollback(Ok::<_, DispatchError>(try_to_make(caller, call)))
            });
            match outcome.expect("the layer of storage opens") {
                Ok(true) => refused += 1,
                // Some calls mean something even with zeros.
                Ok(false) => {}
                Err(why) => wrong.push(format!("{name}: {why}")),
            }
        }
        chain.end_block();
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(refused > 110, "only {refused} calls were refused");
}

/// Signs a call. Whether it was refused, as it should be if it was.
fn try_to_make(caller: Sr25519Keyring, call: RuntimeCall) -> Result<bool, String> {
    let transaction = signed(caller, call);
    let bytes = transaction.encoded_size() as u128;
    let before = Storage::read();
    let events = System::events().len();
    let outcome = Executive::apply_extrinsic(transaction);
    let outcome = match outcome {
        Ok(outcome) => outcome,
        // What only block authors put in is not let in at all, and makes a block with it wrong.
        Err(TransactionValidityError::Invalid(InvalidTransaction::BadMandatory)) => {
            return Ok(true);
        }
        Err(invalid) => return Err(format!("not let in: {invalid:?}")),
    };
    let Err(error) = outcome else {
        return Ok(false);
    };
    if !is_named(&error) {
        return Err(format!("{error:?} has no name"));
    }
    before.assert_unchanged_but_for_the_fee(&[caller.to_account_id(), TreasuryAccount::get()]);
    let (fee, picoseconds) = paid_since(events);
    let least = bytes * FEE_PER_BYTE + picoseconds * FEE_PER_PICOSECOND;
    if fee < least {
        return Err(format!("cost {fee} of {least}"));
    }
    Ok(true)
}

/// The fee that was paid since the block had so many events, and the picoseconds that it was for.
fn paid_since(events: usize) -> (u128, u128) {
    let mut paid = (0, 0);
    for record in System::events().into_iter().skip(events) {
        match record.event {
            RuntimeEvent::TransactionPayment(
                pallet_transaction_payment::Event::TransactionFeePaid { actual_fee, .. },
            ) => paid.0 += actual_fee,
            RuntimeEvent::System(frame_system::Event::ExtrinsicFailed {
                dispatch_info, ..
            }) => {
                paid.1 = u128::from(dispatch_info.weight.ref_time());
            }
            _ => {}
        }
    }
    paid
}
