//! P: many cells at once.

use chainflix_primitives::{
    api::{Reply, Request},
    refusal::Refusal,
    ticket::SignedTicket,
    window,
};
use chainflix_verifier::{Limits, Rate};

use crate::net::{Net, ROUND_MS};
use crate::video::Video;
use crate::viewer::{Session, Viewer};

#[tokio::test(flavor = "multi_thread")]
async fn p1_of_sixty_cells_opened_at_once_at_most_one_is_accepted() {
    // Tokens of far cells are jumps, which are limited, too: here nothing but the one open ticket is in the way.
    let limits = Limits {
        moves: Rate::per_second(100, 1),
        ..Limits::default()
    };
    let mut net = Net::start_with(1, ROUND_MS, limits).await;
    let video = net.publish(1, 3_600_000);
    let viewer = Viewer::new(9);
    let mut session = viewer.open(&net, 0).await;
    let mut opened = Vec::new();
    for cell in 0..60 {
        let receipts = session.receipts(&net, &video, cell).await;
        opened.push((session.start(&video, cell).await, receipts));
    }
    net.pass(60_000).await;
    let mut accepted = Vec::new();
    for (ticket, receipts) in opened {
        let data = viewer.play(&net, &video, &ticket, receipts);
        if session.finish(data).await.is_ok() {
            accepted.push(ticket.ticket.minute);
        }
    }
    assert_eq!(accepted, [59], "the last one opened, and no other");
}

#[tokio::test(flavor = "multi_thread")]
async fn p4_a_cell_may_start_in_the_millisecond_in_which_the_last_one_ended() {
    let mut net = Net::start(1).await;
    let video = net.publish(1, 180_000);
    let viewer = Viewer::new(9);
    let mut session = viewer.open(&net, 0).await;
    let mut last_end = 0;
    for cell in 0..3 {
        let (ticket, data) = net.play(&viewer, &mut session, &video, cell).await;
        assert!(ticket.ticket.issue_ms >= last_end, "intervals overlap");
        if cell > 0 {
            assert_eq!(
                ticket.ticket.issue_ms, last_end,
                "the next starts where the last ended"
            );
        }
        last_end = ticket.ticket.issue_ms + 60_000;
        session.finish(data).await.expect("an honest view");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p5_a_viewer_that_races_its_two_verifiers_costs_neither_its_block() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 120_000);
    let viewer = Viewer::new(9);
    let assigned = viewer.assigned(&net);
    let mut first = viewer.open(&net, assigned[0]).await;
    let mut second = viewer.open(&net, assigned[1]).await;
    let receipts = first.receipts(&net, &video, 0).await;
    let ticket = first.start(&video, 0).await;
    // The courtesy arrives within moments; abandoning says that the other ticket is given up, whether it is or not.
    second.ask(Request::AbandonCell { ticket: None }).await;
    let request = Request::StartCell {
        video: video.magnet,
        rendition: 0,
        cell: 0,
    };
    let other = loop {
        match second.ask(request.clone()).await {
            Reply::Started(other) => break other,
            Reply::Refused(Refusal::TicketOpen) => {
                second.ask(Request::AbandonCell { ticket: None }).await
            }
            other => panic!("{other:?}"),
        };
    };
    net.pass(60_000).await;
    first
        .finish(viewer.play(&net, &video, &ticket, receipts.clone()))
        .await
        .expect("accepted here");
    second
        .finish(viewer.play(&net, &video, &other, receipts))
        .await
        .expect("and there");
    net.pass_rounds(10).await;
    net.chain.read(|state| {
        assert_eq!(state.complaints, Vec::<String>::new());
        let blocks = state.settled.iter().flat_map(|settled| &settled.blocks);
        let with_views: Vec<_> = blocks.filter(|block| block.count > 0).collect();
        assert_eq!(with_views.len(), 2);
        assert!(
            with_views.iter().all(|block| block.approved),
            "both blocks are paid"
        );
        let settled: u128 = state.settled.iter().map(|round| round.settled).sum();
        let earned = state.adopted.expect("adopted").sum;
        assert!(
            earned < settled && earned > 0,
            "the later view weighs nothing"
        );
    });
}

