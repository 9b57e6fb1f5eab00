//! What accounts pay each other and the chain for: videos, enhancements, campaigns.

use super::{Campaign, Enhancement, Model, Refusal, Stage, State, Video, Who, deposit};

/// A campaign is closed for so many rounds, and a later one is settled, before the rest is paid back.
const IN_FLIGHT: u32 = 60;
/// Owners of one enhancement that are remembered.
const MOST_OWNERS: u32 = 8;

/// Record and list place of a video with a title of four bytes.
const VIDEO: u128 = deposit(2, 460);
/// Mark of an upload id.
const UPLOAD: u128 = deposit(1, 112);
/// An enhancement and its place in the list.
const ENHANCEMENT: u128 = deposit(2, 557);
/// A campaign without tags, and its place in the list.
const CAMPAIGN: u128 = deposit(2, 428);

/// What a campaign is opened with.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Terms {
    pub(in super::super) creative: u8,
    pub(in super::super) price: u128,
    pub(in super::super) click: u128,
    pub(in super::super) limit: u128,
    pub(in super::super) budget: u128,
}

impl Model {
    /// A video of so many cells; only an approved producer may.
    pub(in super::super) fn publish(
        &mut self,
        by: Who,
        video: u8,
        upload: u8,
        cells: u32,
    ) -> Result<(), Refusal> {
        if !self.is_eligible(by) {
            return Err("NotEligible");
        }
        if self.videos.contains_key(&video) {
            return Err("AlreadyPublished");
        }
        if self.uploads.contains(&upload) {
            return Err("UploadUsed");
        }
        self.hold(by, VIDEO + UPLOAD)?;
        self.uploads.insert(upload);
        self.videos.insert(
            video,
            Video {
                producer: by,
                cells,
                restricted: false,
                since: self.round + 2,
                states: 1,
            },
        );
        Ok(())
    }

    pub(in super::super) fn propose(
        &mut self,
        by: Who,
        video: u8,
        price: Option<u128>,
    ) -> Result<(), Refusal> {
        let producer = self.videos.get(&video).ok_or("UnknownVideo")?.producer;
        self.hold(by, ENHANCEMENT)?;
        self.enhancements.push(Some(Enhancement {
            video,
            owner: by,
            since: self.round,
            owners: 1,
            price,
            stage: if by == producer {
                Stage::Attached
            } else {
                Stage::Proposed
            },
        }));
        Ok(())
    }

    fn enhancement(&self, id: usize) -> Result<Enhancement, Refusal> {
        let known = self.enhancements.get(id).cloned().flatten();
        known.ok_or("UnknownEnhancement")
    }

    fn tradable(&self, id: usize) -> Result<Enhancement, Refusal> {
        let enhancement = self.enhancement(id)?;
        if enhancement.stage == Stage::Ended {
            return Err("EnhancementEnded");
        }
        Ok(enhancement)
    }

    fn producer_of(&self, enhancement: &Enhancement) -> Who {
        self.videos[&enhancement.video].producer
    }

    pub(in super::super) fn accept(&mut self, by: Who, id: usize) -> Result<(), Refusal> {
        let mut enhancement = self.enhancement(id)?;
        if self.producer_of(&enhancement) != by {
            return Err("NotProducer");
        }
        if enhancement.stage != Stage::Proposed {
            return Err("NotProposed");
        }
        enhancement.stage = Stage::Attached;
        self.enhancements[id] = Some(enhancement);
        Ok(())
    }

    pub(in super::super) fn set_price(
        &mut self,
        by: Who,
        id: usize,
        price: Option<u128>,
    ) -> Result<(), Refusal> {
        let mut enhancement = self.tradable(id)?;
        if enhancement.owner != by {
            return Err("NotOwner");
        }
        enhancement.price = price;
        self.enhancements[id] = Some(enhancement);
        Ok(())
    }

    fn hand_over(&self, enhancement: &mut Enhancement, to: Who) -> Result<(), Refusal> {
        if enhancement.since > self.round {
            return Err("ChangePending");
        }
        if enhancement.owners == MOST_OWNERS {
            return Err("HistoryFull");
        }
        enhancement.owner = to;
        enhancement.since = self.round + 2;
        enhancement.owners += 1;
        enhancement.price = None;
        Ok(())
    }

