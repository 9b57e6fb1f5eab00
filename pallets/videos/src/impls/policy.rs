//! Whose enhancements a producer accepts without being asked.

use frame_support::{
    dispatch::DispatchResult,
    traits::{fungible::MutateHold, tokens::Precision},
};

use crate::{AcceptancePolicy, Config, Error, Event, HoldReason, Pallet, Policies, PolicyRecord};

impl<T: Config> Pallet<T> {
    /// Whether `producer` accepts enhancements of `enhancer` without being asked.
    pub(crate) fn accepts_unasked(producer: &T::AccountId, enhancer: &T::AccountId) -> bool {
        Policies::<T>::get(producer).is_some_and(|record| record.policy.covers(enhancer))
    }

    /// Puts a policy in the place of the last, and its deposit in the place of that one's.
    pub(crate) fn put_policy(
        producer: T::AccountId,
        policy: AcceptancePolicy<T::AccountId>,
    ) -> DispatchResult {
        let reason = HoldReason::AcceptancePolicy.into();
        if let Some(last) = Policies::<T>::take(&producer) {
            T::Currency::release(&reason, &producer, last.deposit, Precision::Exact)?;
        }
        if policy != AcceptancePolicy::Ask {
            let deposit = Self::deposit_of_policy(&policy).ok_or(Error::<T>::Overflow)?;
            T::Currency::hold(&reason, &producer, deposit)?;
            Policies::<T>::insert(&producer, PolicyRecord { policy, deposit });
        }
        Self::deposit_event(Event::AcceptancePolicySet { producer });
        Ok(())
    }
}
