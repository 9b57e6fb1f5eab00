//! Cells on their way to viewers, and copies on their way to nodes.

use super::{
    COPIES_AT_A_TIME, COPY_RATE, COPY_SHARE, DIAL_MS, Event, Run, SOURCES, STREAM_RATE, bytes_of,
};
use crate::catalogue::CELL_BYTES;
use crate::measures::Miss;
use crate::net::Viewer;
use crate::nodes::Nat;
use crate::strategy::Action;

/// A cell on its way to a viewer, in equal parts from each of its sources.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    number: u64,
    session: usize,
    cell: u32,
    nodes: Vec<u32>,
    from_origin: bool,
    missing: u32,
    began_ms: u64,
}

/// How a cell gets to a viewer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    pub(super) delay_ms: u64,
    pub(super) from_nodes: bool,
}

impl Run<'_> {
    /// Begins to deliver what is missing of `cell`; `None` when nobody can.
    pub(super) fn deliver(
        &mut self,
        session: usize,
        cell: u32,
        viewer: Viewer,
        missing: u32,
    ) -> Option<Outcome> {
        let mut named = self.strategy.sources(&mut self.net, cell, viewer);
        named.truncate(SOURCES);
        let there = |node: &u32| self.net.nodes[*node as usize].online;
        let dead = !named.is_empty() && !named.iter().any(there);
        let mut nodes: Vec<u32> = named.into_iter().filter(there).collect();
        loop {
            let share = STREAM_RATE / nodes.len().max(1) as f64;
            let able = |node: &u32| self.net.nodes[*node as usize].idle() >= share;
            if nodes.iter().all(able) {
                break;
            }
            nodes.retain(able);
        }
        let mut from_origin = false;
        let from_nodes = !nodes.is_empty();
        if nodes.is_empty() {
            if self.measured() {
                let miss = self.why_missed(cell);
                self.counts.missed(miss);
            }
            if self.origin_sending + STREAM_RATE > self.origin_cap {
                return None;
            }
            from_origin = true;
            if let Some(fill) = self.strategy.fill(&mut self.net, cell) {
                for evicted in fill.evicts {
                    self.net.take(fill.node, evicted);
                }
                // Held from now on although it arrives only as fast as it is played: in the rivals' favour.
                self.net.put(fill.node, cell);
                nodes.push(fill.node);
            }
            self.origin_sending += STREAM_RATE;
        }
        self.begin_delivery(session, cell, viewer, nodes, from_origin, missing);
        Some(Outcome {
            delay_ms: if dead { DIAL_MS + 500 } else { 100 },
            from_nodes,
        })
    }

    /// Why no node serves `cell` to somebody who asks for it now.
    fn why_missed(&self, cell: u32) -> Miss {
        let nodes = &self.net.nodes;
        let holders = self.net.holders[cell as usize].iter();
        let online = holders.filter(|node| nodes[**node as usize].online);
        let mut idle: Vec<f64> = online.map(|node| nodes[*node as usize].idle()).collect();
        idle.sort_by(|a, b| b.total_cmp(a));
        let mut teams = (1..=SOURCES).zip(&idle);
        if idle.is_empty() {
            Miss::Gone
        } else if teams.any(|(team, idle)| *idle >= STREAM_RATE / team as f64) {
            Miss::NotNamed
        } else {
            Miss::Full
        }
    }

    fn begin_delivery(
        &mut self,
        session: usize,
        cell: u32,
        viewer: Viewer,
        nodes: Vec<u32>,
        from_origin: bool,
        missing: u32,
    ) {
        let share = STREAM_RATE / nodes.len().max(1) as f64;
        let part = bytes_of(missing) / nodes.len().max(1) as f64;
        let measured = self.measured();
        for node in &nodes {
            let found = &mut self.net.nodes[*node as usize];
            found.sending += share;
            found.streams += 1;
            *found.serving.entry(cell).or_default() += 1;
            found.sent += part;
            let nat = found.spec.nat;
            let relayed = nat == Nat::Symmetric || (nat == Nat::Cone && viewer.symmetric);
            if measured && relayed {
                self.counts.relayed += part;
            }
            self.strategy.served(&self.net, *node, cell);
        }
        if measured {
            if from_origin {
                self.counts.origin += bytes_of(missing);
            } else {
                self.counts.nodes += bytes_of(missing);
            }
        }
        self.delivered += 1;
        let delivery = Delivery {
            number: self.delivered,
            session,
            cell,
            nodes,
            from_origin,
            missing,
            began_ms: self.net.now_ms,
        };
        let slot = match self.free_slots.pop() {
            Some(slot) => {
                self.deliveries[slot] = Some(delivery);
                slot
            }
            None => {
                self.deliveries.push(Some(delivery));
                self.deliveries.len() - 1
            }
        };
        let takes_ms = bytes_of(missing) / STREAM_RATE * 1_000.0;
        let end = Event::Delivered(slot, self.delivered);
        self.schedule(self.net.now_ms + takes_ms as u64, end);
    }

    pub(super) fn end_delivery(&mut self, slot: usize, number: u64) {
        if self.deliveries[slot]
            .as_ref()
            .is_some_and(|d| d.number == number)
        {
            self.stop_delivery(slot);
        }
    }

    fn stop_delivery(&mut self, slot: usize) -> Option<Delivery> {
        let delivery = self.deliveries[slot].take()?;
        self.free_slots.push(slot);
        let share = STREAM_RATE / delivery.nodes.len().max(1) as f64;
        for node in &delivery.nodes {
            let found = &mut self.net.nodes[*node as usize];
            found.sending = (found.sending - share).max(0.0);
            found.streams -= 1;
            if let Some(streams) = found.serving.get_mut(&delivery.cell) {
                *streams -= 1;
                if *streams == 0 {
                    found.serving.remove(&delivery.cell);
                }
            }
        }
        if delivery.from_origin {
            self.origin_sending = (self.origin_sending - STREAM_RATE).max(0.0);
        }
        Some(delivery)
    }

    /// A node is gone: what it was sending is asked for anew, as far as it is missing.
    pub(super) fn break_deliveries(&mut self, node: u32) {
        for slot in 0..self.deliveries.len() {
            let broken = self.deliveries[slot]
                .as_ref()
                .is_some_and(|d| d.nodes.contains(&node));
            let Some(delivery) = broken.then(|| self.stop_delivery(slot)).flatten() else {
                continue;
            };
            let took_ms = (self.net.now_ms - delivery.began_ms) as f64;
            let whole_ms = bytes_of(delivery.missing) / STREAM_RATE * 1_000.0;
            let done = (took_ms / whole_ms).min(1.0);
            let missing = f64::from(delivery.missing) * (1.0 - done);
            let left = bytes_of(missing as u32);
            if self.measured() {
                let counted = if delivery.from_origin {
                    &mut self.counts.origin
                } else {
                    &mut self.counts.nodes
                };
                *counted = (*counted - left).max(0.0);
            }
            if missing >= 1.0 {
                let again = Event::Ask {
                    session: delivery.session,
                    cell: delivery.cell,
                    waited_ms: 0,
                    missing: (missing as u32).min(999),
                    buffered: true,
                };
                self.schedule(self.net.now_ms + 200, again);
            }
        }
    }

    pub(super) fn act(&mut self, action: Action) {
        match action {
            Action::Copy { .. } => self.waiting.push(action),
            Action::Drop { cell, node } => {
                self.net.take(node, cell);
            }
            Action::Conjure { cell, node } => {
                self.net.put(node, cell);
            }
        }
    }

    /// Begins those copies that have a sender and a receiver with a line to spare.
    pub(super) fn start_copies(&mut self) {
        for action in std::mem::take(&mut self.waiting) {
            let Action::Copy { cell, to, from } = &action else {
                continue;
            };
            let (cell, to) = (*cell, *to);
            let receiver = &self.net.nodes[to as usize];
            if !receiver.online || receiver.has(cell) || receiver.free() == 0 {
                self.strategy.failed(&self.net, to, cell);
                continue;
            }
            if self.incoming[to as usize] >= COPIES_AT_A_TIME {
                self.waiting.push(action);
                continue;
            }
            let able = |node: &&u32| {
                let node = &self.net.nodes[**node as usize];
                node.online && node.has(cell) && node.copying < COPIES_AT_A_TIME
            };
            if from.is_empty() {
                if self.origin_sending + STREAM_RATE <= self.origin_cap {
                    self.origin_sending += STREAM_RATE;
                    if self.measured() {
                        self.counts.origin += f64::from(CELL_BYTES);
                    }
                    self.begin_copy(None, to, cell, STREAM_RATE);
                } else {
                    self.waiting.push(action);
                }
                continue;
            }
            let Some(sender) = from.iter().find(able).copied() else {
                let gone = |node: &u32| {
                    let node = &self.net.nodes[*node as usize];
                    !node.online || !node.has(cell)
                };
                if from.iter().all(gone) {
                    self.strategy.failed(&self.net, to, cell);
                } else {
                    self.waiting.push(action);
                }
                continue;
            };
            let node = &mut self.net.nodes[sender as usize];
            let spare = (node.idle() / 2.0).min(COPY_RATE);
            let rate = spare.max(node.spec.upload * COPY_SHARE);
            node.sending += rate;
            node.copying += 1;
            if self.measured() {
                self.counts.copies += f64::from(CELL_BYTES);
            }
            self.begin_copy(Some(sender), to, cell, rate);
        }
    }

    fn begin_copy(&mut self, from: Option<u32>, to: u32, cell: u32, rate: f64) {
        self.incoming[to as usize] += 1;
        let takes_ms = f64::from(CELL_BYTES) / rate * 1_000.0;
        let copied = Event::Copied {
            from,
            to,
            cell,
            rate: rate as u32,
        };
        self.schedule(self.net.now_ms + takes_ms as u64, copied);
    }

    pub(super) fn copied(&mut self, from: Option<u32>, to: u32, cell: u32, rate: u32) {
        self.incoming[to as usize] -= 1;
        let whole = match from {
            None => {
                self.origin_sending = (self.origin_sending - STREAM_RATE).max(0.0);
                true
            }
            Some(from) => {
                let node = &mut self.net.nodes[from as usize];
                node.sending = (node.sending - f64::from(rate)).max(0.0);
                node.copying -= 1;
                node.online
            }
        };
        if whole && self.net.nodes[to as usize].online && self.net.put(to, cell) {
            self.strategy.gained(&self.net, to, cell);
        } else {
            self.strategy.failed(&self.net, to, cell);
        }
    }
}
