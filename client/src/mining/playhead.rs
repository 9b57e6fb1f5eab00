//! From what a player reports to which minutes were really played: from start to end, in one go, at normal speed.

/// A player may gain so much on our clock within a minute, in ms: reports take time, and clocks differ.
const DRIFT_MS: i64 = 700;
/// A minute counts as played from its start when playing began at most so far into it, in ms: players don't begin at 0.
const START_TOLERANCE_MS: u64 = 1_000;
/// A minute counts as played to its end when at most so much was missing, in ms: the last frame has a length.
const END_TOLERANCE_MS: u64 = 500;
/// A player that began on time may tell of it so much later at most, in ms: until then no ticket is asked for.
const LATE_MS: u64 = 10_000;
/// Positions may step back by so much between two reports, in ms: players round.
const STEP_BACK_MS: u64 = 150;
/// Normal speed, in thousandths.
pub const NORMAL_RATE: u32 = 1_000;

/// What a player is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlayState {
    /// Pictures move.
    Playing,
    /// It would play, but waits for data.
    Stalled,
    /// The viewer paused it, or it has not begun.
    Paused,
    /// It is jumping to another position.
    Seeking,
    /// The video is over.
    Ended,
    /// It plays where nobody can see it: in a tab in the background, or a window that is out of sight.
    Hidden,
}

/// One report of a player.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Position in the video, in ms.
    pub position_ms: u64,
    /// What it is doing.
    pub state: PlayState,
    /// Speed in thousandths of normal.
    pub rate: u32,
    /// The player's own clock at that instant, in ms; it never goes back. A report that arrives late then looks like none that
    /// tells of a jump. Without it a report is of the instant at which it arrives.
    pub clock_ms: Option<u64>,
    /// From where it played up to this position without a pause or a jump, in ms, when the player knows.
    pub began_ms: Option<u64>,
}

impl Snapshot {
    /// A report of a player that tells of neither its clock nor where it began.
    #[must_use]
    pub fn new(position_ms: u64, state: PlayState, rate: u32) -> Self {
        Self {
            position_ms,
            state,
            rate,
            clock_ms: None,
            began_ms: None,
        }
    }
}

/// Why a minute was not played through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// The viewer paused.
    Paused,
    /// The viewer jumped.
    Sought,
    /// It ran at another speed.
    Speed,
    /// Playing began inside it.
    NotFromStart,
    /// The quality changed inside it.
    Quality,
    /// Its mining had to make way, so that the next minute could be played.
    MadeWay,
    /// The machine was suspended.
    Suspended,
    /// It played where nobody could see it.
    Hidden,
}

impl Break {
    /// One sentence for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Paused => {
                "The minute was paused; played again from its start, it can still earn."
            }
            Self::Sought => {
                "You jumped while the minute played; played again from its start, it can still earn."
            }
            Self::Speed => {
                "The minute ran at another speed; played again at normal speed, it can still earn."
            }
            Self::NotFromStart => "Playing began inside the minute; only whole minutes earn.",
            Self::Quality => {
                "The quality changed inside the minute; only minutes of one quality earn."
            }
            Self::MadeWay => {
                "The minute was given up so that playing could go on: mining was too far behind."
            }
            Self::Suspended => {
                "The machine was suspended while the minute played; played again from its start, it can still earn."
            }
            Self::Hidden => {
                "The minute played in the background, where nobody sees it; played again from its start in sight, it can still earn."
            }
        }
    }
}

/// What happened to a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellEvent {
    /// It began to play, from its start.
    Entered {
        /// Which.
        cell: u16,
    },
    /// It was played through.
    Shown {
        /// Which.
        cell: u16,
    },
    /// It can't be played through any more, unless it begins again.
    Broken {
        /// Which.
        cell: u16,
        /// Why.
        why: Break,
    },
}

