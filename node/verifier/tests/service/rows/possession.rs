//! H: hashes without the cell.

use chainflix_primitives::Sha256;
use chainflix_primitives::{
    hash::Hash32,
    merkle,
    play_data::{self, PlayData},
    refusal::Refusal,
};

use crate::net::Net;
use crate::video::Video;
use crate::viewer::{Session, Viewer};

async fn played() -> (Net, Video, Viewer, Session, PlayData) {
    let mut net = Net::start(1).await;
    let video = net.publish(1, 120_000);
    let viewer = Viewer::new(9);
    let mut session = viewer.open(&net, 0).await;
    let (_, data) = net.play(&viewer, &mut session, &video, 0).await;
    (net, video, viewer, session, data)
}

#[tokio::test(flavor = "multi_thread")]
async fn h1_a_made_up_accumulator_is_refused() {
    let (net, _, viewer, mut session, honest) = played().await;
    let mut data = honest.clone();
    data.claim.acc = [0x5a; 32];
    viewer.mine_and_sign(&net, &mut data);
    assert_eq!(session.finish(data).await, Err(Refusal::BadPossession));
    session.finish(honest).await.expect("the honest view");
}

#[tokio::test(flavor = "multi_thread")]
async fn h1_an_answer_computed_from_other_bytes_is_refused() {
    let (net, _, viewer, mut session, honest) = played().await;
    let other = Video::new(2, 120_000, crate::net::PRODUCER, crate::net::SUPERVISOR);
    let start = chainflix_primitives::possession::ChainStart {
        constant: honest.claim.constant,
        play_code: honest.claim.play_code,
        viewer: viewer.account(),
        cell: honest.claim.cell_id::<Sha256>(),
    };
    let (openings, acc) = other.walk(0, &start);
    let mut data = honest.clone();
    data.openings = openings.try_into().expect("eight");
    data.claim.acc = acc;
    viewer.mine_and_sign(&net, &mut data);
    assert_eq!(
        session.finish(data.clone()).await,
        Err(Refusal::BadOpenings)
    );
    // With the other cell's commitment beside it, it is not the cell of the record.
    data.cell = other.entry(0).clone();
    data.cell_path = play_data::path(other.entry_path(0)).expect("short");
    assert_eq!(session.finish(data).await, Err(Refusal::BadCell));
}

#[tokio::test(flavor = "multi_thread")]
async fn h2_another_viewers_answer_to_the_same_cell_is_refused() {
    let mut net = Net::start(1).await;
    let video = net.publish(1, 120_000);
    let (alice, bob) = (Viewer::new(9), Viewer::new(10));
    let mut first = alice.open(&net, 0).await;
    let mut second = bob.open(&net, 0).await;
    let receipts = first.receipts(&net, &video, 0).await;
    let ticket = first.start(&video, 0).await;
    let answer = alice.play(&net, &video, &ticket, receipts);
    let (_, honest) = net.play(&bob, &mut second, &video, 0).await;
    let mut copied = honest.clone();
    copied.openings = answer.openings;
    copied.claim.acc = answer.claim.acc;
    bob.mine_and_sign(&net, &mut copied);
    let refusal = second.finish(copied).await;
    assert!(
        matches!(refusal, Err(Refusal::BadOpenings | Refusal::BadPossession)),
        "{refusal:?}"
    );
    second.finish(honest).await.expect("the honest view");
}

#[tokio::test(flavor = "multi_thread")]
async fn h3_a_leaf_of_another_index_is_refused_in_each_of_the_eight_slices() {
    let (_net, _, _, mut session, honest) = played().await;
    for slice in 0..8 {
        let mut data = honest.clone();
        let other = data.openings[(slice + 1) % 8].clone();
        data.openings[slice] = other;
        assert_eq!(
            session.finish(data).await,
            Err(Refusal::BadOpenings),
            "slice {slice}"
        );
    }
    session.finish(honest).await.expect("the honest view");
}

#[tokio::test(flavor = "multi_thread")]
async fn h4_a_truncated_path_and_a_node_passed_as_a_leaf_are_refused() {
    let (_net, _, _, mut session, honest) = played().await;
    let path_of = |data: &PlayData| data.openings[0].path.to_vec();

    let mut truncated = honest.clone();
    let mut path = path_of(&honest);
    path.pop();
    truncated.openings[0].path = play_data::path(path).expect("short");
    assert_eq!(session.finish(truncated).await, Err(Refusal::BadOpenings));

    let mut longer = honest.clone();
    let mut path = path_of(&honest);
    path.push([0; 32]);
    longer.openings[0].path = play_data::path(path).expect("short");
    assert_eq!(session.finish(longer).await, Err(Refusal::BadOpenings));

    // The parent of leaf and sibling, as if its two hashes were a leaf's content.
    let mut as_leaf = honest.clone();
    let mut path = path_of(&honest);
    let sibling = path.remove(0);
    let own: Hash32 = merkle::leaf_hash::<Sha256>(&honest.openings[0].bytes);
    as_leaf.openings[0].bytes = [own, sibling].concat().try_into().expect("64 bytes");
    as_leaf.openings[0].path = play_data::path(path).expect("short");
    assert_eq!(session.finish(as_leaf).await, Err(Refusal::BadOpenings));

    let mut seven = honest.clone();
    seven.openings.truncate(7);
    assert_eq!(session.finish(seven).await, Err(Refusal::BadOpenings));
    session.finish(honest).await.expect("the honest view");
}

#[tokio::test(flavor = "multi_thread")]
async fn h4_a_cell_entry_that_the_record_does_not_commit_to_is_refused() {
    let (_net, video, _, mut session, honest) = played().await;
    let mut smaller = honest.clone();
    smaller.cell.bytes -= 1;
    assert_eq!(session.finish(smaller).await, Err(Refusal::BadCell));
    let mut other = honest.clone();
    other.cell = video.entry(1).clone();
    other.cell_path = play_data::path(video.entry_path(1)).expect("short");
    assert_eq!(session.finish(other).await, Err(Refusal::BadCell));
    session.finish(honest).await.expect("the honest view");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_nonce_is_refused() {
    let (_net, _, viewer, mut session, honest) = played().await;
    let mut data = honest.clone();
    let input = data.claim.nonce_input::<Sha256>(crate::chain::GENESIS, 0);
    data.claim.nonce = (0..)
        .find(|nonce| !input.is_met::<Sha256>(*nonce, 8))
        .expect("most are wrong");
    viewer.sign_claim(&mut data);
    assert_eq!(session.finish(data).await, Err(Refusal::BadNonce));
    session.finish(honest).await.expect("the honest view");
}
