//! Claims about whole runs, on small worlds.

use crate::engine::{run, world};
use crate::scenario::Scenario;
use crate::strategies::{Chainflix, STRATEGIES};
use crate::{simulate, strategies};
use chainflix_controller::choice_log::{Entry, replay_entries};
use chainflix_controller::popularity::forecast::Forecaster;

fn small(name: &str) -> Scenario {
    Scenario {
        nodes: 25,
        videos: 40,
        cells_per_video: 6,
        warm_up_minutes: 5,
        minutes: 30,
        day_minutes: 30,
        ..Scenario::named(name).unwrap()
    }
}

#[test]
fn a_seed_gives_the_same_results_and_another_seed_others() {
    let told = |seed| format!("{:?}", simulate(small("mixed"), seed, "chainflix").unwrap());
    assert_eq!(told(1), told(1));
    assert_ne!(told(1), told(2));
}

#[test]
fn every_strategy_meets_the_same_audience_and_serves_most_of_it() {
    let mut requests = Vec::new();
    for (name, _) in STRATEGIES {
        let results = simulate(small("calm"), 5, name).unwrap();
        assert!(results.origin_percent < 60.0, "{name} {results:?}");
        requests.push(results.requests);
    }
    let (least, most) = (
        requests.iter().min().unwrap(),
        requests.iter().max().unwrap(),
    );
    // Viewers who can't be served leave, so the numbers differ a little.
    assert!(most - least < most / 20, "{requests:?}");
}

#[test]
fn what_trends_is_not_what_was_watched_most_ever() {
    // A run of three and a half days.
    let scenario = Scenario {
        day_minutes: 10,
        ..small("mixed")
    };
    let told = |name| format!("{:?}", simulate(scenario, 7, name).unwrap());
    assert_ne!(told("peertube-trending"), told("peertube-most-views"));
}

#[test]
fn without_failures_nothing_falls_below_r_under_our_controller() {
    let scenario = Scenario {
        stays_minutes: 0.0,
        storage: 3.4,
        ..small("crowds")
    };
    let results = simulate(scenario, 3, "chainflix").unwrap();
    assert!(results.short_percent < 1e-9, "{results:?}");
    assert_eq!(results.lost_cells, 0);
}

#[test]
fn caches_that_keep_copies_never_evict_one_of_them_and_the_others_do() {
    let scenario = Scenario {
        stays_minutes: 0.0,
        storage: 3.4,
        ..small("crowds")
    };
    for (name, keeps) in [
        ("lru-keeping", true),
        ("s3-fifo-keeping", true),
        ("lru", false),
    ] {
        let results = simulate(scenario, 3, name).unwrap();
        assert_eq!(results.short_percent < 1e-9, keeps, "{name} {results:?}");
    }
}

#[test]
fn o1_every_decision_of_a_run_can_be_computed_again_from_its_logged_inputs() {
    let scenario = small("mixed");
    let (net, _) = world(&scenario, 4);
    let mut ours = Chainflix::new(&net, Forecaster::default()).logging();
    let _ = run(scenario, 4, &mut ours);
    let entries = ours.entries();
    let kind = |wanted: fn(&Entry) -> bool| entries.iter().filter(|entry| wanted(entry)).count();
    assert!(kind(|entry| matches!(entry, Entry::Sources(_))) > 1_000);
    assert!(kind(|entry| matches!(entry, Entry::Placement(_))) > 10);
    assert!(kind(|entry| matches!(entry, Entry::Copies(_))) > 10);
    assert_eq!(replay_entries(entries), Ok(()));
}

#[test]
fn fake_views_move_our_copies_by_nothing() {
    let scenario = small("fake-views");
    let (net, audience) = world(&scenario, 6);
    let quiet = Scenario {
        fakes_per_second: 0,
        ..scenario
    };
    let mut with = strategies::named("chainflix", &scenario, &net, &audience, 6).unwrap();
    let mut without = strategies::named("chainflix", &scenario, &net, &audience, 6).unwrap();
    let with = run(scenario, 6, with.as_mut());
    let without = run(quiet, 6, without.as_mut());
    assert!(
        (with.origin_percent - without.origin_percent).abs() < 0.5,
        "{with:?} {without:?}"
    );
    assert!(
        (with.copying_percent - without.copying_percent).abs() < 2.0,
        "{with:?} {without:?}"
    );
}
