//! W: too fast, too slow. T: clocks that disagree.

use chainflix_primitives::{
    api::{Reply, Request},
    refusal::Refusal,
    view::CLOCK_TOLERANCE_MS,
};
use chainflix_verifier::Clock;

use crate::net::{Net, ROUND_MS, START_MS};
use crate::video::Video;
use crate::viewer::Viewer;

/// Plays cell `cell` and hands in the Play Data after each of `steps` ms more.
async fn finished_after(total_ms: u32, cell: u16, steps: &[u64]) -> Vec<Result<(), Refusal>> {
    let mut net = Net::start(1).await;
    let video = net.publish(1, total_ms);
    let viewer = Viewer::new(9);
    let mut session = viewer.open(&net, 0).await;
    let receipts = session.receipts(&net, &video, cell).await;
    let ticket = session.start(&video, cell).await;
    let data = viewer.play(&net, &video, &ticket, receipts);
    let mut results = Vec::new();
    for step in steps {
        net.pass(*step).await;
        results.push(session.finish(data.clone()).await.map(|_| ()));
    }
    results
}

#[tokio::test(flavor = "multi_thread")]
async fn w1_a_minute_is_refused_at_59_999_ms_and_accepted_at_60_000() {
    let results = finished_after(60_000, 0, &[30_000, 29_999, 1]).await;
    assert_eq!(
        results,
        [Err(Refusal::TooEarly), Err(Refusal::TooEarly), Ok(())]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn w1_a_minute_is_accepted_at_90_000_ms() {
    assert_eq!(finished_after(60_000, 0, &[90_000]).await, [Ok(())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn w1_a_minute_is_refused_at_90_001_ms_and_for_ever_after() {
    let results = finished_after(60_000, 0, &[90_001, 10_000]).await;
    assert_eq!(results, [Err(Refusal::TooLate), Err(Refusal::TooLate)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn w2_a_last_cell_of_17_s_has_its_own_window() {
    let early = finished_after(77_000, 1, &[16_999, 1]).await;
    assert_eq!(early, [Err(Refusal::TooEarly), Ok(())]);
    assert_eq!(finished_after(77_000, 1, &[25_500]).await, [Ok(())]);
    assert_eq!(
        finished_after(77_000, 1, &[25_501]).await,
        [Err(Refusal::TooLate)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn w2_a_last_cell_under_five_seconds_plays_but_earns_nothing() {
    let net = Net::start(1).await;
    let video = net.publish(1, 64_999);
    let viewer = Viewer::new(9);
    let mut session = viewer.open(&net, 0).await;
    assert_eq!(
        session.refusal(start(&video, 1)).await,
        Refusal::CellTooShort
    );
    let key = Request::ContentKey {
        video: video.magnet,
        rendition: 0,
        cell: 1,
    };
    assert!(matches!(session.ask(key).await, Reply::ContentKey(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn w4_a_wall_clock_that_steps_while_a_cell_plays_changes_nothing() {
    for step in [-10_000i64, 10_000, -3_600_000, 3_600_000] {
        let mut net = Net::start(1).await;
        let video = net.publish(1, 60_000);
        let viewer = Viewer::new(9);
        let mut session = viewer.open(&net, 0).await;
        let receipts = session.receipts(&net, &video, 0).await;
        let ticket = session.start(&video, 0).await;
        let data = viewer.play(&net, &video, &ticket, receipts);
        net.pass(30_000).await;
        net.nodes[0]
            .clock
            .set_wall(net.now_ms().saturating_add_signed(step));
        net.pass(29_999).await;
        assert_eq!(
            session.finish(data.clone()).await,
            Err(Refusal::TooEarly),
            "step {step}"
        );
        net.pass(1).await;
        session.finish(data).await.expect("60,000 ms have passed");
    }
}

fn start(video: &Video, cell: u16) -> Request {
    Request::StartCell {
        video: video.magnet,
        rendition: 0,
        cell,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_chain_stands_still_keys_are_given_and_nothing_is_started_or_accepted() {
    let mut net = Net::start(1).await;
    let video = net.publish(1, 180_000);
    let viewer = Viewer::new(9);
    let mut session = viewer.open(&net, 0).await;
    let receipts = session.receipts(&net, &video, 0).await;
    let ticket = session.start(&video, 0).await;
    let data = viewer.play(&net, &video, &ticket, receipts);
    // From here on there is no block. Twenty rounds may yet be a pause; in them views are accepted.
    net.stand_still(61_000);
    session.finish(data.clone()).await.expect("a pause");
    net.stand_still(100_000);
    assert_eq!(session.refusal(start(&video, 1)).await, Refusal::NotReady);
    assert_eq!(session.finish(data).await, Err(Refusal::NotReady));
    session.tokens(&net, &video, 1).await;
    let key = Request::ContentKey {
        video: video.magnet,
        rendition: 0,
        cell: 1,
    };
    assert!(matches!(session.ask(key).await, Reply::ContentKey(_)));
    let mut opened = viewer.open(&net, 0).await;
    let open = Request::OpenVideo {
        video: video.magnet,
    };
    assert!(matches!(opened.ask(open).await, Reply::VideoOpen { .. }));
}

/// A net whose node `skewed` has a clock that is `skew_ms` off.
async fn skewed(skew_ms: i64) -> Net {
    let mut net = Net::unstarted(4, ROUND_MS, Default::default());
    net.nodes[0]
        .clock
        .set_wall(START_MS.saturating_add_signed(skew_ms));
    for node in 0..4 {
        net.start_node(node).await;
    }
    net.pass(30_000).await;
    net
}

/// A viewer whose first verifier is node 0.
fn viewer_of_the_skewed(net: &Net) -> Viewer {
    (1..=127)
        .map(Viewer::new)
        .find(|viewer| viewer.assigned(net)[0] == 0)
        .expect("one of many")
}

#[tokio::test(flavor = "multi_thread")]
async fn k2_tickets_are_for_those_who_are_assigned_in_their_round_even_if_the_own_clock_is_not_there()
 {
    let mut net = skewed(-5_000).await;
    net.chain.change(|state| state.cycle_length = 10);
    let video = net.publish(1, 60_000);
    // The second cycle has begun, the last round's tickets are reported; by its own clock node 0 is still in it.
    let second_cycle = START_MS + 10 * u64::from(ROUND_MS);
    net.pass(second_cycle + 1_000 - net.now_ms()).await;
    assert!(net.is_ready(0).await);
    let node_0_is_in = |cycle: u32, viewer: &Viewer| viewer.assigned_in(&net, cycle).contains(&0);
    let viewer_of = |first: bool, second: bool| {
        let mut viewers = (1..=127).map(Viewer::new);
        let fits = |v: &Viewer| node_0_is_in(0, v) == first && node_0_is_in(1, v) == second;
        viewers.find(fits).expect("one of many")
    };
    let (gone, come) = (viewer_of(true, false), viewer_of(false, true));
    let refusal = gone.open(&net, 0).await.refusal(start(&video, 0)).await;
    assert_eq!(refusal, Refusal::NotAssigned);
    let ticket = come.open(&net, 0).await.start(&video, 0).await.ticket;
    assert_eq!(ticket.round, 10);
    assert!(ticket.issue_ms > net.nodes[0].clock.wall_ms());
}

#[tokio::test(flavor = "multi_thread")]
async fn t1_views_of_a_verifier_five_seconds_off_are_settled_within_the_tolerance() {
    for skew in [-5_000i64, 5_000] {
        let mut net = skewed(skew).await;
        let video = net.publish(1, 60_000);
        let viewer = viewer_of_the_skewed(&net);
        let acceptance = net.watch(&viewer, &video, 0).await;
        let end_ms = net.now_ms().saturating_add_signed(skew);
        net.pass_rounds(12).await;
        net.chain.read(|state| {
            assert_eq!(state.complaints, Vec::<String>::new(), "skew {skew}");
            let holds = |round: &&chainflix_primitives::registry::SettledRound| {
                round
                    .blocks
                    .iter()
                    .any(|block| block.count > 0 && block.approved)
            };
            let paid = state.settled.iter().find(holds).expect("the view is paid");
            assert!(paid.round >= acceptance.round);
            let start = state.clock.start_of(paid.round).expect("a time");
            let latest = start + u64::from(ROUND_MS) + CLOCK_TOLERANCE_MS;
            assert!(
                end_ms < latest,
                "accepted at {end_ms}, in a block until {latest}"
            );
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t1_a_verifier_whose_clock_is_a_minute_behind_or_ten_off_issues_no_tickets() {
    for skew in [-60_000i64, -600_000, 600_000] {
        let mut net = skewed(skew).await;
        net.pass(20_000).await;
        let service = net.nodes[0].service.as_ref().expect("it runs");
        assert!(!service.is_ready(), "skew {skew}");
        let viewer = viewer_of_the_skewed(&net);
        let session = viewer.try_open(&net, 0).await;
        if skew > 0 {
            // For all it knows the chain stands still.
            let video = net.publish(1, 60_000);
            let refusal = session.expect("a session").refusal(start(&video, 0)).await;
            assert_eq!(refusal, Refusal::NotReady);
        } else {
            assert!(session.is_err(), "skew {skew}");
        }
        for node in 1..net.nodes.len() {
            assert!(net.is_ready(node).await, "the others serve");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t1_views_of_a_verifier_a_minute_ahead_are_settled_when_their_round_has_come() {
    let mut net = skewed(60_000).await;
    let video = net.publish(1, 60_000);
    let viewer = viewer_of_the_skewed(&net);
    net.watch(&viewer, &video, 0).await;
    net.pass_rounds(22).await;
    net.chain.read(|state| {
        assert_eq!(state.complaints, Vec::<String>::new());
        assert_eq!(
            state
                .settled
                .iter()
                .filter(|round| round.settled > 0)
                .count(),
            1
        );
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn t2_the_viewers_own_clock_is_asked_for_nowhere() {
    let mut net = Net::start(1).await;
    let video = net.publish(1, 60_000);
    let viewer = Viewer::new(9);
    let mut session = viewer.open(&net, 0).await;
    let (_, honest) = net.play(&viewer, &mut session, &video, 0).await;
    // A viewer that writes its own time into the claim contradicts its ticket.
    for off in [-3_600_000i64, -1, 1, 3_600_000] {
        let mut data = honest.clone();
        data.claim.issue_ms = data.claim.issue_ms.saturating_add_signed(off);
        viewer.sign_claim(&mut data);
        assert_eq!(
            session.finish(data).await,
            Err(Refusal::UnknownTicket),
            "{off} ms off"
        );
    }
    session.finish(honest).await.expect("the honest view");
}
