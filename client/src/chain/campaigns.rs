//! Advertising campaigns of layer 3, as the chain holds them.

use chainflix_primitives::campaign::{CampaignState, CampaignTerms};
use chainflix_primitives::{AccountId, Magnet, Round};
use codec::{Compact, Decode, Encode};
use futures::future::try_join_all;
use serde::Serialize;

use super::{Chain, ChainError, Finalized};
use crate::wallet::Wallet;

const PALLET: &str = "Ads";
/// Most entries of an advertiser's list that are read at once; the chain gives no more.
const PAGE: u32 = 100;

/// Where a campaign's money is, in units. What was paid and what is left is what was deposited less what was refunded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
pub struct CampaignFunds {
    /// What the advertiser put in.
    pub deposited: u128,
    /// What was paid for ad views.
    pub paid: u128,
    /// What went back to the advertiser.
    pub refunded: u128,
    /// What is left.
    pub balance: u128,
}

/// An advertising campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Campaign {
    /// The number by which views name it.
    pub id: u32,
    /// What it promises, which never changes.
    #[serde(flatten)]
    pub terms: CampaignTerms,
    /// Subjects of videos in which it should run; none for all.
    pub tags: Vec<String>,
    /// Its states, each with the first round in which it holds, ascending.
    pub states: Vec<(Round, CampaignState)>,
    /// Its money.
    pub funds: CampaignFunds,
}

impl Campaign {
    /// The state that holds in `round`. `None` before its first.
    #[must_use]
    pub fn state_in(&self, round: Round) -> Option<CampaignState> {
        let held = self.states.iter().rev().find(|(from, _)| *from <= round);
        held.map(|(_, state)| *state)
    }

    /// Whether a view issued in `round` is paid, as far as is known: the campaign is active, and what is left pays a play.
    #[must_use]
    pub fn pays_in(&self, round: Round) -> bool {
        self.state_in(round) == Some(CampaignState::Active)
            && self.funds.balance >= self.terms.price_per_play
    }
}

/// What the pallet keeps of a campaign.
#[derive(Encode, Decode)]
struct Kept {
    terms: CampaignTerms,
    tags: Vec<Vec<u8>>,
    states: Vec<(Round, CampaignState)>,
    funds: CampaignFunds,
    listing: u32,
    deposit: u128,
}

impl Kept {
    fn read(self, id: u32) -> Campaign {
        let tags = self.tags.iter();
        Campaign {
            id,
            terms: self.terms,
            tags: tags
                .map(|tag| String::from_utf8_lossy(tag).into_owned())
                .collect(),
            states: self.states,
            funds: self.funds,
        }
    }
}

/// A campaign to be opened. Amounts are in units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCampaign {
    /// The advertisement: a published video of one cell, of 5 s at least.
    pub creative: Magnet,
    /// What an accepted play costs.
    pub price_per_play: u128,
    /// What a click costs on top.
    pub price_per_click: u128,
    /// Most that is paid in one round.
    pub limit_per_round: u128,
    /// Views of one viewer that are paid in a day of 2,000 rounds.
    pub views_per_day: u16,
    /// Rounds for which a viewer must have been earning by watching.
    pub least_account_age: Round,
    /// Subjects of videos in which it should run; none for all.
    pub tags: Vec<String>,
    /// What is held for it.
    pub budget: u128,
}

/// A campaign that was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedCampaign {
    /// Its number.
    pub id: u32,
    /// The transaction.
    pub finalized: Finalized,
}

/// What an advertiser may do with a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CampaignAct {
    /// Its views don't count from two rounds later on.
    Pause,
    /// They do again from two rounds later on.
    Resume,
    /// They never will again, from two rounds later on.
    Close,
    /// What is left of a closed one is returned, once nothing is in flight.
    Refund,
    /// The record of a closed one goes, and its deposit is returned.
    Remove,
}

impl CampaignAct {
    const fn call(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Close => "close",
            Self::Refund => "refund",
            Self::Remove => "remove",
        }
    }
}

