//! Judging another verifier's view block: fetched in ranges, every rule, signatures in batches, leaves into the store;
//! and settling it.

use std::{path::Path, sync::Arc};

use chainflix_primitives::{
    Round,
    registry::{SettledBlock, SettledRound},
    report::Verdict,
};

use crate::body::{self, Body};
use crate::chain::SteppedClock;
use crate::cpu::{Cost, Span};
use crate::figures::Figures;
use crate::measured::Measured;
use crate::viewer::Viewer;
use crate::world::{ISSUER, MEASURED, World};

/// Round of the first block.
const FIRST: Round = 100;
/// Rounds from one block to the next: so far apart that no viewer plays two cells at once.
const APART: Round = 5;
/// Units in a CFX.
const CFX: u128 = 1_000_000_000_000;

/// What one block took.
struct Judged {
    check: Cost,
    settle: Cost,
    /// By how much the files on disk grew, in bytes.
    disk: u64,
    /// Bytes to and from the block's issuer.
    exchanged: u64,
}

/// Measures blocks of so many views each.
pub(crate) async fn run(parent: &Path, views: usize, sizes: &[usize], figures: &mut Figures) {
    for size in sizes {
        let (new, known) = blocks_of(parent, *size).await;
        let of_size = [
            ("check_us_per_view", &known),
            ("check_new_viewers_us_per_view", &new),
        ];
        for (name, judged) in of_size {
            let us = judged.check.cpu_us_each(*size);
            figures.put(&format!("{name}_{size}"), us);
        }
        let us = known.settle.cpu_us_each(*size);
        figures.put(&format!("settle_us_per_view_{size}"), us);
        if *size == views {
            figures.put("check_views_per_s_core", known.check.per_core(*size));
            figures.put("check_views_per_s_wall", known.check.per_second(*size));
            let with_delegations = new.check.per_core(*size);
            figures.put("check_new_viewers_per_s_core", with_delegations);
            figures.put("settle_views_per_s_core", known.settle.per_core(*size));
            let disk = known.disk as f64 / *size as f64;
            figures.put("check_disk_bytes_per_view", disk);
            let exchanged = known.exchanged as f64 / *size as f64;
            figures.put("check_peer_bytes_per_view", exchanged);
        }
    }
}

/// Two blocks of the same viewers: at the first their delegations are new here, at the second they are known.
async fn blocks_of(parent: &Path, size: usize) -> (Judged, Judged) {
    let world = Arc::new(World::new(1_800_000_000_000, &[180_000]));
    let viewers: Vec<Arc<Viewer>> = body::viewers(0, size).into_iter().map(Arc::new).collect();
    let starts_ms = world.clock.start_of(FIRST).expect("a time");
    let clock = SteppedClock::at(starts_ms);
    let mut measured = Measured::start(parent, &world, clock.clone(), FIRST).await;
    measured.issuer.show_viewers(&viewers);
    let mut judged = Vec::new();
    for minute in 0..2u16 {
        let round = FIRST + APART * Round::from(minute);
        let body = Arc::new(Body::new(&world, &viewers, round, minute));
        judged.push(one(&mut measured, &body).await);
        clock.advance(u64::from(APART) * u64::from(world.clock.round_ms));
    }
    let known = judged.pop().expect("two");
    (judged.pop().expect("two"), known)
}

async fn one(measured: &mut Measured, body: &Arc<Body>) -> Judged {
    let disk = measured.disk_bytes();
    let (span, spent) = (Span::start(), measured.issuer.spent());
    let before = measured.issuer.exchanged();
    judge(measured, body).await;
    let check = span.end().without(measured.issuer.spent() - spent);
    let exchanged = measured.issuer.exchanged() - before;

    let span = Span::start();
    settle(measured, body).await;
    Judged {
        check,
        settle: span.end(),
        disk: measured.disk_bytes().saturating_sub(disk),
        exchanged,
    }
}

/// From a block's header on chain to the verdict on it.
pub(crate) async fn judge(measured: &mut Measured, body: &Arc<Body>) {
    let round = body.round;
    measured.issuer.show(body);
    let (header, tickets) = (body.header.clone(), body.tickets_roots());
    measured.chain.put_header(round, header, tickets);
    measured.chain.turn(round + 2, &[round + 1, round]);
    let report = measured.report().await;
    let verdict = report.verdicts.iter().find(|on| on.issuer == ISSUER);
    let verdict = verdict.map(|on| on.verdict);
    assert_eq!(verdict, Some(Verdict::Approve), "an honest block");
}

/// From the settled block on chain to the ledger that has it.
pub(crate) async fn settle(measured: &Measured, body: &Body) {
    measured.chain.settle(settled(body));
    measured.until_settled(body.round).await;
}

fn settled(body: &Body) -> SettledRound {
    let block = SettledBlock {
        issuer: ISSUER,
        root: body.header.root,
        count: body.header.count,
        playtime_ms: body.header.playtime_ms,
        approved: true,
        voided: false,
        weight_ms: body.header.playtime_ms,
        reward: 135 * CFX,
    };
    SettledRound {
        round: body.round,
        emission: 135 * CFX,
        settled: 135 * CFX,
        blocks: vec![block].try_into().expect("one"),
        reporters: vec![MEASURED].try_into().expect("one"),
        ads: Default::default(),
    }
}
