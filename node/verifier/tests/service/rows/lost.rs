//! A verifier that lost its store, and is asked for what it attested before.

use std::time::Duration;

use chainflix_primitives::{
    AccountId,
    api::{Reply, Request},
    refusal::Refusal,
};

use crate::net::Net;
use crate::video::Video;
use crate::viewer::{Session, Viewer};

/// Kills a node, removes all that it kept, and starts it again.
async fn lose_store(net: &mut Net, node: usize) {
    net.kill(node).await;
    for file in std::fs::read_dir(net.nodes[node].directory.path()).expect("a directory") {
        let path = file.expect("a file").path();
        if path.is_file() {
            std::fs::remove_file(path).expect("removed");
        }
    }
    net.revive(node).await;
}

fn start_of(video: &Video, cell: u16) -> Request {
    Request::StartCell {
        video: video.magnet,
        rendition: 0,
        cell,
    }
}

/// The session of a viewer at a node that has just begun anew, as soon as there is one.
async fn until_open(net: &mut Net, viewer: &Viewer, node: usize) -> Session {
    // What asks the others for the set secret again does so by real time; few blocks pass meanwhile.
    for _ in 0..8 {
        net.pass(2_400).await;
        for _ in 0..15 {
            if let Ok(session) = viewer.try_open(net, node).await {
                return session;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    panic!("no session");
}

fn is_ready(net: &Net, node: usize) -> bool {
    let service = net.nodes[node].service.as_ref().expect("it runs");
    service.is_ready()
}

#[tokio::test(flavor = "multi_thread")]
async fn b3_a_verifier_that_lost_its_store_attests_no_minute_of_its_viewer_a_second_time() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 240_000);
    let viewer = Viewer::new(9);
    let node = viewer.assigned(&net)[0];
    // One view that is paid, and one in a block that its issuer can't open any more.
    net.watch(&viewer, &video, 0).await;
    net.pass_rounds(8).await;
    let reported = |net: &Net| {
        net.chain.read(|state| {
            let mut reports = state.reports.values();
            reports
                .rfind(|report| report.header.count > 0)
                .map(|report| report.round)
        })
    };
    let first = reported(&net).expect("the first view is reported");
    net.watch(&viewer, &video, 1).await;
    while reported(&net) == Some(first) {
        net.pass(2_400).await;
    }
    // The others have it, and judged it.
    net.pass_rounds(1).await;
    net.is_impaired = true;
    lose_store(&mut net, node).await;

    let mut session = until_open(&mut net, &viewer, node).await;
    let mut refusals = Vec::new();
    for _ in 0..120 {
        match session.ask(start_of(&video, 2)).await {
            Reply::Refused(refusal) => refusals.push(refusal),
            Reply::Started(_) => break,
            other => panic!("{other:?}"),
        }
        session.refusal(start_of(&video, 0)).await;
        net.pass(2_400).await;
    }
    assert!(is_ready(&net, node), "{refusals:?}");
    assert!(refusals.contains(&Refusal::Rebuilding), "{refusals:?}");
    for cell in [0, 1] {
        let refusal = session.refusal(start_of(&video, cell)).await;
        assert_eq!(refusal, Refusal::AlreadyEarned, "cell {cell}");
    }
    // What it did not attest it takes, and is paid for.
    let (_, data) = net.play(&viewer, &mut session, &video, 2).await;
    session.finish(data).await.expect("an honest view");
    net.pass_rounds(10).await;
    net.chain.read(|state| {
        assert!(state.faults.is_empty(), "{:?}", state.faults.keys());
        let paid = state.settled.iter().filter(|round| round.settled > 0);
        assert!(paid.count() >= 2);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn b3_a_restart_in_the_middle_of_rebuilding_a_store_ends_no_wait() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 120_000);
    let viewer = Viewer::new(9);
    let node = viewer.assigned(&net)[0];
    net.watch(&viewer, &video, 0).await;
    net.pass_rounds(1).await;
    net.is_impaired = true;
    lose_store(&mut net, node).await;
    let mut session = until_open(&mut net, &viewer, node).await;
    assert_eq!(
        session.refusal(start_of(&video, 1)).await,
        Refusal::Rebuilding
    );
    net.kill(node).await;
    net.revive(node).await;
    let mut session = until_open(&mut net, &viewer, node).await;
    assert_eq!(
        session.refusal(start_of(&video, 1)).await,
        Refusal::Rebuilding
    );
    assert!(!is_ready(&net, node));
}

#[tokio::test(flavor = "multi_thread")]
async fn b3_a_verifier_that_joins_late_comes_to_the_same_earnings() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 120_000);
    net.watch(&Viewer::new(9), &video, 0).await;
    net.pass_rounds(10).await;
    let before = net.chain.read(|state| state.adopted.expect("adopted"));
    assert!(before.sum > 0, "something was earned before it came");

    let joined = net.join_set(AccountId([9; 32]));
    net.start_node(joined).await;
    net.is_impaired = true;
    for _ in 0..40 {
        net.pass(2_400).await;
        if net.is_ready(joined).await {
            break;
        }
    }
    net.watch(&Viewer::new(10), &video, 0).await;
    net.pass_rounds(10).await;
    let (adopted, votes) = net
        .chain
        .read(|state| (state.adopted.expect("adopted"), state.votes.clone()));
    assert!(adopted.sum > before.sum, "and after");
    let of = |node: usize| votes[&net.nodes[node].account];
    let theirs = of(0);
    assert!(theirs.as_of > before.as_of);
    assert_eq!(of(joined), theirs, "as of the same round, to the unit");
}
