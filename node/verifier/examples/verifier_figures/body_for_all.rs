//! The largest view block that is meant to stand: 200,000 views of one issuer, fetched in ranges, judged and settled by the three
//! other verifiers of a set of four at the same time, on this machine.

use std::{path::Path, sync::Arc, time::Instant};

use chainflix_primitives::Round;
use futures::future::join_all;

use crate::body::{self, Body};
use crate::chain::SteppedClock;
use crate::check;
use crate::figures::Figures;
use crate::measured::Measured;
use crate::viewer::Viewer;
use crate::world::World;

/// Views in the block.
const VIEWS: usize = 200_000;
/// Verifiers that judge it.
const JUDGES: usize = 3;
/// Round of the first block, and rounds to the next.
const FIRST: Round = 100;
const APART: Round = 5;

/// Two blocks of the same viewers: whose delegations are new here, and known.
pub(crate) async fn run(parent: &Path, figures: &mut Figures) {
    let world = Arc::new(World::new(1_800_000_000_000, &[180_000]));
    let viewers: Vec<Arc<Viewer>> = body::viewers(0, VIEWS).into_iter().map(Arc::new).collect();
    let clock = SteppedClock::at(world.clock.start_of(FIRST).expect("a time"));
    let mut judges = Vec::new();
    for _ in 0..JUDGES {
        let judge = Measured::start(parent, &world, clock.clone(), FIRST).await;
        judge.issuer.show_viewers(&viewers);
        judges.push(judge);
    }
    figures.put("body_views", VIEWS as f64);
    figures.put("body_judges", JUDGES as f64);
    // Headers stand in one round, verdicts in the next.
    let window_s = f64::from(world.clock.round_ms) / 1_000.0;
    figures.put("body_window_s", window_s);
    for (minute, of) in [(0u16, "new_viewers"), (1, "known_viewers")] {
        let round = FIRST + APART * Round::from(minute);
        let body = Arc::new(Body::new(&world, &viewers, round, minute));
        let began = Instant::now();
        join_all(judges.iter_mut().map(|judge| check::judge(judge, &body))).await;
        let judged_s = began.elapsed().as_secs_f64();
        figures.put(&format!("body_judged_s_{of}"), judged_s);
        let began = Instant::now();
        join_all(judges.iter().map(|judge| check::settle(judge, &body))).await;
        let settled_s = began.elapsed().as_secs_f64();
        figures.put(&format!("body_settled_s_{of}"), settled_s);
        clock.advance(u64::from(APART) * u64::from(world.clock.round_ms));
    }
}
