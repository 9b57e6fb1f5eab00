//! The ledger row by row: what a settled round changed in it, and the ledger from all rows. So whoever keeps it on disk
//! writes as much in a round as the round touched, however many accounts there are.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use codec::{Decode, Encode};

use super::Ledger;
use super::memory::{Additions, Interval, Memory, Minute, Paid, Shown};
use crate::ids::{AccountId, AddressTag, Magnet};
use crate::rounds::{Cycle, Round};

/// Intervals and groups in one [`PaidPart`], at most so many of each.
const PART: usize = 1_024;

/// What a ledger knows of one account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct LedgerAccount {
    /// Lifetime total in units; `None` when it was never paid.
    pub total: Option<u128>,
    /// First settled round that paid it for watching a video.
    pub watching_since: Option<Round>,
}

/// What a ledger knows of rounds: bounded, whatever they held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct LedgerState {
    /// The last round applied.
    pub last_round: Option<Round>,
    /// Rows of spent minutes of earlier cycles are of no use any more.
    pub first_cycle: Cycle,
    /// Rows of ad views of earlier days are of no use any more.
    pub first_day: u32,
    /// The last settled rounds, oldest first.
    settled: Vec<Round>,
}

/// Intervals and groups that one settled round paid, or a part of them.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct PaidPart {
    round: Round,
    /// End of the round's latest interval, in ms since the Unix epoch.
    last_end_ms: u64,
    /// By ascending account.
    intervals: Vec<(AccountId, Interval)>,
    groups: Vec<(AddressTag, u32)>,
}

/// What one settled round changed in a ledger. All rows are those after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// Accounts that were credited, ascending, with their totals before.
    pub before: Vec<(AccountId, Option<u128>)>,
    /// Accounts that changed, ascending.
    pub accounts: Vec<(AccountId, LedgerAccount)>,
    /// Spent minutes as bitmaps, by cycle, account and video, ascending.
    pub spent: Vec<((Cycle, AccountId, Magnet), Vec<u8>)>,
    /// Paid ad views, by day, campaign and account, ascending.
    pub shown: Vec<((u32, u32, AccountId), u32)>,
    /// What the round paid, in parts; at least one.
    pub paid: Vec<PaidPart>,
    /// Settled rounds of which no part is needed any more.
    pub forgotten: Vec<Round>,
    /// What is known of rounds.
    pub state: LedgerState,
}

/// What a round is about to change.
pub(super) struct Touched {
    before: Vec<(AccountId, Option<u128>)>,
    accounts: BTreeSet<AccountId>,
    spent: BTreeSet<(Cycle, AccountId, Magnet)>,
    shown: Vec<Shown>,
    paid: Vec<PaidPart>,
}

impl Touched {
    pub(super) fn by(
        round: Round,
        totals: &[(AccountId, u128)],
        added: &Additions,
        ledger: &Ledger,
    ) -> Self {
        let credited = || totals.iter().map(|(account, _)| *account);
        let was = |account| (account, ledger.totals.get(&account).copied());
        let name = |minute: &Minute| (minute.cycle, minute.viewer, minute.video);
        Self {
            before: credited().map(was).collect(),
            accounts: credited().chain(added.watched.iter().copied()).collect(),
            spent: added.minutes.iter().map(name).collect(),
            shown: added.shown.keys().copied().collect(),
            paid: PaidPart::all(round, added),
        }
    }

    /// Given the ledger after the round, and the rounds that it forgot.
    pub(super) fn changes(self, ledger: &Ledger, forgotten: Vec<Round>) -> Changes {
        let memory = &ledger.memory;
        let spent = self.spent.into_iter();
        let shown = self.shown.into_iter();
        Changes {
            before: self.before,
            accounts: self
                .accounts
                .into_iter()
                .map(|account| (account, ledger.account(&account)))
                .collect(),
            spent: spent
                .filter_map(|key| Some((key, memory.spent_bits(&key)?.to_vec())))
                .collect(),
            shown: shown
                .map(|shown| {
                    let key = (shown.day, shown.campaign, shown.viewer);
                    (key, memory.shown(&shown))
                })
                .filter(|(_, views)| *views > 0)
                .collect(),
            paid: self.paid,
            forgotten,
            state: LedgerState {
                last_round: ledger.last_round,
                first_cycle: memory.first_cycle,
                first_day: memory.first_day,
                settled: memory.settled.iter().copied().collect(),
            },
        }
    }
}

