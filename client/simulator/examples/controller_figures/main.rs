//! The controller's speed at 10,000 nodes and 1,000,000 cells, as JSON; or with arguments a table of the simulator.
//!
//! `controller_figures` measures the code that the service runs, in CPU time of this thread, so that other work on the
//! machine does not count. `controller_figures restart [DATABASE]` measures how long a controller with as much takes
//! to start, and how much memory it takes at most, on an empty database or on a SQLite file of its own.
//! `controller_figures forecast FIRST_SEED COUNT` compares forecasters by themselves.
//! `controller_figures SCENARIO FIRST_SEED COUNT STRATEGY,...` prints a table as JSON to stdout
//! and as text to stderr.

mod process;
mod restart;
mod speed;
mod world;

use chainflix_controller::popularity::forecast::Forecaster;
use chainflix_controller::state::Database;
use chainflix_simulator::campaign::Campaign;
use chainflix_simulator::forecasting::{Example, error, examples, trained};
use chainflix_simulator::scenario::Scenario;
use chainflix_simulator::table::estimate;

use process::cpu_seconds;

type Failure = Box<dyn std::error::Error>;
type Outcome = Result<(), Failure>;

const USAGE: &str = "usage: controller_figures [restart [DATABASE] | forecast FIRST_SEED COUNT | \
    SCENARIO FIRST_SEED COUNT STRATEGY,...]";

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => speed::figures(),
        [restart] if restart == "restart" => {
            let folder = tempfile::tempdir()?;
            restart::refilled(
                &folder
                    .path()
                    .join("controller.sqlite")
                    .display()
                    .to_string(),
            )
        }
        [restarts, database] if restarts == "restart" => restart::refilled(database),
        [start, database] if start == "start" => {
            tokio::runtime::Runtime::new()?.block_on(restart::started(&Database::parse(database)))
        }
        [scenario, first, count, strategies] => {
            let first: u64 = first.parse()?;
            let count: u64 = count.parse()?;
            let campaign = Campaign {
                scenario: Scenario::named(scenario).ok_or("there is no such scenario")?,
                seeds: (first..first + count).collect(),
                strategies: strategies.split(',').map(str::to_owned).collect(),
                threads: 1,
            };
            let began = cpu_seconds()?;
            let table = campaign.run(|_, _| {})?;
            let took = cpu_seconds()? - began;
            let requests: u64 = table
                .rows
                .iter()
                .flat_map(|row| &row.results)
                .map(|r| r.requests)
                .sum();
            eprintln!("{}", table.text());
            eprintln!("{requests} measured requests, {took:.1} s of CPU");
            println!("{}", table.json(false));
            Ok(())
        }
        [forecast, first, count] if forecast == "forecast" => {
            let first: u64 = first.parse()?;
            forecasters(first, first + count.parse::<u64>()?)
        }
        _ => Err(USAGE.into()),
    }
}

/// Errors of all forecasters over seeds.
fn forecasters(first: u64, end: u64) -> Outcome {
    for name in ["mixed", "crowds", "calm", "stretched"] {
        let scenario = Scenario::named(name).ok_or("there is no such scenario")?;
        let by_seed: Vec<Vec<Example>> =
            (first..end).map(|seed| examples(&scenario, seed)).collect();
        let fitted = trained(&scenario);
        for forecaster in [Forecaster::Recent, Forecaster::Larger, fitted] {
            let errors: Vec<f64> = by_seed
                .iter()
                .map(|found| error(forecaster, found))
                .collect();
            let found = estimate(&errors);
            println!(
                "{name:10} {forecaster:?}: error {:.4} ±{:.4}",
                found.mean, found.within
            );
        }
    }
    Ok(())
}
