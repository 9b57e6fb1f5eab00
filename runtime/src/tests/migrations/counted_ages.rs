//! `Pov` 1 to 2: what is carried ages by counted rounds.

use super::{noted, version_before};
use crate::{
    Pov, Runtime,
    constants::block::MAX_WEIGHT,
    invariants,
    migrations::Unreleased,
    tests::money::{lived, storage::Storage},
};
use chainflix_primitives::{Round, registry::CountedRound, rounds::MAX_CARRY_ROUNDS};
use frame_support::{
    BoundedVec, storage_alias,
    traits::{ConstU32, OnRuntimeUpgrade, StorageVersion},
};
use pallet_pov::{CountedRounds, JudgedIn};
use std::collections::BTreeMap;

/// The items as they were.
mod then {
    use super::*;

    #[storage_alias]
    pub(super) type Counted = StorageValue<Pov, BoundedVec<Round, ConstU32<4>>>;
}

fn counted_rounds() -> BTreeMap<Round, CountedRound> {
    CountedRounds::<Runtime>::iter().collect()
}

/// Writes the state as version 1 had it.
fn go_back_to_version_1() {
    let counted = pallet_pov::Counted::<Runtime>::get().into_inner();
    then::Counted::put(BoundedVec::truncate_from(counted));
    let _ = CountedRounds::<Runtime>::clear(u32::MAX, None);
    StorageVersion::new(1).put::<Pov>();
    version_before();
}

#[test]
fn every_counted_round_learns_where_it_stands_once_and_every_invariant_holds_again() {
    lived(|chain| {
        let expected = counted_rounds();
        let counted = pallet_pov::Counted::<Runtime>::get();
        assert!(
            expected.len() > MAX_CARRY_ROUNDS as usize,
            "a life long enough"
        );
        assert_eq!(expected.len(), JudgedIn::<Runtime>::iter_keys().count() + 1);
        go_back_to_version_1();
        // Why it is needed: the invariants of today don't hold.
        assert!(invariants::check().is_err());

        let steps = chain.undone(|_| Unreleased::on_runtime_upgrade());
        assert!(steps.ref_time() > 0 && steps.all_lte(MAX_WEIGHT / 2));
        chain.block([]);
        assert_eq!(noted("Pov"), Some(StorageVersion::new(2)));
        let mut now = counted_rounds();
        // The block may have closed a round more.
        now.retain(|round, _| expected.contains_key(round));
        assert_eq!(now, expected);
        let later = pallet_pov::Counted::<Runtime>::get();
        assert!(
            counted
                .iter()
                .take(MAX_CARRY_ROUNDS as usize)
                .all(|round| later.contains(round))
        );
        assert_eq!(invariants::check(), Ok(()));

        // Once more changes nothing.
        let before = Storage::read();
        Unreleased::on_runtime_upgrade();
        before.assert_unchanged();
        chain.block([]);
        assert_eq!(invariants::check(), Ok(()));
    });
}
