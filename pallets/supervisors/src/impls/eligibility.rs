//! Applications, approvals, and who may publish.

use chainflix_primitives::{
    AccountId, Round,
    hash::Hash32,
    registry::{CurrentRound, EligibleProducers},
};
use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{Get, fungible::MutateHold, tokens::Precision},
};
use sp_runtime::DispatchError;

use crate::{
    Application, ApplicationState, Applications, Approval, Approvals, Config, Error, Event,
    HoldReason, Pallet, RefusalReason, Supervisors,
};

impl<T: Config> EligibleProducers for Pallet<T> {
    fn approving_supervisor(producer: &AccountId) -> Option<AccountId> {
        Self::standing_approval(&producer.0.into()).map(|approval| Self::raw(&approval.supervisor))
    }

    fn is_supervisor(account: &AccountId) -> bool {
        Supervisors::<T>::contains_key(T::AccountId::from(account.0))
    }
}

impl<T: Config> Pallet<T> {
    /// The approval of a producer, when it holds now: not over, not taken back, its supervisor in office ever since.
    pub(crate) fn standing_approval(producer: &T::AccountId) -> Option<Approval<T::AccountId>> {
        let approval = Approvals::<T>::get(producer)?;
        let holds = approval.revoked.is_none()
            && T::Rounds::current_round() < approval.until
            && Supervisors::<T>::get(&approval.supervisor)
                .is_some_and(|supervisor| supervisor.since <= approval.since);
        holds.then_some(approval)
    }

    /// Opens an application. One that was refused or has lapsed is replaced.
    pub(crate) fn open_application(
        producer: T::AccountId,
        supervisor: T::AccountId,
        dossier_hash: Hash32,
    ) -> DispatchResult {
        ensure!(
            Supervisors::<T>::contains_key(&supervisor),
            Error::<T>::NotSupervisor
        );
        Self::ensure_given(&dossier_hash)?;
        let now = T::Rounds::current_round();
        if let Some(Application {
            state: ApplicationState::Open { lapses },
            ..
        }) = Applications::<T>::get(&producer)
        {
            ensure!(lapses <= now, Error::<T>::ApplicationOpen);
        }
        Self::close_application(&producer)?;
        let lapses = Self::rounds_from_now(T::DecisionRounds::get())?;
        let deposit = Self::application_deposit().ok_or(Error::<T>::Overflow)?;
        T::Currency::hold(&HoldReason::Application.into(), &producer, deposit)?;
        let application = Application {
            supervisor: supervisor.clone(),
            dossier_hash,
            state: ApplicationState::Open { lapses },
            deposit,
        };
        Applications::<T>::insert(&producer, application);
        Self::deposit_event(Event::Applied {
            producer,
            supervisor,
            dossier_hash,
            lapses,
        });
        Ok(())
    }

    /// Removes a producer's application, if there is one, and returns its deposit.
    pub(crate) fn close_application(
        producer: &T::AccountId,
    ) -> Result<Option<Application<T::AccountId>>, DispatchError> {
        let Some(application) = Applications::<T>::take(producer) else {
            return Ok(None);
        };
        let reason = HoldReason::Application.into();
        T::Currency::release(&reason, producer, application.deposit, Precision::Exact)?;
        Ok(Some(application))
    }

    /// The application that `supervisor` may decide now.
    fn decidable(
        supervisor: &T::AccountId,
        producer: &T::AccountId,
    ) -> Result<Application<T::AccountId>, Error<T>> {
        let application = Applications::<T>::get(producer).ok_or(Error::<T>::NoApplication)?;
        ensure!(
            application.supervisor == *supervisor,
            Error::<T>::OtherSupervisor
        );
        match application.state {
            ApplicationState::Refused { .. } => Err(Error::<T>::NoApplication),
            ApplicationState::Open { lapses } if lapses <= T::Rounds::current_round() => {
                Err(Error::<T>::ApplicationLapsed)
            }
            ApplicationState::Open { .. } => Ok(application),
        }
    }

    /// Approves: the application becomes an approval, which replaces an earlier one.
    pub(crate) fn approve(supervisor: T::AccountId, producer: T::AccountId) -> DispatchResult {
        let dossier_hash = Self::decidable(&supervisor, &producer)?.dossier_hash;
        Self::close_application(&producer)?;
        Self::release_approval(&producer)?;
        let until = Self::rounds_from_now(T::ApprovalRounds::get())?;
        let deposit = Self::approval_deposit().ok_or(Error::<T>::Overflow)?;
        T::Currency::hold(&HoldReason::Approval.into(), &producer, deposit)?;
        let approval = Approval {
            supervisor: supervisor.clone(),
            dossier_hash,
            since: T::Rounds::current_round(),
            until,
            revoked: None,
            deposit,
        };
        Approvals::<T>::insert(&producer, approval);
        Self::deposit_event(Event::ProducerApproved {
            producer,
            supervisor,
            dossier_hash,
            until,
        });
        Ok(())
    }

    /// Refuses: the application stays, with the reason, until its producer withdraws it or applies again.
    pub(crate) fn refuse(
        supervisor: T::AccountId,
        producer: T::AccountId,
        reason: RefusalReason,
    ) -> DispatchResult {
        let mut application = Self::decidable(&supervisor, &producer)?;
        let dossier_hash = application.dossier_hash;
        let round = T::Rounds::current_round();
        application.state = ApplicationState::Refused { reason, round };
        Applications::<T>::insert(&producer, application);
        Self::deposit_event(Event::ProducerRefused {
            producer,
            supervisor,
            dossier_hash,
            reason,
        });
        Ok(())
    }

    /// Takes back an approval that `supervisor` gave.
    pub(crate) fn revoke(
        supervisor: T::AccountId,
        producer: T::AccountId,
        reason: RefusalReason,
    ) -> DispatchResult {
        Approvals::<T>::try_mutate(&producer, |slot| {
            let approval = slot.as_mut().ok_or(Error::<T>::NoApproval)?;
            ensure!(
                approval.supervisor == supervisor,
                Error::<T>::OtherSupervisor
            );
            ensure!(approval.revoked.is_none(), Error::<T>::NoApproval);
            approval.revoked = Some(reason);
            Ok::<(), Error<T>>(())
        })?;
        Self::deposit_event(Event::ApprovalRevoked {
            producer,
            supervisor,
            reason,
        });
        Ok(())
    }

    /// Removes an approval: its producer at any time, anybody else once it no longer holds.
    pub(crate) fn discard_approval(
        caller: &T::AccountId,
        producer: T::AccountId,
    ) -> DispatchResult {
        ensure!(
            *caller == producer || Self::standing_approval(&producer).is_none(),
            Error::<T>::ApprovalHolds
        );
        ensure!(Self::release_approval(&producer)?, Error::<T>::NoApproval);
        Self::deposit_event(Event::ApprovalRemoved { producer });
        Ok(())
    }

    /// Removes a producer's approval and returns its deposit. Whether there was one.
    fn release_approval(producer: &T::AccountId) -> Result<bool, DispatchError> {
        let Some(approval) = Approvals::<T>::take(producer) else {
            return Ok(false);
        };
        let reason = HoldReason::Approval.into();
        T::Currency::release(&reason, producer, approval.deposit, Precision::Exact)?;
        Ok(true)
    }

    /// The round that lies so many rounds after the current one.
    pub(crate) fn rounds_from_now(rounds: u32) -> Result<Round, Error<T>> {
        T::Rounds::current_round()
            .checked_add(rounds)
            .ok_or(Error::<T>::Overflow)
    }
}
