//! R: replay of Play Data. C: computing before playing.

use chainflix_primitives::{
    RandomConstant, Sha256,
    api::{Reply, Request},
    play_data::PlayData,
    refusal::Refusal,
};

use crate::chain::GENESIS;
use crate::net::Net;
use crate::viewer::Viewer;

#[tokio::test(flavor = "multi_thread")]
async fn r1_the_same_play_data_is_refused_at_once_in_the_next_round_and_in_the_next_session() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 120_000);
    let viewer = Viewer::new(9);
    let node = viewer.assigned(&net)[0];
    let mut session = viewer.open(&net, node).await;
    let (_, data) = net.play(&viewer, &mut session, &video, 0).await;
    session.finish(data.clone()).await.expect("an honest view");

    assert_eq!(
        session.finish(data.clone()).await,
        Err(Refusal::AlreadyEarned)
    );
    net.pass_rounds(2).await;
    assert_eq!(
        session.finish(data.clone()).await,
        Err(Refusal::AlreadyEarned)
    );
    let mut next = viewer.open(&net, node).await;
    assert_eq!(next.finish(data.clone()).await, Err(Refusal::AlreadyEarned));
    // Nor by the viewer's other verifier, which issued no such ticket.
    let mut other = viewer.open(&net, viewer.assigned(&net)[1]).await;
    assert_eq!(other.finish(data).await, Err(Refusal::UnknownTicket));
    // And the minute can't be started again in this cycle.
    let again = Request::StartCell {
        video: video.magnet,
        rendition: 0,
        cell: 0,
    };
    assert_eq!(next.refusal(again).await, Refusal::AlreadyEarned);
    let Reply::VideoOpen { earned, .. } = next
        .ask(Request::OpenVideo {
            video: video.magnet,
        })
        .await
    else {
        panic!("the video is open");
    };
    assert_eq!(earned, [1], "minute 0 has earned");
}