impl Chain {
    /// A campaign.
    ///
    /// # Errors
    /// As for every method below, when the chain can't be read, or refuses.
    pub async fn campaign(&self, id: u32) -> Result<Option<Campaign>, ChainError> {
        let kept: Option<Kept> = self.view(PALLET, "campaign", id).await?;
        Ok(kept.map(|kept| kept.read(id)))
    }

    /// At most `limit` of all campaigns, in no order that an advertiser could choose.
    pub async fn campaigns(&self, limit: usize) -> Result<Vec<Campaign>, ChainError> {
        let kept: Vec<(u32, Kept)> = self.numbered(PALLET, "Campaigns", limit).await?;
        Ok(kept.into_iter().map(|(id, kept)| kept.read(id)).collect())
    }

    /// Campaigns of an advertiser that are not removed, in order of opening.
    pub async fn campaigns_of(&self, advertiser: &AccountId) -> Result<Vec<Campaign>, ChainError> {
        let opened: u32 = self.view(PALLET, "opened_count", advertiser).await?;
        let mut ids = Vec::new();
        let mut from = 0;
        while from < opened {
            let page: Vec<(u32, u32)> = self
                .view(PALLET, "campaigns_of", (advertiser, from, PAGE))
                .await?;
            ids.extend(page.into_iter().map(|(_, campaign)| campaign));
            from = from.saturating_add(PAGE);
        }
        let asked = ids.into_iter().map(|id| self.campaign(id));
        Ok(try_join_all(asked).await?.into_iter().flatten().collect())
    }

    /// Opens a campaign of `wallet`. Its views count from two rounds later on.
    pub async fn open_campaign(
        &self,
        wallet: &Wallet,
        new: &NewCampaign,
    ) -> Result<OpenedCampaign, ChainError> {
        let tags: Vec<&[u8]> = new.tags.iter().map(String::as_bytes).collect();
        let arguments = (
            new.creative,
            new.price_per_play,
            new.price_per_click,
            new.limit_per_round,
            new.views_per_day,
            new.least_account_age,
            tags,
            new.budget,
        );
        let finalized = self
            .submit(wallet, PALLET, "open", &arguments.encode())
            .await?;
        let id = finalized
            .event(PALLET, "CampaignOpened")
            .and_then(|mut fields| u32::decode(&mut fields).ok())
            .ok_or_else(|| ChainError::OtherTypes("event CampaignOpened".to_owned()))?;
        Ok(OpenedCampaign { id, finalized })
    }

    /// Adds to the budget of a campaign of `wallet`.
    pub async fn top_up_campaign(
        &self,
        wallet: &Wallet,
        id: u32,
        amount: u128,
    ) -> Result<Finalized, ChainError> {
        self.submit(wallet, PALLET, "top_up", &(Compact(id), amount).encode())
            .await
    }

    /// Does something with a campaign of `wallet`.
    pub async fn change_campaign(
        &self,
        wallet: &Wallet,
        id: u32,
        act: CampaignAct,
    ) -> Result<Finalized, ChainError> {
        self.submit(wallet, PALLET, act.call(), &Compact(id).encode())
            .await
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A campaign that is active from round 4 on.
    pub(crate) fn campaign(id: u32, price_per_play: u128) -> Campaign {
        let terms = CampaignTerms {
            advertiser: AccountId([1; 32]),
            creative: Magnet([u8::try_from(id).unwrap(); 32]),
            price_per_play,
            price_per_click: 1,
            limit_per_round: 100,
            views_per_day: 3,
            least_account_age: 0,
            from_round: 4,
        };
        let kept = Kept {
            terms,
            tags: Vec::new(),
            states: vec![(4, CampaignState::Active)],
            funds: CampaignFunds {
                deposited: 1_000,
                paid: 0,
                refunded: 0,
                balance: 1_000,
            },
            listing: 0,
            deposit: 7,
        };
        kept.read(id)
    }

    #[test]
    fn a3_a_campaign_pays_while_it_is_active_and_can_pay_a_play() {
        let mut one = campaign(3, 10);
        one.states.push((9, CampaignState::Spent));
        assert_eq!(
            [3, 4, 8, 9].map(|round| one.pays_in(round)),
            [false, true, true, false]
        );
        one.funds.balance = 9;
        assert!(!one.pays_in(4));
    }
}
