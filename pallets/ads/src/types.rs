//! Records of campaigns.

use chainflix_primitives::{
    Round,
    campaign::{CampaignState, CampaignTerms},
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{BoundedVec, traits::ConstU32};
use scale_info::TypeInfo;

/// Most states of one campaign that are remembered.
pub const MAX_STATES: u32 = 16;
/// Most targeting tags of a campaign.
pub const MAX_TAGS: u32 = 8;
/// Longest tag, in bytes.
pub const MAX_TAG_BYTES: u32 = 24;

/// A subject that videos are about, in which an advertisement should run: `a` to `z`, `0` to `9` and `-`. It is about
/// videos, never about viewers.
pub type Tag = BoundedVec<u8, ConstU32<MAX_TAG_BYTES>>;
/// The tags of a campaign, ascending. Without any it may run everywhere.
pub type Tags = BoundedVec<Tag, ConstU32<MAX_TAGS>>;

/// A state and the round from which it holds.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct StateChange {
    /// First round in which it holds.
    pub from_round: Round,
    /// The state.
    pub state: CampaignState,
}

/// Where a campaign's money is, in units. `paid + balance = deposited − refunded`, always.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Funds {
    /// What the advertiser put in.
    pub deposited: u128,
    /// What was debited for ad views and left the escrow.
    pub paid: u128,
    /// What went back to the advertiser.
    pub refunded: u128,
    /// What is left in escrow.
    pub balance: u128,
}

/// Everything that is held of a campaign.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Campaign {
    /// What never changes.
    pub terms: CampaignTerms,
    /// Where it should run.
    pub tags: Tags,
    /// Its states by ascending round; never empty, and at most the last two lie in the future.
    pub states: BoundedVec<StateChange, ConstU32<MAX_STATES>>,
    /// Its money.
    pub funds: Funds,
    /// Its number in the list of its advertiser.
    pub listing: u32,
    /// What is held for the record, in units.
    pub deposit: u128,
}

/// Why a change of state is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeRefusal {
    /// A change is pending already.
    Pending,
    /// There is no room for it yet.
    HistoryFull,
}

impl Funds {
    /// Whether the identity of the escrow holds. Sums that overflow don't.
    #[must_use]
    pub fn add_up(&self) -> bool {
        let spent = self.paid.checked_add(self.balance);
        spent.is_some() && spent == self.deposited.checked_sub(self.refunded)
    }

    /// After putting `amount` in. `None` on overflow.
    #[must_use]
    pub fn deposit(mut self, amount: u128) -> Option<Self> {
        self.deposited = self.deposited.checked_add(amount)?;
        self.balance = self.balance.checked_add(amount)?;
        Some(self)
    }

    /// After paying `amount` for ad views. `None` when there is less.
    #[must_use]
    pub fn pay(mut self, amount: u128) -> Option<Self> {
        self.balance = self.balance.checked_sub(amount)?;
        self.paid = self.paid.checked_add(amount)?;
        Some(self)
    }

    /// After giving `amount` back. `None` when there is less.
    #[must_use]
    pub fn refund(mut self, amount: u128) -> Option<Self> {
        self.balance = self.balance.checked_sub(amount)?;
        self.refunded = self.refunded.checked_add(amount)?;
        Some(self)
    }
}

impl Campaign {
    /// The state that holds in `round`. `None` before the first state that is remembered.
    #[must_use]
    pub fn state_in(&self, round: Round) -> Option<CampaignState> {
        let held = |change: &&StateChange| change.from_round <= round;
        self.states
            .iter()
            .rev()
            .find(held)
            .map(|change| change.state)
    }

    /// The last change, which may lie in the future.
    #[must_use]
    pub fn last_change(&self) -> Option<StateChange> {
        self.states.last().copied()
    }

    /// Adds a change that its advertiser makes in round `now`, with effect from `from_round`. States that ended more
    /// than `kept_rounds` ago are forgotten.
    ///
    /// There is always room for the chain to stop the campaign, and after it for its closing: a pause or a resumption
    /// that would take it is refused.
    ///
    /// # Errors
    /// While the last change has not taken effect, or when there is no room.
    pub fn change(
        &mut self,
        state: CampaignState,
        now: Round,
        from_round: Round,
        kept_rounds: u32,
    ) -> Result<(), ChangeRefusal> {
        if self.states.last().is_some_and(|last| last.from_round > now) {
            return Err(ChangeRefusal::Pending);
        }
        self.forget_before(now.saturating_sub(kept_rounds));
        let room = match state {
            CampaignState::Active => 3,
            CampaignState::Paused | CampaignState::Spent => 2,
            CampaignState::Closed => 1,
        };
        let free = (MAX_STATES as usize).saturating_sub(self.states.len());
        if free < room {
            return Err(ChangeRefusal::HistoryFull);
        }
        self.states
            .try_push(StateChange { from_round, state })
            .map_err(|_| ChangeRefusal::HistoryFull)
    }

    /// Stops a campaign that is active, or about to be, with effect from `from_round`. Whether it was.
    pub fn stop(&mut self, from_round: Round) -> bool {
        let stopped = StateChange {
            from_round,
            state: CampaignState::Spent,
        };
        match self.states.last_mut() {
            Some(last) if last.state != CampaignState::Active => false,
            // A resumption that takes effect no earlier than the stop never does.
            Some(last) if last.from_round >= from_round => {
                *last = stopped;
                true
            }
            // Whoever became active left room for it.
            _ => self.states.try_push(stopped).is_ok(),
        }
    }

    /// Forgets states that had ended by `horizon`; the one that held then stays.
    fn forget_before(&mut self, horizon: Round) {
        while self
            .states
            .get(1)
            .is_some_and(|next| next.from_round <= horizon)
        {
            self.states.remove(0);
        }
    }
}