#[tokio::test(flavor = "multi_thread")]
async fn r1_play_data_handed_in_many_times_at_once_is_accepted_once() {
    let mut net = Net::start(1).await;
    let video = net.publish(1, 60_000);
    let viewer = Viewer::new(9);
    let mut sessions = Vec::new();
    for _ in 0..4 {
        sessions.push(viewer.open(&net, 0).await);
    }
    let (_, data) = net.play(&viewer, &mut sessions[0], &video, 0).await;
    let at_once = sessions
        .iter_mut()
        .map(|session| session.finish(data.clone()));
    let results = futures::future::join_all(at_once).await;
    assert_eq!(
        results.iter().filter(|result| result.is_ok()).count(),
        1,
        "{results:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn r2_play_data_of_one_viewer_is_refused_from_another_and_leaves_its_ticket_open() {
    let mut net = Net::start(1).await;
    let video = net.publish(1, 120_000);
    let (alice, mallory) = (Viewer::new(9), Viewer::new(10));
    let mut session = alice.open(&net, 0).await;
    let mut thief = mallory.open(&net, 0).await;
    thief.start(&video, 0).await;
    let (_, data) = net.play(&alice, &mut session, &video, 0).await;
    assert_eq!(
        thief.finish(data.clone()).await,
        Err(Refusal::NotYourTicket)
    );
    // With the thief's own name and signature on it, it is still another's ticket.
    let mut claimed = data.clone();
    claimed.claim.viewer = mallory.account();
    mallory.mine_and_sign(&net, &mut claimed);
    assert_eq!(thief.finish(claimed).await, Err(Refusal::NotYourTicket));
    session.finish(data).await.expect("the honest view");
}

#[tokio::test(flavor = "multi_thread")]
async fn r2_a_cell_started_under_one_delegation_is_not_finished_under_another_of_the_same_account()
{
    let mut net = Net::start(1).await;
    let video = net.publish(1, 60_000);
    let (viewer, other) = (Viewer::new(9), Viewer::new(9).with_session_key(77));
    let mut session = viewer.open(&net, 0).await;
    let mut beside = other.open(&net, 0).await;
    let (_, honest) = net.play(&viewer, &mut session, &video, 0).await;
    let mut signed_beside = honest.clone();
    other.sign_claim(&mut signed_beside);
    assert_eq!(
        beside.finish(signed_beside).await,
        Err(Refusal::UnknownTicket)
    );
    session.finish(honest).await.expect("the honest view");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delegation_that_ends_while_a_cell_plays_holds_for_that_cell_and_for_no_other() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 120_000);
    let round = net.chain.read(|state| state.round);
    let viewer = Viewer::with_rounds(9, 0, round + 1);
    let node = viewer.assigned(&net)[0];
    let mut session = viewer.open(&net, node).await;
    let (_, data) = net.play(&viewer, &mut session, &video, 0).await;
    session.finish(data).await.expect("started in time");
    let next = Request::StartCell {
        video: video.magnet,
        rendition: 0,
        cell: 1,
    };
    assert_eq!(session.refusal(next).await, Refusal::DelegationExpired);
    // The others judge it so, too.
    net.pass_rounds(10).await;
    net.chain.read(|state| {
        assert_eq!(state.complaints, Vec::<String>::new());
        assert!(state.settled.iter().any(|round| round.settled > 0));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn r3_signature_and_nonce_of_another_chain_are_refused() {
    let mut net = Net::start(1).await;
    let video = net.publish(1, 120_000);
    let viewer = Viewer::new(9);
    let mut session = viewer.open(&net, 0).await;
    let (_, honest) = net.play(&viewer, &mut session, &video, 0).await;

    let mut signed_elsewhere = honest.clone();
    signed_elsewhere.signature = viewer.sign(&honest.claim.signing_payload(&[0x99; 32]));
    assert_eq!(
        session.finish(signed_elsewhere).await,
        Err(Refusal::BadSignature)
    );

    let mined = |genesis: [u8; 32], nonce: u64| {
        honest
            .claim
            .nonce_input::<Sha256>(genesis, 0)
            .is_met::<Sha256>(nonce, 8)
    };
    let mut mined_elsewhere = honest.clone();
    mined_elsewhere.claim.nonce = (0..)
        .find(|nonce| mined([0x99; 32], *nonce) && !mined(GENESIS, *nonce))
        .expect("a nonce good there and not here");
    viewer.sign_claim(&mut mined_elsewhere);
    assert_eq!(
        session.finish(mined_elsewhere).await,
        Err(Refusal::BadNonce)
    );
    session.finish(honest).await.expect("the honest view");
}

#[tokio::test(flavor = "multi_thread")]
async fn r4_a_new_cycle_lets_the_minute_earn_again_but_not_with_the_old_constant() {
    let mut net = Net::start(1).await;
    net.chain.change(|state| state.cycle_length = 30);
    let video = net.publish(1, 60_000);
    let viewer = Viewer::with_rounds(9, 0, 1_000);
    let mut session = viewer.open(&net, 0).await;
    let (old, data) = net.play(&viewer, &mut session, &video, 0).await;
    session
        .finish(data.clone())
        .await
        .expect("the first cycle's view");
    let round = net.chain.read(|state| state.round);
    net.pass_rounds(30 - round + 1).await;

    let (new, mut again) = net.play(&viewer, &mut session, &video, 0).await;
    assert_ne!(
        old.ticket.play_code, new.ticket.play_code,
        "each cycle has its own PlayCode"
    );
    assert_ne!(old.ticket.constant, new.ticket.constant);
    assert_eq!(session.finish(data).await, Err(Refusal::AlreadyEarned));
    let honest = again.clone();
    again.claim.constant = old.ticket.constant;
    viewer.sign_claim(&mut again);
    assert_eq!(session.finish(again).await, Err(Refusal::AlreadyEarned));
    session
        .finish(honest)
        .await
        .expect("the second cycle's view");
}

#[tokio::test(flavor = "multi_thread")]
async fn c1_play_data_computed_from_guessed_constants_never_verifies() {
    let mut net = Net::start(1).await;
    let video = net.publish(1, 60_000);
    let viewer = Viewer::new(9);
    let mut session = viewer.open(&net, 0).await;
    let receipts = session.receipts(&net, &video, 0).await;
    let ticket = session.start(&video, 0).await;
    net.pass(60_000).await;
    for guess in 0..100u8 {
        let mut guessed = ticket.clone();
        guessed.ticket.constant = RandomConstant([guess; 32]);
        let data: PlayData = viewer.play(&net, &video, &guessed, receipts.clone());
        assert_eq!(session.finish(data).await, Err(Refusal::UnknownTicket));
    }
    let data = viewer.play(&net, &video, &ticket, receipts);
    session.finish(data).await.expect("the real constant");
}

#[tokio::test(flavor = "multi_thread")]
async fn c2_a_constant_for_the_next_cell_abandons_the_one_that_plays() {
    let mut net = Net::start(1).await;
    let video = net.publish(1, 180_000);
    let viewer = Viewer::new(9);
    let mut session = viewer.open(&net, 0).await;
    let (_, first) = net.play(&viewer, &mut session, &video, 0).await;
    let receipts = session.receipts(&net, &video, 1).await;
    let second = session.start(&video, 1).await;
    assert_eq!(session.finish(first).await, Err(Refusal::UnknownTicket));
    net.pass(60_000).await;
    let data = viewer.play(&net, &video, &second, receipts);
    session.finish(data).await.expect("the second cell");
}
