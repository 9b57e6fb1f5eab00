//! Verdicts: what one report says of the headers of a round.

use chainflix_primitives::{
    AccountId, Round,
    report::{Report, Verdict},
};
use frame_support::ensure;

use crate::{
    Config, Error, Event, Issuers, Pallet,
    impls::{
        reports::{ascending, fits},
        session::key_of,
    },
    types::{Ballot, IssuedList, Marks},
};

impl<T: Config> Pallet<T> {
    /// Checks the verdicts on the headers of `judged`. They count later only when the verifier was in the set of
    /// that round and, as `revealed` says, kept its part of the draw.
    pub(crate) fn check_verdicts(
        report: &Report,
        judged: Round,
        revealed: bool,
    ) -> Result<Ballot, Error<T>> {
        let verifier = report.verifier;
        let issuers = Issuers::<T>::get(judged);
        let set = Self::set_in(judged);
        let alone = set.len() == 1;
        ensure!(
            ascending(report.verdicts.iter().map(|entry| entry.issuer)),
            Error::<T>::VerdictsNotAscending
        );
        let mut given = Marks::default();
        let mut approved = Marks::default();
        let mut leaves = 0u32;
        for entry in &report.verdicts {
            ensure!(
                alone || entry.issuer != verifier,
                Error::<T>::VerdictOnItself
            );
            let (index, count) =
                place_of(&issuers, &entry.issuer).ok_or(Error::<T>::NoSuchHeader)?;
            given.set(index);
            if entry.verdict == Verdict::Approve {
                approved.set(index);
                leaves = leaves
                    .checked_add(count)
                    .ok_or(Error::<T>::PersonalCountWrong)?;
            }
        }
        ensure!(
            report.personal.count == leaves && fits(leaves, &report.personal.root),
            Error::<T>::PersonalCountWrong
        );
        let complete = issuers
            .iter()
            .enumerate()
            .all(|(index, entry)| entry.issuer == verifier || given.has(index));
        Ok(Ballot {
            round: judged,
            judged: given,
            approved,
            complete,
            entitled: revealed && key_of(&set, &verifier).is_some(),
            personal: report.personal,
            opened: false,
        })
    }

    /// Tells everybody about verdicts other than approvals, on headers of `round`.
    pub(crate) fn tell_refusals(report: &Report, round: Round) {
        for entry in &report.verdicts {
            if entry.verdict != Verdict::Approve {
                Self::deposit_event(Event::HeaderRefused {
                    round,
                    issuer: entry.issuer,
                    verifier: report.verifier,
                    verdict: entry.verdict,
                });
            }
        }
    }
}

/// Index and count of an issuer's header.
fn place_of(issuers: &IssuedList, issuer: &AccountId) -> Option<(usize, u32)> {
    let index = issuers
        .binary_search_by(|entry| entry.issuer.cmp(issuer))
        .ok()?;
    Some((index, issuers.get(index)?.count))
}
