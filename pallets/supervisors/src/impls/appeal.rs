//! Appeals against restrictions.

use chainflix_primitives::{
    Magnet,
    hash::Hash32,
    registry::{CurrentRound, VideoRegistry},
};
use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{Get, fungible::MutateHold, tokens::Precision},
};

use crate::{
    Appeal, AppealOutcome, AppealVerdict, Appeals, Config, Error, Event, HoldReason, LiftCause,
    Pallet, Restrictions,
};

impl<T: Config> Pallet<T> {
    /// Opens the one appeal that a restriction may have.
    pub(crate) fn open_appeal(
        producer: T::AccountId,
        video: Magnet,
        evidence_hash: Hash32,
    ) -> DispatchResult {
        Self::ensure_given(&evidence_hash)?;
        let terms = T::Videos::terms(&video).ok_or(Error::<T>::UnknownVideo)?;
        ensure!(
            terms.producer == Self::raw(&producer),
            Error::<T>::NotProducer
        );
        let mut restriction = Restrictions::<T>::get(video).ok_or(Error::<T>::NotRestricted)?;
        Self::ensure_restricted(&video)?;
        ensure!(!restriction.appealed, Error::<T>::AlreadyAppealed);
        let until = Self::rounds_from_now(T::AppealRounds::get())?;
        let deposit = Self::deposit_of_appeal().ok_or(Error::<T>::Overflow)?;
        T::Currency::hold(&HoldReason::Appeal.into(), &producer, deposit)?;
        restriction.appealed = true;
        Restrictions::<T>::insert(video, restriction);
        let appeal = Appeal {
            producer: producer.clone(),
            evidence_hash,
            since: T::Rounds::current_round(),
            until,
            deposit,
        };
        Appeals::<T>::insert(video, appeal);
        Self::deposit_event(Event::Appealed {
            video,
            producer,
            evidence_hash,
            until,
        });
        Ok(())
    }

    /// Decides an appeal in time.
    pub(crate) fn judge_appeal(video: Magnet, verdict: AppealVerdict) -> DispatchResult {
        let appeal = Appeals::<T>::get(video).ok_or(Error::<T>::NoAppeal)?;
        ensure!(
            T::Rounds::current_round() < appeal.until,
            Error::<T>::AppealLapsed
        );
        match verdict {
            AppealVerdict::Granted => Self::reinstate_video(video, LiftCause::AppealGranted),
            AppealVerdict::Dismissed => Self::end_appeal(video, AppealOutcome::Dismissed),
        }
    }

    /// Closes an appeal that nobody decided: withdrawn by its producer, or lapsed.
    pub(crate) fn close_undecided(caller: &T::AccountId, video: Magnet) -> DispatchResult {
        let appeal = Appeals::<T>::get(video).ok_or(Error::<T>::NoAppeal)?;
        let outcome = if appeal.until <= T::Rounds::current_round() {
            AppealOutcome::Undecided
        } else {
            ensure!(appeal.producer == *caller, Error::<T>::AppealOpen);
            AppealOutcome::Withdrawn
        };
        Self::end_appeal(video, outcome)
    }

    /// Removes the appeal against the restriction of a video, if there is one, and returns its deposit.
    pub(crate) fn end_appeal(video: Magnet, outcome: AppealOutcome) -> DispatchResult {
        let Some(appeal) = Appeals::<T>::take(video) else {
            return Ok(());
        };
        let Appeal {
            producer, deposit, ..
        } = appeal;
        T::Currency::release(
            &HoldReason::Appeal.into(),
            &producer,
            deposit,
            Precision::Exact,
        )?;
        Self::deposit_event(Event::AppealClosed {
            video,
            producer,
            outcome,
            deposit,
        });
        Ok(())
    }
}
