//! Pull-through caches: nodes keep what was fetched through them and evict by a rule. Copies come into being only so.
//!
//! A viewer is sent to holders by two choices on load. When none can serve, the node with the most idle line of two drawn
//! fetches the cell from the origin, passes it on, keeps it and evicts by the rule. Nobody repairs and nothing is kept for
//! ever: the origin has everything.
//!
//! | rule | source |
//! |---|---|
//! | LRU, LFU | textbook; LFU counts while a cell is held, ties by least recent use |
//! | S3-FIFO | Yang, Zhang, Qiu, Yue, Rashmi, *FIFO queues are all you need for cache eviction*, SOSP 2023, algorithm 1: a tenth for the small queue, counts up to 3, a ghost queue as long as the main one |
//! | SIEVE | Zhang, Yang, Yue, Vigfusson, Rashmi, *SIEVE is simpler than LRU*, NSDI 2024, algorithm 1 |
//! | LRU-SP | Cheng and Kambayashi, *LRU-SP: a size-adjusted and popularity-aware LRU replacement algorithm for Web caching*, COMPSAC 2000: evicts the largest age × size ÷ references; Joystream's Argus keeps the references for the life of the process |

use std::collections::{BTreeMap, VecDeque};

use crate::net::{Net, Viewer};
use crate::random::Random;
use crate::strategy::{Action, Fill, Strategy};

use super::{Fixed, two_choices};

/// What caches that repair leave free on a node for copies of others, as a share: one cell of so many.
const FREE_SHARE: u32 = 25;

/// How a cache evicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Least recently used.
    Lru,
    /// Least frequently used.
    Lfu,
    /// S3-FIFO.
    S3Fifo,
    /// SIEVE.
    Sieve,
    /// LRU-SP.
    LruSp,
}

/// What a rule remembers of a cell.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    used: u64,
    count: u64,
}

/// One node's cache.
#[derive(Clone, Debug, Default)]
struct Shelf {
    marks: BTreeMap<u32, Mark>,
    /// Order of entry: all for SIEVE, the main queue of S3-FIFO. The front is oldest.
    queue: VecDeque<u32>,
    small: VecDeque<u32>,
    ghost: VecDeque<u32>,
    /// SIEVE's hand, from the front.
    hand: usize,
    /// Argus: references for life.
    references: BTreeMap<u32, u64>,
}

/// All nodes' caches under one rule.
pub struct Cache {
    rule: Rule,
    shelves: Vec<Shelf>,
    random: Random,
    uses: u64,
    /// Restores copies, when some are always kept.
    keeper: Option<Fixed>,
}

impl Cache {
    /// Empty caches on `nodes`.
    #[must_use]
    pub fn new(rule: Rule, nodes: usize) -> Self {
        Self {
            rule,
            shelves: vec![Shelf::default(); nodes],
            random: Random::new(0, 21, 0),
            uses: 0,
            keeper: None,
        }
    }

    /// The same with a controller's duty: no node evicts a cell of which only so many `copies` are offered, and lost ones
    /// are made again as [`Fixed`] does it.
    #[must_use]
    pub fn keeping(mut self, copies: usize) -> Self {
        self.keeper = Some(Fixed::keeping(copies));
        self
    }

    /// Evicts from `node` by the rule; nothing when all that it holds has to stay.
    fn make_room(&mut self, net: &Net, node: u32) -> Option<u32> {
        let room = net.nodes[node as usize].room() as usize;
        let keeps = self.keeper.is_some();
        self.evict(node, room, |cell| {
            !keeps || net.offered(cell).filter(|holder| *holder != node).count() >= net.copies
        })
    }

    fn touch(&mut self, node: u32, cell: u32) {
        self.uses += 1;
        let uses = self.uses;
        let shelf = &mut self.shelves[node as usize];
        if let Some(mark) = shelf.marks.get_mut(&cell) {
            mark.used = uses;
            mark.count += 1;
        }
        if self.rule == Rule::LruSp {
            *shelf.references.entry(cell).or_default() += 1;
        }
    }

