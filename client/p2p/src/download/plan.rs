//! Who fetches what: blocks of a cell dealt out over its sources.
//!
//! Blocks belong to the sources in turn, so that every source gives its part; a quick one may take blocks of others as
//! long as these keep a share worth a receipt. The block that is played next is nobody's alone: when it is late, another
//! source fetches it too.

mod small;

use std::collections::HashSet;
use std::time::Duration;

use super::Now;

/// Hundredths of a cell that a source can count on, as long as it is not dropped: more than a tenth.
const LEAST_SHARE: u64 = 13;
/// Sources beyond which that share can't be kept for each.
const SHARED_BY: usize = 4;

/// What a source shall do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Fetch these groups.
    Range { first: u32, count: u32 },
    /// Ask again later.
    Wait,
}

struct Block {
    /// Its first group; it ends where the next one begins.
    first: u32,
    /// Sources that are fetching it, each with the first group of the range that it was given.
    busy: Vec<(usize, u32)>,
}

impl Block {
    fn is_fetched_by(&self, source: usize) -> bool {
        self.busy.iter().any(|(busy, _)| *busy == source)
    }
}

struct PlannedSource {
    live: bool,
    opened: bool,
    /// When it was first to be asked.
    begun: Option<Now>,
    /// Groups delivered.
    delivered: u32,
    /// Groups that it could not give.
    without: HashSet<u32>,
}

/// The plan of one download.
pub(super) struct Plan {
    groups: u32,
    block_groups: u32,
    hedge_after: Duration,
    done: Vec<bool>,
    missing: u32,
    blocks: Vec<Block>,
    sources: Vec<PlannedSource>,
    /// First group that is played next.
    playhead: u32,
    /// The first incomplete block from the playhead on, and since when it is that.
    head: Option<(usize, Now)>,
}

impl Plan {
    pub(super) fn new(groups: u32, block_groups: u32, hedge_after: Duration) -> Self {
        let block_groups = block_groups.max(1);
        let blocks = groups.div_ceil(block_groups);
        let at = |block: u32| Block {
            first: block.saturating_mul(block_groups),
            busy: Vec::new(),
        };
        Self {
            groups,
            block_groups,
            hedge_after,
            done: (0..groups).map(|_| false).collect(),
            missing: groups,
            blocks: (0..blocks).map(at).collect(),
            sources: Vec::new(),
            playhead: 0,
            head: None,
        }
    }

    /// A new source; its number.
    pub(super) fn add_source(&mut self) -> usize {
        self.sources.push(PlannedSource {
            live: false,
            opened: false,
            begun: None,
            delivered: 0,
            without: HashSet::new(),
        });
        self.sources.len().saturating_sub(1)
    }

    /// The source takes part from now on.
    pub(super) fn begin(&mut self, source: usize, now: Now) {
        if let Some(source) = self.sources.get_mut(source) {
            source.live = true;
            source.opened = false;
            source.begun = Some(now);
        }
    }

    /// The source has accepted its token.
    pub(super) fn opened(&mut self, source: usize) {
        if let Some(source) = self.sources.get_mut(source) {
            source.opened = true;
        }
    }

    /// The source takes part no more; what it was fetching is free.
    pub(super) fn end(&mut self, source: usize) {
        self.release(source);
        if let Some(source) = self.sources.get_mut(source) {
            source.live = false;
        }
    }

    /// What the source was fetching is free.
    pub(super) fn release(&mut self, source: usize) {
        for block in &mut self.blocks {
            block.busy.retain(|(busy, _)| *busy != source);
        }
    }

    /// The source can't give this group, or gave a wrong one.
    pub(super) fn cannot(&mut self, source: usize, group: u32) {
        if let Some(source) = self.sources.get_mut(source) {
            source.without.insert(group);
        }
    }

    /// A range that the source was given has come to its end.
    pub(super) fn ended(&mut self, source: usize, first: u32) {
        // All blocks into which it was cut meanwhile.
        for block in &mut self.blocks {
            block.busy.retain(|busy| *busy != (source, first));
        }
    }

    /// A verified group has come from the source. False when it was there already.
    pub(super) fn deliver(&mut self, source: usize, group: u32) -> bool {
        if let Some(source) = self.sources.get_mut(source) {
            source.delivered = source.delivered.saturating_add(1);
        }
        let place = usize::try_from(group).unwrap_or(usize::MAX);
        match self.done.get_mut(place) {
            Some(done @ false) => {
                *done = true;
                self.missing = self.missing.saturating_sub(1);
                true
            }
            _ => false,
        }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.missing == 0
    }

    pub(super) fn verified(&self) -> u32 {
        self.groups.saturating_sub(self.missing)
    }

    pub(super) fn live_sources(&self) -> usize {
        self.sources.iter().filter(|source| source.live).count()
    }

