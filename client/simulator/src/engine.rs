//! The run: events in order of time, until the end.

mod deliveries;
mod happenings;
mod seconds;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use crate::audience::{Audience, Next, Session};
use crate::catalogue::{CELL_BYTES, Catalogue, MEDIA_RATE};
use crate::measures::{Counts, Results};
use crate::net::{Net, Viewer};
use crate::nodes;
use crate::random::Random;
use crate::scenario::Scenario;
use crate::strategy::{Action, Strategy};
use deliveries::Delivery;

/// What a viewer is sent, in bytes per second: a quarter faster than it plays.
pub const STREAM_RATE: f64 = MEDIA_RATE * 1.25;
/// Sources of one cell at most.
pub(crate) const SOURCES: usize = 4;
/// A viewer asks again after so much time when nobody could serve it, in ms.
const RETRY_MS: u64 = 2_000;
/// What a viewer has buffered when it goes on to the next cell, in ms.
const BUFFER_MS: u64 = 15_000;
/// What a viewer waits for a first picture before it counts as a stall, in ms.
const START_MS: u64 = 2_000;
/// A viewer that waits longer leaves, in ms.
const PATIENCE_MS: u64 = 30_000;
/// A node that does not answer is given up after so much time, in ms.
const DIAL_MS: u64 = 2_000;
/// A round of the chain, in ms, and the rounds until its views are settled.
const ROUND_MS: u64 = 43_200;
const ROUNDS_TO_SETTLE: u64 = 4;
/// Rate of copies between nodes at most, in bytes per second; and the share of a node's line that is always theirs.
const COPY_RATE: f64 = 6_250_000.0;
const COPY_SHARE: f64 = 0.05;
/// Copies that a node sends at a time, and takes in at a time.
const COPIES_AT_A_TIME: u32 = 2;
/// Loads are looked at over windows of this length, in ms.
const WINDOW_MS: u64 = 600_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// A viewer may come; true when it does.
    Start(bool),
    /// One of a crowd may come.
    CrowdStart(usize, bool),
    /// A session needs a cell, unless it has gone on to another. Wait so far in ms, thousandths of the cell that are missing,
    /// whether it has a buffer.
    Ask {
        session: usize,
        cell: u32,
        waited_ms: u64,
        missing: u32,
        buffered: bool,
    },
    /// A session has seen its cell.
    Seen(usize),
    /// A delivery ends; the second number tells it from an earlier one in the same slot.
    Delivered(usize, u64),
    /// A copy is there.
    Copied {
        from: Option<u32>,
        to: u32,
        cell: u32,
        rate: u32,
    },
    /// A node goes or comes.
    Churn(u32),
    /// A second has passed.
    Tick,
}

/// A run under way.
pub struct Run<'a> {
    scenario: Scenario,
    seed: u64,
    net: Net,
    audience: Audience,
    strategy: &'a mut dyn Strategy,
    events: BinaryHeap<Reverse<(u64, u64, Event)>>,
    scheduled: u64,
    sessions: Vec<Session>,
    deliveries: Vec<Option<Delivery>>,
    free_slots: Vec<usize>,
    delivered: u64,
    origin_sending: f64,
    origin_cap: f64,
    arrivals: Random,
    crowd_arrivals: Vec<Random>,
    drawn: Random,
    churn: Vec<Random>,
    gone_for_good: Vec<bool>,
    cut: Vec<bool>,
    /// Copies waiting for a sender.
    waiting: Vec<Action>,
    incoming: Vec<u32>,
    /// Plays that will be settled, by round.
    settling: BTreeMap<u64, BTreeMap<u32, u32>>,
    /// When a node last came, in ms.
    since_ms: Vec<u64>,
    counts: Counts,
}

