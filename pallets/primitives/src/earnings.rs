//! Earnings: from settled rounds and the bodies of their view blocks to the lifetime total of every account.
//!
//! Every verifier runs this over the same finalized inputs and arrives at the same Merkle root. Order of work in a
//! round: exclusions, value of each view, cap of each producer, roles. Rules carry a version ([`crate::report::EARNINGS_VERSION`]).
//!
//! An ad view draws on its campaign's money, never on emission. It spends no minute of its creative, since emission is
//! what that rule guards; its campaign's cap bounds it instead. What excluded ad views don't earn is the advertiser's
//! again, as earnings of its account.

mod advertising;
mod draft;
mod memory;
mod rows;

use alloc::{collections::BTreeMap, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

pub use self::memory::OVERLAP_TOLERANCE_MS;
pub use self::rows::{Changes, LedgerAccount, LedgerState, PaidPart};

use self::draft::{Draft, Finished};
use self::memory::Memory;
use crate::campaign::CampaignTerms;
use crate::hash::{Hash32, Hasher};
use crate::ids::{AccountId, Magnet};
use crate::merkle;
use crate::ratio::MiningRatio;
use crate::registry::SettledRound;
use crate::rounds::{Cycle, Round};
use crate::view::ViewLeaf;

/// Why an approved view weighs nothing, without anybody's fault.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum Exclusion {
    /// The minute has earned in this cycle already, at another verifier.
    #[codec(index = 0)]
    SameMinute,
    /// It overlaps a view at another verifier by more than 2 s.
    #[codec(index = 1)]
    Overlap,
    /// The address group has used up its quota of the round.
    #[codec(index = 2)]
    GroupQuota,
    /// The viewer has seen the campaign as often as it pays for in a day.
    #[codec(index = 3)]
    CampaignCap,
    /// The viewer has not earned by watching for as long as the campaign asks.
    #[codec(index = 4)]
    AccountTooYoung,
}

/// What is looked up while earnings are computed; all answers are those of the view's round of issue.
pub trait Records {
    /// Producer, supervisor and mining ratio of a video.
    fn video(&self, video: &Magnet) -> Option<VideoShares>;
    /// Playtime of one of its cells, in ms.
    fn playtime_ms(&self, video: &Magnet, minute: u16) -> Option<u32>;
    /// The account behind a provider index.
    fn provider_owner(&self, provider: u32) -> Option<AccountId>;
    /// Who owned an enhancement in `round`, when it was attached to `video` then.
    fn enhancer(&self, enhancement: u32, video: &Magnet, round: Round) -> Option<AccountId>;
    /// Round of an instant, ms since the Unix epoch.
    fn round_at(&self, at_ms: u64) -> Option<Round>;
    /// Cycle of a round.
    fn cycle_of(&self, round: Round) -> Option<Cycle>;
    /// Views of one address group that may earn together, for a view issued in `round`.
    fn views_per_group(&self, round: Round) -> u32;
    /// Terms of an advertising campaign.
    fn campaign(&self, campaign: u32) -> Option<CampaignTerms>;
}

/// The accounts of a video that are paid in every view, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoShares {
    /// The producer.
    pub producer: AccountId,
    /// The supervisor.
    pub supervisor: AccountId,
    /// The ratio.
    pub ratio: MiningRatio,
}

/// What one view came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum ViewOutcome {
    /// Paid.
    #[codec(index = 0)]
    Paid {
        /// Value of the whole view, in units.
        value: u128,
        /// The viewer's part of it, in units.
        viewer_part: u128,
    },
    /// Weighs nothing.
    #[codec(index = 1)]
    Excluded(Exclusion),
}

/// Why earnings can't be computed. Never the case for approved blocks on complete records: whoever gets this reports
/// no earnings rather than wrong ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EarningsError {
    /// Rounds must be applied in ascending order.
    OutOfOrder,
    /// There is not one body per approved block, or its leaves are not as many, or not as long, as the block says, or
    /// cost campaigns something else than their headers.
    BodyMissing,
    /// A view names a video that is not on record.
    UnknownVideo,
    /// A view's time lies before the chain's.
    UnknownRound,
    /// A sum exceeded 128 bits.
    Overflow,
    /// A campaign paid that is not on record.
    UnknownCampaign,
}

/// Lifetime totals, and what has to be remembered to exclude views in later rounds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Ledger {
    /// Lifetime total of every account, in units.
    totals: BTreeMap<AccountId, u128>,
    /// First round that paid an account for watching: how old it is to advertisers.
    watching_since: BTreeMap<AccountId, Round>,
    /// What later views are checked against.
    memory: Memory,
    /// The last round applied.
    last_round: Option<Round>,
}

impl Ledger {
    /// Lifetime total of an account, in units.
    #[must_use]
    pub fn total(&self, account: &AccountId) -> u128 {
        self.totals.get(account).copied().unwrap_or(0)
    }

    /// First settled round that paid the account for watching a video.
    #[must_use]
    pub fn watching_since(&self, account: &AccountId) -> Option<Round> {
        self.watching_since.get(account).copied()
    }

    /// All accounts with their totals, ascending.
    pub fn totals(&self) -> impl Iterator<Item = (&AccountId, &u128)> {
        self.totals.iter()
    }

