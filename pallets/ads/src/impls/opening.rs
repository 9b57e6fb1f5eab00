//! Opening and removing campaigns.

use chainflix_primitives::{
    AccountId, Round,
    campaign::{CampaignState, CampaignTerms, MAX_PRICE},
    registry::{CurrentRound, ROUNDS_UNTIL_EFFECT, VideoRegistry, VideoState},
    window::{MIN_EARNING_MS, cell_count},
};
use frame_support::{
    BoundedVec,
    dispatch::DispatchResult,
    ensure,
    traits::{Get, fungible::MutateHold, tokens::Precision},
};

use crate::{
    Campaign, Campaigns, Config, Error, Event, Funds, HoldReason, LifetimeFunds, Listings,
    NextCampaign, OpenedCount, Pallet, StateChange, Tag, Tags,
};

impl<T: Config> Pallet<T> {
    /// An account as the other parts of the system know it.
    pub(crate) fn raw(account: &T::AccountId) -> AccountId {
        AccountId(account.clone().into())
    }

    /// The round from which a change made now holds.
    pub(crate) fn round_of_effect() -> Result<Round, Error<T>> {
        T::Rounds::current_round()
            .checked_add(ROUNDS_UNTIL_EFFECT)
            .ok_or(Error::<T>::Overflow)
    }

    /// A campaign of `advertiser`.
    pub(crate) fn campaign_of(
        advertiser: &T::AccountId,
        campaign: u32,
    ) -> Result<Campaign, Error<T>> {
        let record = Campaigns::<T>::get(campaign).ok_or(Error::<T>::UnknownCampaign)?;
        ensure!(
            record.terms.advertiser == Self::raw(advertiser),
            Error::<T>::NotAdvertiser
        );
        Ok(record)
    }

    /// Opens a campaign under the next number and holds its budget and its deposit.
    pub(crate) fn open_campaign(
        advertiser: T::AccountId,
        terms: CampaignTerms,
        tags: Tags,
        budget: u128,
    ) -> DispatchResult {
        Self::check_terms(&terms)?;
        ensure!(are_tags(&tags), Error::<T>::InvalidTags);
        ensure!(budget >= terms.price_per_play, Error::<T>::BudgetTooLow);
        Self::check_creative(&terms)?;

        let campaign = NextCampaign::<T>::get();
        let next = campaign.checked_add(1).ok_or(Error::<T>::Overflow)?;
        let listing = OpenedCount::<T>::get(&advertiser);
        let next_listing = listing.checked_add(1).ok_or(Error::<T>::Overflow)?;
        let deposit = Self::campaign_deposit(&tags).ok_or(Error::<T>::Overflow)?;
        let funds = Funds::default()
            .deposit(budget)
            .ok_or(Error::<T>::Overflow)?;
        let lifetime = LifetimeFunds::<T>::get()
            .deposit(budget)
            .ok_or(Error::<T>::Overflow)?;
        T::Currency::hold(&HoldReason::Campaign.into(), &advertiser, deposit)?;
        T::Currency::hold(&HoldReason::Budget.into(), &advertiser, budget)?;

        let first = StateChange {
            from_round: terms.from_round,
            state: CampaignState::Active,
        };
        let record = Campaign {
            terms,
            tags,
            states: BoundedVec::truncate_from(alloc::vec![first]),
            funds,
            listing,
            deposit,
        };
        Campaigns::<T>::insert(campaign, record);
        NextCampaign::<T>::put(next);
        Listings::<T>::insert(&advertiser, listing, campaign);
        OpenedCount::<T>::insert(&advertiser, next_listing);
        LifetimeFunds::<T>::put(lifetime);
        Self::deposit_event(Event::CampaignOpened {
            campaign,
            advertiser,
            creative: terms.creative,
            budget,
            from_round: terms.from_round,
        });
        Ok(())
    }

    /// Checks what a campaign promises by itself.
    pub(crate) fn check_terms(terms: &CampaignTerms) -> Result<(), Error<T>> {
        let (play, click) = (terms.price_per_play, terms.price_per_click);
        ensure!(
            (1..=MAX_PRICE).contains(&play) && click <= MAX_PRICE,
            Error::<T>::InvalidPrice
        );
        let dearest = play.checked_add(click).ok_or(Error::<T>::Overflow)?;
        ensure!(terms.limit_per_round >= dearest, Error::<T>::LimitTooLow);
        ensure!(terms.views_per_day > 0, Error::<T>::InvalidCap);
        Ok(())
    }

    /// The creative has to be a video of one cell that may be watched when the campaign begins.
    fn check_creative(terms: &CampaignTerms) -> Result<(), Error<T>> {
        let video = T::Videos::terms(&terms.creative).ok_or(Error::<T>::CreativeNotActive)?;
        let state = T::Videos::state_in(&terms.creative, terms.from_round);
        ensure!(
            state == Some(VideoState::Active),
            Error::<T>::CreativeNotActive
        );
        ensure!(
            cell_count(video.total_playtime_ms) == Some(1),
            Error::<T>::CreativeTooLong
        );
        ensure!(
            video.total_playtime_ms >= MIN_EARNING_MS,
            Error::<T>::CreativeTooShort
        );
        Ok(())
    }

    /// Removes a campaign of `advertiser` that was closed long enough ago, and returns its deposit.
    pub(crate) fn remove_campaign(advertiser: T::AccountId, campaign: u32) -> DispatchResult {
        let record = Self::campaign_of(&advertiser, campaign)?;
        // A round that may have debited it stands in a settled record for as long, from which earnings are recomputed.
        let needed_until =
            Self::last_in_flight(&record).and_then(|last| last.checked_add(T::RecordRounds::get()));
        ensure!(
            record.funds.balance == 0
                && needed_until.is_some_and(|until| until <= T::Rounds::current_round()),
            Error::<T>::RecordStillNeeded
        );
        let deposit = record.deposit;
        T::Currency::release(
            &HoldReason::Campaign.into(),
            &advertiser,
            deposit,
            Precision::Exact,
        )?;
        Campaigns::<T>::remove(campaign);
        Listings::<T>::remove(&advertiser, record.listing);
        Self::deposit_event(Event::CampaignRemoved {
            campaign,
            advertiser,
            deposit,
        });
        Ok(())
    }
}

/// Whether tags are words of the alphabet that they may have, ascending, each once.
pub(crate) fn are_tags(tags: &[Tag]) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    tags.iter()
        .all(|tag| !tag.is_empty() && tag.iter().all(is_letter))
        && tags
            .windows(2)
            .all(|pair| matches!(pair, [a, b] if a.as_slice() < b.as_slice()))
}