/// Follows one player through one video.
#[derive(Clone, Debug)]
pub struct Playhead {
    total_ms: u64,
    cell_ms: u64,
    last: Option<Snapshot>,
    /// When that report was made, by our clock.
    last_at_ms: i64,
    /// How far our clock is ahead of the player's, in ms: as little as any report showed, since it takes time to arrive.
    ahead_ms: Option<i64>,
    /// The minute that is being played from its start without a break.
    whole: Option<u16>,
    /// While the player plays at normal speed without a break: the most that its position was behind our clock since the
    /// minute began, in ms. It grows with every stall, and only a jump takes it back.
    behind_ms: Option<i64>,
}

impl Playhead {
    /// For a video of `total_ms`, in minutes of `cell_ms`.
    #[must_use]
    pub fn new(total_ms: u32, cell_ms: u32) -> Self {
        Self {
            total_ms: u64::from(total_ms),
            cell_ms: u64::from(cell_ms.max(1)),
            last: None,
            last_at_ms: 0,
            ahead_ms: None,
            whole: None,
            behind_ms: None,
        }
    }

    /// The last reported position, in ms; 0 before the first report.
    #[must_use]
    pub fn position_ms(&self) -> u64 {
        self.last.map_or(0, |snapshot| snapshot.position_ms)
    }

    /// The minute at a position; the last one at the very end.
    #[must_use]
    pub fn cell_at(&self, position_ms: u64) -> u16 {
        let last = self.total_ms.saturating_sub(1);
        let cell = position_ms.min(last).checked_div(self.cell_ms).unwrap_or(0);
        u16::try_from(cell).unwrap_or(u16::MAX)
    }

    fn start_of(&self, cell: u16) -> u64 {
        u64::from(cell).saturating_mul(self.cell_ms)
    }

    fn end_of(&self, cell: u16) -> u64 {
        self.start_of(cell)
            .saturating_add(self.cell_ms)
            .min(self.total_ms)
    }

    /// Takes in a report that arrived at `now_ms` (monotonic).
    pub fn report(&mut self, snapshot: Snapshot, now_ms: u64) -> Vec<CellEvent> {
        let mut events = Vec::new();
        let at_ms = self.made_at(&snapshot, signed(now_ms));
        // How far the position is behind a clock that started with the video; negative when it is ahead.
        let behind = at_ms.saturating_sub(signed(snapshot.position_ms));
        if let (Some(most_behind), Some(before)) = (self.behind_ms, self.last) {
            let stepped_back =
                snapshot.position_ms.saturating_add(STEP_BACK_MS) < before.position_ms;
            if stepped_back || behind < most_behind.saturating_sub(DRIFT_MS) {
                self.stop(Break::Sought, before.position_ms, &mut events);
            } else {
                self.behind_ms = Some(most_behind.max(behind));
                if self.advance(before.position_ms, snapshot.position_ms, &mut events) {
                    self.behind_ms = Some(behind);
                }
                self.judge(&snapshot, &mut events);
            }
        }
        if self.behind_ms.is_none() && plays(&snapshot) {
            self.behind_ms = Some(behind);
            self.begin(self.began_at(&snapshot, at_ms), &mut events);
        }
        self.last = Some(snapshot);
        self.last_at_ms = at_ms;
        events
    }

    /// The machine was suspended since the last report. The minute that played does not count; the run goes on, so that the
    /// next one does.
    pub fn suspended(&mut self) -> Vec<CellEvent> {
        let why = Break::Suspended;
        let broken = self
            .whole
            .take()
            .map(|cell| CellEvent::Broken { cell, why });
        broken.into_iter().collect()
    }

    /// Playing went on from `from` to `to`: minutes that ended on the way were shown. True when there were any.
    fn advance(&mut self, from: u64, to: u64, events: &mut Vec<CellEvent>) -> bool {
        let mut cell = self.cell_at(from);
        let last = self.cell_at(to);
        let ended = cell < last;
        while cell < last {
            if self.whole == Some(cell) {
                events.push(CellEvent::Shown { cell });
            }
            cell = cell.saturating_add(1);
            self.whole = Some(cell);
            events.push(CellEvent::Entered { cell });
        }
        ended
    }

