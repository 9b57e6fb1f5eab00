//! What benchmarks of a pallet need the others to be like.

use crate::{Authorities, Runtime};
use chainflix_primitives::AccountId as RawAccount;
use frame_benchmarking::account;

/// A runtime in the state that a benchmark asks for.
pub struct Prepared;

/// Verifier `number` with a bond, in the set.
fn bonded_verifier(number: u32) -> RawAccount {
    let verifier = account("verifier", number, 0);
    if pallet_authorities::Verifiers::<Runtime>::get(&verifier).is_none() {
        Authorities::make_member(&verifier);
    }
    RawAccount(verifier.into())
}

impl pallet_rewards::BenchmarkHelper for Prepared {
    fn bonded_verifier(number: u32) -> RawAccount {
        bonded_verifier(number)
    }
}