    fn insert(&mut self, node: u32, cell: u32, room: usize) {
        self.uses += 1;
        let mark = Mark {
            used: self.uses,
            count: u64::from(self.rule == Rule::Lfu),
        };
        let shelf = &mut self.shelves[node as usize];
        shelf.marks.insert(cell, mark);
        match self.rule {
            Rule::Sieve => shelf.queue.push_back(cell),
            Rule::S3Fifo => {
                if let Some(place) = shelf.ghost.iter().position(|found| *found == cell) {
                    shelf.ghost.remove(place);
                    shelf.queue.push_back(cell);
                } else {
                    shelf.small.push_back(cell);
                }
                while shelf.ghost.len() > room {
                    shelf.ghost.pop_front();
                }
            }
            Rule::Lru | Rule::Lfu | Rule::LruSp => {}
        }
    }

    fn evict(&mut self, node: u32, room: usize, may_go: impl Fn(u32) -> bool) -> Option<u32> {
        let uses = self.uses;
        let shelf = &mut self.shelves[node as usize];
        let evictable = shelf.marks.iter().filter(|(cell, _)| may_go(**cell));
        let cell = match self.rule {
            Rule::Lru => evictable
                .min_by_key(|(_, mark)| mark.used)
                .map(|(cell, _)| *cell),
            Rule::Lfu => {
                let least = evictable.min_by_key(|(_, mark)| (mark.count, mark.used));
                least.map(|(cell, _)| *cell)
            }
            Rule::LruSp => {
                // All cells have one size here.
                let cost = |(cell, mark): &(&u32, &Mark)| {
                    let references = shelf.references.get(cell).copied().unwrap_or(0).max(1);
                    (uses - mark.used) as f64 / references as f64
                };
                let most = evictable.max_by(|a, b| cost(a).total_cmp(&cost(b)));
                most.map(|(cell, _)| *cell)
            }
            Rule::Sieve => shelf.sieve(may_go),
            Rule::S3Fifo => shelf.s3_fifo(room, may_go),
        };
        if let Some(cell) = cell {
            shelf.marks.remove(&cell);
        }
        cell
    }
}

impl Shelf {
    fn visited(&mut self, cell: u32) -> bool {
        let mark = self.marks.get_mut(&cell);
        mark.is_some_and(|mark| std::mem::take(&mut mark.count) > 0)
    }

    /// From the hand towards the newest: visited ones are forgiven, the first other one goes. What has to stay is passed over.
    fn sieve(&mut self, may_go: impl Fn(u32) -> bool) -> Option<u32> {
        for _ in 0..=self.queue.len() * 2 {
            if self.hand >= self.queue.len() {
                self.hand = 0;
            }
            let cell = *self.queue.get(self.hand)?;
            if self.visited(cell) || !may_go(cell) {
                self.hand += 1;
            } else {
                self.queue.remove(self.hand);
                return Some(cell);
            }
        }
        None
    }

    /// What has to stay moves on as if it had been hit.
    fn s3_fifo(&mut self, room: usize, may_go: impl Fn(u32) -> bool) -> Option<u32> {
        for _ in 0..self.marks.len() * 5 + 5 {
            let from_small = self.small.len() * 10 >= room || self.queue.is_empty();
            if from_small && let Some(cell) = self.small.pop_front() {
                let hit = self.marks.get_mut(&cell).filter(|mark| mark.count > 1);
                if let Some(mark) = hit {
                    mark.count = 0;
                    self.queue.push_back(cell);
                } else if !may_go(cell) {
                    self.queue.push_back(cell);
                } else {
                    self.ghost.push_back(cell);
                    return Some(cell);
                }
            } else if let Some(cell) = self.queue.pop_front() {
                let mark = self.marks.get_mut(&cell)?;
                let count = mark.count.min(3);
                if count == 0 && may_go(cell) {
                    return Some(cell);
                }
                mark.count = count.saturating_sub(1);
                self.queue.push_back(cell);
            }
        }
        None
    }
}

impl Strategy for Cache {
    fn start(&mut self, net: &Net) {
        for node in 0..net.nodes.len() as u32 {
            let room = net.nodes[node as usize].room() as usize;
            for cell in 0..net.catalogue.cells() {
                if net.nodes[node as usize].has(cell) {
                    self.insert(node, cell, room);
                }
            }
        }
    }

    fn sources(&mut self, net: &mut Net, cell: u32, viewer: Viewer) -> Vec<u32> {
        two_choices(net, cell, viewer)
    }

    fn served(&mut self, _net: &Net, node: u32, cell: u32) {
        self.touch(node, cell);
    }

