//! What goes wrong: nodes that come and go, leave in masses, are cut off; requests that nobody means.

use super::{Event, Run};

/// How long a region is cut off, in ms.
const CUT_MS: u64 = 600_000;

impl Run<'_> {
    pub(super) fn begin_churn(&mut self) {
        if self.scenario.stays_minutes <= 0.0 {
            return;
        }
        for node in 0..self.net.nodes.len() {
            if !self.net.nodes[node].spec.always_on {
                let wait = self.churn[node].wait_ms(self.scenario.stays_minutes * 60_000.0);
                self.schedule(wait, Event::Churn(node as u32));
            }
        }
    }

    /// A node that is there goes, one that is away comes back.
    pub(super) fn turn(&mut self, node: u32) {
        let index = node as usize;
        if self.gone_for_good[index] || self.cut[index] {
            return;
        }
        let minutes = if self.net.nodes[index].online {
            // Two of three say goodbye; of the others a controller learns by their silence.
            let says = self.churn[index].chance(0.66);
            self.go(node, says);
            self.scenario.away_minutes
        } else {
            self.come(node);
            self.scenario.stays_minutes
        };
        let wait = self.churn[index].wait_ms(minutes * 60_000.0);
        self.schedule(self.net.now_ms + wait, Event::Churn(node));
    }

    fn go(&mut self, node: u32, says: bool) {
        self.net.nodes[node as usize].online = false;
        self.break_deliveries(node);
        if says {
            // What says goodbye is not offered from then on, by anybody.
            self.net.nodes[node as usize].told_ms = 0;
            self.strategy.went(&self.net, node);
        }
    }

    fn come(&mut self, node: u32) {
        let now = self.net.now_ms;
        self.since_ms[node as usize] = now;
        let found = &mut self.net.nodes[node as usize];
        found.online = true;
        found.told_ms = now;
        found.told_load = 0;
        self.strategy.came(&self.net, node);
    }

    /// What the scenario has in store for this second.
    pub(super) fn happen(&mut self) {
        let now = self.net.now_ms;
        let half_time = self.scenario.half_time_ms();
        if now == half_time && self.scenario.mass_leave > 0.0 {
            for node in 0..self.net.nodes.len() {
                let leaves = self.churn[node].chance(self.scenario.mass_leave);
                if leaves && !self.net.nodes[node].spec.always_on {
                    self.gone_for_good[node] = true;
                    if self.net.nodes[node].online {
                        self.go(node as u32, false);
                    }
                }
            }
        }
        if self.scenario.region_cut && now == half_time {
            for node in 0..self.net.nodes.len() {
                if self.net.nodes[node].spec.region == 0 && self.net.nodes[node].online {
                    self.cut[node] = true;
                    self.go(node as u32, false);
                }
            }
        }
        if self.scenario.region_cut && now == half_time + CUT_MS {
            for node in 0..self.net.nodes.len() {
                if std::mem::take(&mut self.cut[node]) {
                    self.come(node as u32);
                    let wait = self.churn[node].wait_ms(self.scenario.stays_minutes * 60_000.0);
                    if !self.net.nodes[node].spec.always_on {
                        self.schedule(now + wait, Event::Churn(node as u32));
                    }
                }
            }
        }
        if now >= half_time {
            // The least watched video of all.
            let videos = self.net.catalogue.videos.iter();
            let least = videos.min_by(|a, b| a.weight.total_cmp(&b.weight));
            let cell = least.map_or(0, |video| video.first_cell);
            for _ in 0..self.scenario.fakes_per_second {
                self.strategy.faked(&mut self.net, cell);
            }
        }
    }
}
