//! Putting money into escrow, and taking back what is left.

use chainflix_primitives::{campaign::CampaignState, registry::CurrentRound};
use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{fungible::MutateHold, tokens::Precision},
};

use crate::{Campaigns, Config, Error, Event, HoldReason, LastSettled, LifetimeFunds, Pallet};

impl<T: Config> Pallet<T> {
    /// Adds to the budget of a campaign that is not closed.
    pub(crate) fn add_to_budget(
        advertiser: &T::AccountId,
        campaign: u32,
        amount: u128,
    ) -> DispatchResult {
        let mut record = Self::campaign_of(advertiser, campaign)?;
        let state = record.last_change().map(|last| last.state);
        ensure!(state != Some(CampaignState::Closed), Error::<T>::WrongState);
        ensure!(
            amount >= record.terms.price_per_play,
            Error::<T>::BudgetTooLow
        );
        record.funds = record.funds.deposit(amount).ok_or(Error::<T>::Overflow)?;
        let lifetime = LifetimeFunds::<T>::get()
            .deposit(amount)
            .ok_or(Error::<T>::Overflow)?;
        T::Currency::hold(&HoldReason::Budget.into(), advertiser, amount)?;
        let balance = record.funds.balance;
        Campaigns::<T>::insert(campaign, record);
        LifetimeFunds::<T>::put(lifetime);
        Self::deposit_event(Event::CampaignToppedUp {
            campaign,
            amount,
            balance,
        });
        Ok(())
    }

    /// Returns what is left of a closed campaign, once nothing can debit it any more.
    pub(crate) fn refund_rest(advertiser: &T::AccountId, campaign: u32) -> DispatchResult {
        let mut record = Self::campaign_of(advertiser, campaign)?;
        let last = Self::last_accepted(&record).ok_or(Error::<T>::WrongState)?;
        // Whatever may stand in a header that is not settled was accepted later than that.
        ensure!(
            LastSettled::<T>::get().is_some_and(|settled| T::Rounds::carried_from(settled) > last),
            Error::<T>::DebitsInFlight
        );
        let amount = record.funds.balance;
        ensure!(amount > 0, Error::<T>::NothingToRefund);
        record.funds = record.funds.refund(amount).ok_or(Error::<T>::Overflow)?;
        let lifetime = LifetimeFunds::<T>::get()
            .refund(amount)
            .ok_or(Error::<T>::Overflow)?;
        T::Currency::release(
            &HoldReason::Budget.into(),
            advertiser,
            amount,
            Precision::Exact,
        )?;
        Campaigns::<T>::insert(campaign, record);
        LifetimeFunds::<T>::put(lifetime);
        Self::deposit_event(Event::CampaignRefunded {
            campaign,
            advertiser: advertiser.clone(),
            amount,
        });
        Ok(())
    }
}
