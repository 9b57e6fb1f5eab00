//! Earnings: from settled rounds and the bodies of their view blocks to the lifetime total of every account.
//!
//! Every verifier runs this over the same finalized inputs and arrives at the same Merkle root. Order of work in a
//! round: exclusions, value of each view, roles. Rules carry a version ([`crate::report::EARNINGS_VERSION`]).

use alloc::{collections::BTreeMap, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::hash::{Hash32, Hasher};
use crate::ids::{AccountId, AddressTag, Magnet};
use crate::merkle;
use crate::ratio::MiningRatio;
use crate::registry::SettledRound;
use crate::rounds::{Cycle, MAX_CARRY_ROUNDS, Round};
use crate::settlement;
use crate::view::ViewLeaf;
use crate::window::overlap_ms;

/// Intervals of one account at two issuers may overlap by so much, in ms: verifiers' clocks differ.
pub const OVERLAP_TOLERANCE_MS: u64 = 2_000;

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
}

/// What is looked up while earnings are computed; all answers are those of the view's round of issue.
pub trait Records {
    /// Producer, supervisor and mining ratio of a video.
    fn video(&self, video: &Magnet) -> Option<VideoShares>;
    /// Playtime of one of its cells, in ms.
    fn playtime_ms(&self, video: &Magnet, minute: u16) -> Option<u32>;
    /// The account behind a provider index.
    fn provider_owner(&self, provider: u32) -> Option<AccountId>;
    /// Round of an instant, ms since the Unix epoch.
    fn round_at(&self, at_ms: u64) -> Option<Round>;
    /// Cycle of a round.
    fn cycle_of(&self, round: Round) -> Option<Cycle>;
    /// Views of one address group that may earn in `round`.
    fn views_per_group(&self, round: Round) -> u32;
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
    /// There is not one body per approved block, or its leaves are not as many as the block's.
    BodyMissing,
    /// A view names a video that is not on record.
    UnknownVideo,
    /// A view's time lies before the chain's.
    UnknownRound,
    /// A sum exceeded 128 bits.
    Overflow,
}

/// One minute of one video in one cycle, by one account: earns once.
type Minute = (AccountId, Magnet, Cycle);

/// Lifetime totals, and what has to be remembered to exclude views in later rounds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Ledger {
    /// Lifetime total of every account, in units.
    totals: BTreeMap<AccountId, u128>,
    /// Spent minutes as bitmaps, lowest bit of the first byte for minute 0.
    spent: BTreeMap<Minute, Vec<u8>>,
    /// Paid intervals of accounts with their issuer, as far back as views may be carried.
    recent: BTreeMap<AccountId, Vec<(u64, u64, AccountId)>>,
    /// The last round applied.
    last_round: Option<Round>,
}

