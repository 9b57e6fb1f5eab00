//! Views of recent blocks, in 24 bytes each: by them a leaf is held against the same issuer's earlier blocks.
//!
//! A hit says only where to look: what counts is what the two leaves say. Blocks that are forgotten, or were judged before
//! a restart, are not held against later ones; a second view of a minute in them is worth nothing all the same, because
//! the ledger excludes it.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use chainflix_primitives::{AccountId, Round, hash::Hash32, view::ViewLeaf};

/// Rounds of a play: blocks are remembered for so many before those from which views are carried.
const PLAY_ROUNDS: Round = 4;
/// Most views remembered: 96 MiB.
const MOST: usize = 4 * 1024 * 1024;

/// One view, shortened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    viewer: [u8; 8],
    video: [u8; 4],
    /// The low half of the time of issue in ms: what is compared lies minutes apart, not weeks.
    start_ms: u32,
    elapsed_ms: u32,
    minute: u16,
}

struct Block {
    issuer: AccountId,
    round: Round,
    root: Hash32,
    /// By index, and so by viewer.
    entries: Vec<Entry>,
}

/// Where an earlier leaf stands that a leaf may be held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Index of the leaf.
    pub(crate) index: usize,
    /// Round of the earlier block.
    pub(crate) round: Round,
    /// Its root.
    pub(crate) root: Hash32,
    /// Index of the earlier leaf.
    pub(crate) earlier: u32,
}

/// First round whose blocks are remembered, when views are carried from `carried_from` on into the last one.
pub(crate) const fn held_from(carried_from: Round) -> Round {
    carried_from.saturating_sub(PLAY_ROUNDS)
}

/// Recent blocks of all issuers.
#[derive(Default)]
pub(crate) struct RecentViews(Mutex<VecDeque<Block>>);

impl RecentViews {
    /// Leaves of a block of `issuer` in `round` that may stand against earlier ones, at most `limit`.
    pub(crate) fn hits(
        &self,
        issuer: AccountId,
        round: Round,
        leaves: &[ViewLeaf],
        limit: usize,
    ) -> Vec<Hit> {
        let entries: Vec<Entry> = leaves.iter().map(entry).collect();
        let blocks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut hits = Vec::new();
        let earlier = blocks
            .iter()
            .filter(|block| block.issuer == issuer && block.round < round);
        for block in earlier {
            let mut from = 0usize;
            for (index, new) in entries.iter().enumerate() {
                // Both are sorted by viewer.
                let rest = block.entries.get(from..).unwrap_or_default();
                let skipped = rest.iter().take_while(|old| old.viewer < new.viewer);
                from = from.saturating_add(skipped.count());
                let rest = block.entries.get(from..).unwrap_or_default();
                let same = rest.iter().take_while(|old| old.viewer == new.viewer);
                for (place, old) in same.enumerate() {
                    if stands_against(old, new) {
                        hits.push(Hit {
                            index,
                            round: block.round,
                            root: block.root,
                            earlier: u32::try_from(from.saturating_add(place)).unwrap_or(u32::MAX),
                        });
                    }
                    if hits.len() >= limit {
                        return hits;
                    }
                }
            }
        }
        hits
    }

    /// Remembers a block, into which views are carried from `carried_from` on.
    pub(crate) fn add(
        &self,
        issuer: AccountId,
        (carried_from, round): (Round, Round),
        root: Hash32,
        leaves: &[ViewLeaf],
    ) {
        let mut blocks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        blocks.retain(|block| block.round >= held_from(carried_from));
        let is_known = |block: &Block| (block.issuer, block.round) == (issuer, round);
        if leaves.is_empty() || blocks.iter().any(is_known) {
            return;
        }
        blocks.push_back(Block {
            issuer,
            round,
            root,
            entries: leaves.iter().map(entry).collect(),
        });
        let mut held: usize = blocks.iter().map(|block| block.entries.len()).sum();
        while held > MOST
            && let Some(oldest) = blocks.pop_front()
        {
            held = held.saturating_sub(oldest.entries.len());
        }
    }
}

fn entry(leaf: &ViewLeaf) -> Entry {
    let claim = &leaf.claim;
    Entry {
        viewer: claim.viewer.0.first_chunk().copied().unwrap_or_default(),
        video: claim.video.0.first_chunk().copied().unwrap_or_default(),
        start_ms: u32::try_from(claim.issue_ms & u64::from(u32::MAX)).unwrap_or_default(),
        elapsed_ms: leaf.elapsed_ms,
        minute: claim.minute,
    }
}

/// Whether the leaves overlap, or are of one minute, and are not the very same play.
fn stands_against(old: &Entry, new: &Entry) -> bool {
    if old == new {
        // Carried into this block, as far as can be told here.
        return false;
    }
    let later = new.start_ms.wrapping_sub(old.start_ms);
    let earlier = old.start_ms.wrapping_sub(new.start_ms);
    let overlap = later < old.elapsed_ms || earlier < new.elapsed_ms;
    let same_minute = (old.video, old.minute) == (new.video, new.minute);
    overlap || same_minute
}