    fn fill(&mut self, net: &mut Net, cell: u32) -> Option<Fill> {
        let able: Vec<u32> = (0..net.nodes.len() as u32)
            .filter(|node| {
                let found = &net.nodes[*node as usize];
                found.is_offered(net.now_ms)
                    && !found.has(cell)
                    && found.idle() > crate::engine::STREAM_RATE
                    && found.room() > 0
            })
            .collect();
        if able.is_empty() {
            return None;
        }
        let draw = [(); 2].map(|()| able[self.random.below(able.len())]);
        let load = |node: &u32| net.nodes[*node as usize].told_load;
        let node = draw.into_iter().min_by_key(load)?;
        let room = net.nodes[node as usize].room() as usize;
        let mut evicts = Vec::new();
        if net.nodes[node as usize].free() == 0 {
            evicts.push(self.make_room(net, node)?);
        }
        self.insert(node, cell, room);
        Some(Fill { node, evicts })
    }

    fn gained(&mut self, net: &Net, node: u32, cell: u32) {
        let room = net.nodes[node as usize].room() as usize;
        self.insert(node, cell, room);
        if let Some(keeper) = &mut self.keeper {
            keeper.gained(net, node, cell);
        }
    }

    fn failed(&mut self, net: &Net, node: u32, cell: u32) {
        if let Some(keeper) = &mut self.keeper {
            keeper.failed(net, node, cell);
        }
    }

    fn tick(&mut self, net: &mut Net) -> Vec<Action> {
        let Some(mut keeper) = self.keeper.take() else {
            return Vec::new();
        };
        let actions = keeper.tick(net);
        self.keeper = Some(keeper);
        for node in 0..net.nodes.len() as u32 {
            let found = &net.nodes[node as usize];
            if found.is_offered(net.now_ms)
                && found.free() < found.room() / FREE_SHARE
                && let Some(cell) = self.make_room(net, node)
            {
                // At once, so that the next node sees that there is one copy less.
                net.take(node, cell);
            }
        }
        actions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(rule: Rule) -> Cache {
        let mut cache = Cache::new(rule, 1);
        for cell in 0..4 {
            cache.insert(0, cell, 4);
        }
        cache
    }

    #[test]
    fn lru_evicts_what_was_used_longest_ago_and_lfu_what_was_used_least() {
        let mut lru = cache(Rule::Lru);
        lru.touch(0, 0);
        assert_eq!(lru.evict(0, 4, |_| true), Some(1));
        let mut lfu = cache(Rule::Lfu);
        for cell in [0, 0, 1, 1, 3] {
            lfu.touch(0, cell);
        }
        assert_eq!(lfu.evict(0, 4, |_| true), Some(2));
        assert_eq!(lfu.evict(0, 4, |_| true), Some(3));
    }

    #[test]
    fn sieve_forgives_what_was_visited_once_and_keeps_its_hand() {
        let mut sieve = cache(Rule::Sieve);
        sieve.touch(0, 0);
        sieve.touch(0, 2);
        assert_eq!(sieve.evict(0, 4, |_| true), Some(1));
        assert_eq!(
            sieve.evict(0, 4, |_| true),
            Some(3),
            "the hand went on past 2"
        );
        assert_eq!(
            sieve.evict(0, 4, |_| true),
            Some(0),
            "it was forgiven only once"
        );
    }

    #[test]
    fn s3_fifo_lets_one_hit_wonders_go_first_and_knows_them_when_they_return() {
        let mut s3 = cache(Rule::S3Fifo);
        for _ in 0..2 {
            s3.touch(0, 0);
        }
        assert_eq!(
            s3.evict(0, 4, |_| true),
            Some(1),
            "0 moved to the main queue"
        );
        s3.insert(0, 1, 4);
        assert!(s3.shelves[0].queue.contains(&1), "the ghost queue knew it");
    }

    #[test]
    fn lru_sp_prefers_to_keep_what_was_ever_popular() {
        let mut argus = cache(Rule::LruSp);
        for _ in 0..50 {
            argus.touch(0, 0);
        }
        for cell in [1, 2, 3] {
            argus.touch(0, cell);
        }
        assert_eq!(
            argus.evict(0, 4, |_| true),
            Some(1),
            "older but popular 0 stays"
        );
    }
}
