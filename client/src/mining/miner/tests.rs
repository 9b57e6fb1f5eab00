//! Mining against a simulated verifier over a simulated line.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use chainflix_primitives::window;
use proptest::prelude::*;

use super::*;
use crate::mining::playhead::{NORMAL_RATE, PlayState, Playhead, Snapshot};

/// One end of a simulated request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Happens {
    Report,
    AtVerifier(Ask),
    AtViewer(u16, Answer),
    Wake,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Ask {
    Ticket(u16),
    Finish(u16),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Answer {
    Ticket,
    Proved,
    Accepted,
    Refused(u8),
}

/// A verifier that keeps the window by the shared rule, at the end of a line.
struct Simulation {
    one_way_ms: u64,
    jitter_ms: u64,
    seed: u64,
    now: u64,
    agenda: BinaryHeap<Reverse<(u64, u64, Happens)>>,
    order: u64,
    miner: Miner,
    playhead: Playhead,
    total_ms: u64,
    playtimes: Vec<u32>,
    issued: Option<(u16, u64)>,
    last_end: u64,
    accepted: Vec<u16>,
    refused: Vec<(u16, Refusal)>,
    most_behind: usize,
}

impl Simulation {
    fn new(total_ms: u32, round_trip_ms: u64, jitter_ms: u64, seed: u64) -> Self {
        let count = window::cell_count(total_ms).unwrap();
        let playtimes: Vec<u32> = (0..count)
            .map(|cell| window::cell_playtime(total_ms, cell).unwrap())
            .collect();
        Self {
            one_way_ms: round_trip_ms / 2,
            jitter_ms,
            seed,
            now: 1_000,
            agenda: BinaryHeap::new(),
            order: 0,
            miner: Miner::new(playtimes.clone(), []),
            playhead: Playhead::new(total_ms, window::CELL_MS),
            total_ms: u64::from(total_ms),
            playtimes,
            issued: None,
            last_end: 0,
            accepted: Vec::new(),
            refused: Vec::new(),
            most_behind: 0,
        }
    }

    fn random(&mut self, below: u64) -> u64 {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % below.max(1)
    }

    fn at(&mut self, when: u64, happens: Happens) {
        self.order += 1;
        self.agenda.push(Reverse((when, self.order, happens)));
    }

    fn travel(&mut self) -> u64 {
        let jitter = self.jitter_ms;
        self.one_way_ms + self.random(jitter + 1)
    }

    fn run(&mut self) {
        let start = self.now;
        self.at(start, Happens::Report);
        while let Some(Reverse((when, _, happens))) = self.agenda.pop() {
            self.now = when;
            let commands = match happens {
                Happens::Report => self.report(start),
                Happens::AtVerifier(ask) => {
                    let (cell, answer) = self.verifier(ask);
                    let back = self.now + self.travel();
                    self.at(back, Happens::AtViewer(cell, answer));
                    Vec::new()
                }
                Happens::AtViewer(cell, answer) => {
                    let outcome = match answer {
                        Answer::Ticket => Outcome::Ticket,
                        Answer::Proved => Outcome::Proved,
                        Answer::Accepted => Outcome::Accepted,
                        Answer::Refused(code) => {
                            Outcome::Refused(Refusal::from_code(code).unwrap())
                        }
                    };
                    self.miner.came(cell, outcome, self.now)
                }
                Happens::Wake => self.miner.tick(self.now),
            };
            for command in commands {
                self.obey(command);
            }
            self.most_behind = self.most_behind.max(self.miner.pending().count());
            if let Some(wake) = self.miner.wake_at() {
                let wake = wake.max(self.now + 1);
                self.at(wake, Happens::Wake);
                // One alarm is enough: the last one set wins, and idle ones do nothing.
                if self.agenda.len() > 64 {
                    self.thin_alarms();
                }
            }
        }
    }

    fn thin_alarms(&mut self) {
        let next = self.miner.wake_at();
        let kept: Vec<_> = self
            .agenda
            .drain()
            .filter(|Reverse((when, _, happens))| *happens != Happens::Wake || Some(*when) == next)
            .collect();
        self.agenda.extend(kept);
    }

    fn report(&mut self, start: u64) -> Vec<Command> {
        let position = (self.now - start).min(self.total_ms);
        let ended = position == self.total_ms;
        let state = if ended {
            PlayState::Ended
        } else {
            PlayState::Playing
        };
        let snapshot = Snapshot::new(position, state, NORMAL_RATE);
        if !ended {
            let next = (self.now + 250 + self.random(20)).min(start + self.total_ms);
            self.at(next, Happens::Report);
        }
        let events = self.playhead.report(snapshot, self.now);
        let mut commands = Vec::new();
        for event in events {
            commands.extend(self.miner.played(event, self.now));
        }
        commands
    }

    fn obey(&mut self, command: Command) {
        let there = self.now + self.travel();
        match command {
            Command::AskTicket { cell } => self.at(there, Happens::AtVerifier(Ask::Ticket(cell))),
            Command::Finish { cell } => self.at(there, Happens::AtVerifier(Ask::Finish(cell))),
            Command::Prove { cell } => {
                let done = self.now + 5 + self.random(40);
                self.at(done, Happens::AtViewer(cell, Answer::Proved));
            }
            Command::Tell(MiningEvent::Accepted { cell }) => self.accepted.push(cell),
            Command::Tell(MiningEvent::Refused { cell, refusal, .. }) => {
                self.refused.push((cell, refusal));
            }
            Command::Abandon { .. } => self.issued = None,
            Command::Tell(_) | Command::Release { .. } => {}
        }
    }

    /// The verifier's rules: one open ticket, intervals that don't overlap, the window.
    fn verifier(&mut self, ask: Ask) -> (u16, Answer) {
        let refused = |refusal: Refusal| Answer::Refused(refusal.code());
        match ask {
            Ask::Ticket(cell) => {
                assert!(self.now >= self.last_end, "intervals overlap");
                if self.issued.is_some() {
                    return (cell, refused(Refusal::TicketOpen));
                }
                self.issued = Some((cell, self.now));
                (cell, Answer::Ticket)
            }
            Ask::Finish(cell) => {
                let Some((open, issue)) = self.issued.take() else {
                    return (cell, refused(Refusal::UnknownTicket));
                };
                assert_eq!(open, cell);
                self.last_end = self.now;
                let elapsed = u32::try_from(self.now - issue).unwrap();
                let answer = match window::check_elapsed(self.playtimes[usize::from(cell)], elapsed)
                {
                    Ok(()) => Answer::Accepted,
                    Err(window::WindowError::TooEarly) => refused(Refusal::TooEarly),
                    Err(window::WindowError::TooLate) => refused(Refusal::TooLate),
                };
                (cell, answer)
            }
        }
    }
}

#[test]
fn w5_steady_playback_at_0_50_and_300_ms_with_20_ms_jitter_loses_none_of_1000_cells() {
    for round_trip_ms in [0, 50, 300] {
        let mut simulation = Simulation::new(1_000 * 60_000, round_trip_ms, 20, 7);
        simulation.run();
        assert_eq!(simulation.refused, [], "{round_trip_ms} ms");
        let all: Vec<u16> = (0..1_000).collect();
        assert_eq!(simulation.accepted, all, "{round_trip_ms} ms");
        assert!(
            simulation.most_behind <= MAX_BEHIND,
            "{}",
            simulation.most_behind
        );
        assert!(simulation.miner.is_idle());
    }
}

#[test]
fn w2_a_last_minute_of_17_s_is_mined_by_its_own_playtime_and_one_under_5_s_not_at_all() {
    let mut simulation = Simulation::new(77_000, 50, 20, 1);
    simulation.run();
    assert_eq!(
        (simulation.accepted, simulation.refused),
        (vec![0, 1], vec![])
    );
    let mut simulation = Simulation::new(64_000, 50, 20, 1);
    simulation.run();
    assert_eq!(simulation.accepted, [0]);
    assert_eq!(simulation.refused, [(1, Refusal::CellTooShort)]);
}

fn entered(cell: u16) -> CellEvent {
    CellEvent::Entered { cell }
}

fn with_open_ticket() -> Miner {
    let mut miner = Miner::new(vec![60_000; 3], []);
    assert_eq!(
        miner.played(entered(0), 0),
        [Command::AskTicket { cell: 0 }]
    );
    miner.came(0, Outcome::Ticket, 30);
    miner
}

#[test]
fn play_data_waits_for_the_screen_for_the_clock_and_for_the_proof() {
    let finish = [Command::Finish { cell: 0 }];
    // Shown and proved: the clock decides, from the receipt of the ticket on.
    let mut miner = with_open_ticket();
    miner.came(0, Outcome::Proved, 100);
    assert_eq!(miner.played(CellEvent::Shown { cell: 0 }, 60_010), []);
    assert_eq!(miner.wake_at(), Some(60_080));
    assert_eq!(miner.tick(60_079), []);
    assert_eq!(miner.tick(60_080), finish);
    // The screen decides after a stall.
    let mut miner = with_open_ticket();
    miner.came(0, Outcome::Proved, 100);
    assert_eq!(miner.tick(70_000), []);
    assert_eq!(miner.played(CellEvent::Shown { cell: 0 }, 70_001), finish);
    // The proof decides on a slow machine.
    let mut miner = with_open_ticket();
    miner.played(CellEvent::Shown { cell: 0 }, 60_010);
    assert_eq!(miner.tick(65_000), []);
    assert_eq!(miner.came(0, Outcome::Proved, 65_100), finish);
}

#[test]
fn waiting_for_another_minutes_turn_is_no_time_that_the_ticket_took() {
    let mut late = Miner::new(vec![60_000], []);
    late.played(entered(0), 0);
    // Another minute is done with after 9 s, then the ticket takes 20 ms.
    late.asked(0, 9_000);
    late.asked(7, 1);
    late.came(0, Outcome::Ticket, 9_020);
    late.came(0, Outcome::Proved, 9_100);
    let on_time = 9_000 + 90_000 - LATEST_MS - 20;
    assert!(late.tick(on_time).is_empty());
    let given_back = late.tick(on_time + 1);
    assert!(
        given_back.contains(&Command::Abandon { cell: 0 }),
        "{given_back:?}"
    );
}

#[test]
fn a_minute_that_took_longer_than_its_window_is_given_back_before_it_would_be_refused() {
    let mut miner = with_open_ticket();
    miner.came(0, Outcome::Proved, 100);
    let wake = miner.wake_at().unwrap();
    assert!(wake < 90_000 && wake > 85_000);
    let commands = miner.tick(wake + 1);
    assert_eq!(commands[0], Command::Abandon { cell: 0 });
    assert_eq!(commands[1], refused(0, Refusal::TooLate, None));
    assert!(miner.is_idle());
}

#[test]
fn c2_a_broken_minute_gives_its_ticket_back_and_the_next_one_starts() {
    let why = Break::Sought;
    let broken = CellEvent::Broken { cell: 0, why };
    let mut miner = with_open_ticket();
    let commands = miner.played(broken, 10_000);
    assert_eq!(commands[0], Command::Abandon { cell: 0 });
    assert_eq!(
        commands[1],
        refused(0, Refusal::NotPlayedThrough, Some(why))
    );
    assert_eq!(
        miner.played(entered(2), 10_100),
        [Command::AskTicket { cell: 2 }]
    );

    // While the ticket is still on its way it is given back when it comes.
    let mut miner = Miner::new(vec![60_000; 3], []);
    miner.played(entered(0), 0);
    assert_eq!(miner.played(broken, 10), []);
    let commands = miner.came(0, Outcome::Ticket, 20);
    assert_eq!(commands[0], Command::Abandon { cell: 0 });

    // A minute that was shown already goes on, whatever the viewer does then.
    let mut miner = with_open_ticket();
    miner.came(0, Outcome::Proved, 50);
    miner.played(CellEvent::Shown { cell: 0 }, 60_000);
    assert_eq!(miner.played(broken, 60_010), []);
    assert_eq!(miner.tick(60_080), [Command::Finish { cell: 0 }]);
}

#[test]
fn with_no_verifier_up_it_says_so_once_tries_again_and_gives_up_with_the_minute() {
    let mut miner = Miner::new(vec![60_000; 2], []);
    miner.played(entered(0), 0);
    let waiting = Command::Tell(MiningEvent::Waiting { cell: 0 });
    assert_eq!(miner.came(0, Outcome::Unreachable, 100), [waiting]);
    let mut now;
    let mut attempts = 0;
    let last = loop {
        now = miner.wake_at().unwrap();
        assert_eq!(miner.tick(now), [Command::AskTicket { cell: 0 }]);
        attempts += 1;
        let commands = miner.came(0, Outcome::Unreachable, now);
        if !commands.is_empty() {
            break commands;
        }
    };
    assert_eq!(last[0], refused(0, Refusal::NoVerifierReachable, None));
    assert!(
        attempts > 10 && now <= 60_000,
        "{attempts} attempts until {now}"
    );
    assert_eq!(
        miner.played(entered(1), 60_000),
        [Command::AskTicket { cell: 1 }]
    );
    miner.came(1, Outcome::Ticket, 60_020);
    assert!(miner.wake_at().is_some());
}

#[test]
fn a_minute_that_has_earned_is_not_asked_for_again() {
    let mut miner = Miner::new(vec![60_000; 2], [1]);
    let commands = miner.played(entered(1), 0);
    assert_eq!(commands[0], refused(1, Refusal::AlreadyEarned, None));
    assert!(miner.is_idle());
}

proptest! {
    #[test]
    fn any_line_within_reason_accepts_every_minute(
        round_trip_ms in 0u64..1_000, jitter_ms in 0u64..200, seed: u64, extra in 5_000u32..60_000,
    ) {
        let mut simulation = Simulation::new(9 * 60_000 + extra, round_trip_ms, jitter_ms, seed);
        simulation.run();
        prop_assert_eq!(&simulation.refused, &[]);
        prop_assert_eq!(simulation.accepted.len(), 10);
    }

    #[test]
    fn no_order_of_events_leaves_it_stuck_or_sends_play_data_of_a_minute_not_shown(
        steps in proptest::collection::vec((0u8..9, 0u16..3, 0u64..40_000), 1..80),
    ) {
        let mut miner = Miner::new(vec![60_000; 3], []);
        let mut now = 0;
        let mut shown = BTreeSet::new();
        for (kind, cell, wait) in steps {
            now += wait;
            let commands = match kind {
                0 => miner.played(entered(cell), now),
                1 => { shown.insert(cell); miner.played(CellEvent::Shown { cell }, now) }
                2 => miner.played(CellEvent::Broken { cell, why: Break::Paused }, now),
                3 => miner.came(cell, Outcome::Ticket, now),
                4 => miner.came(cell, Outcome::Proved, now),
                5 => miner.came(cell, Outcome::Accepted, now),
                6 => miner.came(cell, Outcome::Refused(Refusal::TooEarly), now),
                7 => miner.came(cell, Outcome::Unreachable, now),
                _ => miner.tick(now),
            };
            for command in commands {
                if let Command::Finish { cell } = command {
                    prop_assert!(shown.contains(&cell));
                }
            }
            // Whatever waits, waits for an answer or for a time.
            prop_assert!(miner.queue.is_empty() || miner.current.is_some());
        }
    }
}
