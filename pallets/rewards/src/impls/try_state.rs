//! What must always hold.

use frame_support::ensure;
use sp_runtime::TryRuntimeError;

use crate::{
    Adopted, AdoptedOrder, CLAIMABLE_ROOTS, Claimed, Config, LastAdopted, LifetimeTotals,
    MAX_RATE_BOUNDS, OpenVotes, Pallet, RateChanges, SettledOrder, SettledPlaces, SettledRounds,
    Signers, Totals, Votes,
};

impl<T: Config> Pallet<T> {
    /// Runs every check.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::check_cap()?;
        Self::check_settled_rounds()?;
        Self::check_parts()?;
        Self::check_adopted()?;
        Self::check_votes()?;
        Self::check_rates()
    }

    /// Changes of the most rate ascend, within their bounds.
    fn check_rates() -> Result<(), TryRuntimeError> {
        let changes = RateChanges::<T>::get();
        ensure!(
            changes
                .windows(2)
                .all(|pair| matches!(pair, [a, b] if a.from_round < b.from_round)),
            "changes of the rate are out of order"
        );
        let (least, most) = MAX_RATE_BOUNDS;
        ensure!(
            changes.iter().all(|change| change
                .max_rate_per_second
                .is_none_or(|rate| (least..=most).contains(&rate))),
            "a rate is out of bounds"
        );
        Ok(())
    }

    /// `settled ≤ schedule`, `paid ≤ settled + advertised`, and paid is what accounts claimed.
    fn check_cap() -> Result<(), TryRuntimeError> {
        let totals = LifetimeTotals::<T>::get();
        let owed = totals.owed().ok_or("totals overflow")?;
        ensure!(totals.paid <= owed, "more was paid than is owed");
        let ceiling =
            Self::last_settled().map_or(0, |last| Self::cumulative(last.round.saturating_add(1)));
        ensure!(
            totals.settled <= ceiling,
            "more was settled than the schedule grants"
        );
        let claimed = Claimed::<T>::iter_values()
            .try_fold(0u128, |sum, amount| sum.checked_add(amount))
            .ok_or("claims overflow")?;
        ensure!(claimed == totals.paid, "paid is not what was claimed");
        Ok(())
    }

    /// Places are without gap and ascend; each has its record, whose parts sum up and stay below its emission.
    fn check_settled_rounds() -> Result<(), TryRuntimeError> {
        let places = SettledPlaces::<T>::get();
        let mut before: Option<crate::SettledEntry> = None;
        for place in places.first..places.next {
            let entry = SettledOrder::<T>::get(place).ok_or("a place is empty")?;
            let record = SettledRounds::<T>::get(entry.round).ok_or("a record is missing")?;
            let parts = record
                .blocks
                .iter()
                .try_fold(0u128, |sum, block| sum.checked_add(block.reward))
                .ok_or("rewards overflow")?;
            ensure!(parts == record.settled, "rewards are not what was settled");
            ensure!(
                record.settled <= record.emission,
                "a round settled more than its emission"
            );
            ensure!(
                record.emission == Self::reward(entry.round),
                "an emission is off schedule"
            );
            ensure!(
                record
                    .blocks
                    .iter()
                    .all(|block| block.approved || block.reward == 0),
                "a block was paid that was not approved"
            );
            let owed = record
                .ads
                .iter()
                .try_fold(record.settled, |sum, paid| sum.checked_add(paid.paid))
                .ok_or("what campaigns paid overflows")?;
            ensure!(
                record.ads.iter().all(|paid| paid.paid <= paid.debits),
                "a campaign paid more than it was debited"
            );
            if before.is_none() && places.first == 0 {
                // Nothing is forgotten yet: the sums begin with the first round.
                ensure!(entry.total == owed, "the first running total is off");
            }
            if let Some(before) = before {
                ensure!(
                    before.round < entry.round,
                    "settled rounds are out of order"
                );
                ensure!(
                    before.total.checked_add(owed) == Some(entry.total),
                    "a running total is off"
                );
            }
            before = Some(entry);
        }
        let kept = places.next.saturating_sub(places.first) as usize;
        ensure!(
            SettledRounds::<T>::iter_keys().count() == kept,
            "a record has no place"
        );
        ensure!(
            SettledOrder::<T>::iter_keys().count() == kept,
            "a place is outside the span"
        );
        if let Some(last) = before {
            ensure!(
                Some(last.total) == LifetimeTotals::<T>::get().owed(),
                "the last total is off"
            );
        }
        Ok(())
    }

    /// As long as no round is forgotten, what was settled and what campaigns paid are the sums of their rounds, each by itself.
    fn check_parts() -> Result<(), TryRuntimeError> {
        if SettledPlaces::<T>::get().first > 0 {
            return Ok(());
        }
        let mut sums = Totals::default();
        for record in SettledRounds::<T>::iter_values() {
            let settled = sums.settled.checked_add(record.settled);
            sums.settled = settled.ok_or("what was settled overflows")?;
            for paid in &record.ads {
                let advertised = sums.advertised.checked_add(paid.paid);
                sums.advertised = advertised.ok_or("what campaigns paid overflows")?;
            }
        }
        let totals = LifetimeTotals::<T>::get();
        ensure!(
            sums.settled == totals.settled,
            "settled in all is not what rounds say"
        );
        ensure!(
            sums.advertised == totals.advertised,
            "paid by campaigns in all is not what rounds say"
        );
        Ok(())
    }

    /// Adopted earnings ascend in round and sum, with their signers, and no more are kept than can be claimed under.
    fn check_adopted() -> Result<(), TryRuntimeError> {
        let Some(last) = LastAdopted::<T>::get() else {
            ensure!(
                Adopted::<T>::iter_keys().next().is_none(),
                "adopted, but not last"
            );
            return Ok(());
        };
        let first = last
            .number
            .saturating_add(1)
            .saturating_sub(CLAIMABLE_ROOTS);
        let mut kept = 0usize;
        let mut before: Option<crate::AdoptedEarnings> = None;
        for number in first..=last.number {
            // A void root leaves its number empty.
            let Some(round) = AdoptedOrder::<T>::get(number) else {
                continue;
            };
            let adopted = Adopted::<T>::get(round).ok_or("an adopted root is missing")?;
            ensure!(
                adopted.number == number,
                "an adopted root has another number"
            );
            ensure!(
                before.is_none_or(|before| before.triple.as_of < adopted.triple.as_of
                    && before.triple.sum <= adopted.triple.sum),
                "adopted earnings decrease"
            );
            ensure!(
                !Signers::<T>::get(round).is_empty(),
                "an adopted root has no signer"
            );
            kept = kept.saturating_add(1);
            before = Some(adopted);
        }
        ensure!(
            before.as_ref() == Some(&last),
            "the last adopted root is another"
        );
        ensure!(
            Signers::<T>::iter_keys().count() == kept,
            "signers of other roots are kept"
        );
        ensure!(
            Adopted::<T>::iter_keys().count() == kept,
            "too many adopted roots are kept"
        );
        ensure!(
            AdoptedOrder::<T>::iter_keys().count() == kept,
            "too many numbers are kept"
        );
        ensure!(
            Some(last.triple.sum) <= LifetimeTotals::<T>::get().owed(),
            "earned above what is owed"
        );
        Ok(())
    }

    /// Votes are counted for open rounds only, above the last adopted one, one a verifier.
    fn check_votes() -> Result<(), TryRuntimeError> {
        let open = OpenVotes::<T>::get();
        ensure!(
            open.windows(2).all(|pair| matches!(pair, [a, b] if a < b)),
            "open rounds are out of order"
        );
        let last = LastAdopted::<T>::get().map(|adopted| adopted.triple.as_of);
        for (as_of, votes) in Votes::<T>::iter() {
            ensure!(open.contains(&as_of), "votes for a round that is not open");
            ensure!(
                last.is_none_or(|last| as_of > last),
                "votes for a round that is adopted"
            );
            let mut voters: alloc::vec::Vec<_> = votes.iter().map(|vote| vote.verifier).collect();
            voters.sort_unstable();
            voters.dedup();
            ensure!(voters.len() == votes.len(), "a verifier votes twice");
        }
        Ok(())
    }
}
