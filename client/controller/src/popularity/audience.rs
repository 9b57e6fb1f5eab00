//! How far people watch: the share of those who start a video that still watch its n-th minute, over all videos.

/// Minutes that are told apart; later ones count as the last.
const MINUTES: usize = 64;
/// Plays that are believed before any were seen: everybody watches to the end.
const PRIOR: f64 = 50.0;
/// When so many plays are counted, all counts are halved: what people do changes.
const FORGET_AT: f64 = 1_000_000.0;

/// What was seen of how far people watch.
#[derive(Clone, Debug)]
pub struct Audience {
    /// Plays of the first minute, of videos that have this minute.
    reached: [f64; MINUTES],
    /// Plays of this minute.
    watched: [f64; MINUTES],
}

impl Default for Audience {
    fn default() -> Self {
        Self {
            reached: [PRIOR; MINUTES],
            watched: [PRIOR; MINUTES],
        }
    }
}

impl Audience {
    /// Counts verified plays of minute `cell` of a video of `cells` minutes.
    pub fn count(&mut self, cell: u16, cells: u16, plays: f64) {
        if cell == 0 {
            for reached in self.reached.iter_mut().take(cells.into()) {
                *reached += plays;
            }
        }
        if let Some(watched) = self.watched.get_mut(usize::from(cell).min(MINUTES - 1)) {
            *watched += plays;
        }
        if self.reached[0] > FORGET_AT {
            for count in self.reached.iter_mut().chain(&mut self.watched) {
                *count /= 2.0;
            }
        }
    }

    /// Share of viewers that watch minute `cell`, at most 1.
    #[must_use]
    pub fn share(&self, cell: u16) -> f64 {
        let minute = usize::from(cell).min(MINUTES - 1);
        match (self.watched.get(minute), self.reached.get(minute)) {
            (Some(watched), Some(reached)) => (watched / reached).clamp(0.05, 1.0),
            _ => 1.0,
        }
    }

    /// Minutes that a viewer watches of a video of `cells`, on average.
    #[must_use]
    pub fn minutes(&self, cells: u16) -> f64 {
        let told_apart = cells.min(MINUTES as u16);
        let later = f64::from(cells.saturating_sub(told_apart));
        let sum: f64 = (0..told_apart).map(|cell| self.share(cell)).sum();
        sum + later * self.share(cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_follow_what_was_watched() {
        let mut audience = Audience::default();
        assert!((audience.share(5) - 1.0).abs() < 1e-9);
        for _ in 0..10_000 {
            audience.count(0, 4, 1.0);
        }
        for _ in 0..2_500 {
            audience.count(3, 4, 1.0);
        }
        assert!((audience.share(3) - 0.25).abs() < 0.01);
        assert!((audience.share(9) - 1.0).abs() < 1e-9, "no video has it");
    }
}
