//! What cheating comes to: how often false views are caught by one verifier that samples their block, and which share of a
//! round bad verifiers get that report as much as they like.

use std::{path::Path, sync::Arc};

use chainflix_primitives::{
    Round,
    report::{SAMPLED_LEAVES, Verdict},
    settlement::{WEIGHT_FLOOR_MS, capped_weights},
};

use crate::body::{self, Body};
use crate::chain::SteppedClock;
use crate::figures::Figures;
use crate::measured::Measured;
use crate::viewer::Viewer;
use crate::world::{ISSUER, World};

/// Round of the first block.
const FIRST: Round = 100;
/// Rounds from one block to the next.
const APART: Round = 5;
/// Views of a block: ten times as many as are sampled.
const VIEWS: usize = 10 * SAMPLED_LEAVES as usize;
/// False views of a block.
const FALSE_VIEWS: [u64; 3] = [1, 7, 64];
/// Blocks with as many false views.
const BLOCKS: usize = 300;
/// Verifiers, and how many of them are bad.
const SETS: [(usize, usize); 3] = [(4, 1), (7, 2), (20, 6)];

/// Measures both.
pub(crate) async fn run(parent: &Path, figures: &mut Figures) {
    caught(parent, figures).await;
    shares(figures);
}

/// Blocks in which everything holds but the possession behind some views, which only an opening shows.
async fn caught(parent: &Path, figures: &mut Figures) {
    let world = Arc::new(World::new(1_800_000_000_000, &[60_000]));
    let clock = SteppedClock::at(world.clock.start_of(FIRST).expect("a time"));
    let mut measured = Measured::start(parent, &world, clock.clone(), FIRST).await;
    let (mut round, mut first) = (FIRST, 0);
    for false_views in FALSE_VIEWS {
        let mut caught = 0;
        for _ in 0..BLOCKS {
            let viewers: Vec<Arc<Viewer>> = body::viewers(first, VIEWS)
                .into_iter()
                .map(Arc::new)
                .collect();
            measured.issuer.show_viewers(&viewers);
            let body = Arc::new(Body::with_false(&world, &viewers, round, 0, false_views));
            measured.issuer.show(&body);
            let (header, tickets) = (body.header.clone(), body.tickets_roots());
            measured.chain.put_header(round, header, tickets);
            measured.chain.turn(round + 2, &[round + 1, round]);
            let report = measured.report().await;
            let verdict = report.verdicts.iter().find(|on| on.issuer == ISSUER);
            if verdict.expect("it is judged").verdict != Verdict::Approve {
                caught += 1;
            }
            round += APART;
            first += VIEWS as u64;
            clock.advance(u64::from(APART) * u64::from(world.clock.round_ms));
        }
        let key = format!("caught_percent_{false_views}_false_of_{VIEWS}");
        figures.put(&key, 100.0 * f64::from(caught) / BLOCKS as f64);
        let key = format!("caught_percent_{false_views}_false_of_{VIEWS}_by_calculation");
        figures.put(&key, 100.0 * expected(false_views));
    }
}

/// Chance that one of the sampled leaves is one of the false.
fn expected(false_views: u64) -> f64 {
    let missed = (0..u64::from(SAMPLED_LEAVES)).fold(1.0, |missed, before| {
        let left = VIEWS as u64 - before;
        missed * (left - false_views) as f64 / left as f64
    });
    1.0 - missed
}

/// The largest share that is found of a round in which the others report equally much, and the bound.
fn shares(figures: &mut Figures) {
    let honest_ms = 100 * WEIGHT_FLOOR_MS;
    for (verifiers, bad) in SETS {
        let share = |reported_ms: u64| {
            let mut playtimes = vec![reported_ms; bad];
            playtimes.resize(verifiers, honest_ms);
            let weights = capped_weights(&playtimes);
            let sum = |weights: &[u64]| weights.iter().map(|ms| *ms as f64).sum::<f64>();
            sum(&weights[..bad]) / sum(&weights)
        };
        let reported = (0..=400).map(|percent| honest_ms * percent / 100);
        let largest = reported.chain([u64::MAX]).map(share).fold(0.0, f64::max);
        let of = format!("{bad}_of_{verifiers}");
        figures.put(&format!("bad_share_percent_{of}"), 100.0 * largest);
        let (f, n) = (bad as f64, verifiers as f64);
        let bound = 100.0 * 2.0 * f / (2.0 * f + n - f);
        figures.put(&format!("bad_share_bound_percent_{of}"), bound);
    }
}
