//! What the ledger remembers of paid views, so that a later round can't pay them again.

use alloc::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    vec::Vec,
};
use codec::{Decode, Encode};

use super::Records;
use crate::campaign::day_of;
use crate::ids::{AccountId, AddressTag, Magnet};
use crate::rounds::{Cycle, MAX_CARRY_ROUNDS, Round};
use crate::view::CLOCK_TOLERANCE_MS;
use crate::window::{CELL_MS, overlap_ms};

/// Intervals of one account at two issuers may overlap by so much, in ms: verifiers' clocks differ.
pub const OVERLAP_TOLERANCE_MS: u64 = 2_000;

/// A view is issued at most so long before its acceptance counts for a round, in ms: 1.5 × 60 s of playing, and the
/// tolerance between verifiers' clocks.
const ISSUE_BEFORE_ROUND_MS: u64 = CELL_MS as u64 / 2 * 3 + CLOCK_TOLERANCE_MS;

/// Settled rounds after which the spent minutes of a cycle that has ended are forgotten.
///
/// A view is carried for [`MAX_CARRY_ROUNDS`] counted rounds and was issued at most 95 s before them: with the shortest
/// rounds there can be, one block of 2.4 s, that is 20 + 40. Settled rounds are counted, not round numbers: a halt of
/// the chain makes nothing forgotten.
pub(super) const REMEMBERED_ROUNDS: usize = 4 * MAX_CARRY_ROUNDS as usize;

/// One minute of one video in one cycle, by one account: earns once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Minute {
    pub(super) cycle: Cycle,
    pub(super) viewer: AccountId,
    pub(super) video: Magnet,
    pub(super) minute: u16,
}

/// Time in which a paid view was played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Interval {
    pub(super) start_ms: u64,
    pub(super) end_ms: u64,
    pub(super) issuer: AccountId,
    /// The settled round that paid it.
    pub(super) paid_in: Round,
}

/// Whose intervals and which groups a settled round added, to be forgotten together.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Paid {
    pub(super) round: Round,
    /// End of its latest interval, in ms since the Unix epoch.
    pub(super) last_end_ms: u64,
    pub(super) viewers: Vec<AccountId>,
    /// With the views of each that it paid.
    pub(super) groups: Vec<(AddressTag, u32)>,
}

/// Ad views of one campaign by one viewer in one day of issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shown {
    pub(super) day: u32,
    pub(super) campaign: u32,
    pub(super) viewer: AccountId,
}

/// Everything that later views are checked against. Work per round grows with the round's views, not with accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(super) struct Memory {
    /// Spent minutes as bitmaps, lowest bit of the first byte for minute 0.
    pub(super) spent: BTreeMap<Cycle, BTreeMap<(AccountId, Magnet), Vec<u8>>>,
    /// Paid intervals by viewer.
    pub(super) intervals: BTreeMap<AccountId, Vec<Interval>>,
    /// Paid views by address group. A tag holds for one round of acceptance, so that a carried view counts there.
    pub(super) groups: BTreeMap<AddressTag, u32>,
    /// Paid ad views by day, campaign and viewer.
    pub(super) shown: BTreeMap<u32, BTreeMap<(u32, AccountId), u32>>,
    /// Settled rounds whose intervals and groups are remembered, oldest first.
    pub(super) paid: VecDeque<Paid>,
    /// The last settled rounds, oldest first, at most [`REMEMBERED_ROUNDS`].
    pub(super) settled: VecDeque<Round>,
    /// Spent minutes of earlier cycles are forgotten.
    pub(super) first_cycle: Cycle,
    /// Ad views of earlier days are forgotten.
    pub(super) first_day: u32,
}

/// What one round adds to the memory.
#[derive(Debug, Default)]
pub(super) struct Additions {
    pub(super) minutes: Vec<Minute>,
    pub(super) intervals: BTreeMap<AccountId, Vec<Interval>>,
    pub(super) groups: BTreeMap<AddressTag, u32>,
    pub(super) shown: BTreeMap<Shown, u32>,
    /// Who was paid for watching a video.
    pub(super) watched: BTreeSet<AccountId>,
}

impl Interval {
    /// Whether both can't be paid. One issuer's own clock knows no tolerance.
    pub(super) fn collides_with(&self, other: &Self) -> bool {
        let tolerated = if self.issuer == other.issuer {
            0
        } else {
            OVERLAP_TOLERANCE_MS
        };
        let common = overlap_ms((self.start_ms, self.end_ms), (other.start_ms, other.end_ms));
        common > tolerated
    }
}

