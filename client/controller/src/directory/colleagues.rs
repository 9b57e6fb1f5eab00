//! Nodes that are connected to another controller on the same database: what that one tells of them.

use super::{Beat, Directory};
use crate::protocol::Serving;
use crate::state::{Bulletin, NodeNews};

impl Directory {
    /// What this controller tells the others: the nodes that `is_own` says are connected here, and whom it named.
    pub fn bulletin(&mut self, is_own: impl Fn(u32) -> bool) -> Bulletin {
        let now = self.now_ms();
        let leases = self.take_leases();
        let nodes = self.nodes.values().filter(|node| is_own(node.provider));
        let news = nodes.map(|node| NodeNews {
            provider: node.provider,
            silent_ms: node.silent_ms(now),
            free_bytes: node.free_bytes,
            streams: node.streams,
            sent_bytes_per_second: node.sent_bytes_per_second,
            serving: node.serving.clone(),
        });
        Bulletin {
            nodes: news.collect(),
            leases,
        }
    }

    /// Another controller tells of its nodes; those that `is_own` says are connected here have moved meanwhile.
    pub fn hear(&mut self, bulletin: Bulletin, is_own: impl Fn(u32) -> bool) {
        for news in bulletin.nodes {
            if !is_own(news.provider) {
                self.hear_of(news);
            }
        }
        for (provider, times) in bulletin.leases {
            if let Some(node) = self.nodes.get_mut(&provider) {
                for _ in 0..times.min(1_000) {
                    node.leased();
                }
            }
        }
    }

    fn hear_of(&mut self, news: NodeNews) {
        let now = self.now_ms();
        let stream_rate = self.fleet.stream_rate;
        let Some(node) = self.nodes.get_mut(&news.provider) else {
            return;
        };
        self.fleet.stale |= !node.connected;
        node.connected = true;
        let beat = Beat {
            free_bytes: news.free_bytes,
            streams: news.streams,
            sent_bytes_per_second: news.sent_bytes_per_second,
            inventory: node.digest,
            serving: Vec::new(),
        };
        if node.heard_elsewhere(now.saturating_sub(news.silent_ms)) {
            node.beats(&beat, stream_rate);
            let serving: Vec<Serving> = news.serving;
            self.serves(news.provider, serving);
        }
        if !self.nodes.get(&news.provider).is_some_and(|n| n.indexed) {
            self.index(news.provider);
        }
    }
}