    /// What `source` shall fetch next; the range is its own until [`Self::ended`] or [`Self::release`].
    pub(super) fn next(&mut self, source: usize, now: Now) -> Next {
        let order = self.order();
        self.note_head(&order, now);
        let own = order.iter().copied().find(|block| {
            let is_head = self.head.is_some_and(|(head, _)| head == *block);
            // What is played first goes to whoever has opened.
            let first = (is_head && self.verified() == 0) || self.is_small(*block);
            let ours = self
                .owner(*block)
                .is_some_and(|owner| owner == source || (first && !self.has_opened(owner)));
            ours && self.is_free_for(*block, source)
        });
        let foreign = || {
            order.iter().copied().find(|block| {
                self.is_free_for(*block, source) && self.may_take(*block, source, now)
            })
        };
        let late = || {
            let (head, since) = self.head?;
            let block = self.blocks.get(head)?;
            let absent = block
                .busy
                .iter()
                .all(|(busy, _)| self.is_late_to_open(*busy, now));
            let waits = absent || now.saturating_duration_since(since) >= self.hedge_after;
            let alone = block.busy.len() == 1 && !block.is_fetched_by(source);
            (waits && alone && self.run_for(head, source).is_some()).then_some(head)
        };
        let Some(block) = own.or_else(foreign).or_else(late) else {
            return Next::Wait;
        };
        let Some((first, count)) = self.run_for(block, source) else {
            return Next::Wait;
        };
        if let Some(block) = self.blocks.get_mut(block) {
            block.busy.push((source, first));
        }
        Next::Range { first, count }
    }

    /// Blocks from the playhead on, then those before it.
    fn order(&self) -> Vec<usize> {
        let begin = self.block_of(self.playhead);
        (begin..self.blocks.len()).chain(0..begin).collect()
    }

    fn note_head(&mut self, order: &[usize], now: Now) {
        let head = order
            .iter()
            .copied()
            .find(|block| self.missing_in(*block) > 0);
        match (head, self.head) {
            (Some(block), Some((before, _))) if before == block => {}
            (head, _) => self.head = head.map(|block| (block, now)),
        }
    }

    fn block_of(&self, group: u32) -> usize {
        let after = self.blocks.partition_point(|block| block.first <= group);
        after.saturating_sub(1)
    }

    fn groups_of(&self, block: usize) -> std::ops::Range<u32> {
        let first = |block: usize| self.blocks.get(block).map_or(self.groups, |b| b.first);
        first(block)..first(block.saturating_add(1))
    }

    fn is_done(&self, group: u32) -> bool {
        usize::try_from(group)
            .ok()
            .and_then(|place| self.done.get(place))
            .is_none_or(|done| *done)
    }

    fn missing_in(&self, block: usize) -> u32 {
        let missing = self.groups_of(block).filter(|group| !self.is_done(*group));
        u32::try_from(missing.count()).unwrap_or(u32::MAX)
    }

    /// The first run of missing groups in a block that the source can give.
    fn run_for(&self, block: usize, source: usize) -> Option<(u32, u32)> {
        let without = &self.sources.get(source)?.without;
        let wanted = |group: &u32| !self.is_done(*group) && !without.contains(group);
        let mut groups = self.groups_of(block);
        let first = groups.by_ref().find(wanted)?;
        let more = groups.take_while(wanted).count();
        Some((first, u32::try_from(more).ok()?.checked_add(1)?))
    }

    fn is_free_for(&self, block: usize, source: usize) -> bool {
        let free = self
            .blocks
            .get(block)
            .is_some_and(|block| block.busy.is_empty());
        free && self.run_for(block, source).is_some()
    }

    fn is_left_to(&self, block: usize, source: usize) -> bool {
        self.blocks
            .get(block)
            .is_some_and(|block| block.busy.is_empty() || block.is_fetched_by(source))
    }

    /// The live source that a block belongs to, in turn.
    fn owner(&self, block: usize) -> Option<usize> {
        let live = self.live_sources();
        let turn = block.checked_rem(live)?;
        self.sources
            .iter()
            .enumerate()
            .filter(|(_, source)| source.live)
            .nth(turn)
            .map(|(number, _)| number)
    }

    /// Whether `source` may take a free block of another.
    fn may_take(&self, block: usize, source: usize, now: Now) -> bool {
        let Some(owner) = self.owner(block).filter(|owner| *owner != source) else {
            return true;
        };
        if let Some((head, since)) = self.head
            && head == block
            && now.saturating_duration_since(since) >= self.hedge_after
        {
            return true;
        }
        if self.is_late_to_open(owner, now) {
            return true;
        }
        // What the owner has and may still get must stay worth it.
        let left: u64 = (0..self.blocks.len())
            .filter(|other| self.owner(*other) == Some(owner) && self.is_left_to(*other, owner))
            .map(|other| u64::from(self.missing_in(other)))
            .sum();
        let delivered = self.sources.get(owner).map_or(0, |owner| owner.delivered);
        let after = u64::from(delivered)
            .saturating_add(left)
            .saturating_sub(u64::from(self.missing_in(block)));
        let cannot = self
            .sources
            .get(owner)
            .is_some_and(|owner| self.groups_of(block).any(|g| owner.without.contains(&g)));
        cannot || after >= self.least_share()
    }

    /// Nothing is kept for a source that takes its time to open.
    fn is_late_to_open(&self, source: usize, now: Now) -> bool {
        self.sources.get(source).is_some_and(|source| {
            let since = source
                .begun
                .map(|begun| now.saturating_duration_since(begun));
            !source.opened && since.is_some_and(|since| since >= self.hedge_after)
        })
    }

    fn has_opened(&self, source: usize) -> bool {
        self.sources.get(source).is_some_and(|source| source.opened)
    }

    fn least_share(&self) -> u64 {
        let groups = u64::from(self.groups);
        let live = self.live_sources();
        if live <= SHARED_BY {
            (groups * LEAST_SHARE).div_ceil(100)
        } else {
            groups / (live as u64 * 2)
        }
    }
}

#[cfg(test)]
mod tests;