impl Memory {
    pub(super) fn is_spent(&self, minute: &Minute) -> bool {
        self.spent
            .get(&minute.cycle)
            .and_then(|videos| videos.get(&(minute.viewer, minute.video)))
            .is_some_and(|bits| has_bit(bits, minute.minute))
    }

    pub(super) fn intervals(&self, viewer: &AccountId) -> &[Interval] {
        self.intervals.get(viewer).map_or(&[], Vec::as_slice)
    }

    pub(super) fn paid_in_group(&self, group: &AddressTag) -> u32 {
        self.groups.get(group).copied().unwrap_or(0)
    }

    /// Ad views that were paid.
    pub(super) fn shown(&self, shown: &Shown) -> u32 {
        self.shown
            .get(&shown.day)
            .and_then(|day| day.get(&(shown.campaign, shown.viewer)))
            .copied()
            .unwrap_or(0)
    }

    /// Takes in what a round adds and forgets what no later view can collide with. Settled rounds whose intervals and groups
    /// it forgot.
    pub(super) fn remember(
        &mut self,
        round: Round,
        added: Additions,
        records: &impl Records,
    ) -> Vec<Round> {
        for minute in added.minutes {
            let videos = self.spent.entry(minute.cycle).or_default();
            let bits = videos.entry((minute.viewer, minute.video)).or_default();
            set_bit(bits, minute.minute);
        }
        let ends = added.intervals.values().flatten().map(|i| i.end_ms);
        self.paid.push_back(Paid {
            round,
            last_end_ms: ends.max().unwrap_or(0),
            viewers: added.intervals.keys().copied().collect(),
            groups: added.groups.iter().map(|(g, n)| (*g, *n)).collect(),
        });
        for (viewer, intervals) in added.intervals {
            self.intervals.entry(viewer).or_default().extend(intervals);
        }
        for (group, views) in added.groups {
            let paid = self.groups.entry(group).or_default();
            *paid = paid.saturating_add(views);
        }
        for (shown, views) in added.shown {
            let day = self.shown.entry(shown.day).or_default();
            let paid = day.entry((shown.campaign, shown.viewer)).or_default();
            *paid = paid.saturating_add(views);
        }
        self.settled.push_back(round);
        let forgotten = self.forget_paid(records);
        self.forget_spent(records);
        forgotten
    }

    fn forget_paid(&mut self, records: &impl Records) -> Vec<Round> {
        let mut forgotten = Vec::new();
        let newest_first = MAX_CARRY_ROUNDS.saturating_sub(1) as usize;
        // The next round holds views accepted in this one or later.
        let Some(earliest) = self.settled.iter().rev().nth(newest_first).copied() else {
            return forgotten;
        };
        while let Some(oldest) = self.paid.front() {
            let until = oldest.last_end_ms.saturating_add(ISSUE_BEFORE_ROUND_MS);
            let reaches_in = records.round_at(until).is_some_and(|last| last >= earliest);
            if oldest.round >= earliest || reaches_in {
                break;
            }
            let Some(oldest) = self.paid.pop_front() else {
                break;
            };
            forgotten.push(oldest.round);
            for viewer in oldest.viewers {
                if let Some(intervals) = self.intervals.get_mut(&viewer) {
                    intervals.retain(|interval| interval.paid_in > oldest.round);
                    if intervals.is_empty() {
                        self.intervals.remove(&viewer);
                    }
                }
            }
            for (group, views) in oldest.groups {
                self.forget_views(group, views);
            }
        }
        forgotten
    }

    fn forget_views(&mut self, group: AddressTag, views: u32) {
        if let Some(paid) = self.groups.get_mut(&group) {
            *paid = paid.saturating_sub(views);
            if *paid == 0 {
                self.groups.remove(&group);
            }
        }
    }

    fn forget_spent(&mut self, records: &impl Records) {
        while self.settled.len() > REMEMBERED_ROUNDS {
            // Every view that can still come was issued after this round.
            let Some(old) = self.settled.pop_front() else {
                return;
            };
            self.first_day = self.first_day.max(day_of(old));
            self.shown = self.shown.split_off(&self.first_day);
            if let Some(cycle) = records.cycle_of(old) {
                self.first_cycle = self.first_cycle.max(cycle);
                self.spent = self.spent.split_off(&self.first_cycle);
            }
        }
    }
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