impl Ledger {
    /// Lifetime total of an account, in units.
    #[must_use]
    pub fn total(&self, account: &AccountId) -> u128 {
        self.totals.get(account).copied().unwrap_or(0)
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
    /// approved blocks. Returns what each view came to, in the same order.
    ///
    /// # Errors
    /// See [`EarningsError`]; the ledger is unchanged then.
    pub fn apply(
        &mut self,
        settled: &SettledRound,
        bodies: &[Vec<ViewLeaf>],
        records: &impl Records,
    ) -> Result<Vec<Vec<ViewOutcome>>, EarningsError> {
        let mut next = self.clone();
        let outcomes = next.apply_in_place(settled, bodies, records)?;
        *self = next;
        Ok(outcomes)
    }

    fn apply_in_place(
        &mut self,
        settled: &SettledRound,
        bodies: &[Vec<ViewLeaf>],
        records: &impl Records,
    ) -> Result<Vec<Vec<ViewOutcome>>, EarningsError> {
        if self.last_round.is_some_and(|last| settled.round <= last) {
            return Err(EarningsError::OutOfOrder);
        }
        let approved = settled.blocks.iter().filter(|block| block.approved).count();
        if approved != bodies.len() {
            return Err(EarningsError::BodyMissing);
        }
        let mut groups: BTreeMap<AddressTag, u32> = BTreeMap::new();
        let mut outcomes = Vec::with_capacity(bodies.len());
        for (block, body) in settled
            .blocks
            .iter()
            .filter(|block| block.approved)
            .zip(bodies)
        {
            if u32::try_from(body.len()) != Ok(block.count) {
                return Err(EarningsError::BodyMissing);
            }
            let mut results = Vec::with_capacity(body.len());
            for leaf in body {
                let outcome = match self.exclusion(
                    settled.round,
                    block.issuer,
                    leaf,
                    &mut groups,
                    records,
                )? {
                    Some(reason) => ViewOutcome::Excluded(reason),
                    None => {
                        let playtime = records
                            .playtime_ms(&leaf.claim.video, leaf.claim.minute)
                            .ok_or(EarningsError::UnknownVideo)?;
                        let value =
                            settlement::view_value(block.reward, playtime, block.playtime_ms)
                                .ok_or(EarningsError::Overflow)?;
                        self.pay(value, block.issuer, &settled.reporters, leaf, records)?
                    }
                };
                results.push(outcome);
            }
            outcomes.push(results);
        }
        self.forget_before(settled.round, records);
        self.last_round = Some(settled.round);
        Ok(outcomes)
    }

    /// Marks the view as earning, or says why it can't.
    fn exclusion(
        &mut self,
        round: Round,
        issuer: AccountId,
        leaf: &ViewLeaf,
        groups: &mut BTreeMap<AddressTag, u32>,
        records: &impl Records,
    ) -> Result<Option<Exclusion>, EarningsError> {
        let claim = &leaf.claim;
        let issue_round = records
            .round_at(claim.issue_ms)
            .ok_or(EarningsError::UnknownRound)?;
        let cycle = records
            .cycle_of(issue_round)
            .ok_or(EarningsError::UnknownRound)?;
        let minute = (claim.viewer, claim.video, cycle);
        if self
            .spent
            .get(&minute)
            .is_some_and(|bits| has_bit(bits, claim.minute))
        {
            return Ok(Some(Exclusion::SameMinute));
        }
        let (start, end) = leaf.interval();
        let overlaps = self.recent.get(&claim.viewer).is_some_and(|intervals| {
            intervals.iter().any(|(from, to, by)| {
                let tolerated = if *by == issuer {
                    0
                } else {
                    OVERLAP_TOLERANCE_MS
                };
                overlap_ms((start, end), (*from, *to)) > tolerated
            })
        });
        if overlaps {
            return Ok(Some(Exclusion::Overlap));
        }
        let used = groups.entry(leaf.address_tag).or_default();
        if *used >= records.views_per_group(round) {
            return Ok(Some(Exclusion::GroupQuota));
        }
        *used = used.saturating_add(1);
        set_bit(self.spent.entry(minute).or_default(), claim.minute);
        self.recent
            .entry(claim.viewer)
            .or_default()
            .push((start, end, issuer));
        Ok(None)
    }

    /// Credits one view's value to everybody in it.
    fn pay(
        &mut self,
        value: u128,
        issuer: AccountId,
        reporters: &[AccountId],
        leaf: &ViewLeaf,
        records: &impl Records,
    ) -> Result<ViewOutcome, EarningsError> {
        let video = records
            .video(&leaf.claim.video)
            .ok_or(EarningsError::UnknownVideo)?;
        let parts = video.ratio.split(value).ok_or(EarningsError::Overflow)?;
        let viewer = leaf.claim.viewer;
        let mut paid = 0u128;
        let mut credit = |ledger: &mut Self, account: AccountId, amount: u128| {
            paid = paid.checked_add(amount).ok_or(EarningsError::Overflow)?;
            ledger.credit(account, amount)
        };
        credit(self, viewer, parts.viewer)?;
        credit(self, video.supervisor, parts.supervisor)?;
        for (account, amount) in verifier_parts(parts.verifier, issuer, reporters) {
            credit(self, account, amount)?;
        }
        for (account, amount) in storage_parts(parts.storage, leaf, records) {
            credit(self, account, amount)?;
        }
        // The producer receives its share, the remainders, and what belongs to a role that has nobody.
        let rest = value.checked_sub(paid).ok_or(EarningsError::Overflow)?;
        self.credit(video.producer, rest)?;
        Ok(ViewOutcome::Paid {
            value,
            viewer_part: parts.viewer,
        })
    }

    fn credit(&mut self, account: AccountId, amount: u128) -> Result<(), EarningsError> {
        if amount == 0 {
            return Ok(());
        }
        let total = self.totals.entry(account).or_default();
        *total = total.checked_add(amount).ok_or(EarningsError::Overflow)?;
        Ok(())
    }

    /// Drops what no later view can collide with.
    fn forget_before(&mut self, round: Round, records: &impl Records) {
        // A view is carried for 20 rounds after its acceptance, and accepted at most 90 s after issue.
        let horizon = round.saturating_sub(MAX_CARRY_ROUNDS.saturating_mul(4));
        self.recent.retain(|_, intervals| {
            intervals
                .retain(|(_, end, _)| records.round_at(*end).is_some_and(|last| last >= horizon));
            !intervals.is_empty()
        });
        if let Some(cycle) = records.cycle_of(horizon) {
            self.spent.retain(|(_, _, of), _| *of >= cycle);
        }
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
    let other_half = amount.saturating_sub(half);
    let Some(each) = other_half.checked_div(reporters.len() as u128) else {
        return Vec::from([(issuer, amount)]);
    };
    let mut parts = Vec::from([(issuer, half)]);
    parts.extend(reporters.iter().map(|reporter| (*reporter, each)));
    parts
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

fn has_bit(bits: &[u8], index: u16) -> bool {
    bits.get(usize::from(index / 8))
        .is_some_and(|byte| byte & (1 << (index % 8)) != 0)
}

fn set_bit(bits: &mut Vec<u8>, index: u16) {
    let byte = usize::from(index / 8);
    if bits.len() <= byte {
        bits.resize(byte.saturating_add(1), 0);
    }
    if let Some(slot) = bits.get_mut(byte) {
        *slot |= 1 << (index % 8);
    }
}
