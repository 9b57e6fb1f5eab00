//! Advertising campaigns: what one promises for a view of its creative, what settlement pays of it, and who gets that.
//!
//! ```text
//!  accepted ad views ─► debits in headers ─► approved blocks ─► paid = min(balance, limit, sum of debits)
//!                                                                  │ out of the campaign's escrow
//!                                                                  ▼
//!                         floor(cost × paid ÷ debits) to each view that is not excluded, the rest to the advertiser
//! ```

use alloc::{collections::BTreeMap, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::emission::CFX;
use crate::ids::{AccountId, Magnet};
use crate::ratio::MiningRatio;
use crate::report::Debit;
use crate::rounds::Round;
use crate::view::AdShown;

/// Most campaigns that are paid in one round. Of more, those with the largest debits are.
pub const MAX_PAID_CAMPAIGNS: u32 = 256;
/// Most that a play, and most that a click, may cost, in units: 1,000 CFX.
pub const MAX_PRICE: u128 = 1_000 * CFX;
/// Rounds of a day over which a campaign's views of one viewer are counted: `[n × 2,000, (n + 1) × 2,000)`.
pub const DAY_ROUNDS: u32 = 2_000;

/// How an ad view's value splits: as the paper's default for a view, where what enhancers and supervisor would get is
/// the producer's. The producer is that of the video in which the advertisement ran.
pub const AD_RATIO: MiningRatio = MiningRatio {
    producer: 470_000,
    viewer: 300_000,
    enhancers: 0,
    verifier: 100_000,
    storage: 130_000,
    supervisor: 0,
};

/// What is promised when a campaign opens, and never changes.
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CampaignTerms {
    /// Who pays, and gets back what excluded views don't earn.
    pub advertiser: AccountId,
    /// The advertisement: a published video of one cell.
    pub creative: Magnet,
    /// What an accepted play costs, in units; above 0.
    pub price_per_play: u128,
    /// What a click costs on top, in units.
    pub price_per_click: u128,
    /// Most that is paid in one round, in units.
    pub limit_per_round: u128,
    /// Views of one viewer that earn in a day of [`DAY_ROUNDS`].
    pub views_per_day: u16,
    /// Rounds that have to lie between the first round in which the viewer earned by watching and the view.
    pub least_account_age: u32,
    /// First round in which a view of it counts.
    pub from_round: Round,
}

/// Whether a campaign's creative may be shown for it.
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum CampaignState {
    /// Views count and are debited.
    #[codec(index = 0)]
    Active,
    /// Paused by its advertiser.
    #[codec(index = 1)]
    Paused,
    /// Stopped by the chain: what is left does not pay a play.
    #[codec(index = 2)]
    Spent,
    /// Closed by its advertiser, for good.
    #[codec(index = 3)]
    Closed,
}

/// What the approved blocks of a round debited one campaign, and what it paid of that.
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
pub struct PaidCampaign {
    /// The campaign.
    pub campaign: u32,
    /// Sum of the debits in approved headers, in units.
    pub debits: u128,
    /// What moved from its escrow to the rewards pot, in units: `min(balance, limit, debits)`.
    pub paid: u128,
}

impl CampaignTerms {
    /// What one view costs, in units. `None` on overflow, which prices within [`MAX_PRICE`] exclude.
    #[must_use]
    pub fn cost(&self, ad: &AdShown) -> Option<u128> {
        match ad.clicked {
            true => self.price_per_play.checked_add(self.price_per_click),
            false => Some(self.price_per_play),
        }
    }

    /// What a round pays: `min(balance, limit, debits)`, in units.
    #[must_use]
    pub fn paid(&self, balance: u128, debits: u128) -> u128 {
        balance.min(self.limit_per_round).min(debits)
    }
}

impl PaidCampaign {
    /// What a view that cost so much is worth: `floor(cost × paid ÷ debits)`, in units. `None` without debits, or on
    /// overflow, which prices within [`MAX_PRICE`] exclude.
    #[must_use]
    pub fn value(&self, cost: u128) -> Option<u128> {
        cost.checked_mul(self.paid)?.checked_div(self.debits)
    }
}

/// The day that holds a round.
#[must_use]
pub fn day_of(round: Round) -> u32 {
    round / DAY_ROUNDS
}

/// Sums by campaign, ascending. Of more than [`MAX_PAID_CAMPAIGNS`], those with the largest sums, lower campaigns first
/// among equals. A campaign whose sum exceeds 128 bits is left out: its debits are no amounts of money.
#[must_use]
pub fn sum_debits(debits: impl IntoIterator<Item = Debit>) -> Vec<Debit> {
    let mut sums: BTreeMap<u32, Option<u128>> = BTreeMap::new();
    for debit in debits {
        let sum = sums.entry(debit.campaign).or_insert(Some(0));
        *sum = sum.and_then(|sum| sum.checked_add(debit.amount));
    }
    let mut sums: Vec<Debit> = sums
        .into_iter()
        .filter_map(|(campaign, sum)| {
            Some(Debit {
                campaign,
                amount: sum.filter(|amount| *amount > 0)?,
            })
        })
        .collect();
    if sums.len() > MAX_PAID_CAMPAIGNS as usize {
        sums.sort_unstable_by(|a, b| (b.amount, a.campaign).cmp(&(a.amount, b.campaign)));
        sums.truncate(MAX_PAID_CAMPAIGNS as usize);
        sums.sort_unstable_by_key(|debit| debit.campaign);
    }
    sums
}
