//! Verifiers that die, come back, or answer wrongly.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use chainflix_primitives::{
    api::{Reply, Request, ViewFate, ViewPlace},
    refusal::Refusal,
    registry::SettledRound,
    report::{Verdict, VerdictOn},
};
use jsonrpsee::{core::client::ClientT, rpc_params};

use crate::net::Net;
use crate::viewer::Viewer;

/// Rounds in which an approved block with views was paid.
fn paid(net: &Net) -> Vec<SettledRound> {
    net.chain.read(|state| {
        let paid = state.settled.iter().filter(|round| round.settled > 0);
        paid.cloned().collect()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verifier_killed_while_a_cell_plays_says_so_and_the_viewer_goes_on() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 240_000);
    let viewer = Viewer::new(9);
    let assigned = viewer.assigned(&net);
    let mut session = viewer.open(&net, assigned[0]).await;
    let receipts = session.receipts(&net, &video, 0).await;
    let ticket = session.start(&video, 0).await;
    net.pass(30_000).await;
    net.kill(assigned[0]).await;
    net.is_impaired = true;

    // The other assigned verifier takes over at once when the viewer gives the ticket up.
    let mut other = viewer.open(&net, assigned[1]).await;
    other.ask(Request::AbandonCell { ticket: None }).await;
    let receipts_there = other.receipts(&net, &video, 1).await;
    let there = other.start(&video, 1).await;

    net.revive(assigned[0]).await;
    net.pass(30_000).await;
    let mut again = viewer.open(&net, assigned[0]).await;
    let data = viewer.play(&net, &video, &ticket, receipts);
    assert_eq!(again.finish(data).await, Err(Refusal::VerifierRestarted));
    net.pass(30_000).await;
    let data = viewer.play(&net, &video, &there, receipts_there);
    other.finish(data).await.expect("the other verifier's view");
    net.pass_rounds(10).await;
    assert_eq!(paid(&net).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn v6_views_accepted_just_before_a_kill_are_paid_once_from_a_later_round() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 60_000);
    let viewer = Viewer::new(9);
    let node = viewer.assigned(&net)[0];
    let acceptance = net.watch(&viewer, &video, 0).await;
    net.is_impaired = true;
    net.kill(node).await;
    net.pass_rounds(4).await;
    assert!(paid(&net).is_empty());
    net.revive(node).await;
    net.pass_rounds(12).await;
    let paid = paid(&net);
    assert_eq!(paid.len(), 1, "paid once");
    assert!(paid[0].round > acceptance.round, "from a later round");
    let views: u32 = net.chain.read(|state| {
        let blocks = state.settled.iter().flat_map(|round| &round.blocks);
        blocks
            .filter(|block| block.approved)
            .map(|block| block.count)
            .sum()
    });
    assert_eq!(views, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn v6_views_of_a_block_that_could_not_be_opened_are_carried_and_paid_once() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 60_000);
    let viewer = Viewer::new(9);
    let node = viewer.assigned(&net)[0];
    net.watch(&viewer, &video, 0).await;
    net.is_impaired = true;
    // The header gets on chain, the openings don't.
    let is_reported = |net: &Net| {
        net.chain
            .read(|state| state.reports.values().any(|report| report.header.count > 0))
    };
    while !is_reported(&net) {
        net.pass(2_400).await;
    }
    net.kill(node).await;
    net.pass_rounds(5).await;
    net.chain.read(|state| {
        let blocks = state.settled.iter().flat_map(|round| &round.blocks);
        let with_views: Vec<_> = blocks.filter(|block| block.count > 0).collect();
        assert_eq!(with_views.len(), 1);
        assert!(!with_views[0].approved, "nobody opened it");
    });
    net.revive(node).await;
    net.pass_rounds(14).await;
    assert_eq!(paid(&net).len(), 1);
    let mut session = viewer.open(&net, node).await;
    let Reply::Views(views) = session.ask(Request::Views { limit: 10 }).await else {
        panic!("no views");
    };
    assert!(
        matches!(views[0].fate, ViewFate::Settled { .. }),
        "{:?}",
        views[0].fate
    );
    let view = views[0].view;
    let Reply::View(record) = session.ask(Request::View { view }).await else {
        panic!("no view");
    };
    let ViewPlace::InBlock { round, .. } = record.view else {
        panic!("it stands nowhere");
    };
    assert_eq!(round, paid(&net)[0].round, "shown in the block that paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn v6_a_verifier_down_for_more_than_twenty_rounds_tells_that_its_views_expired() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 60_000);
    let viewer = Viewer::new(9);
    let node = viewer.assigned(&net)[0];
    net.watch(&viewer, &video, 0).await;
    net.kill(node).await;
    net.pass_rounds(24).await;
    net.revive(node).await;
    net.pass_rounds(6).await;
    assert!(paid(&net).is_empty());
    let mut session = viewer.open(&net, node).await;
    let Reply::Views(views) = session.ask(Request::Views { limit: 10 }).await else {
        panic!("no views");
    };
    assert_eq!(views[0].fate, ViewFate::Expired);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_verifier_leaves_the_same_report_and_keeps_its_keys() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 120_000);
    let viewer = Viewer::new(9);
    let node = viewer.assigned(&net)[0];
    let account = net.nodes[node].account;
    net.watch(&viewer, &video, 0).await;
    let before = net
        .chain
        .read(|state| state.announcements[&account].clone());
    for _ in 0..3 {
        // Killed when the report is made, and before it is in a block.
        net.kill(node).await;
        net.revive(node).await;
        net.pass(7_200).await;
    }
    net.pass_rounds(10).await;
    let complaints = net.chain.read(|state| state.complaints.clone());
    assert_eq!(complaints, Vec::<String>::new());
    let after = net
        .chain
        .read(|state| state.announcements[&account].clone());
    assert_eq!(
        (before.service_key, before.exchange_key),
        (after.service_key, after.exchange_key)
    );
    assert_eq!(paid(&net).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_flipped_on_the_wire_are_noticed_and_a_block_is_judged_by_true_ones() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 120_000);
    let viewer = Viewer::new(9);
    let node = viewer.assigned(&net)[0];
    let issuer = net.nodes[node].network_key;
    let flipped = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&flipped);
    net.is_impaired = true;
    // Every answer of the issuer that stands for a hash is damaged, except for every third try. (Evidence, number 6, has
    // no hash to be held against: that the network authenticates the issuer has to do.)
    net.network
        .set_tamper(Some(Arc::new(move |from, _, mut answer| {
            let is_damaged = from == issuer && answer.len() > 64 && answer[0] != 6;
            if is_damaged && !count.fetch_add(1, Ordering::SeqCst).is_multiple_of(3) {
                let middle = answer.len() / 2;
                answer[middle] ^= 1;
            }
            answer
        })));
    net.watch(&viewer, &video, 0).await;
    net.pass_rounds(12).await;
    assert!(flipped.load(Ordering::SeqCst) > 0, "something was flipped");
    net.chain.read(|state| {
        assert_eq!(state.complaints, Vec::<String>::new());
        let rejects = state.reports.values().flat_map(|report| &report.verdicts);
        let rejected = rejects.filter(|on| {
            matches!(
                on.verdict,
                chainflix_primitives::report::Verdict::Reject { .. }
            )
        });
        assert_eq!(
            rejected.count(),
            0,
            "a damaged answer is no reason to reject a block"
        );
    });
    assert_eq!(paid(&net).len(), 1, "by true answers it is approved");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_whose_body_nobody_gives_is_not_approved_and_its_views_are_paid_later() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 120_000);
    let viewer = Viewer::new(9);
    let node = viewer.assigned(&net)[0];
    let issuer = net.nodes[node].network_key;
    net.is_impaired = true;
    net.network
        .set_tamper(Some(Arc::new(move |from, _, answer| {
            if from == issuer { Vec::new() } else { answer }
        })));
    net.watch(&viewer, &video, 0).await;
    net.pass_rounds(6).await;
    assert!(paid(&net).is_empty(), "absent is no");
    net.network.set_tamper(None);
    net.pass_rounds(12).await;
    assert_eq!(paid(&net).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn b3_a_verifier_that_lost_its_store_comes_to_the_same_earnings_from_the_others_bodies() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 120_000);
    let viewer = Viewer::new(9);
    net.watch(&viewer, &video, 0).await;
    net.pass_rounds(8).await;
    let other = (0..4)
        .find(|node| !viewer.assigned(&net).contains(node))
        .expect("two of four");
    net.kill(other).await;
    for name in ["verifier.redb", "service.key", "exchange.key", "store.key"] {
        std::fs::remove_file(net.nodes[other].directory.path().join(name)).expect("removed");
    }
    net.revive(other).await;
    net.pass_rounds(8).await;
    let account = net.nodes[other].account;
    net.chain.read(|state| {
        let vote = state.votes.get(&account).expect("it votes again");
        let adopted = state.adopted.expect("adopted");
        assert!(vote.as_of + 2 >= adopted.as_of);
        assert_eq!((vote.root, vote.sum), (adopted.root, adopted.sum));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lone_verifier_settles_its_own_views() {
    let mut net = Net::start(1).await;
    let video = net.publish(1, 60_000);
    net.watch(&Viewer::new(9), &video, 0).await;
    net.pass_rounds(10).await;
    assert_eq!(
        net.chain.read(|state| state.complaints.clone()),
        Vec::<String>::new()
    );
    assert_eq!(paid(&net).len(), 1);
    let adopted = net.chain.read(|state| state.adopted).expect("adopted");
    assert_eq!(adopted.sum, paid(&net)[0].settled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verifier_that_was_away_for_more_than_a_cycle_catches_up_and_judges_again() {
    let mut net = Net::start(4).await;
    net.chain.change(|state| state.cycle_length = 16);
    let video = net.publish(1, 10_000);
    let away = 3;
    let account = net.nodes[away].account;
    net.kill(away).await;
    net.is_impaired = true;
    // Views of others, before, while and after a whole cycle passes without it.
    let mut seeds = 9..;
    for _ in 0..3 {
        watch_elsewhere(&mut net, &video, &mut seeds, away).await;
        net.pass_rounds(7).await;
    }
    net.revive(away).await;
    for _ in 0..40 {
        net.pass(2_400).await;
        if net.is_ready(away).await {
            break;
        }
    }
    assert!(net.is_ready(away).await);
    let round = watch_elsewhere(&mut net, &video, &mut seeds, away).await;
    net.pass_rounds(12).await;
    let approved = net.chain.read(|state| {
        let mut reports = state.reports.iter();
        reports.any(|((of, verifier), report)| {
            let approves = |on: &VerdictOn| on.verdict == Verdict::Approve;
            *verifier == account && *of > round && report.verdicts.iter().any(approves)
        })
    });
    assert!(approved, "it judges");
    let mut totals = [adopted(&net, 0).await, adopted(&net, away).await];
    for _ in 0..100 {
        if totals[0] == totals[1] {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        totals = [adopted(&net, 0).await, adopted(&net, away).await];
    }
    assert!(totals[0].is_object(), "{totals:?}");
    assert_eq!(totals[0], totals[1], "it computes what the others do");
}

/// What a node says was adopted of the producer's earnings.
async fn adopted(net: &Net, node: usize) -> serde_json::Value {
    let producer = hex::encode(crate::net::PRODUCER.0);
    let earned: serde_json::Value = net
        .client(node)
        .await
        .request("verifier_earnings", rpc_params![producer])
        .await
        .expect("earnings");
    earned["adopted"].clone()
}

/// A viewer of verifiers that are there watches a cell; the round in which it was accepted.
async fn watch_elsewhere(
    net: &mut Net,
    video: &crate::video::Video,
    seeds: &mut std::ops::RangeFrom<u8>,
    away: usize,
) -> u32 {
    let cycle = net.chain.read(|state| state.rule().cycle_of(state.round));
    let cycle = cycle.expect("a cycle");
    let viewer = seeds
        .map(|seed| Viewer::with_rounds(seed, 0, 10_000))
        .find(|viewer| viewer.assigned_in(net, cycle)[0] != away)
        .expect("one of many");
    let node = viewer.assigned_in(net, cycle)[0];
    let mut session = viewer.open(net, node).await;
    let (_, data) = net.play(&viewer, &mut session, video, 0).await;
    session.finish(data).await.expect("an honest view").round
}
