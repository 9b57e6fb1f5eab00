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
}

impl Progress {
    pub(crate) fn new() -> Self {
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(0);
            // A template is wrong at compile time or never; the default stands in.
            let style =
                ProgressStyle::with_template("{msg:<32} {wide_bar} {percent:>3} % {elapsed}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        let last = Mutex::new(Line {
            at: None,
            step: String::new(),
        });
        Self { bar, last }
    }

    /// A step that is under way, without a measure of how far it is.
    pub(crate) fn step(&self, step: &str) {
        self.set(step, 0, 0);
    }

    /// A step that has come to `done` of `total`; `total` 0 when that is not known.
    pub(crate) fn set(&self, step: &str, done: u64, total: u64) {
        if let Some(bar) = &self.bar {
            bar.set_length(total);
            bar.set_position(done);
            bar.set_message(step.to_owned());
            return;
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = last.step != step;
        if !is_new && last.at.is_some_and(|at| at.elapsed() < LINES) {
            return;
        }
        last.at = Some(Instant::now());
        step.clone_into(&mut last.step);
        match done.saturating_mul(100).checked_div(total) {
            Some(percent) => eprintln!("{step}: {percent} %"),
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
