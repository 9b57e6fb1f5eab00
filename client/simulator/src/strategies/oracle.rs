//! The clairvoyant: knows how many will watch what in the next minutes, crowds included, and copies appear where it wants
//! them at once and for nothing. No controller can be better in this world except by luck; the gap to it is what is left.

use crate::audience::Audience;
use crate::net::{Net, Viewer};
use crate::strategy::{Action, Strategy};

use super::two_choices;

/// Copies are arranged anew so often, in s, for what comes until then.
const PERIOD_S: u64 = 15;

/// The oracle.
pub struct Oracle {
    audience: Audience,
    seconds: u64,
}

impl Oracle {
    /// An oracle that knows `audience`.
    #[must_use]
    pub fn new(audience: Audience) -> Self {
        Self {
            audience,
            seconds: 0,
        }
    }

    fn wanted(&self, net: &Net) -> Vec<usize> {
        let mut demand = vec![0.0; net.holders.len()];
        for (index, video) in net.catalogue.videos.iter().enumerate() {
            let ahead = |seconds: u64| {
                let at = net.now_ms + seconds * 1_000;
                self.audience.true_rate(&net.catalogue, index as u32, at)
            };
            let most = ahead(0).max(ahead(10)).max(ahead(20));
            let past = (0..=10).map(|minute| {
                let at = net.now_ms.saturating_sub(minute * 60_000);
                self.audience.true_rate(&net.catalogue, index as u32, at)
            });
            let most = past.fold(most, f64::max);
            let mut still = 1.0;
            for cell in 0..video.cells {
                demand[(video.first_cell + u32::from(cell)) as usize] = most * still;
                still *= if cell == 0 { 0.75 } else { 0.94 };
            }
        }
        let room: usize = net
            .nodes
            .iter()
            .filter(|node| node.online)
            .map(|node| node.room() as usize)
            .sum();
        let spare = (room * 95 / 100).saturating_sub(net.holders.len() * net.copies) as f64;
        let weights: Vec<f64> = demand.iter().map(|d: &f64| d.sqrt() + d).collect();
        let total: f64 = weights.iter().sum();
        let share = |weight: &f64| net.copies + (spare * weight / total.max(1e-9)) as usize;
        weights
            .iter()
            .map(|weight| share(weight).min(net.nodes.len() / 2))
            .collect()
    }
}

impl Strategy for Oracle {
    fn sources(&mut self, net: &mut Net, cell: u32, _viewer: Viewer) -> Vec<u32> {
        // It sees who is there and how much each has to spare, now.
        let mut holders: Vec<u32> = net.holders[cell as usize]
            .iter()
            .copied()
            .filter(|node| net.nodes[*node as usize].online)
            .collect();
        let used = |node: &u32| {
            let node = &net.nodes[*node as usize];
            node.sending / node.spec.upload
        };
        holders.sort_by(|a, b| used(a).total_cmp(&used(b)));
        holders.truncate(2);
        if holders.is_empty() {
            two_choices(net, cell, _viewer)
        } else {
            holders
        }
    }

    fn tick(&mut self, net: &mut Net) -> Vec<Action> {
        self.seconds += 1;
        if self.seconds % PERIOD_S != 1 {
            return Vec::new();
        }
        let wanted = self.wanted(net);
        let mut actions = Vec::new();
        let mut free: Vec<i64> = net
            .nodes
            .iter()
            .map(|node| i64::from(node.free()))
            .collect();
        for (cell, wanted) in wanted.iter().enumerate() {
            let online = |node: &&u32| net.nodes[**node as usize].online;
            let held: Vec<u32> = net.holders[cell].iter().filter(online).copied().collect();
            for node in held.iter().skip(*wanted) {
                actions.push(Action::Drop {
                    cell: cell as u32,
                    node: *node,
                });
                free[*node as usize] += 1;
            }
        }
        let load = |node: u32| {
            let node = &net.nodes[node as usize];
            (node.sending / node.spec.upload * 1_000.0) as u64
        };
        for (cell, wanted) in wanted.iter().enumerate() {
            let online = |node: &&u32| net.nodes[**node as usize].online;
            let held = net.holders[cell].iter().filter(online).count();
            let missing = wanted.saturating_sub(held);
            if missing == 0 {
                continue;
            }
            let mut able: Vec<u32> = (0..net.nodes.len() as u32)
                .filter(|node| {
                    let found = &net.nodes[*node as usize];
                    found.online && free[*node as usize] > 0 && !found.has(cell as u32)
                })
                .collect();
            able.sort_by_key(|node| load(*node));
            for node in able.into_iter().take(missing) {
                free[node as usize] -= 1;
                actions.push(Action::Conjure {
                    cell: cell as u32,
                    node,
                });
            }
        }
        actions
    }
}
