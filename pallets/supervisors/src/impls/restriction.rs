//! Restricting videos and lifting restrictions.

use chainflix_primitives::{
    Magnet, Round,
    hash::Hash32,
    registry::{CurrentRound, RegistryError, VideoRegistry, VideoState},
};
use frame_support::{dispatch::DispatchResult, ensure, traits::Get};

use crate::{
    AppealOutcome, Config, Error, Event, LiftCause, Pallet, ReinstatementReason, Restriction,
    RestrictionReason, Restrictions,
};

impl<T: Config> Pallet<T> {
    /// Restricts a video: without limit when `supervisor` had approved its producer, for a limited time otherwise.
    pub(crate) fn impose(
        supervisor: T::AccountId,
        video: Magnet,
        reason: RestrictionReason,
        evidence_hash: Hash32,
    ) -> DispatchResult {
        Self::ensure_given(&evidence_hash)?;
        let terms = T::Videos::terms(&video).ok_or(Error::<T>::UnknownVideo)?;
        let lapses = if terms.supervisor == Self::raw(&supervisor) {
            None
        } else {
            Some(Self::rounds_from_now(T::TemporaryRestrictionRounds::get())?)
        };
        T::Videos::restrict(&video).map_err(|error| match error {
            RegistryError::Unknown => Error::<T>::UnknownVideo,
            RegistryError::WrongState => Error::<T>::VideoNotActive,
            RegistryError::ChangePending => Error::<T>::ChangePending,
            RegistryError::HistoryFull => Error::<T>::HistoryFull,
        })?;
        // Of a video that was removed and published again the old restriction is over, and what was appealed against with it.
        Self::end_appeal(video, AppealOutcome::RestrictionEnded)?;
        let restriction = Restriction {
            supervisor: supervisor.clone(),
            reason,
            evidence_hash,
            since: T::Rounds::current_round(),
            lapses,
            appealed: false,
        };
        Restrictions::<T>::insert(video, restriction);
        Self::deposit_event(Event::RestrictionImposed {
            video,
            supervisor,
            reason,
            evidence_hash,
            lapses,
        });
        Ok(())
    }

    /// Makes a temporary restriction last; `confirmer` is `None` on appeal.
    pub(crate) fn confirm(confirmer: Option<T::AccountId>, video: Magnet) -> DispatchResult {
        Restrictions::<T>::try_mutate(video, |slot| {
            let restriction = slot.as_mut().ok_or(Error::<T>::NotRestricted)?;
            Self::ensure_restricted(&video)?;
            if let Some(supervisor) = confirmer {
                ensure!(
                    Self::approved_producer_of(&supervisor, &video),
                    Error::<T>::NotYourRestriction
                );
            }
            restriction.lapses = None;
            Ok::<(), Error<T>>(())
        })?;
        Self::deposit_event(Event::RestrictionConfirmed { video });
        Ok(())
    }

    /// Lifts a restriction; `lifter` is `None` on appeal.
    pub(crate) fn lift(
        lifter: Option<T::AccountId>,
        video: Magnet,
        reason: ReinstatementReason,
        evidence_hash: Hash32,
    ) -> DispatchResult {
        Self::ensure_given(&evidence_hash)?;
        let restriction = Restrictions::<T>::get(video).ok_or(Error::<T>::NotRestricted)?;
        if let Some(supervisor) = lifter {
            // What one supervisor imposed and another confirmed is not for the first to lift.
            let imposed_alone =
                restriction.supervisor == supervisor && restriction.lapses.is_some();
            ensure!(
                imposed_alone || Self::approved_producer_of(&supervisor, &video),
                Error::<T>::NotYourRestriction
            );
        }
        let cause = LiftCause::Reinstated {
            reason,
            evidence_hash,
        };
        Self::reinstate_video(video, cause)
    }

    /// Lifts a restriction that has lapsed, or removes one whose video is gone.
    pub(crate) fn lift_if_lapsed(video: Magnet) -> DispatchResult {
        let restriction = Restrictions::<T>::get(video).ok_or(Error::<T>::NotRestricted)?;
        if T::Videos::terms(&video).is_none() {
            return Self::drop_restriction(video, LiftCause::VideoGone);
        }
        let now = T::Rounds::current_round();
        ensure!(
            restriction.lapses.is_some_and(|lapses| lapses <= now),
            Error::<T>::RestrictionHolds
        );
        Self::reinstate_video(video, LiftCause::Lapsed)
    }

    /// A video that was removed and published again under its magnet is not what was restricted.
    pub(crate) fn ensure_restricted(video: &Magnet) -> Result<(), Error<T>> {
        let is_restricted = T::Videos::state_in(video, Round::MAX) == Some(VideoState::Restricted);
        ensure!(is_restricted, Error::<T>::NotRestricted);
        Ok(())
    }

    /// Whether `supervisor` had approved the producer of `video` when it was published.
    fn approved_producer_of(supervisor: &T::AccountId, video: &Magnet) -> bool {
        T::Videos::terms(video).is_some_and(|terms| terms.supervisor == Self::raw(supervisor))
    }

    /// Lifts the restriction of a video, and closes the appeal against it.
    pub(crate) fn reinstate_video(video: Magnet, cause: LiftCause) -> DispatchResult {
        T::Videos::reinstate(&video).map_err(|error| match error {
            RegistryError::Unknown => Error::<T>::UnknownVideo,
            RegistryError::WrongState => Error::<T>::NotRestricted,
            RegistryError::ChangePending => Error::<T>::ChangePending,
            RegistryError::HistoryFull => Error::<T>::HistoryFull,
        })?;
        Self::drop_restriction(video, cause)
    }

    fn drop_restriction(video: Magnet, cause: LiftCause) -> DispatchResult {
        Restrictions::<T>::remove(video);
        Self::deposit_event(Event::RestrictionLifted { video, cause });
        let outcome = match cause {
            LiftCause::AppealGranted => AppealOutcome::Granted,
            _ => AppealOutcome::RestrictionEnded,
        };
        Self::end_appeal(video, outcome)
    }
}
