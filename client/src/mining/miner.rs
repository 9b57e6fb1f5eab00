//! When to ask for a ticket, when to prove, when to hand in: the rules of mining, without I/O and without a clock.
//!
//! One minute is mined at a time. Mining may trail playback: a ticket is asked for when the one before is done with, and
//! Play Data goes out when the minute was shown *and* its playtime and [`MARGIN_MS`] have passed since the ticket was
//! received. The verifier's clock started before that, so what it measures is never too short; how long it is over the
//! playtime is the round trip.

mod messages;

use std::collections::{BTreeSet, VecDeque};

use chainflix_primitives::refusal::Refusal;
use chainflix_primitives::window::MIN_EARNING_MS;

use super::playhead::{Break, CellEvent};

pub use messages::{Command, MiningEvent, Outcome};

/// Play Data is held back for so long beyond the playtime, in ms: clocks may run 0.08 % apart.
pub const MARGIN_MS: u64 = 50;
/// Play Data has to be out so long, and the time that the ticket took, before the window closes, in ms.
const LATEST_MS: u64 = 250;
/// Minutes that mining may be behind. Their plaintext is kept, which is what bounds it.
pub const MAX_BEHIND: usize = 16;
/// When no verifier can be reached, the next attempt is after so long, in ms.
const RETRY_MS: u64 = 2_000;
/// Attempts in a row that may be answered with a request to wait.
const MAX_WAITS: u32 = 30;

/// The minute that is being mined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// A ticket is asked for since this instant.
    Asking { since_ms: u64 },
    /// The next attempt at a ticket is at this instant.
    Backoff { until_ms: u64 },
    /// The ticket is here.
    Open {
        asked_ms: u64,
        received_ms: u64,
        proved: bool,
    },
    /// Play Data is out.
    Finishing,
}

/// A minute on its way from being played to being accepted.
#[derive(Clone, Copy, Debug)]
struct Minute {
    cell: u16,
    entered_ms: u64,
    shown: bool,
    /// Why it can't earn any more although its ticket is still being asked for.
    broken: Option<Break>,
    waits: u32,
}

/// The rules of mining for one playback.
#[derive(Debug)]
pub struct Miner {
    playtimes: Vec<u32>,
    earned: BTreeSet<u16>,
    queue: VecDeque<Minute>,
    current: Option<(Minute, Stage)>,
}

impl Miner {
    /// For a video whose minutes last `playtimes` ms each; those of `earned` have earned in this cycle.
    #[must_use]
    pub fn new(playtimes: Vec<u32>, earned: impl IntoIterator<Item = u16>) -> Self {
        Self {
            playtimes,
            earned: earned.into_iter().collect(),
            queue: VecDeque::new(),
            current: None,
        }
    }

