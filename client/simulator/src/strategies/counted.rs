//! Strategies that copy what was asked for most, by counters that anybody can drive up.
//!
//! | rule | source |
//! |---|---|
//! | proportional | Cohen and Shenker, *Replication strategies in unstructured peer-to-peer networks*, SIGCOMM 2002: copies in proportion to the rate of requests |
//! | most-views, trending, recently-added | PeerTube, `config/default.yaml` (`redundancy.videos.strategies`) and `videos-redundancy-scheduler`: every `check_interval` (1 hour) one video, drawn from the first five by lifetime views, by views of the last days (`trending.videos.interval_days`), or by date of publication, is copied as a whole as far as the space reserved allows; copies live at least `min_lifetime` and the oldest go when space is short |
//!
//! Every node runs PeerTube's rule for itself, as instances do, on the space that the first copies leave. A day is
//! compressed here, so the interval is too: five minutes instead of an hour. Trending looks at the views of the last day,
//! as long as a day is here; PeerTube's default of seven would hold a whole run, and be most-views.

use std::collections::VecDeque;

use crate::net::{Net, Viewer};
use crate::random::Random;
use crate::strategy::{Action, Strategy};

use super::two_choices;

/// PeerTube's `check_interval` of an hour, in a day that is compressed twelvefold, in s.
const CHECK_S: u64 = 300;
/// PeerTube's `REDUNDANCY.VIDEOS.RANDOMIZED_FACTOR`.
const DRAWN_FROM: usize = 5;
/// Proportional copies are computed anew so often, in s.
const PERIOD_S: u64 = 600;

/// What is counted, and what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// Copies of each cell in proportion to its requests.
    Proportional,
    /// PeerTube, most-views.
    MostViews,
    /// PeerTube, trending.
    Trending,
    /// PeerTube, recently-added.
    RecentlyAdded,
}

/// A strategy that counts requests.
pub struct Counted {
    counting: Counting,
    /// Requests by cell: for life, of the last day, or with half forgotten each period.
    counts: Vec<f64>,
    /// Trending: requests by cell in each interval of the last day, latest last.
    slices: VecDeque<Vec<f64>>,
    /// Trending: intervals of a day.
    slices_kept: usize,
    random: Random,
    seconds: u64,
    /// PeerTube: videos that each node has copied, oldest first.
    copied: Vec<VecDeque<u32>>,
    queue: VecDeque<Action>,
}

impl Counted {
    /// Nothing is counted yet.
    #[must_use]
    pub fn new(counting: Counting, cells: usize, seed: u64) -> Self {
        Self {
            counting,
            counts: vec![0.0; cells],
            slices: VecDeque::from([vec![0.0; cells]]),
            slices_kept: 1,
            random: Random::new(seed, 22, 0),
            seconds: 0,
            copied: Vec::new(),
            queue: VecDeque::new(),
        }
    }

    /// The same with only the requests of so many minutes counted by what is trending.
    #[must_use]
    pub fn of_the_last(mut self, minutes: u64) -> Self {
        let slices = (minutes * 60).div_ceil(CHECK_S).max(1);
        self.slices_kept = usize::try_from(slices).unwrap_or(usize::MAX);
        self
    }

    /// An interval is over: one begins, and the one of a day ago is forgotten.
    fn slide(&mut self) {
        self.slices.push_back(vec![0.0; self.counts.len()]);
        while self.slices.len() > self.slices_kept {
            let old = self.slices.pop_front().unwrap_or_default();
            for (count, gone) in self.counts.iter_mut().zip(old) {
                *count -= gone;
            }
        }
    }

