//! Results of many runs: means with confidence intervals, and whether the first strategy beats the others.

use std::fmt::Write;

use serde::Serialize;

use crate::measures::Results;

/// A figure of [`Results`] that is told.
pub struct Column {
    /// Its name in JSON and CSV.
    pub key: &'static str,
    /// Its heading.
    pub heading: &'static str,
    /// The figure; `None` when the run has none.
    pub of: fn(&Results) -> Option<f64>,
}

/// All figures that are told. Less is better for each.
pub const COLUMNS: [Column; 11] = [
    Column {
        key: "origin_percent",
        heading: "origin %",
        of: |r| Some(r.origin_percent),
    },
    Column {
        key: "stalls_percent",
        heading: "stalls %",
        of: |r| Some(r.stalls_percent),
    },
    Column {
        key: "load_max_over_mean",
        heading: "max/mean load",
        of: |r| Some(r.load_max_over_mean),
    },
    Column {
        key: "crowd_reaction_s",
        heading: "crowd s",
        of: |r| r.crowd_reaction_s,
    },
    Column {
        key: "short_percent",
        heading: "below R %",
        of: |r| Some(r.short_percent),
    },
    Column {
        key: "lost_cells",
        heading: "lost cells",
        of: |r| Some(r.lost_cells as f64),
    },
    Column {
        key: "copying_percent",
        heading: "copying %",
        of: |r| Some(r.copying_percent),
    },
    Column {
        key: "relayed_percent",
        heading: "relayed %",
        of: |r| Some(r.relayed_percent),
    },
    Column {
        key: "missed_gone_percent",
        heading: "no holder %",
        of: |r| Some(r.missed_gone_percent),
    },
    Column {
        key: "missed_full_percent",
        heading: "holders full %",
        of: |r| Some(r.missed_full_percent),
    },
    Column {
        key: "missed_not_named_percent",
        heading: "not named %",
        of: |r| Some(r.missed_not_named_percent),
    },
];

/// A mean and half the width of its 95 % confidence interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// It lies within this of the truth, in 19 of 20 experiments.
    pub within: f64,
    /// Runs that it is of.
    pub runs: usize,
}

/// Student's t for 95 % and so many degrees of freedom.
fn student(freedom: usize) -> f64 {
    const T: [f64; 30] = [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
        2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
        2.052, 2.048, 2.045, 2.042,
    ];
    let place = freedom.checked_sub(1);
    place.map_or(f64::INFINITY, |place| T.get(place).copied().unwrap_or(1.96))
}

/// The estimate of `values`.
#[must_use]
pub fn estimate(values: &[f64]) -> Estimate {
    let runs = values.len();
    let mean = values.iter().sum::<f64>() / runs.max(1) as f64;
    let within = if runs > 1 {
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let deviation = (squares / (runs - 1) as f64).sqrt();
        student(runs - 1) * deviation / (runs as f64).sqrt()
    } else {
        0.0
    };
    Estimate { mean, within, runs }
}

/// How the first strategy compares with another by one figure, seed by seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Less, outside the interval of the differences.
    Better,
    /// More, outside the interval.
    Worse,
    /// The interval holds zero.
    Open,
}

/// One strategy's results.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The strategy.
    pub strategy: String,
    /// By seed.
    pub results: Vec<Results>,
}

/// All results of one scenario, with the strategy first that the others are compared to.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// The scenario.
    pub scenario: String,
    /// The seeds.
    pub seeds: Vec<u64>,
    /// The strategies.
    pub rows: Vec<Row>,
}

impl Table {
    fn values(row: &Row, column: &Column) -> Vec<f64> {
        row.results.iter().filter_map(column.of).collect()
    }

    /// How the first strategy compares with that of `row` by `column`.
    #[must_use]
    pub fn verdict(&self, row: &Row, column: &Column) -> Option<Verdict> {
        let first = self.rows.first()?;
        let pairs = first.results.iter().zip(&row.results);
        let differences: Vec<f64> = pairs
            .filter_map(|(ours, theirs)| Some((column.of)(ours)? - (column.of)(theirs)?))
            .collect();
        let estimate = estimate(&differences);
        if differences.len() < 2 {
            return None;
        }
        Some(if estimate.mean + estimate.within < 0.0 {
            Verdict::Better
        } else if estimate.mean - estimate.within > 0.0 {
            Verdict::Worse
        } else {
            Verdict::Open
        })
    }