    /// Whether anything is still to be done.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.current.is_none() && self.queue.is_empty()
    }

    /// Minutes that wait or are being mined, and whose plaintext has to stay.
    pub fn pending(&self) -> impl Iterator<Item = u16> {
        let current = self.current.iter().map(|(minute, _)| minute.cell);
        current.chain(self.queue.iter().map(|minute| minute.cell))
    }

    fn playtime_ms(&self, cell: u16) -> u64 {
        self.playtimes
            .get(usize::from(cell))
            .copied()
            .map_or(0, u64::from)
    }

    /// Takes in what the playhead saw.
    pub fn played(&mut self, event: CellEvent, now_ms: u64) -> Vec<Command> {
        let mut commands = Vec::new();
        match event {
            CellEvent::Entered { cell } => self.entered(cell, now_ms, &mut commands),
            CellEvent::Shown { cell } => self.shown(cell),
            CellEvent::Broken { cell, why } => self.broken(cell, why, &mut commands),
        }
        self.go_on(now_ms, &mut commands);
        commands
    }

    /// Gives up the minute that is being mined, because it keeps the next one from being played.
    pub fn make_way(&mut self, now_ms: u64) -> Vec<Command> {
        let mut commands = Vec::new();
        if let Some((minute, Stage::Open { .. })) = self.current {
            let cell = minute.cell;
            self.current = None;
            commands.push(Command::Abandon { cell });
            let why = Some(Break::MadeWay);
            self.give_up(cell, Refusal::NotPlayedThrough, why, &mut commands);
        }
        self.go_on(now_ms, &mut commands);
        commands
    }

    /// The ticket of `cell` is asked for only now: another's minute had to be done with first.
    pub fn asked(&mut self, cell: u16, now_ms: u64) {
        if let Some((minute, Stage::Asking { since_ms })) = &mut self.current
            && minute.cell == cell
        {
            *since_ms = now_ms;
        }
    }

    /// Takes in what came of the current command for `cell`.
    pub fn came(&mut self, cell: u16, outcome: Outcome, now_ms: u64) -> Vec<Command> {
        let mut commands = Vec::new();
        if let Some((minute, stage)) = self.current
            && minute.cell == cell
        {
            self.proceed(minute, stage, outcome, now_ms, &mut commands);
        }
        self.go_on(now_ms, &mut commands);
        commands
    }

    /// Time has passed.
    pub fn tick(&mut self, now_ms: u64) -> Vec<Command> {
        let mut commands = Vec::new();
        self.go_on(now_ms, &mut commands);
        commands
    }

    /// When [`Self::tick`] has something to do, on the caller's monotonic clock. `None` when only an event can change
    /// anything.
    #[must_use]
    pub fn wake_at(&self) -> Option<u64> {
        let (minute, stage) = self.current.as_ref()?;
        match *stage {
            Stage::Backoff { until_ms } => Some(until_ms),
            Stage::Open {
                asked_ms,
                received_ms,
                proved,
            } if proved && minute.shown => {
                let due = self.due_ms(minute.cell, received_ms);
                Some(due.min(self.latest_ms(minute.cell, asked_ms, received_ms)))
            }
            Stage::Open {
                asked_ms,
                received_ms,
                ..
            } => Some(self.latest_ms(minute.cell, asked_ms, received_ms)),
            Stage::Asking { .. } | Stage::Finishing => None,
        }
    }

    fn due_ms(&self, cell: u16, received_ms: u64) -> u64 {
        received_ms
            .saturating_add(self.playtime_ms(cell))
            .saturating_add(MARGIN_MS)
    }

    /// The verifier's clock started after the ticket was asked for: counted from there the window is never overrun, as
    /// long as Play Data takes no longer than the ticket took there and back. On a line so slow that this leaves no time
    /// at all, which a last minute of a few seconds comes to first, Play Data goes out when it is due: the verifier decides.
    fn latest_ms(&self, cell: u16, asked_ms: u64, received_ms: u64) -> u64 {
        let playtime = self.playtime_ms(cell);
        let window = playtime.saturating_add(playtime / 2);
        let round_trip = received_ms.saturating_sub(asked_ms);
        let latest = window.saturating_sub(LATEST_MS).saturating_sub(round_trip);
        let due_ms = self.due_ms(cell, received_ms);
        asked_ms
            .saturating_add(latest)
            .max(due_ms.saturating_add(LATEST_MS))
    }

    fn entered(&mut self, cell: u16, now_ms: u64, commands: &mut Vec<Command>) {
        if self.pending().any(|pending| pending == cell) {
            return;
        }
        let refusal = if self.earned.contains(&cell) {
            Some(Refusal::AlreadyEarned)
        } else if self.playtime_ms(cell) < u64::from(MIN_EARNING_MS) {
            Some(Refusal::CellTooShort)
        } else if self.queue.len() >= MAX_BEHIND {
            Some(Refusal::TooLate)
        } else {
            None
        };
        if let Some(refusal) = refusal {
            commands.push(refused(cell, refusal, None));
            commands.push(Command::Release { cell });
            return;
        }
        self.queue.push_back(Minute {
            cell,
            entered_ms: now_ms,
            shown: false,
            broken: None,
            waits: 0,
        });
    }

    fn shown(&mut self, cell: u16) {
        let current = self.current.iter_mut().map(|(minute, _)| minute);
        let minutes = current.chain(self.queue.iter_mut());
        for minute in minutes.filter(|minute| minute.cell == cell) {
            minute.shown = true;
        }
    }

    fn broken(&mut self, cell: u16, why: Break, commands: &mut Vec<Command>) {
        let waiting = self
            .queue
            .iter()
            .position(|minute| minute.cell == cell && !minute.shown);
        if let Some(position) = waiting {
            self.queue.remove(position);
            self.give_up(cell, Refusal::NotPlayedThrough, Some(why), commands);
            return;
        }
        let Some((minute, stage)) = &mut self.current else {
            commands.push(refused(cell, Refusal::NotPlayedThrough, Some(why)));
            return;
        };
        if minute.cell != cell {
            commands.push(refused(cell, Refusal::NotPlayedThrough, Some(why)));
            return;
        }
        if minute.shown {
            return;
        }
        match stage {
            // What was asked for comes first; then it is given back.
            Stage::Asking { .. } => minute.broken = Some(why),
            Stage::Open { .. } => {
                self.current = None;
                commands.push(Command::Abandon { cell });
                self.give_up(cell, Refusal::NotPlayedThrough, Some(why), commands);
            }
            Stage::Backoff { .. } | Stage::Finishing => {
                self.current = None;
                self.give_up(cell, Refusal::NotPlayedThrough, Some(why), commands);
            }
        }
    }

    fn proceed(
        &mut self,
        mut minute: Minute,
        stage: Stage,
        outcome: Outcome,
        now_ms: u64,
        commands: &mut Vec<Command>,
    ) {
        let cell = minute.cell;
        match (stage, outcome) {
            (Stage::Asking { since_ms }, Outcome::Ticket) => {
                if let Some(why) = minute.broken {
                    self.current = None;
                    commands.push(Command::Abandon { cell });
                    self.give_up(cell, Refusal::NotPlayedThrough, Some(why), commands);
                    return;
                }
                let stage = Stage::Open {
                    asked_ms: since_ms,
                    received_ms: now_ms,
                    proved: false,
                };
                self.current = Some((minute, stage));
                commands.push(Command::Tell(MiningEvent::Started { cell }));
                commands.push(Command::Prove { cell });
            }
            (Stage::Asking { .. }, Outcome::Refused(refusal)) if asks_to_wait(refusal) => {
                minute.waits = minute.waits.saturating_add(1);
                self.wait(minute, refusal, now_ms, commands);
            }
            (Stage::Asking { .. }, Outcome::Unreachable) => {
                if minute.waits == 0 {
                    commands.push(Command::Tell(MiningEvent::Waiting { cell }));
                }
                minute.waits = minute.waits.saturating_add(1);
                self.wait(minute, Refusal::NoVerifierReachable, now_ms, commands);
            }
            (
                Stage::Open {
                    asked_ms,
                    received_ms,
                    ..
                },
                Outcome::Proved,
            ) => {
                let stage = Stage::Open {
                    asked_ms,
                    received_ms,
                    proved: true,
                };
                self.current = Some((minute, stage));
            }
            (Stage::Open { .. }, Outcome::Refused(refusal)) => {
                self.current = None;
                commands.push(Command::Abandon { cell });
                self.give_up(cell, refusal, None, commands);
            }
            (Stage::Finishing, Outcome::Accepted) => {
                self.current = None;
                self.earned.insert(cell);
                commands.push(Command::Tell(MiningEvent::Accepted { cell }));
                commands.push(Command::Release { cell });
            }
            (Stage::Asking { .. } | Stage::Finishing, Outcome::Refused(refusal)) => {
                self.current = None;
                if refusal == Refusal::AlreadyEarned {
                    self.earned.insert(cell);
                }
                self.give_up(cell, refusal, None, commands);
            }
            (Stage::Finishing, Outcome::Unreachable) => {
                self.current = None;
                self.give_up(cell, Refusal::NoVerifierReachable, None, commands);
            }
            // An outcome of something that is over already.
            _ => {}
        }
    }

    /// Tries again later, unless the minute is over or broken by then.
    fn wait(&mut self, minute: Minute, refusal: Refusal, now_ms: u64, commands: &mut Vec<Command>) {
        let cell = minute.cell;
        let until_ms = now_ms.saturating_add(RETRY_MS);
        let over_ms = minute.entered_ms.saturating_add(self.playtime_ms(cell));
        if let Some(why) = minute.broken {
            self.current = None;
            self.give_up(cell, Refusal::NotPlayedThrough, Some(why), commands);
        } else if until_ms > over_ms || minute.waits > MAX_WAITS {
            self.current = None;
            self.give_up(cell, refusal, None, commands);
        } else {
            self.current = Some((minute, Stage::Backoff { until_ms }));
        }
    }

    fn give_up(
        &mut self,
        cell: u16,
        refusal: Refusal,
        played: Option<Break>,
        commands: &mut Vec<Command>,
    ) {
        commands.push(refused(cell, refusal, played));
        commands.push(Command::Release { cell });
    }

    /// Does what is due now.
    fn go_on(&mut self, now_ms: u64, commands: &mut Vec<Command>) {
        if let Some((minute, stage)) = self.current {
            let cell = minute.cell;
            match stage {
                Stage::Backoff { until_ms } if now_ms >= until_ms => {
                    let since_ms = now_ms;
                    self.current = Some((minute, Stage::Asking { since_ms }));
                    commands.push(Command::AskTicket { cell });
                }
                Stage::Open {
                    asked_ms,
                    received_ms,
                    ..
                } if now_ms > self.latest_ms(cell, asked_ms, received_ms) => {
                    self.current = None;
                    commands.push(Command::Abandon { cell });
                    self.give_up(cell, Refusal::TooLate, None, commands);
                }
                Stage::Open {
                    received_ms,
                    proved: true,
                    ..
                } if minute.shown && now_ms >= self.due_ms(cell, received_ms) => {
                    self.current = Some((minute, Stage::Finishing));
                    commands.push(Command::Finish { cell });
                }
                _ => {}
            }
        }
        if self.current.is_none()
            && let Some(minute) = self.queue.pop_front()
        {
            let since_ms = now_ms;
            let cell = minute.cell;
            self.current = Some((minute, Stage::Asking { since_ms }));
            commands.push(Command::AskTicket { cell });
        }
    }
}

fn refused(cell: u16, refusal: Refusal, played: Option<Break>) -> Command {
    Command::Tell(MiningEvent::Refused {
        cell,
        refusal,
        played,
    })
}

/// Refusals of a ticket that time may cure.
fn asks_to_wait(refusal: Refusal) -> bool {
    matches!(
        refusal,
        Refusal::RateLimited | Refusal::Rebuilding | Refusal::NotReady | Refusal::TooManySessions
    )
}

#[cfg(test)]
mod tests;
