//! The verifiers in force are those who decide, who write blocks and who finalize them.

use crate::{AccountId, Grandpa, Runtime, Session, VerifierCollective};
use sp_runtime::{DispatchError, DispatchResult};

/// The members of the collective are the verifiers in force.
pub(super) fn decides() -> DispatchResult {
    let mut in_force: Vec<AccountId> = Session::validators();
    in_force.sort();
    if pallet_collective::Members::<Runtime, VerifierCollective>::get() == in_force {
        Ok(())
    } else {
        Err(DispatchError::Other(
            "the members of the collective are not the verifiers in force",
        ))
    }
}

/// Each verifier in force has one key that writes blocks, and one that finalizes them.
pub(super) fn writes_and_finalizes() -> DispatchResult {
    let count = Session::validators().len();
    let authors = pallet_aura::Authorities::<Runtime>::get();
    let voters = Grandpa::grandpa_authorities();
    let mut keys: Vec<_> = authors.iter().collect();
    keys.sort();
    keys.dedup();
    let mut others: Vec<_> = voters.iter().map(|(key, _)| key).collect();
    others.sort();
    others.dedup();
    let is_one_each = keys.len() == count && authors.len() == count;
    if is_one_each && others.len() == count && voters.iter().all(|(_, weight)| *weight == 1) {
        Ok(())
    } else {
        Err(DispatchError::Other(
            "the keys that write and finalize are not one each of the verifiers in force",
        ))
    }
}
