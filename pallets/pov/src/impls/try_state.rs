//! Invariants, each with its name.

use alloc::collections::{BTreeMap, BTreeSet};
use chainflix_primitives::{
    Cycle, Round,
    merkle::RootBuilder,
    registry::CurrentRound,
    report::{MAX_VERIFIERS, cycle_leaf_hash},
    rounds::MAX_CARRY_ROUNDS,
};
use frame_support::ensure;
use sp_runtime::TryRuntimeError;

use crate::{
    Clock, Commitments, Config, Counted, CountedRounds, CycleRules, CycleSeeds, Draws, Faults,
    HeaderTrees, Headers, Issuers, JudgedIn, OpenFaults, PaidTickets, Pallet, Parameters, Progress,
    PrunedTo, Reports, SetRounds, TicketsRoots, VerifierSets,
    crypto::HostHasher,
    impls::{
        pruning::oldest_ticket,
        reports::{ascending, fits},
    },
};

impl<T: Config> Pallet<T> {
    /// Checks every invariant of README.md.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::counted_rounds_descend_and_are_over()?;
        Self::counted_rounds_know_those_before()?;
        Self::histories_ascend_and_reach_back_far_enough()?;
        Self::verifier_sets_are_sorted_and_indexed()?;
        Self::headers_issuers_reports_and_tickets_agree()?;
        Self::ballots_are_about_reported_headers()?;
        Self::draws_are_fixed_exactly_when_due()?;
        Self::faults_are_of_reported_headers()?;
        Self::trees_hold_every_settled_header()?;
        Self::nothing_old_remains()
    }

    fn counted_rounds_descend_and_are_over() -> Result<(), TryRuntimeError> {
        let counted = Counted::<T>::get();
        ensure!(
            ascending(counted.iter().rev()),
            "counted rounds do not descend"
        );
        let current = Progress::<T>::get().round;
        ensure!(
            counted.first().is_none_or(|last| *last < current),
            "a counted round is not over"
        );
        ensure!(
            Clock::<T>::get().is_some() || counted.is_empty(),
            "rounds counted without a clock"
        );
        Ok(())
    }

    fn counted_rounds_know_those_before() -> Result<(), TryRuntimeError> {
        let counted = Counted::<T>::get();
        let kept = PrunedTo::<T>::get().records;
        ensure!(
            counted
                .iter()
                .all(|round| *round < kept || CountedRounds::<T>::contains_key(round)),
            "a counted round does not know where it stands"
        );
        for (round, entry) in CountedRounds::<T>::iter() {
            ensure!(
                entry.before.is_none_or(|before| before < round)
                    && entry.carried_from <= round.saturating_sub(MAX_CARRY_ROUNDS),
                "a round comes before those that counted before it"
            );
            let next = JudgedIn::<T>::get(round);
            ensure!(
                next.is_some() == (counted.first() != Some(&round)),
                "a counted round is followed by none"
            );
            let Some(next) = next else {
                continue;
            };
            let after =
                CountedRounds::<T>::get(next).ok_or("a round is judged in no counted one")?;
            ensure!(
                after.before == Some(round) && after.carried_from >= entry.carried_from,
                "views are carried from further back than before"
            );
        }
        if let (Some(last), Some(twentieth)) = (
            counted.first().and_then(CountedRounds::<T>::get),
            counted.get(MAX_CARRY_ROUNDS as usize),
        ) {
            ensure!(
                last.carried_from >= *twentieth,
                "views are carried for more than 20 counted rounds"
            );
        }
        Ok(())
    }

    fn histories_ascend_and_reach_back_far_enough() -> Result<(), TryRuntimeError> {
        let kept = PrunedTo::<T>::get().records;
        let rules = CycleRules::<T>::get();
        ensure!(
            ascending(rules.iter().map(|rule| rule.first_round))
                && ascending(rules.iter().map(|rule| rule.first_cycle))
                && rules.iter().all(|rule| rule.length > 0)
                && rules.first().is_some_and(|rule| rule.first_round <= kept),
            "cycle rules are out of order"
        );
        let parameters = Parameters::<T>::get();
        ensure!(
            ascending(parameters.iter().map(|entry| entry.round))
                && parameters.first().is_some_and(|entry| entry.round <= kept)
                && parameters
                    .iter()
                    .all(|entry| entry.value.are_within_bounds()),
            "parameters are out of order"
        );
        let current = Self::cycle_of(Progress::<T>::get().round);
        let seeds = CycleSeeds::<T>::get();
        ensure!(
            ascending(seeds.iter().map(|entry| entry.cycle))
                && seeds.last().is_some_and(|entry| entry.cycle <= current),
            "cycle seeds are out of order"
        );
        ensure!(
            Self::seed_of(current).is_some(),
            "the current cycle has no seed"
        );
        Ok(())
    }

    fn verifier_sets_are_sorted_and_indexed() -> Result<(), TryRuntimeError> {
        let indexed: BTreeSet<Round> = SetRounds::<T>::get().iter().copied().collect();
        ensure!(
            ascending(SetRounds::<T>::get().iter()),
            "verifier sets are out of order"
        );
        let stored: BTreeSet<Round> = VerifierSets::<T>::iter_keys().collect();
        ensure!(indexed == stored, "verifier sets and their index differ");
        ensure!(
            VerifierSets::<T>::iter_values()
                .all(|set| ascending(set.iter().map(|member| member.account))),
            "a verifier set is not sorted"
        );
        Ok(())
    }

    fn headers_issuers_reports_and_tickets_agree() -> Result<(), TryRuntimeError> {
        let mut headers = 0usize;
        for (round, issuers) in Issuers::<T>::iter() {
            ensure!(
                ascending(issuers.iter().map(|entry| entry.issuer)),
                "issuers are not sorted"
            );
            for entry in &issuers {
                headers = headers.saturating_add(1);
                let header =
                    Headers::<T>::get(round, entry.issuer).ok_or("an issuer has no header")?;
                ensure!(
                    header.count == entry.count && fits(header.count, &header.root),
                    "an issuer's count differs from its header's"
                );
                ensure!(
                    Reports::<T>::contains_key(round, entry.issuer),
                    "a header has no report"
                );
                let set_is_forgotten = SetRounds::<T>::get()
                    .first()
                    .is_none_or(|first| *first > round);
                ensure!(
                    set_is_forgotten || Self::key_in(entry.issuer, round).is_some(),
                    "a header is of somebody outside the set"
                );
                ensure!(
                    Commitments::<T>::get(entry.issuer).is_some_and(|(last, _)| last >= round),
                    "a reporter has no commitment"
                );
                let kept = round >= PrunedTo::<T>::get().tickets;
                ensure!(
                    !kept || TicketsRoots::<T>::get(round, entry.issuer) == Some(header.tickets),
                    "a header's tickets root is not kept"
                );
            }
        }
        ensure!(
            headers == Headers::<T>::iter_keys().count(),
            "a header has no issuer"
        );
        Ok(())
    }

    fn ballots_are_about_reported_headers() -> Result<(), TryRuntimeError> {
        for (round, _, report) in Reports::<T>::iter() {
            let Some(ballot) = report.ballot else {
                continue;
            };
            ensure!(
                ballot.round < round,
                "verdicts are on the report's own round"
            );
            if ballot.round < PrunedTo::<T>::get().records {
                continue;
            }
            let issuers = Issuers::<T>::get(ballot.round);
            let mut leaves = 0u32;
            for (index, entry) in issuers.iter().enumerate() {
                ensure!(
                    ballot.judged.has(index) || !ballot.approved.has(index),
                    "a header is approved without a verdict"
                );
                if ballot.approved.has(index) {
                    leaves = leaves.saturating_add(entry.count);
                }
            }
            let past_the_last =
                (issuers.len()..MAX_VERIFIERS as usize).any(|index| ballot.judged.has(index));
            ensure!(!past_the_last, "a verdict is on no header");
            ensure!(
                leaves == ballot.personal.count,
                "a personal root has another count than what it is over"
            );
            ensure!(
                !ballot.entitled || report.reveal.is_some(),
                "verdicts count without a reveal"
            );
        }
        Ok(())
    }

    fn draws_are_fixed_exactly_when_due() -> Result<(), TryRuntimeError> {
        let counted = Counted::<T>::get();
        for (place, round) in counted.iter().take(4).enumerate() {
            ensure!(
                Draws::<T>::contains_key(round) == (place >= 2),
                "a draw is fixed too early or not at all"
            );
        }
        Ok(())
    }

    fn faults_are_of_reported_headers() -> Result<(), TryRuntimeError> {
        for (round, issuer, record) in Faults::<T>::iter() {
            ensure!(
                Headers::<T>::contains_key(round, issuer),
                "a fault is in no view block"
            );
            ensure!(
                record.proven_in > round && record.proven_in <= Progress::<T>::get().round,
                "a fault was proven before its block was there"
            );
        }
        let open = OpenFaults::<T>::get();
        let each: BTreeSet<_> = open.iter().collect();
        ensure!(each.len() == open.len(), "a fault is punished twice");
        ensure!(
            open.iter()
                .all(|(round, issuer)| Faults::<T>::contains_key(round, issuer)),
            "approvers are to be punished without a fault"
        );
        for (round, next) in JudgedIn::<T>::iter() {
            ensure!(round < next, "a round is judged before it is over");
        }
        Ok(())
    }

    /// A cycle's tree is what remains of its headers: as long as all of them are kept, it is the one that they make.
    fn trees_hold_every_settled_header() -> Result<(), TryRuntimeError> {
        let settled = Counted::<T>::get().get(3).copied();
        let rounds: BTreeSet<Round> = Issuers::<T>::iter_keys()
            .filter(|round| settled.is_some_and(|settled| *round <= settled))
            .collect();
        let mut kept: BTreeMap<Cycle, RootBuilder<HostHasher>> = BTreeMap::new();
        for round in rounds {
            let tree = kept.entry(Self::cycle_of(round)).or_default();
            for entry in &Issuers::<T>::get(round) {
                let header =
                    Headers::<T>::get(round, entry.issuer).ok_or("an issuer has no header")?;
                tree.push(cycle_leaf_hash::<HostHasher>(round, &entry.issuer, &header));
            }
        }
        for (cycle, tree) in HeaderTrees::<T>::iter() {
            let sizes = || tree.peaks.iter().map(|(size, _)| *size);
            ensure!(
                sizes().all(u32::is_power_of_two)
                    && sizes().zip(sizes().skip(1)).all(|(one, next)| one > next),
                "the peaks of a tree of headers are no tree's"
            );
            let (root, count) = Self::cycle_headers_root(cycle);
            let again = kept.remove(&cycle).unwrap_or_default();
            ensure!(
                again.count() <= count,
                "a settled header is not in its cycle's tree"
            );
            ensure!(
                Self::has_dropped_records_of(cycle) || again.root() == root,
                "a cycle's tree is of other headers"
            );
        }
        ensure!(
            kept.values().all(|tree| tree.count() == 0),
            "settled headers are in no tree"
        );
        Ok(())
    }

    /// Whether records of a round of `cycle` may have been dropped.
    fn has_dropped_records_of(cycle: Cycle) -> bool {
        let Some(last) = PrunedTo::<T>::get().records.checked_sub(1) else {
            return false;
        };
        let known = CycleRules::<T>::get()
            .first()
            .is_some_and(|rule| rule.first_round <= last);
        !known || Self::cycle_of(last) >= cycle
    }

    fn nothing_old_remains() -> Result<(), TryRuntimeError> {
        let pruned = PrunedTo::<T>::get();
        let oldest_records = Issuers::<T>::iter_keys()
            .chain(Draws::<T>::iter_keys())
            .chain(Headers::<T>::iter_keys().map(|(round, _)| round))
            .chain(Reports::<T>::iter_keys().map(|(round, _)| round))
            .chain(Faults::<T>::iter_keys().map(|(round, _)| round))
            .chain(PaidTickets::<T>::iter_keys().map(|(round, _)| round))
            .chain(JudgedIn::<T>::iter_keys())
            .chain(CountedRounds::<T>::iter_keys())
            .min();
        ensure!(
            oldest_records.is_none_or(|oldest| oldest >= pruned.records),
            "records remain that were dropped"
        );
        let oldest_tickets = TicketsRoots::<T>::iter_keys().map(|(round, _)| round).min();
        ensure!(
            oldest_tickets.is_none_or(|oldest| oldest >= pruned.tickets),
            "tickets roots remain that were dropped"
        );
        ensure!(
            Commitments::<T>::iter_values().all(|(last, _)| last >= pruned.records),
            "a commitment remains of a report that was dropped"
        );
        if let (Some(clock), Some(settled)) = (Clock::<T>::get(), Counted::<T>::get().get(3)) {
            ensure!(
                pruned.tickets
                    <= oldest_ticket(<Self as CurrentRound>::carried_from(*settled), &clock)
                    && pruned.records <= *settled,
                "records were dropped while they were needed"
            );
        }
        Ok(())
    }
}
