//! What campaigns paid for a round, on its way to those who made the ad views possible.

use alloc::collections::BTreeMap;

use super::{EarningsError, Records};
use crate::campaign::{CampaignTerms, PaidCampaign};
use crate::ids::AccountId;
use crate::registry::SettledRound;
use crate::view::AdShown;

/// One campaign's money in a round.
struct Purse {
    terms: CampaignTerms,
    paid: PaidCampaign,
    /// What all its views in approved blocks cost, excluded or not, in units.
    charged: u128,
    /// What its views earned so far, in units.
    earned: u128,
}

/// The money of all campaigns that paid for a round.
pub(super) struct Purses(BTreeMap<u32, Purse>);

impl Purses {
    /// Opens the purses of a settled round.
    pub(super) fn open(
        settled: &SettledRound,
        records: &impl Records,
    ) -> Result<Self, EarningsError> {
        let purse = |paid: &PaidCampaign| {
            let terms = records
                .campaign(paid.campaign)
                .ok_or(EarningsError::UnknownCampaign)?;
            Ok((
                paid.campaign,
                Purse {
                    terms,
                    paid: *paid,
                    charged: 0,
                    earned: 0,
                },
            ))
        };
        let purses = settled.ads.iter().map(purse);
        Ok(Self(purses.collect::<Result<_, EarningsError>>()?))
    }

    /// Terms of a campaign that paid for the round.
    pub(super) fn terms(&self, campaign: u32) -> Option<&CampaignTerms> {
        self.0.get(&campaign).map(|purse| &purse.terms)
    }

    /// Counts the cost of an ad view, and says what it is worth, in units: nothing when its campaign paid nothing.
    pub(super) fn charge(&mut self, ad: &AdShown) -> Result<u128, EarningsError> {
        let Some(purse) = self.0.get_mut(&ad.campaign) else {
            return Ok(0);
        };
        let cost = purse.terms.cost(ad).ok_or(EarningsError::Overflow)?;
        purse.charged = purse
            .charged
            .checked_add(cost)
            .ok_or(EarningsError::Overflow)?;
        purse.paid.value(cost).ok_or(EarningsError::Overflow)
    }

    /// Takes the value of an ad view that is not excluded out of its campaign's money.
    pub(super) fn take(&mut self, ad: &AdShown, value: u128) -> Result<(), EarningsError> {
        if let Some(purse) = self.0.get_mut(&ad.campaign) {
            purse.earned = purse
                .earned
                .checked_add(value)
                .ok_or(EarningsError::Overflow)?;
        }
        Ok(())
    }

    /// What goes back to the advertisers: the part of excluded views, and the remainders of divisions.
    pub(super) fn close(self) -> Result<impl Iterator<Item = (AccountId, u128)>, EarningsError> {
        let rests = self
            .0
            .into_values()
            .map(|purse| {
                // Were they others than the headers', the views' values would not add up to what was paid.
                if purse.charged != purse.paid.debits {
                    return Err(EarningsError::BodyMissing);
                }
                let rest = purse.paid.paid.checked_sub(purse.earned);
                Ok((purse.terms.advertiser, rest.ok_or(EarningsError::Overflow)?))
            })
            .collect::<Result<alloc::vec::Vec<_>, EarningsError>>()?;
        Ok(rests.into_iter())
    }
}
