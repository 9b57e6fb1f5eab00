//! `chainflix simulate`: the controller's decisions beside its rivals', on made-up nodes and audiences.

use std::path::PathBuf;

use anyhow::{Context, bail};
use chainflix_simulator::campaign::Campaign;
use chainflix_simulator::scenario::{SCENARIOS, Scenario};
use chainflix_simulator::strategies::STRATEGIES;
use clap::{Args, ValueEnum};

use crate::progress::Progress;

/// How results are printed.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A table for people.
    Text,
    /// Means, intervals, verdicts and every run.
    Json,
    /// A line for each strategy and figure.
    Csv,
}

/// Options of `chainflix simulate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  chainflix simulate --list\n  \
    chainflix simulate --scenario crowds --seeds 1000..1005 --strategies chainflix,static,lru\n  \
    chainflix simulate --seeds 1000..1020 --format csv --plots plots\n\n\
    A seed gives the same results each time. In the table + means that the first strategy is better outside the \
    95 % interval of the differences, - that it is worse.")]
pub(crate) struct Simulate {
    /// The scenario.
    #[arg(long, value_name = "NAME", default_value = "mixed")]
    scenario: String,

    /// Seeds, from the first up to but without the last.
    #[arg(long, value_name = "A..B", default_value = "1000..1003")]
    seeds: String,

    /// Strategies, separated by commas; the others are compared with the first. All if not given.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    strategies: Vec<String>,

    /// Storage nodes, instead of the scenario's number.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(5..=10_000))]
    nodes: Option<u32>,

    /// Videos, instead of the scenario's number.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    videos: Option<u32>,

    /// Minutes that are measured, instead of the scenario's.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(10..=100_000))]
    minutes: Option<u64>,

    /// Threads.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: u16,

    /// How results are printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Folder for plots: a PNG for each figure, and one page with all of them.
    #[arg(long, value_name = "DIR")]
    plots: Option<PathBuf>,

    /// Name scenarios and strategies instead.
    #[arg(long)]
    list: bool,
}

impl Simulate {
    /// What the command prints.
    ///
    /// # Errors
    /// When a name is not known or the plots can't be written.
    pub(crate) fn run(&self) -> anyhow::Result<String> {
        if self.list {
            return Ok(list());
        }
        let mut scenario = Scenario::named(&self.scenario).with_context(|| {
            format!(
                "there is no scenario '{}'; `chainflix simulate --list` names them",
                self.scenario
            )
        })?;
        scenario.nodes = self.nodes.unwrap_or(scenario.nodes);
        scenario.videos = self.videos.unwrap_or(scenario.videos);
        scenario.minutes = self.minutes.unwrap_or(scenario.minutes);
        let campaign = Campaign {
            scenario,
            seeds: seeds(&self.seeds)?,
            strategies: if self.strategies.is_empty() {
                STRATEGIES
                    .iter()
                    .map(|(name, _)| (*name).to_owned())
                    .collect()
            } else {
                self.strategies.clone()
            },
            threads: self.threads.into(),
        };
        let runs = campaign
            .seeds
            .len()
            .saturating_mul(campaign.strategies.len());
        let progress = Progress::new();
        let count = |runs: usize| u64::try_from(runs).unwrap_or(u64::MAX);
        progress.set("simulating", 0, count(runs));
        let table =
            campaign.run(|done, all| progress.set("simulating", count(done), count(all)))?;
        drop(progress);
        if let Some(folder) = &self.plots {
            chainflix_simulator::plot::write(&table, folder)
                .with_context(|| format!("the plots can't be written to {}", folder.display()))?;
        }
        Ok(match self.format {
            Format::Text => table.text().trim_end().to_owned(),
            Format::Json => table.json(true).to_string(),
            Format::Csv => table.csv().trim_end().to_owned(),
        })
    }
}

fn list() -> String {
    let mut lines = vec!["scenarios".to_owned()];
    lines.extend(
        SCENARIOS
            .iter()
            .map(|scenario| format!("  {}", scenario.name)),
    );
    lines.push("strategies".to_owned());
    lines.extend(
        STRATEGIES
            .iter()
            .map(|(name, line)| format!("  {name:24} {line}")),
    );
    lines.join("\n")
}

fn seeds(text: &str) -> anyhow::Result<Vec<u64>> {
    let parsed = text
        .split_once("..")
        .and_then(|(from, to)| Some(from.parse::<u64>().ok()?..to.parse::<u64>().ok()?));
    match parsed {
        Some(range) if !range.is_empty() && range.end.saturating_sub(range.start) <= 10_000 => {
            Ok(range.collect())
        }
        _ => bail!("'{text}' is no range of seeds; write for example 1000..1020"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_seeds_is_without_its_end_and_nonsense_is_refused_with_an_example() {
        assert_eq!(seeds("7..10").expect("a range"), [7, 8, 9]);
        for text in ["", "7", "9..7", "a..b", "0..100000000"] {
            let error = seeds(text).expect_err(text).to_string();
            assert!(error.contains("1000..1020"), "{error}");
        }
    }
}