impl PaidPart {
    /// The settled round that paid it.
    #[must_use]
    pub fn round(&self) -> Round {
        self.round
    }

    fn all(round: Round, added: &Additions) -> Vec<Self> {
        let of_viewer = |(viewer, intervals): (&AccountId, &Vec<Interval>)| {
            let viewer = *viewer;
            let intervals = intervals.clone().into_iter();
            intervals.map(move |interval| (viewer, interval))
        };
        let intervals: Vec<_> = added.intervals.iter().flat_map(of_viewer).collect();
        let groups = added.groups.iter().map(|(group, views)| (*group, *views));
        let groups: Vec<_> = groups.collect();
        let ends = intervals.iter().map(|(_, interval)| interval.end_ms);
        let last_end_ms = ends.max().unwrap_or(0);
        let count = intervals.len().max(groups.len()).div_ceil(PART).max(1);
        let mut intervals = intervals.chunks(PART);
        let mut groups = groups.chunks(PART);
        let part = |_| Self {
            round,
            last_end_ms,
            intervals: intervals.next().unwrap_or_default().to_vec(),
            groups: groups.next().unwrap_or_default().to_vec(),
        };
        (0..count).map(part).collect()
    }
}

impl Memory {
    fn spent_bits(&self, (cycle, viewer, video): &(Cycle, AccountId, Magnet)) -> Option<&[u8]> {
        let bits = self.spent.get(cycle)?.get(&(*viewer, *video))?;
        Some(bits.as_slice())
    }
}

impl Ledger {
    /// What is known of an account.
    #[must_use]
    pub fn account(&self, account: &AccountId) -> LedgerAccount {
        LedgerAccount {
            total: self.totals.get(account).copied(),
            watching_since: self.watching_since.get(account).copied(),
        }
    }

    /// The ledger of which only the state is known so far. Its rows are put back by the methods named `restore_…`.
    #[must_use]
    pub fn resumed(state: LedgerState) -> Self {
        Self {
            totals: BTreeMap::new(),
            watching_since: BTreeMap::new(),
            memory: Memory {
                settled: state.settled.into(),
                first_cycle: state.first_cycle,
                first_day: state.first_day,
                ..Memory::default()
            },
            last_round: state.last_round,
        }
    }

    /// Puts an account back.
    pub fn restore_account(&mut self, account: AccountId, row: LedgerAccount) {
        if let Some(total) = row.total {
            self.totals.insert(account, total);
        }
        if let Some(since) = row.watching_since {
            self.watching_since.insert(account, since);
        }
    }

    /// Puts spent minutes back; those of forgotten cycles are left out.
    pub fn restore_spent(
        &mut self,
        (cycle, viewer, video): (Cycle, AccountId, Magnet),
        bits: Vec<u8>,
    ) {
        if cycle >= self.memory.first_cycle {
            let videos = self.memory.spent.entry(cycle).or_default();
            videos.insert((viewer, video), bits);
        }
    }

    /// Puts paid ad views back; those of forgotten days are left out.
    pub fn restore_shown(&mut self, (day, campaign, viewer): (u32, u32, AccountId), views: u32) {
        if day >= self.memory.first_day {
            let shown = self.memory.shown.entry(day).or_default();
            shown.insert((campaign, viewer), views);
        }
    }

    /// Puts back what a settled round paid. Parts come in their order, those of earlier rounds first.
    pub fn restore_paid(&mut self, part: PaidPart) {
        let memory = &mut self.memory;
        if memory
            .paid
            .back()
            .is_none_or(|last| last.round != part.round)
        {
            memory.paid.push_back(Paid {
                round: part.round,
                last_end_ms: part.last_end_ms,
                viewers: Vec::new(),
                groups: Vec::new(),
            });
        }
        let Some(paid) = memory.paid.back_mut() else {
            return;
        };
        for (viewer, interval) in part.intervals {
            if paid.viewers.last() != Some(&viewer) {
                paid.viewers.push(viewer);
            }
            memory.intervals.entry(viewer).or_default().push(interval);
        }
        for (group, views) in part.groups {
            let all = memory.groups.entry(group).or_default();
            *all = all.saturating_add(views);
            paid.groups.push((group, views));
        }
    }
}
