//! What happens every second: heartbeats, settlement, orders, and now and then a look at loads and copies.

use super::{Event, ROUND_MS, Run, WINDOW_MS};

impl Run<'_> {
    pub(super) fn tick(&mut self) {
        let now = self.net.now_ms;
        self.schedule(now + 1_000, Event::Tick);
        let second = now / 1_000;
        for node in 0..self.net.nodes.len() {
            if second % 5 == node as u64 % 5 && self.net.nodes[node].online {
                let found = &mut self.net.nodes[node];
                found.told_ms = now;
                found.told_load = (found.sending / found.spec.upload * 1_000.0) as u64;
                self.strategy.heartbeat(&self.net, node as u32);
            }
        }
        while let Some(entry) = self.settling.first_entry() {
            if *entry.key() * ROUND_MS > now {
                break;
            }
            let plays: Vec<(u32, u32)> = entry.remove().into_iter().collect();
            self.strategy.verified(&self.net, &plays);
        }
        self.happen();
        let actions = self.strategy.tick(&mut self.net);
        for action in actions {
            self.act(action);
        }
        self.start_copies();
        if now.is_multiple_of(WINDOW_MS) && now > 0 {
            self.look_at_loads();
        }
        if now.is_multiple_of(60_000) && self.measured() {
            self.look_at_copies();
        }
    }

    fn look_at_loads(&mut self) {
        let from = self.net.now_ms - WINDOW_MS;
        let mut loads = Vec::new();
        for (index, node) in self.net.nodes.iter_mut().enumerate() {
            let sent = std::mem::take(&mut node.sent);
            if node.online && self.since_ms[index] <= from {
                loads.push(sent / node.spec.upload / (WINDOW_MS as f64 / 1_000.0));
            }
        }
        if from >= self.scenario.measured_from_ms() {
            self.counts.loads(&loads);
        }
    }

    fn look_at_copies(&mut self) {
        let net = &self.net;
        let short = net.holders.iter().filter(|holders| {
            let online = holders
                .iter()
                .filter(|node| net.nodes[**node as usize].online);
            online.count() < net.copies
        });
        let share = short.count() as f64 / net.holders.len().max(1) as f64;
        self.counts.short(share);
    }
}
