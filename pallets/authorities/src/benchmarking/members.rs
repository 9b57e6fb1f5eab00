//! Verifiers as benchmarks need them, of this pallet and of others.

use chainflix_primitives::emission::CFX;
use frame_support::{
    BoundedVec,
    traits::{
        fungible::{Inspect, Unbalanced},
        tokens::Precision,
    },
};

use crate::{Config, Members, Pallet, VerifierProfile, VerifierRecord, VerifierStatus, Verifiers};

/// What such a verifier bonds, in units.
pub(super) const BOND: u128 = 1_000_000 * CFX;

impl<T: Config> Pallet<T> {
    /// Gives an account `amount` units out of nothing.
    pub fn endow(account: &T::AccountId, amount: u128) {
        let issued = <T as Config>::Currency::total_issuance();
        <T as Config>::Currency::set_total_issuance(issued + amount);
        <T as Config>::Currency::increase_balance(account, amount, Precision::Exact)
            .expect("an account takes what is enough to live on");
    }

    /// Puts an account into the set, with the largest profile and a bond that no punishment exhausts.
    pub fn make_member(account: &T::AccountId) {
        let mut record = Self::largest_record(VerifierStatus::Member);
        Self::endow(account, 2 * BOND);
        Self::hold_bond(account, &mut record, BOND).expect("it was given twice as much");
        Verifiers::<T>::insert(account, record);
        Members::<T>::mutate(|members| {
            if let Err(place) = members.binary_search(account) {
                let _ = members.try_insert(place, account.clone());
            }
        });
    }

    /// A record with the longest profile that holds nothing yet.
    pub(super) fn largest_record(status: VerifierStatus) -> VerifierRecord {
        VerifierRecord::new(status, Some(largest_profile()))
    }
}

/// The longest profile.
pub(super) fn largest_profile() -> VerifierProfile {
    let mut endpoint = b"wss://".to_vec();
    endpoint.resize(
        chainflix_primitives::registry::MAX_ENDPOINT_BYTES as usize,
        b'a',
    );
    VerifierProfile {
        endpoint: BoundedVec::truncate_from(endpoint),
        region: *b"AQ",
        exchange_key: [7; 32],
        hardware_score: u32::MAX,
        bandwidth_kbps: u32::MAX,
    }
}
