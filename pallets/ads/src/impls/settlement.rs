//! What campaigns pay for a settled round.

use alloc::vec::Vec;
use chainflix_primitives::{
    Round,
    campaign::{CampaignState, PaidCampaign, sum_debits},
    registry::AdSettlement,
    report::Debit,
};
use frame_support::traits::{
    fungible::MutateHold,
    tokens::{Fortitude, Precision},
};

use crate::{Campaigns, Config, Event, Funds, HoldReason, LastSettled, LifetimeFunds, Pallet};

impl<T: Config> AdSettlement for Pallet<T> {
    fn pay(round: Round, debits: Vec<Debit>) -> Vec<PaidCampaign> {
        LastSettled::<T>::put(round);
        let sums = sum_debits(debits);
        if sums.is_empty() {
            return Vec::new();
        }
        let mut lifetime = LifetimeFunds::<T>::get();
        let before = lifetime.paid;
        let paid: Vec<PaidCampaign> = sums
            .into_iter()
            .filter_map(|sum| Self::pay_campaign(sum, &mut lifetime))
            .collect();
        // It only grows.
        let paid_now = lifetime.paid.checked_sub(before);
        LifetimeFunds::<T>::put(lifetime);
        if let Some(paid_now) = paid_now {
            Self::deposit_event(Event::RoundPaid {
                round,
                campaigns: u32::try_from(paid.len()).unwrap_or(u32::MAX),
                paid: paid_now,
            });
        }
        paid
    }
}

impl<T: Config> Pallet<T> {
    /// Takes what a campaign owes out of its escrow. `None` when there is no such campaign.
    fn pay_campaign(sum: Debit, lifetime: &mut Funds) -> Option<PaidCampaign> {
        let Debit {
            campaign,
            amount: debits,
        } = sum;
        let mut record = Campaigns::<T>::get(campaign)?;
        let amount = record.terms.paid(record.funds.balance, debits);
        let advertiser: T::AccountId = record.terms.advertiser.0.into();
        let after = (record.funds.pay(amount), lifetime.pay(amount));
        let (Some(funds), Some(of_all)) = after else {
            return Some(Self::short(campaign, debits, amount));
        };
        let burnt = T::Currency::burn_held(
            &HoldReason::Budget.into(),
            &advertiser,
            amount,
            Precision::Exact,
            Fortitude::Force,
        );
        if burnt != Ok(amount) {
            return Some(Self::short(campaign, debits, amount));
        }
        record.funds = funds;
        *lifetime = of_all;
        if funds.balance < record.terms.price_per_play
            && let Ok(from_round) = Self::round_of_effect()
            && record.stop(from_round)
        {
            Self::deposit_event(Event::CampaignStateChanged {
                campaign,
                state: CampaignState::Spent,
                from_round,
            });
        }
        Campaigns::<T>::insert(campaign, record);
        Some(PaidCampaign {
            campaign,
            debits,
            paid: amount,
        })
    }

    /// Says that books and holds differ, and pays nothing.
    fn short(campaign: u32, debits: u128, amount: u128) -> PaidCampaign {
        Self::deposit_event(Event::EscrowShort { campaign, amount });
        PaidCampaign {
            campaign,
            debits,
            paid: 0,
        }
    }
}