/// Starts a cell at a verifier that believes for a moment that another one's ticket is open.
async fn start_raced(session: &mut Session, video: &Video, cell: u16) -> SignedTicket {
    let request = Request::StartCell {
        video: video.magnet,
        rendition: 0,
        cell,
    };
    loop {
        match session.ask(request.clone()).await {
            Reply::Started(ticket) => return ticket,
            Reply::Refused(Refusal::TicketOpen) => {
                session.ask(Request::AbandonCell { ticket: None }).await
            }
            other => panic!("{other:?}"),
        };
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p5_a_thousand_races_cost_no_verifier_anything() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 600_000);
    let mut racers = Vec::new();
    for viewer in (1..=100).map(Viewer::new) {
        let assigned = viewer.assigned(&net);
        let first = viewer.open(&net, assigned[0]).await;
        let second = viewer.open(&net, assigned[1]).await;
        racers.push((viewer, first, second));
    }
    for cell in 0..10 {
        let mut opened = Vec::new();
        for (_, first, second) in &mut racers {
            let receipts = first.receipts(&net, &video, cell).await;
            let ticket = start_raced(first, &video, cell).await;
            let other = start_raced(second, &video, cell).await;
            opened.push((ticket, other, receipts));
        }
        net.pass(60_000).await;
        for ((viewer, first, second), (ticket, other, receipts)) in racers.iter_mut().zip(opened) {
            let data = viewer.play(&net, &video, &ticket, receipts.clone());
            first.finish(data).await.expect("accepted here");
            let data = viewer.play(&net, &video, &other, receipts);
            second.finish(data).await.expect("and there");
        }
    }
    net.pass_rounds(10).await;
    net.chain.read(|state| {
        assert_eq!(state.complaints, Vec::<String>::new());
        assert!(state.faults.is_empty() && state.punished.is_empty());
        let blocks = state.settled.iter().flat_map(|settled| &settled.blocks);
        let with_views: Vec<_> = blocks.filter(|block| block.count > 0).collect();
        assert!(with_views.iter().all(|block| block.approved));
        let views: u32 = with_views.iter().map(|block| block.count).sum();
        assert_eq!(views, 2_000, "each race is two views");
        let settled: u128 = state.settled.iter().map(|round| round.settled).sum();
        let earned = state.adopted.expect("adopted").sum;
        assert!(
            0 < earned && earned < settled,
            "one of each two weighs nothing"
        );
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn p5_the_other_verifier_is_told_of_an_open_ticket_and_of_its_end() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 120_000);
    let viewer = Viewer::new(9);
    let assigned = viewer.assigned(&net);
    let mut first = viewer.open(&net, assigned[0]).await;
    let mut second = viewer.open(&net, assigned[1]).await;
    let request = Request::StartCell {
        video: video.magnet,
        rendition: 0,
        cell: 0,
    };
    first.start(&video, 0).await;
    let mut told = false;
    for _ in 0..200 {
        if second.ask(request.clone()).await == Reply::Refused(Refusal::TicketOpen) {
            told = true;
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        net.pass(1_000).await;
    }
    assert!(told, "the courtesy never arrived");
    first.ask(Request::AbandonCell { ticket: None }).await;
    for _ in 0..200 {
        if matches!(second.ask(request.clone()).await, Reply::Started(_)) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        net.pass(1_000).await;
    }
    panic!("the end of the ticket never arrived");
}

#[tokio::test(flavor = "multi_thread")]
async fn p5_a_verifier_that_never_answers_holds_up_nobody_elses_news() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 60_000);
    let assigned_to = |net: &Net, node: usize, other: usize| {
        let viewers = (1..=127).map(Viewer::new);
        let mut fitting = viewers.filter(|viewer| viewer.assigned(net) == [node, other]);
        fitting.next().expect("one of many")
    };
    let (to_silent, to_awake) = (assigned_to(&net, 0, 1), assigned_to(&net, 0, 2));
    let mut session = to_silent.open(&net, 0).await;
    let (_, data) = net.play(&to_silent, &mut session, &video, 0).await;
    // The view is told to all, the end of the ticket to node 1, which keeps who asks waiting for 15 s.
    net.network.set_silent(net.nodes[1].network_key);
    session.finish(data).await.expect("an honest view");

    let began = std::time::Instant::now();
    let mut first = to_awake.open(&net, 0).await;
    let mut second = to_awake.open(&net, 2).await;
    first.start(&video, 0).await;
    let start = Request::StartCell {
        video: video.magnet,
        rendition: 0,
        cell: 0,
    };
    while second.ask(start.clone()).await != Reply::Refused(Refusal::TicketOpen) {
        assert!(began.elapsed().as_secs() < 10, "node 2 was not told");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p6_a_clock_that_steps_back_over_a_restart_makes_no_overlap() {
    let mut net = Net::start(1).await;
    let video = net.publish(1, 180_000);
    let viewer = Viewer::new(9);
    let mut session = viewer.open(&net, 0).await;
    let (first, data) = net.play(&viewer, &mut session, &video, 0).await;
    session.finish(data).await.expect("an honest view");
    let end = first.ticket.issue_ms + 60_000;

    net.kill(0).await;
    net.nodes[0].clock.set_wall(net.now_ms() - 4_000);
    net.revive(0).await;
    assert!(net.is_ready(0).await);
    let mut session = viewer.open(&net, 0).await;
    let (second, data) = net.play(&viewer, &mut session, &video, 1).await;
    let began = second.ticket.issue_ms;
    assert!(
        !window::overlap((first.ticket.issue_ms, end), (began, began + 60_000)),
        "the second interval begins before the first ended"
    );
    session.finish(data).await.expect("an honest view");

    // The second interval ends about now, as this verifier's clock had it. A clock further back would have to lie.
    net.kill(0).await;
    net.nodes[0].clock.set_wall(began + 60_000 - 6_000);
    net.revive(0).await;
    assert!(net.is_ready(0).await);
    let mut session = viewer.open(&net, 0).await;
    let start = Request::StartCell {
        video: video.magnet,
        rendition: 0,
        cell: 2,
    };
    assert_eq!(session.refusal(start).await, Refusal::Overlap);
}

#[tokio::test(flavor = "multi_thread")]
async fn p1_a_device_that_gives_its_old_ticket_back_leaves_the_other_devices_open() {
    let mut net = Net::start(1).await;
    let video = net.publish(1, 120_000);
    let viewer = Viewer::new(9);
    let mut left = viewer.open(&net, 0).await;
    let mut watched = viewer.open(&net, 0).await;
    let given_up = left.start(&video, 0).await;
    let receipts = watched.receipts(&net, &video, 0).await;
    let ticket = watched.start(&video, 0).await;
    let late = Some(given_up.ticket.constant);
    left.ask(Request::AbandonCell { ticket: late }).await;
    net.pass(60_000).await;
    let data = viewer.play(&net, &video, &ticket, receipts);
    watched.finish(data).await.expect("played to its end");
    // By its own constant a ticket is given back.
    let next = watched.start(&video, 1).await;
    let constant = Some(next.ticket.constant);
    watched.ask(Request::AbandonCell { ticket: constant }).await;
    let receipts = watched.receipts(&net, &video, 1).await;
    net.pass(60_000).await;
    let data = viewer.play(&net, &video, &next, receipts);
    let refused = watched.finish(data).await.expect_err("given back");
    assert_eq!(refused, Refusal::UnknownTicket);
}