    /// The last round applied.
    #[must_use]
    pub fn last_round(&self) -> Option<Round> {
        self.last_round
    }

    /// Sum of all totals, in units. `None` on overflow.
    #[must_use]
    pub fn sum(&self) -> Option<u128> {
        self.totals
            .values()
            .try_fold(0u128, |sum, total| sum.checked_add(*total))
    }

    /// Leaf hashes of the earnings tree, by ascending account.
    #[must_use]
    pub fn leaf_hashes<H: Hasher>(&self) -> Vec<Hash32> {
        self.totals
            .iter()
            .map(|(account, total)| leaf_hash::<H>(account, *total))
            .collect()
    }

    /// Applies one settled round. `bodies` holds the leaves of each approved block, in the order of the round's
    /// approved blocks. Returns what each view came to, in the same order. Work grows with the round's views, not with
    /// the number of accounts.
    ///
    /// # Errors
    /// See [`EarningsError`]; the ledger is unchanged then.
    pub fn apply(
        &mut self,
        settled: &SettledRound,
        bodies: &[Vec<ViewLeaf>],
        records: &impl Records,
    ) -> Result<Vec<Vec<ViewOutcome>>, EarningsError> {
        let (outcomes, _) = self.apply_noting(settled, bodies, records)?;
        Ok(outcomes)
    }

    /// [`Self::apply`], and what it changed, for whoever keeps the ledger row by row.
    ///
    /// # Errors
    /// See [`EarningsError`]; the ledger is unchanged then.
    pub fn apply_noting(
        &mut self,
        settled: &SettledRound,
        bodies: &[Vec<ViewLeaf>],
        records: &impl Records,
    ) -> Result<(Vec<Vec<ViewOutcome>>, Changes), EarningsError> {
        if self.last_round.is_some_and(|last| settled.round <= last) {
            return Err(EarningsError::OutOfOrder);
        }
        let approved = || settled.blocks.iter().filter(|block| block.approved);
        if approved().count() != bodies.len() {
            return Err(EarningsError::BodyMissing);
        }
        let mut draft = Draft::new(settled, records, &self.memory, &self.watching_since)?;
        for (block, body) in approved().zip(bodies) {
            draft.block(block, body)?;
        }
        let Finished {
            outcomes,
            credits,
            additions,
        } = draft.finish()?;
        let totals = credits
            .into_iter()
            .map(|(account, amount)| {
                let total = self.total(&account).checked_add(amount);
                Ok((account, total.ok_or(EarningsError::Overflow)?))
            })
            .collect::<Result<Vec<_>, EarningsError>>()?;
        // From here on nothing can fail.
        let touched = rows::Touched::by(settled.round, &totals, &additions, self);
        self.totals.extend(totals);
        for viewer in &additions.watched {
            self.watching_since.entry(*viewer).or_insert(settled.round);
        }
        let forgotten = self.memory.remember(settled.round, additions, records);
        self.last_round = Some(settled.round);
        Ok((outcomes, touched.changes(self, forgotten)))
    }
}

/// Leaf of the earnings tree.
#[must_use]
pub fn leaf_hash<H: Hasher>(account: &AccountId, total: u128) -> Hash32 {
    merkle::leaf_hash::<H>(&(account, total).encode())
}

/// Half to the issuer, half equally to the complete reporters; floored, the rest is the caller's. Without reporters
/// the issuer gets both halves.
#[must_use]
pub fn verifier_parts(
    amount: u128,
    issuer: AccountId,
    reporters: &[AccountId],
) -> Vec<(AccountId, u128)> {
    let half = amount / 2;
    let other_half = amount.div_ceil(2);
    let Some(each) = other_half.checked_div(reporters.len() as u128) else {
        return Vec::from([(issuer, amount)]);
    };
    let mut parts = Vec::from([(issuer, half)]);
    parts.extend(reporters.iter().map(|reporter| (*reporter, each)));
    parts
}

/// The owners of the enhancements that the view showed, equally for each enhancement; floored, the rest is the caller's.
/// Nobody when none was shown.
#[must_use]
pub fn enhancer_parts(amount: u128, owners: &[AccountId]) -> Vec<(AccountId, u128)> {
    let Some(each) = amount.checked_div(owners.len() as u128) else {
        return Vec::new();
    };
    owners.iter().map(|owner| (*owner, each)).collect()
}

/// The providers of the cell by receipt bytes, floored; none to a provider of the viewer's own.
#[must_use]
pub fn storage_parts(
    amount: u128,
    leaf: &ViewLeaf,
    records: &impl Records,
) -> Vec<(AccountId, u128)> {
    let deliveries = &leaf.claim.deliveries;
    let whole: u128 = deliveries
        .iter()
        .map(|delivery| u128::from(delivery.bytes))
        .sum();
    deliveries
        .iter()
        .filter_map(|delivery| {
            let owner = records.provider_owner(delivery.provider)?;
            let part = amount
                .checked_mul(u128::from(delivery.bytes))?
                .checked_div(whole)?;
            (owner != leaf.claim.viewer).then_some((owner, part))
        })
        .collect()
}
