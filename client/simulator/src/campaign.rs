//! Many runs: every strategy under every seed, on as many threads as are given.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::measures::Results;
use crate::scenario::Scenario;
use crate::simulate;
use crate::strategies::STRATEGIES;
use crate::table::{Row, Table};

/// What shall be run.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// In which world.
    pub scenario: Scenario,
    /// Under which seeds.
    pub seeds: Vec<u64>,
    /// Which strategies; the others are compared with the first.
    pub strategies: Vec<String>,
    /// On how many threads.
    pub threads: usize,
}

/// A campaign that can't be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CampaignError {
    /// There is no such strategy.
    #[error("there is no strategy '{0}'; `chainflix simulate --list` names them")]
    UnknownStrategy(String),
    /// There is nothing to run.
    #[error("at least one seed and one strategy are needed")]
    Nothing,
}

impl Campaign {
    /// Runs everything; `done` is told after each run how many of how many are done.
    ///
    /// # Errors
    /// When a strategy is not known, or there is nothing to run.
    pub fn run(&self, done: impl Fn(usize, usize) + Sync) -> Result<Table, CampaignError> {
        let known = |name: &String| STRATEGIES.iter().any(|(found, _)| found == name);
        if let Some(unknown) = self.strategies.iter().find(|name| !known(name)) {
            return Err(CampaignError::UnknownStrategy(unknown.clone()));
        }
        let jobs: Vec<(usize, usize)> = (0..self.seeds.len())
            .flat_map(|seed| (0..self.strategies.len()).map(move |strategy| (seed, strategy)))
            .collect();
        if jobs.is_empty() {
            return Err(CampaignError::Nothing);
        }
        let next = AtomicUsize::new(0);
        let finished = AtomicUsize::new(0);
        let found: Mutex<Vec<(usize, usize, Results)>> = Mutex::default();
        std::thread::scope(|scope| {
            for _ in 0..self.threads.max(1) {
                scope.spawn(|| {
                    while let Some(&(seed, strategy)) =
                        jobs.get(next.fetch_add(1, Ordering::SeqCst))
                    {
                        let results =
                            simulate(self.scenario, self.seeds[seed], &self.strategies[strategy]);
                        if let Some(results) = results {
                            let mut found = found.lock().unwrap_or_else(|e| e.into_inner());
                            found.push((strategy, seed, results));
                        }
                        done(finished.fetch_add(1, Ordering::SeqCst) + 1, jobs.len());
                    }
                });
            }
        });
        let mut found = found.into_inner().unwrap_or_else(|e| e.into_inner());
        found.sort_by_key(|(strategy, seed, _)| (*strategy, *seed));
        let rows = self.strategies.iter().enumerate().map(|(place, name)| Row {
            strategy: name.clone(),
            results: found
                .iter()
                .filter(|(strategy, _, _)| *strategy == place)
                .map(|(_, _, results)| results.clone())
                .collect(),
        });
        Ok(Table {
            scenario: self.scenario.name.to_owned(),
            seeds: self.seeds.clone(),
            rows: rows.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strategy_that_does_not_exist_is_named_in_the_refusal() {
        let campaign = Campaign {
            scenario: Scenario::named("calm").unwrap(),
            seeds: vec![1],
            strategies: vec!["magic".into()],
            threads: 1,
        };
        let error = campaign.run(|_, _| {}).unwrap_err();
        assert!(error.to_string().contains("magic"));
    }
}
