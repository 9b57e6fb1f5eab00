//! `chainflix emission`: the schedule, in closed form and without a chain.

use anyhow::Context;
use chainflix_client::units::format_cfx;
use chainflix_primitives::{emission::EmissionPreset, rounds::PRODUCTION_ROUND_MS};
use clap::{Args, ValueEnum};
use serde_json::json;

/// A named schedule.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Preset {
    /// 135 CFX, one halving after 730,000 rounds, end at round 29,200,000.
    Whitepaper,
    /// 135 CFX, halved every 2,160,000 rounds until nothing is left.
    Geometric,
    /// 135 CFX, three halvings, one every 100 rounds.
    Dev,
}

/// Options of `chainflix emission`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  chainflix emission --round 730000\n  \
    chainflix emission --preset geometric --round 4320000 --json")]
pub(crate) struct Emission {
    /// The schedule.
    #[arg(long, value_enum, default_value_t = Preset::Whitepaper)]
    preset: Preset,

    /// The round, counted from genesis.
    #[arg(long, value_name = "N")]
    round: u32,

    /// Length of a round in ms, a divisor of 43,200; rewards are scaled by length, halvings stay where they are in time.
    #[arg(long, value_name = "MS", default_value_t = PRODUCTION_ROUND_MS)]
    round_ms: u32,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Emission {
    /// What the command prints.
    ///
    /// # Errors
    /// When rounds of that length have no schedule.
    pub(crate) fn run(&self) -> anyhow::Result<String> {
        let (name, preset) = match self.preset {
            Preset::Whitepaper => ("whitepaper", EmissionPreset::Whitepaper),
            Preset::Geometric => ("geometric", EmissionPreset::Geometric),
            Preset::Dev => ("dev", EmissionPreset::Dev),
        };
        let schedule = preset.schedule(self.round_ms).with_context(|| {
            format!(
                "rounds of {} ms have no schedule: choose a divisor of {PRODUCTION_ROUND_MS}",
                self.round_ms
            )
        })?;
        let reward = format_cfx(schedule.reward(self.round));
        let cumulative = format_cfx(schedule.cumulative(self.round));
        Ok(if self.json {
            json!({
                "preset": name,
                "round": self.round,
                "round_ms": self.round_ms,
                "reward_cfx": reward,
                "cumulative_before_cfx": cumulative,
            })
            .to_string()
        } else {
            format!(
                "round {} of schedule {name}\n  may mint            {reward} CFX\n  all rounds before   {cumulative} CFX",
                self.round
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(preset: Preset, round: u32, round_ms: u32) -> anyhow::Result<serde_json::Value> {
        let command = Emission {
            preset,
            round,
            round_ms,
            json: true,
        };
        Ok(serde_json::from_str(&command.run()?)?)
    }

    #[test]
    fn the_tables_of_the_paper_are_printed_to_the_last_digit() -> anyhow::Result<()> {
        let rows = [
            (Preset::Whitepaper, 729_999, "135", "98549865"),
            (Preset::Whitepaper, 730_000, "67.5", "98550000"),
            (Preset::Whitepaper, 29_200_000, "0", "2020275000"),
        ];
        for (preset, round, reward, cumulative) in rows {
            let printed = printed(preset, round, PRODUCTION_ROUND_MS)?;
            assert_eq!(printed["reward_cfx"], reward);
            assert_eq!(printed["cumulative_before_cfx"], cumulative);
        }
        let geometric = printed(Preset::Geometric, 29_200_000, PRODUCTION_ROUND_MS)?;
        assert_eq!(geometric["cumulative_before_cfx"], "583147265.62499944");
        Ok(())
    }

    #[test]
    fn rounds_of_a_length_without_schedule_are_refused_with_a_hint() {
        let error = printed(Preset::Whitepaper, 0, 7_000).expect_err("43,200 is no multiple");
        assert!(error.to_string().contains("divisor of 43200"), "{error}");
    }
}
