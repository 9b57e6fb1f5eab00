//! Pausing, resuming and closing.

use chainflix_primitives::{Round, campaign::CampaignState, registry::CurrentRound};
use frame_support::{dispatch::DispatchResult, ensure, traits::Get};

use crate::{
    Campaign, Campaigns, Config, Error, Event, IN_FLIGHT_ROUNDS, PLAY_ROUNDS, Pallet,
    types::ChangeRefusal,
};

impl<T: Config> Pallet<T> {
    /// Takes a campaign of `advertiser` to another state, with effect from the earliest round.
    pub(crate) fn switch(
        advertiser: &T::AccountId,
        campaign: u32,
        state: CampaignState,
    ) -> DispatchResult {
        let mut record = Self::campaign_of(advertiser, campaign)?;
        let from = record.last_change().map(|last| last.state);
        let may = match state {
            CampaignState::Active => {
                matches!(from, Some(CampaignState::Paused | CampaignState::Spent))
            }
            CampaignState::Paused | CampaignState::Spent => from == Some(CampaignState::Active),
            CampaignState::Closed => from != Some(CampaignState::Closed),
        };
        ensure!(may, Error::<T>::WrongState);
        if state == CampaignState::Active {
            ensure!(
                record.funds.balance >= record.terms.price_per_play,
                Error::<T>::BudgetTooLow
            );
        }
        let from_round = Self::round_of_effect()?;
        let now = T::Rounds::current_round();
        record
            .change(state, now, from_round, T::RecordRounds::get())
            .map_err(|refusal| match refusal {
                ChangeRefusal::Pending => Error::<T>::ChangePending,
                ChangeRefusal::HistoryFull => Error::<T>::HistoryFull,
            })?;
        Campaigns::<T>::insert(campaign, record);
        Self::deposit_event(Event::CampaignStateChanged {
            campaign,
            state,
            from_round,
        });
        Ok(())
    }

    /// The last round whose settlement may debit a closed campaign when all of them count. `None` while it is not closed.
    pub(crate) fn last_in_flight(record: &Campaign) -> Option<Round> {
        Self::closed_from(record)?.checked_add(IN_FLIGHT_ROUNDS)
    }

    /// The last round in which a view of a closed campaign may be accepted. `None` while it is not closed.
    pub(crate) fn last_accepted(record: &Campaign) -> Option<Round> {
        Self::closed_from(record)?.checked_add(PLAY_ROUNDS)
    }

    fn closed_from(record: &Campaign) -> Option<Round> {
        let closed = record
            .last_change()
            .filter(|last| last.state == CampaignState::Closed)?;
        Some(closed.from_round)
    }
}
