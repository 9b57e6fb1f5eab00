//! Progress on stderr: a bar on a terminal, a line now and then elsewhere.

use std::io::{IsTerminal, stderr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Without a terminal a line is written so often.
const LINES: Duration = Duration::from_secs(5);

/// Progress of one command. Nothing of it goes to stdout.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    last: Mutex<Line>,
}

struct Line {
    at: Option<Instant>,
    step: String,
    /// When the step began, and how far it was then: an interrupted one goes on in its middle.
    began: Option<(Instant, u64)>,
}

/// How fast a step is, and how long it takes to its end.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pace {
    /// What is done per millisecond.
    rate: f64,
    left: Duration,
}

impl Pace {
    /// For a step that came from `from` to `done` of `total` in `took`. `None` while it is too early to say.
    fn of(from: u64, done: u64, total: u64, took: Duration) -> Option<Self> {
        const LEAST: Duration = Duration::from_secs(1);
        let gained = done.saturating_sub(from);
        if took < LEAST || gained == 0 {
            return None;
        }
        // Good to a few digits, which is all that is shown.
        let rate = gained as f64 / took.as_secs_f64() / 1_000.0;
        let left = total.saturating_sub(done) as f64 / rate / 1_000.0;
        let left = Duration::try_from_secs_f64(left).ok()?;
        Some(Self { rate, left })
    }

    /// `1.2 MB/s, 1:05 left`, of bytes.
    fn moved(&self) -> String {
        format!("{:.1} MB/s, {}", self.rate / 1_000.0, self.left())
    }

    /// `1:05 left`.
    fn left(&self) -> String {
        let seconds = self.left.as_secs();
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
        match hours {
            0 => format!("{minutes}:{:02} left", seconds % 60),
            hours => format!("{hours}:{minutes:02}:{:02} left", seconds % 60),
        }
    }
}

impl Progress {
    pub(crate) fn new() -> Self {
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(0);
            // A template is wrong at compile time or never; the default stands in.
            let style =
                ProgressStyle::with_template("{msg:<52} {wide_bar} {percent:>3} % {elapsed}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        let last = Mutex::new(Line {
            at: None,
            step: String::new(),
            began: None,
        });
        Self { bar, last }
    }

    /// A step that is under way, without a measure of how far it is.
    pub(crate) fn step(&self, step: &str) {
        self.set(step, 0, 0);
    }

    /// Something to be read, which is not a step.
    pub(crate) fn note(&self, sentence: &str) {
        match &self.bar {
            Some(bar) => bar.println(sentence),
            None => eprintln!("{sentence}"),
        }
    }

    /// A step that has come to `done` of `total`; `total` 0 when that is not known.
    pub(crate) fn set(&self, step: &str, done: u64, total: u64) {
        self.told(step, done, total, |pace| pace.left());
    }

    /// A step that has come to `done` of `total` ms of a video; its rate is told in times of playing speed.
    pub(crate) fn played(&self, step: &str, done: u64, total: u64) {
        self.told(step, done, total, |pace| {
            format!("{:.1}× playing speed, {}", pace.rate, pace.left())
        });
    }

    /// A step that has come to `done` of `total` bytes; its rate is told in megabytes a second.
    pub(crate) fn moved(&self, step: &str, done: u64, total: u64) {
        self.told(step, done, total, Pace::moved);
    }

    fn told(&self, step: &str, done: u64, total: u64, words: impl Fn(&Pace) -> String) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = last.step != step;
        if is_new {
            last.began = Some((Instant::now(), done));
        }
        let pace = last
            .began
            .and_then(|(began, from)| Pace::of(from, done, total, began.elapsed()));
        let words = pace.map_or_else(String::new, |pace| format!(", {}", words(&pace)));
        if let Some(bar) = &self.bar {
            step.clone_into(&mut last.step);
            bar.set_length(total);
            bar.set_position(done);
            bar.set_message(format!("{step}{words}"));
            return;
        }
        if !is_new && last.at.is_some_and(|at| at.elapsed() < LINES) {
            return;
        }
        last.at = Some(Instant::now());
        step.clone_into(&mut last.step);
        match done.saturating_mul(100).checked_div(total) {
            Some(percent) => eprintln!("{step}: {percent} %{words}"),
            None => eprintln!("{step}"),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_and_time_left_are_those_of_this_run() {
        let took = Duration::from_secs(10);
        // From 60 s to 90 s of playtime in 10 s: three times playing speed, 30 s left are 10 s.
        let pace = Pace::of(60_000, 90_000, 120_000, took).expect("it is known");
        assert!((pace.rate - 3.0).abs() < 1e-9);
        assert_eq!(pace.left(), "0:10 left");
        let bytes = Pace::of(0, 12_000_000, 36_000_000, took).expect("it is known");
        assert_eq!(bytes.moved(), "1.2 MB/s, 0:20 left");
        let hours = Pace::of(0, 1_000, 3_662_000, Duration::from_secs(1)).expect("it is known");
        assert_eq!(hours.left(), "1:01:01 left");
    }

    #[test]
    fn nothing_is_foretold_from_nothing() {
        assert_eq!(Pace::of(5, 5, 100, Duration::from_secs(60)), None);
        assert_eq!(Pace::of(0, 50, 100, Duration::from_millis(10)), None);
    }
}