impl<'a> Run<'a> {
    /// Sets up a run; `strategy` is given what it needs by `make`.
    pub fn new(scenario: Scenario, seed: u64, strategy: &'a mut dyn Strategy) -> Self {
        let (net, audience) = world(&scenario, seed);
        let upload: f64 = net.nodes.iter().map(|node| node.spec.upload).sum();
        let count = net.nodes.len();
        let starts: Vec<u64> = audience.crowds.iter().map(|crowd| crowd.from_ms).collect();
        Self {
            scenario,
            seed,
            strategy,
            events: BinaryHeap::new(),
            scheduled: 0,
            sessions: Vec::new(),
            deliveries: Vec::new(),
            free_slots: Vec::new(),
            delivered: 0,
            origin_sending: 0.0,
            origin_cap: scenario.origin * upload,
            arrivals: Random::new(seed, 5, 0),
            crowd_arrivals: (0..starts.len())
                .map(|i| Random::new(seed, 6, i as u64))
                .collect(),
            drawn: Random::new(seed, 7, 0),
            churn: (0..count).map(|i| Random::new(seed, 8, i as u64)).collect(),
            gone_for_good: vec![false; count],
            cut: vec![false; count],
            waiting: Vec::new(),
            incoming: vec![0; count],
            settling: BTreeMap::new(),
            since_ms: vec![0; count],
            counts: Counts::new(&starts),
            net,
            audience,
        }
    }

    /// Runs to the end.
    #[must_use]
    pub fn results(mut self) -> Results {
        self.strategy.start(&self.net);
        self.schedule(0, Event::Tick);
        self.next_arrival();
        for crowd in 0..self.audience.crowds.len() {
            self.next_of_crowd(crowd);
        }
        self.begin_churn();
        while let Some(Reverse((at, _, event))) = self.events.pop() {
            if at >= self.scenario.end_ms() {
                break;
            }
            self.net.now_ms = at;
            self.handle(event);
        }
        let lost = self
            .net
            .holders
            .iter()
            .filter(|holders| holders.is_empty())
            .count();
        self.counts.results(lost as u64)
    }

    fn schedule(&mut self, at: u64, event: Event) {
        self.scheduled += 1;
        self.events.push(Reverse((at, self.scheduled, event)));
    }

