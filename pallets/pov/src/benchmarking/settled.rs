//! Rounds to judge, to punish for, and to forget.

use alloc::vec::Vec;
use chainflix_primitives::{AccountId, Round, missing::MOST_BLOCKS, report::MAX_VERIFIERS};
use frame_support::BoundedVec;

use super::{
    reports,
    world::{self, OPENED, Reporter, SETTLED},
};
use crate::{
    Commitments, Config, Counted, CountedRounds, CycleRules, Draws, HeaderTrees, Issuers, JudgedIn,
    OpenFaults, PrunedTo, Reports, VerifierSets,
    types::{HeaderTree, MAX_OPEN_FAULTS, Pruned},
};

/// Reports of `judged_in` in which all of `voters` approve everything of `round`.
pub(super) fn approve_all<T: Config>(voters: &[AccountId], round: Round, judged_in: Round) {
    for voter in voters {
        let record = reports::record(Some(reports::approvals(round)));
        Reports::<T>::insert(judged_in, voter, record);
    }
}

/// A set of `size` verifiers in every round up to [`JUDGED`].
pub(super) fn resize_set<T: Config>(reporter: &Reporter, size: u32) -> Vec<AccountId> {
    let set = world::set_with::<T>(&reporter.account, &reporter.key, size);
    let accounts = set.iter().map(|verifier| verifier.account).collect();
    VerifierSets::<T>::insert(0, BoundedVec::truncate_from(set));
    accounts
}

/// A round with `h` headers that is to be settled, and the votes of a set of `v`.
pub(super) fn judgeable<T: Config>(h: u32, v: u32) {
    let reporter = world::make::<T>();
    let voters = resize_set::<T>(&reporter, v);
    approve_all::<T>(&voters, SETTLED, OPENED);
    let issuers = world::strangers(h);
    world::note_headers::<T>(SETTLED, &issuers, 1_000);
    for issuer in &issuers {
        Reports::<T>::insert(SETTLED, issuer, reports::record(None));
    }
    let peaks: Vec<_> = (0..20u32).rev().map(|n| (1 << n, [1; 32])).collect();
    let peaks = BoundedVec::truncate_from(peaks);
    HeaderTrees::<T>::insert(0, HeaderTree { peaks });
}

/// `r` rounds that are to be forgotten, with `i` reports in all. Returns the round that begins, and where it ends.
pub(super) fn prunable<T: Config>(r: u32, i: u32) -> (Round, Round) {
    world::make::<T>();
    let next = 1_000;
    let end = next - 200;
    CycleRules::<T>::mutate(|rules| rules[0].length = 100);
    let latest_first: Vec<Round> = (999 - MOST_BLOCKS..=999).rev().collect();
    world::count::<T>(&latest_first);
    Counted::<T>::put(BoundedVec::truncate_from(latest_first));
    PrunedTo::<T>::put(Pruned {
        records: end - r,
        tickets: next,
    });
    for round in end - r..end {
        Draws::<T>::insert(round, [4; 32]);
        world::count::<T>(&[round + 1, round]);
        Issuers::<T>::insert(round, BoundedVec::default());
    }
    for (number, verifier) in (0u32..).zip(world::strangers(i)) {
        let round = end - r + number % r;
        let record = reports::record(Some(reports::approvals(round)));
        Reports::<T>::insert(round, verifier, record);
        Commitments::<T>::insert(verifier, (round, [1; 32]));
    }
    (next, end)
}

/// A settled round with a faulty block that all of `a` verifiers approved, the last of as many faults as may wait.
pub(super) fn punishable<T: Config>(a: u32) {
    let reporter = world::make::<T>();
    let voters = resize_set::<T>(&reporter, a);
    approve_all::<T>(&voters, SETTLED, OPENED);
    let issuers = world::strangers(MAX_VERIFIERS);
    world::note_headers::<T>(SETTLED, &issuers, 1);
    JudgedIn::<T>::insert(SETTLED, OPENED);
    world::fill_open_faults::<T>(MAX_OPEN_FAULTS - 1);
    OpenFaults::<T>::mutate(|open| {
        let last = issuers[issuers.len() - 1];
        let _ = open.try_push((SETTLED, last));
    });
}

/// A chain of before [`crate::migrations`] on which each of the first `rounds` rounds was judged, and the one after them
/// counted.
pub(super) fn judged<T: Config>(rounds: u32) {
    world::make::<T>();
    let _ = CountedRounds::<T>::clear(u32::MAX, None);
    for round in 0..rounds {
        JudgedIn::<T>::insert(round, round + 1);
    }
    Counted::<T>::put(BoundedVec::truncate_from([rounds].to_vec()));
}