    /// For people: a row each, `+` where the first strategy is better outside the interval, `-` where it is worse.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("scenario {}, {} seeds\n", self.scenario, self.seeds.len());
        let _ = write!(text, "{:24}", "");
        for column in &COLUMNS {
            let _ = write!(text, "{:>18}", column.heading);
        }
        text.push('\n');
        for (place, row) in self.rows.iter().enumerate() {
            let _ = write!(text, "{:24}", row.strategy);
            for column in &COLUMNS {
                let values = Self::values(row, column);
                if values.is_empty() {
                    let _ = write!(text, "{:>18}", "-");
                    continue;
                }
                let found = estimate(&values);
                let verdict = if place > 0 {
                    self.verdict(row, column)
                } else {
                    None
                };
                let sign = match verdict {
                    Some(Verdict::Better) => '+',
                    Some(Verdict::Worse) => '-',
                    Some(Verdict::Open) | None => ' ',
                };
                let figure = format!("{:.2} ±{:.2}", found.mean, found.within);
                let _ = write!(text, "{figure:>17}{sign}");
            }
            text.push('\n');
        }
        text
    }

    /// For spreadsheets: a line for each strategy and figure.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut text = String::from("scenario,strategy,figure,mean,within,runs,verdict\n");
        for row in &self.rows {
            for column in &COLUMNS {
                let found = estimate(&Self::values(row, column));
                let verdict = match self.verdict(row, column) {
                    Some(Verdict::Better) => "better",
                    Some(Verdict::Worse) => "worse",
                    _ => "open",
                };
                let _ = writeln!(
                    text,
                    "{},{},{},{:.5},{:.5},{},{verdict}",
                    self.scenario, row.strategy, column.key, found.mean, found.within, found.runs
                );
            }
        }
        text
    }

    /// For machines: means, intervals and verdicts; with the results of every run when `whole`.
    #[must_use]
    pub fn json(&self, whole: bool) -> serde_json::Value {
        let rows = self.rows.iter().map(|row| {
            let mut object = serde_json::Map::new();
            object.insert("strategy".into(), row.strategy.clone().into());
            for column in &COLUMNS {
                let found = estimate(&Self::values(row, column));
                object.insert(
                    column.key.into(),
                    serde_json::json!({
                        "mean": found.mean, "within": found.within, "runs": found.runs,
                        "first_is": self.verdict(row, column),
                    }),
                );
            }
            if whole {
                object.insert("results".into(), serde_json::json!(row.results));
            }
            serde_json::Value::Object(object)
        });
        serde_json::json!({
            "scenario": self.scenario, "seeds": self.seeds, "rows": rows.collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(strategy: &str, origins: &[f64]) -> Row {
        let results = origins.iter().map(|origin_percent| Results {
            origin_percent: *origin_percent,
            ..Results::default()
        });
        Row {
            strategy: strategy.into(),
            results: results.collect(),
        }
    }

    #[test]
    fn the_interval_is_students() {
        let found = estimate(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        assert!((found.mean - 3.0).abs() < 1e-9);
        assert!((found.within - 1.963).abs() < 0.001, "{}", found.within);
    }

    #[test]
    fn a_difference_is_judged_seed_by_seed() {
        let table = Table {
            scenario: "test".into(),
            seeds: vec![1, 2, 3],
            rows: vec![
                row("ours", &[1.0, 5.0, 9.0]),
                row("always more", &[2.0, 6.1, 10.0]),
                row("now more, now less", &[2.0, 4.0, 10.0]),
            ],
        };
        let verdict = |place: usize| table.verdict(&table.rows[place], &COLUMNS[0]);
        assert_eq!(verdict(1), Some(Verdict::Better));
        assert_eq!(verdict(2), Some(Verdict::Open));
        assert!(table.text().contains("always more"));
        assert_eq!(table.csv().lines().count(), 1 + 3 * COLUMNS.len());
    }
}