    /// Whether the run goes on after this report.
    fn judge(&mut self, snapshot: &Snapshot, events: &mut Vec<CellEvent>) {
        match snapshot.state {
            PlayState::Ended | PlayState::Paused => {
                self.stop(Break::Paused, snapshot.position_ms, events);
            }
            PlayState::Seeking => self.stop(Break::Sought, snapshot.position_ms, events),
            PlayState::Hidden => self.stop(Break::Hidden, snapshot.position_ms, events),
            PlayState::Playing | PlayState::Stalled if snapshot.rate != NORMAL_RATE => {
                self.stop(Break::Speed, snapshot.position_ms, events);
            }
            PlayState::Playing | PlayState::Stalled => {}
        }
    }

    /// The run ends at a position: the minute there was shown when next to nothing of it is missing.
    fn stop(&mut self, why: Break, position_ms: u64, events: &mut Vec<CellEvent>) {
        self.behind_ms = None;
        if let Some(cell) = self.whole.take() {
            let missing = self.end_of(cell).saturating_sub(position_ms);
            events.push(if missing <= END_TOLERANCE_MS {
                CellEvent::Shown { cell }
            } else {
                CellEvent::Broken { cell, why }
            });
        }
    }

    /// When a report was made that arrives at `now_ms`, by our clock.
    fn made_at(&mut self, snapshot: &Snapshot, now_ms: i64) -> i64 {
        let Some(clock_ms) = snapshot.clock_ms.map(signed) else {
            return now_ms;
        };
        let ahead = now_ms.saturating_sub(clock_ms);
        let known = *self.ahead_ms.get_or_insert(ahead);
        if ahead < known {
            // All earlier reports had been on their way for longer than was thought.
            let sooner = known.saturating_sub(ahead);
            self.ahead_ms = Some(ahead);
            self.last_at_ms = self.last_at_ms.saturating_sub(sooner);
            self.behind_ms = self.behind_ms.map(|ms| ms.saturating_sub(sooner));
        }
        clock_ms.saturating_add(ahead.min(known))
    }

    /// Where playing began that is first reported by `snapshot`: where the player says, or where it waited for pictures until
    /// then, unless more was played since than there was time for. A busy machine tells late that pictures move.
    fn began_at(&self, snapshot: &Snapshot, at_ms: i64) -> u64 {
        let position = snapshot.position_ms;
        let is_near = |began: &u64| {
            let is_late = position.checked_sub(*began).is_none_or(|ms| ms > LATE_MS);
            !is_late && self.cell_at(*began) == self.cell_at(position)
        };
        if let Some(began) = snapshot.began_ms.filter(is_near) {
            return began;
        }
        let waited = self.last.filter(|last| last.state == PlayState::Stalled);
        let waited = waited.map(|last| last.position_ms).filter(is_near);
        let since_ms = at_ms.saturating_sub(self.last_at_ms);
        waited
            .filter(|began| signed(position.saturating_sub(*began)) <= since_ms)
            .unwrap_or(position)
    }

    fn begin(&mut self, position_ms: u64, events: &mut Vec<CellEvent>) {
        let cell = self.cell_at(position_ms);
        let into = position_ms.saturating_sub(self.start_of(cell));
        // A short last minute would otherwise count after a glimpse of it.
        let length = self.end_of(cell).saturating_sub(self.start_of(cell));
        if into <= START_TOLERANCE_MS && into.saturating_mul(4) <= length {
            self.whole = Some(cell);
            events.push(CellEvent::Entered { cell });
        } else {
            let why = Break::NotFromStart;
            events.push(CellEvent::Broken { cell, why });
        }
    }
}

fn plays(snapshot: &Snapshot) -> bool {
    snapshot.state == PlayState::Playing && snapshot.rate == NORMAL_RATE
}

fn signed(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
