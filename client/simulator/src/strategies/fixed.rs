//! Strategies without popularity: a fixed number of copies, kept up; and a random source.

use crate::net::{Net, Viewer};
use crate::random::Random;
use crate::strategy::{Action, Strategy};

use super::{Chainflix, two_choices};

/// Copies ordered in a second at most, for one of so many nodes: as many as Chainflix' own for what can wait.
const NODES_PER_ORDER: usize = 4;
/// Cells that are looked at in a second.
const LOOKS: usize = 512;

/// A fixed number of copies of everything.
///
/// With `diverse` copies go to different operators and regions, as everywhere else here. Without, free space alone
/// decides: IPFS Cluster's `balanced` allocator with `allocate_by: ["freespace"]` and `replication_factor_max` as high as fits
/// (documentation of ipfs-cluster, *Allocators and the `balanced` allocator* and *Composite clusters*).
pub struct Fixed {
    copies: usize,
    diverse: bool,
    next: usize,
    coming: Vec<(u32, u32)>,
}

impl Fixed {
    /// Keeps `copies`.
    #[must_use]
    pub fn keeping(copies: usize) -> Self {
        Self {
            copies,
            diverse: true,
            next: 0,
            coming: Vec::new(),
        }
    }

    /// Keeps as many as fit.
    #[must_use]
    pub fn filling(net: &Net, diverse: bool) -> Self {
        let room: usize = net.nodes.iter().map(|node| node.room() as usize).sum();
        let cells = net.holders.len().max(1);
        // A tenth is left free for copies that are made while others are away.
        let copies = (room * 9 / 10 / cells).max(net.copies);
        Self {
            copies,
            diverse,
            next: 0,
            coming: Vec::new(),
        }
    }

    fn site_for(&self, net: &Net, cell: u32) -> Option<u32> {
        let coming = |node: u32| self.coming.contains(&(node, cell));
        let able = (0..net.nodes.len() as u32).filter(|node| {
            let found = &net.nodes[*node as usize];
            found.is_offered(net.now_ms) && found.free() > 0 && !found.has(cell) && !coming(*node)
        });
        if self.diverse {
            let sites: Vec<_> = able.map(|node| net.site(node)).collect();
            let holders: Vec<_> = net.offered(cell).map(|node| net.site(node)).collect();
            let copies = holders.len() + 1;
            let chosen =
                chainflix_controller::placement::place(&sites, &holders, 1, copies, copies);
            chosen.first().copied()
        } else {
            able.max_by_key(|node| net.nodes[*node as usize].free())
        }
    }
}

impl Strategy for Fixed {
    fn sources(&mut self, net: &mut Net, cell: u32, viewer: Viewer) -> Vec<u32> {
        two_choices(net, cell, viewer)
    }

    fn gained(&mut self, _net: &Net, node: u32, cell: u32) {
        self.coming.retain(|found| *found != (node, cell));
    }

    fn failed(&mut self, _net: &Net, node: u32, cell: u32) {
        self.coming.retain(|found| *found != (node, cell));
    }

    fn tick(&mut self, net: &mut Net) -> Vec<Action> {
        let mut actions = Vec::new();
        let limit = (net.nodes.len() / NODES_PER_ORDER / 2).max(4);
        for _ in 0..LOOKS.min(net.holders.len()) {
            let cell = self.next as u32;
            self.next = (self.next + 1) % net.holders.len();
            let held: Vec<u32> = net.offered(cell).collect();
            let coming = self
                .coming
                .iter()
                .filter(|(_, found)| *found == cell)
                .count();
            if held.is_empty() || held.len() + coming >= self.copies || actions.len() >= limit {
                continue;
            }
            if let Some(to) = self.site_for(net, cell) {
                self.coming.push((to, cell));
                actions.push(Action::Copy {
                    cell,
                    to,
                    from: held,
                });
            }
        }
        actions
    }
}

/// Chainflix' copies, but a viewer is sent to one random holder, as Joystream's Atlas did with Colossus nodes.
pub struct RandomSource {
    inner: Chainflix,
    random: Random,
}

impl RandomSource {
    /// Around `inner`.
    #[must_use]
    pub fn new(inner: Chainflix, seed: u64) -> Self {
        Self {
            inner,
            random: Random::new(seed, 20, 0),
        }
    }
}

impl Strategy for RandomSource {
    fn start(&mut self, net: &Net) {
        self.inner.start(net);
    }

    fn sources(&mut self, net: &mut Net, cell: u32, viewer: Viewer) -> Vec<u32> {
        // The controller is asked all the same, since it counts choices.
        self.inner.choose(net, cell, viewer);
        let offered: Vec<u32> = net.offered(cell).collect();
        if offered.is_empty() {
            return Vec::new();
        }
        vec![offered[self.random.below(offered.len())]]
    }

    fn verified(&mut self, net: &Net, plays: &[(u32, u32)]) {
        self.inner.verified(net, plays);
    }

    fn heartbeat(&mut self, net: &Net, node: u32) {
        self.inner.heartbeat(net, node);
    }

    fn came(&mut self, net: &Net, node: u32) {
        self.inner.came(net, node);
    }

    fn went(&mut self, net: &Net, node: u32) {
        self.inner.went(net, node);
    }

    fn gained(&mut self, net: &Net, node: u32, cell: u32) {
        self.inner.gained(net, node, cell);
    }

    fn failed(&mut self, net: &Net, node: u32, cell: u32) {
        self.inner.failed(net, node, cell);
    }

    fn tick(&mut self, net: &mut Net) -> Vec<Action> {
        self.inner.tick(net)
    }
}