    /// Copies in proportion to requests, with what space there is.
    fn rebalance(&mut self, net: &Net) {
        let room: usize = net.nodes.iter().map(|node| node.room() as usize).sum();
        let extra = (room as f64 * 0.9 - (net.holders.len() * net.copies) as f64).max(0.0);
        let total: f64 = self.counts.iter().sum();
        if total <= 0.0 {
            return;
        }
        self.queue.clear();
        let mut wanted: Vec<(usize, usize)> = Vec::new();
        for (cell, count) in self.counts.iter().enumerate() {
            let copies = net.copies + (extra * count / total) as usize;
            wanted.push((copies.min(net.nodes.len()), cell));
        }
        for (copies, cell) in &wanted {
            let held = net.offered(*cell as u32).collect::<Vec<_>>();
            for node in held.iter().skip(*copies) {
                self.queue.push_back(Action::Drop {
                    cell: *cell as u32,
                    node: *node,
                });
            }
        }
        wanted.sort_by_key(|(copies, _)| std::cmp::Reverse(*copies));
        let mut free: Vec<u32> = net.nodes.iter().map(|node| node.free()).collect();
        for (copies, cell) in wanted {
            let held: Vec<u32> = net.offered(cell as u32).collect();
            let mut chosen: Vec<u32> = Vec::new();
            while !held.is_empty() && held.len() + chosen.len() < copies {
                let able = (0..net.nodes.len() as u32).filter(|node| {
                    let found = &net.nodes[*node as usize];
                    found.is_offered(net.now_ms)
                        && free[*node as usize] > 0
                        && !found.has(cell as u32)
                        && !chosen.contains(node)
                });
                let Some(to) = able.max_by_key(|node| free[*node as usize]) else {
                    break;
                };
                free[to as usize] -= 1;
                chosen.push(to);
                self.queue.push_back(Action::Copy {
                    cell: cell as u32,
                    to,
                    from: held.clone(),
                });
            }
        }
        for count in &mut self.counts {
            *count /= 2.0;
        }
    }

    /// PeerTube's scheduler on one node.
    fn check(&mut self, net: &Net, node: u32) {
        let videos = &net.catalogue.videos;
        let score = |video: &crate::catalogue::Video| -> f64 {
            let first = video.first_cell as usize;
            match self.counting {
                Counting::RecentlyAdded => video.born_ms as f64,
                _ => self.counts[first..first + usize::from(video.cells)]
                    .iter()
                    .sum(),
            }
        };
        let copied = &self.copied[node as usize];
        let mut best: Vec<(f64, u32)> = videos
            .iter()
            .enumerate()
            .filter(|(index, video)| {
                video.born_ms <= net.now_ms && !copied.contains(&(*index as u32))
            })
            .map(|(index, video)| (score(video), index as u32))
            .collect();
        best.sort_by(|a, b| b.0.total_cmp(&a.0));
        best.truncate(DRAWN_FROM);
        if best.is_empty() {
            return;
        }
        let (_, video) = best[self.random.below(best.len())];
        let found = &videos[video as usize];
        let needed = u32::from(found.cells);
        let mut free = net.nodes[node as usize].free();
        while free < needed {
            let Some(oldest) = self.copied[node as usize].pop_front() else {
                return;
            };
            let old = &videos[oldest as usize];
            for cell in old.first_cell..old.first_cell + u32::from(old.cells) {
                // The first copies are the instances' own videos, which redundancy never deletes.
                if net.nodes[node as usize].has(cell)
                    && net.holders[cell as usize].len() > net.copies
                {
                    self.queue.push_back(Action::Drop { cell, node });
                    free += 1;
                }
            }
        }
        for cell in found.first_cell..found.first_cell + needed {
            let from: Vec<u32> = net.offered(cell).collect();
            if !from.is_empty() && !net.nodes[node as usize].has(cell) {
                self.queue.push_back(Action::Copy {
                    cell,
                    to: node,
                    from,
                });
            }
        }
        self.copied[node as usize].push_back(video);
    }
}

impl Strategy for Counted {
    fn start(&mut self, net: &Net) {
        self.copied = vec![VecDeque::new(); net.nodes.len()];
    }

    fn sources(&mut self, net: &mut Net, cell: u32, viewer: Viewer) -> Vec<u32> {
        two_choices(net, cell, viewer)
    }

    fn requested(&mut self, _net: &mut Net, cell: u32) {
        self.counts[cell as usize] += 1.0;
        if let Some(slice) = self.slices.back_mut() {
            slice[cell as usize] += 1.0;
        }
    }

    fn tick(&mut self, net: &mut Net) -> Vec<Action> {
        self.seconds += 1;
        match self.counting {
            Counting::Proportional if self.seconds.is_multiple_of(PERIOD_S) => self.rebalance(net),
            Counting::Proportional => {}
            _ => {
                for node in 0..net.nodes.len() {
                    // Instances don't check all at once.
                    let turn = (self.seconds + node as u64 * 37).is_multiple_of(CHECK_S);
                    if turn && net.nodes[node].online {
                        self.check(net, node as u32);
                    }
                }
                if self.counting == Counting::Trending && self.seconds.is_multiple_of(CHECK_S) {
                    self.slide();
                }
            }
        }
        let limit = self.queue.len().min(net.nodes.len());
        self.queue.drain(..limit).collect()
    }
}
