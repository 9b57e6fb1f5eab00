//! Small blocks where playing begins, which grow from there: what is shown first would else share the line with what is
//! shown much later. A small block is kept for nobody who has not opened yet.

use super::{Block, Plan};

/// Groups of the blocks where playing begins.
const SMALL_BLOCK: u32 = 4;
/// Blocks of one size before they double.
const BLOCKS_OF_A_SIZE: usize = 6;

impl Plan {
    /// The group that is played next. Where nobody is fetching, nor has just been, playing begins anew.
    pub(in crate::download) fn play_from(&mut self, group: u32) {
        self.playhead = group.min(self.groups.saturating_sub(1));
        if self.is_jump(self.playhead) {
            self.cut_small(self.playhead);
        }
    }

    fn is_jump(&self, to: u32) -> bool {
        let came = |group: u32| {
            let busy = self.blocks.get(self.block_of(group));
            self.is_done(group) || busy.is_some_and(|block| !block.busy.is_empty())
        };
        !came(to) && !to.checked_sub(1).is_some_and(came)
    }

    /// Cuts the blocks from a group on into small ones that grow.
    pub(super) fn cut_small(&mut self, from: u32) {
        let (mut at, mut size, mut begins) = (from, SMALL_BLOCK, vec![from]);
        while size < self.block_groups && at < self.groups {
            at = at.saturating_add(size);
            begins.push(at);
            if begins.len() % BLOCKS_OF_A_SIZE == 1 {
                size = size.saturating_mul(2);
            }
        }
        self.cut_at(from);
        // Others that begin there go, unless somebody fetches them, or what stands before them.
        let mut before_is_busy = false;
        self.blocks.retain(|block| {
            let between = from < block.first && block.first < at;
            let is_busy = !block.busy.is_empty();
            let stays = !between || is_busy || before_is_busy;
            if stays {
                before_is_busy = is_busy;
            }
            stays
        });
        for begin in begins {
            self.cut_at(begin);
        }
        // It names a block by its place.
        self.head = None;
    }

    /// A block begins at `group`.
    fn cut_at(&mut self, group: u32) {
        let place = self.block_of(group);
        let cut = self
            .blocks
            .get(place)
            .filter(|block| group < self.groups && block.first != group);
        if let Some(block) = cut {
            let busy = block.busy.clone();
            let first = group;
            self.blocks
                .insert(place.saturating_add(1), Block { first, busy });
        }
    }

    /// Whether it is one of those that were cut where playing begins.
    pub(super) fn is_small(&self, block: usize) -> bool {
        let groups = self.groups_of(block);
        let is_last = groups.end >= self.groups;
        !is_last && groups.end.saturating_sub(groups.start) < self.block_groups
    }
}