    fn measured(&self) -> bool {
        self.net.now_ms >= self.scenario.measured_from_ms()
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Start(comes) => {
                self.next_arrival();
                if comes
                    && let Some(video) = self.net.catalogue.draw(&mut self.drawn, self.net.now_ms)
                {
                    self.begin(video);
                }
            }
            Event::CrowdStart(crowd, comes) => {
                self.next_of_crowd(crowd);
                if comes {
                    self.begin(self.audience.crowds[crowd].video);
                }
            }
            Event::Ask {
                session,
                cell,
                waited_ms,
                missing,
                buffered,
            } => {
                if self.cell_of(session).0 == cell {
                    self.ask(session, waited_ms, missing, buffered);
                }
            }
            Event::Seen(session) => self.seen(session),
            Event::Delivered(slot, number) => self.end_delivery(slot, number),
            Event::Copied {
                from,
                to,
                cell,
                rate,
            } => self.copied(from, to, cell, rate),
            Event::Churn(node) => self.turn(node),
            Event::Tick => self.tick(),
        }
    }

    fn next_arrival(&mut self) {
        let (at, comes) = self
            .audience
            .next_start(&mut self.arrivals, self.net.now_ms);
        self.schedule(at, Event::Start(comes));
    }

    fn next_of_crowd(&mut self, crowd: usize) {
        let random = &mut self.crowd_arrivals[crowd];
        let (at, comes) = self.audience.next_of_crowd(crowd, random, self.net.now_ms);
        let over = self.audience.crowds[crowd].from_ms + 3_600_000;
        if at < over {
            self.schedule(at, Event::CrowdStart(crowd, comes));
        }
    }

    fn begin(&mut self, video: u32) {
        let number = self.sessions.len();
        let cells = self.net.catalogue.videos[video as usize].cells;
        self.sessions
            .push(Session::new(self.seed, number as u64, video, cells));
        self.ask_now(number, false);
    }

    fn ask_now(&mut self, session: usize, buffered: bool) {
        if self.measured() {
            self.counts.requests += 1;
        }
        self.ask(session, 0, 1_000, buffered);
    }

    fn cell_of(&self, session: usize) -> (u32, Viewer) {
        let session = &self.sessions[session];
        let first = self.net.catalogue.videos[session.video as usize].first_cell;
        let viewer = Viewer {
            region: session.region,
            symmetric: session.symmetric,
        };
        (first + u32::from(session.cell), viewer)
    }

    fn ask(&mut self, session: usize, waited_ms: u64, missing: u32, buffered: bool) {
        let (cell, viewer) = self.cell_of(session);
        if waited_ms == 0 {
            self.strategy.requested(&mut self.net, cell);
        }
        let outcome = self.deliver(session, cell, viewer, missing);
        let first_try = waited_ms == 0 && missing == 1_000;
        if first_try && self.measured() {
            let video = self.sessions[session].video;
            let crowds = self.audience.crowds.iter();
            let served = matches!(outcome, Some(outcome) if outcome.from_nodes);
            let found: Vec<usize> = crowds
                .enumerate()
                .filter(|(_, crowd)| crowd.video == video)
                .map(|(index, _)| index)
                .collect();
            for crowd in found {
                self.counts.of_crowd(crowd, self.net.now_ms, served);
            }
        }
        let limit = if buffered { BUFFER_MS } else { START_MS };
        match outcome {
            Some(outcome) => {
                if waited_ms <= limit && waited_ms + outcome.delay_ms > limit && self.measured() {
                    self.counts.stalls += 1;
                }
                if missing == 1_000 {
                    let seen = self.net.now_ms + outcome.delay_ms + 60_000;
                    self.schedule(seen, Event::Seen(session));
                }
            }
            None => {
                let waited = waited_ms + RETRY_MS;
                if waited_ms <= limit && waited > limit && self.measured() {
                    self.counts.stalls += 1;
                }
                if waited <= PATIENCE_MS {
                    let again = Event::Ask {
                        session,
                        cell,
                        waited_ms: waited,
                        missing,
                        buffered,
                    };
                    self.schedule(self.net.now_ms + RETRY_MS, again);
                }
            }
        }
    }

    fn seen(&mut self, session: usize) {
        let (cell, _) = self.cell_of(session);
        let next = self.sessions[session].go_on();
        if next != Next::LeftWithin {
            let round = self.net.now_ms / ROUND_MS + ROUNDS_TO_SETTLE;
            *self
                .settling
                .entry(round)
                .or_default()
                .entry(cell)
                .or_default() += 1;
        }
        match next {
            Next::On => self.ask_now(session, true),
            Next::Jump => self.ask_now(session, false),
            Next::Leave | Next::LeftWithin => {}
        }
    }
}

/// The nodes with their first copies, and the audience, of a run.
#[must_use]
pub fn world(scenario: &Scenario, seed: u64) -> (Net, Audience) {
    let catalogue = Catalogue::make(scenario, seed);
    let specs = nodes::make(scenario, seed, catalogue.bytes());
    let upload: f64 = specs.iter().map(|spec| spec.upload).sum();
    let audience = Audience::make(scenario, seed, &catalogue, upload);
    let mut net = Net::new(catalogue, specs, scenario.copies);
    net.place_everything();
    (net, audience)
}

/// Runs `strategy` through `scenario` under `seed`.
#[must_use]
pub fn run(scenario: Scenario, seed: u64, strategy: &mut dyn Strategy) -> Results {
    Run::new(scenario, seed, strategy).results()
}

/// Bytes of a part of a cell.
fn bytes_of(thousandths: u32) -> f64 {
    f64::from(CELL_BYTES) * f64::from(thousandths) / 1_000.0
}
