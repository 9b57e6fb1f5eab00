//! What must always hold.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use frame_support::{
    ensure,
    traits::{Get, fungible::InspectHold},
};
use sp_runtime::TryRuntimeError;

use crate::{
    Appeals, ApplicationState, Applications, Approvals, Config, HoldReason, Pallet, Restrictions,
    Supervisors,
};

impl<T: Config> Pallet<T> {
    /// Runs every check.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::check_office()?;
        Self::check_deposits()?;
        Self::check_appeals()?;
        Self::check_times()
    }

    /// No more supervisors than allowed, as many as counted, each with a name.
    fn check_office() -> Result<(), TryRuntimeError> {
        let count = Supervisors::<T>::iter_values().count() as u64;
        ensure!(
            count == u64::from(Supervisors::<T>::count()),
            "supervisors are counted wrongly"
        );
        ensure!(
            count <= u64::from(T::MaxSupervisors::get()),
            "too many supervisors"
        );
        for supervisor in Supervisors::<T>::iter_values() {
            ensure!(
                Self::check_profile(&supervisor.profile).is_ok(),
                "a supervisor has no name"
            );
        }
        Ok(())
    }

    /// What is to be on hold for each item: of whom, why, how many units. Reads every item, for checks.
    pub fn held_for_items() -> Vec<(T::AccountId, HoldReason, u128)> {
        let applications = Applications::<T>::iter()
            .map(|(producer, item)| (producer, HoldReason::Application, item.deposit));
        let approvals = Approvals::<T>::iter()
            .map(|(producer, item)| (producer, HoldReason::Approval, item.deposit));
        let appeals = Appeals::<T>::iter_values()
            .map(|item| (item.producer, HoldReason::Appeal, item.deposit));
        applications.chain(approvals).chain(appeals).collect()
    }

    /// What is held of a producer is what its application and its approval say.
    fn check_deposits() -> Result<(), TryRuntimeError> {
        let producers: BTreeSet<T::AccountId> = Applications::<T>::iter_keys()
            .chain(Approvals::<T>::iter_keys())
            .collect();
        for producer in producers {
            let applied = Applications::<T>::get(&producer).map_or(0, |item| item.deposit);
            let held = T::Currency::balance_on_hold(&HoldReason::Application.into(), &producer);
            ensure!(
                held == applied,
                "held for an application differs from its deposit"
            );
            let approved = Approvals::<T>::get(&producer).map_or(0, |item| item.deposit);
            let held = T::Currency::balance_on_hold(&HoldReason::Approval.into(), &producer);
            ensure!(
                held == approved,
                "held for an approval differs from its deposit"
            );
        }
        Ok(())
    }

    /// What is held of a producer is what its appeals say, and each is against a restriction that knows of it.
    fn check_appeals() -> Result<(), TryRuntimeError> {
        let mut sums: BTreeMap<T::AccountId, u128> = BTreeMap::new();
        for (video, appeal) in Appeals::<T>::iter() {
            ensure!(
                Restrictions::<T>::get(video).is_some_and(|restriction| restriction.appealed),
                "an appeal is against nothing"
            );
            ensure!(
                appeal.since < appeal.until,
                "an appeal ends before it began"
            );
            let sum = sums.entry(appeal.producer).or_default();
            *sum = sum.checked_add(appeal.deposit).ok_or("deposits overflow")?;
        }
        for (producer, sum) in sums {
            let held = T::Currency::balance_on_hold(&HoldReason::Appeal.into(), &producer);
            ensure!(held == sum, "held for appeals differs from their deposits");
        }
        Ok(())
    }

    /// Nothing ends before it began, refusals lie in the past, and no dossier or evidence has an empty hash.
    fn check_times() -> Result<(), TryRuntimeError> {
        use chainflix_primitives::registry::CurrentRound;
        let now = T::Rounds::current_round();
        for approval in Approvals::<T>::iter_values() {
            ensure!(
                approval.since < approval.until,
                "an approval ends before it began"
            );
            ensure!(approval.since <= now, "an approval begins in the future");
            ensure!(
                Self::ensure_given(&approval.dossier_hash).is_ok(),
                "an approval without a dossier"
            );
        }
        for application in Applications::<T>::iter_values() {
            ensure!(
                Self::ensure_given(&application.dossier_hash).is_ok(),
                "an application without a dossier"
            );
            if let ApplicationState::Refused { round, .. } = application.state {
                ensure!(round <= now, "a refusal lies in the future");
            }
        }
        for restriction in Restrictions::<T>::iter_values() {
            ensure!(
                restriction
                    .lapses
                    .is_none_or(|lapses| restriction.since < lapses),
                "a restriction lapses before it began"
            );
        }
        Ok(())
    }
}
