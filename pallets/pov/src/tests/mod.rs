//! One file per behaviour. Keys, signatures, nonces, trees and transactions are real.

mod chain;
mod network;
mod viewer;

mod cycles;
mod draws;
mod evidence;
mod faults;
mod leaves;
mod missing;
mod offchain;
mod openings;
mod parameters;
mod personal_openings;
mod possession;
mod pruning;
mod punishment;
mod refusals;
mod rounds;
mod second_leaves;
mod sequences;
mod sets;
mod settlement;
mod slashing;
mod tickets;
mod verdicts;
mod verifier_proofs;
mod weights;

use chainflix_primitives::hash::Hash32;
use frame_support::pallet_prelude::{InvalidTransaction, TransactionValidityError};

use crate::{Error, mock::Test};

/// Genesis hash of the test chain.
fn genesis_hash() -> Hash32 {
    crate::Pallet::<Test>::genesis_hash()
}

/// How the pool refuses what `error` refuses.
fn refused(error: Error<Test>) -> TransactionValidityError {
    use codec::Encode;
    match error {
        Error::WindowClosed | Error::AlreadyReported => InvalidTransaction::Stale,
        Error::NotYetDue => InvalidTransaction::Future,
        other => InvalidTransaction::Custom(other.encode()[0]),
    }
    .into()
}

/// Events of this pallet so far, since they were last taken.
fn events() -> Vec<crate::Event<Test>> {
    let ours = |record: frame_system::EventRecord<_, _>| match record.event {
        crate::mock::RuntimeEvent::Pov(event) => Some(event),
        _ => None,
    };
    let events = frame_system::Pallet::<Test>::events();
    frame_system::Pallet::<Test>::reset_events();
    events.into_iter().filter_map(ours).collect()
}