    pub(in super::super) fn buy(&mut self, by: Who, id: usize, most: u128) -> Result<(), Refusal> {
        let mut enhancement = self.tradable(id)?;
        let seller = enhancement.owner;
        if seller == by {
            return Err("AlreadyOwner");
        }
        let price = enhancement.price.ok_or("NotForSale")?;
        if price > most {
            return Err("PriceTooHigh");
        }
        self.hand_over(&mut enhancement, by)?;
        let mut after = self.clone();
        after.release(seller, ENHANCEMENT);
        after.hold(by, ENHANCEMENT)?;
        after.transfer(by, seller, price)?;
        after.enhancements[id] = Some(enhancement);
        *self = after;
        Ok(())
    }

    pub(in super::super) fn give(&mut self, by: Who, id: usize, to: Who) -> Result<(), Refusal> {
        let mut enhancement = self.tradable(id)?;
        if enhancement.owner != by {
            return Err("NotOwner");
        }
        if by == to {
            return Err("AlreadyOwner");
        }
        self.hand_over(&mut enhancement, to)?;
        if self.free[to] + self.held[to] == 0 {
            return Err("CannotCreateHold");
        }
        self.held[by] -= ENHANCEMENT;
        self.held[to] += ENHANCEMENT;
        self.enhancements[id] = Some(enhancement);
        Ok(())
    }

    pub(in super::super) fn end(&mut self, by: Who, id: usize) -> Result<(), Refusal> {
        let mut enhancement = self.enhancement(id)?;
        if enhancement.owner != by && self.producer_of(&enhancement) != by {
            return Err("NotOwnerOrProducer");
        }
        match enhancement.stage {
            Stage::Proposed => {
                self.release(enhancement.owner, ENHANCEMENT);
                self.enhancements[id] = None;
            }
            Stage::Attached => {
                enhancement.stage = Stage::Ended;
                enhancement.price = None;
                self.enhancements[id] = Some(enhancement);
            }
            Stage::Ended => return Err("EnhancementEnded"),
        }
        Ok(())
    }

    pub(in super::super) fn open(&mut self, by: Who, terms: Terms) -> Result<(), Refusal> {
        if terms.price == 0 {
            return Err("InvalidPrice");
        }
        if terms.limit < terms.price + terms.click {
            return Err("LimitTooLow");
        }
        if terms.budget < terms.price {
            return Err("BudgetTooLow");
        }
        let video = self.videos.get(&terms.creative);
        let video = video.filter(|video| !video.restricted);
        if video.ok_or("CreativeNotActive")?.cells > 1 {
            return Err("CreativeTooLong");
        }
        self.hold(by, CAMPAIGN + terms.budget)?;
        self.campaigns.push(Campaign {
            advertiser: by,
            price: terms.price,
            limit: terms.limit,
            deposited: terms.budget,
            paid: 0,
            refunded: 0,
            balance: terms.budget,
            state: (State::Active, self.round + 2),
        });
        Ok(())
    }

    fn campaign_of(&mut self, by: Who, id: usize) -> Result<&mut Campaign, Refusal> {
        let campaign = self.campaigns.get_mut(id).ok_or("UnknownCampaign")?;
        if campaign.advertiser != by {
            return Err("NotAdvertiser");
        }
        Ok(campaign)
    }

    pub(in super::super) fn top_up(
        &mut self,
        by: Who,
        id: usize,
        amount: u128,
    ) -> Result<(), Refusal> {
        let campaign = self.campaign_of(by, id)?;
        if campaign.state.0 == State::Closed {
            return Err("WrongState");
        }
        if amount < campaign.price {
            return Err("BudgetTooLow");
        }
        self.hold(by, amount)?;
        let campaign = self.campaign_of(by, id)?;
        campaign.deposited += amount;
        campaign.balance += amount;
        Ok(())
    }

    pub(in super::super) fn close(&mut self, by: Who, id: usize) -> Result<(), Refusal> {
        let now = self.round;
        let campaign = self.campaign_of(by, id)?;
        if campaign.state.0 == State::Closed {
            return Err("WrongState");
        }
        if campaign.state.1 > now {
            return Err("ChangePending");
        }
        campaign.state = (State::Closed, now + 2);
        Ok(())
    }

    pub(in super::super) fn refund(&mut self, by: Who, id: usize) -> Result<(), Refusal> {
        let settled = self.owed.last().map(|(round, _)| *round);
        let campaign = self.campaign_of(by, id)?;
        let (State::Closed, since) = campaign.state else {
            return Err("WrongState");
        };
        if settled.is_none_or(|settled| settled <= since + IN_FLIGHT) {
            return Err("DebitsInFlight");
        }
        let amount = campaign.balance;
        if amount == 0 {
            return Err("NothingToRefund");
        }
        campaign.balance = 0;
        campaign.refunded += amount;
        self.release(by, amount);
        Ok(())
    }
}
