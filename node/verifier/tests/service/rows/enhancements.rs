//! K, G4: who is paid for what a view showed beside its video, and which views may name it.

use std::ops::Range;

use chainflix_primitives::{
    AccountId, Round,
    api::{ClaimProof, Reply, Request, ViewFate},
    play_data::PlayData,
    refusal::Refusal,
    registry::CountedEnhancement,
    ticket::SignedTicket,
};
use jsonrpsee::{core::client::ClientT, rpc_params};

use crate::net::{Net, PRODUCER};
use crate::video::Video;
use crate::viewer::{Session, Viewer};

/// The owner of an enhancement, by its number.
fn enhancer(id: u8) -> AccountId {
    AccountId([0xe0 | id; 32])
}

/// Attaches an enhancement to a video in some rounds.
pub(super) fn attach(net: &Net, video: &Video, id: u8, rounds: Range<Round>) {
    let counted = CountedEnhancement {
        id: id.into(),
        owner: enhancer(id),
        hash: [id; 32],
    };
    attach_counted(net, video, counted, rounds);
}

fn attach_counted(net: &Net, video: &Video, counted: CountedEnhancement, rounds: Range<Round>) {
    net.chain.change(|state| {
        let of_video = state.enhancements.entry(video.magnet).or_default();
        of_video.retain(|(_, known)| known.id != counted.id);
        of_video.push((rounds.clone(), counted));
    });
}

/// A verifier net, a viewer with a session at its first verifier, and a video.
struct Watching {
    net: Net,
    video: Video,
    viewer: Viewer,
    session: Session,
}

impl Watching {
    async fn start(verifiers: u8) -> Self {
        let net = Net::start(verifiers).await;
        let video = net.publish(1, 120_000);
        let viewer = Viewer::new(9);
        let session = viewer.open(&net, viewer.assigned(&net)[0]).await;
        Self {
            net,
            video,
            viewer,
            session,
        }
    }

    /// Plays a minute that shows these enhancements; its Play Data is not handed in yet.
    async fn play(&mut self, cell: u16, shown: &[u32]) -> (SignedTicket, PlayData) {
        let playing = self
            .net
            .play(&self.viewer, &mut self.session, &self.video, cell);
        let (ticket, data) = playing.await;
        (ticket, self.showing(data, shown))
    }

    fn showing(&self, mut data: PlayData, shown: &[u32]) -> PlayData {
        data.claim.enhancements = shown.to_vec().try_into().expect("at most four");
        self.viewer.sign_claim(&mut data);
        data
    }

    /// What each of these accounts can claim.
    async fn claimable<const N: usize>(&self, accounts: [AccountId; N]) -> [u128; N] {
        let client = self.net.client(0).await;
        let mut totals = [0; N];
        for (total, account) in totals.iter_mut().zip(accounts) {
            let proof = client
                .request::<ClaimProof, _>("verifier_claimProof", rpc_params![account.to_string()]);
            *total = proof.await.map_or(0, |proof| proof.total);
        }
        totals
    }

    /// What the viewer's only view came to, once its round is settled and its earnings are adopted.
    async fn value(&mut self) -> u128 {
        self.net.pass_rounds(10).await;
        let complaints = self.net.chain.read(|state| state.complaints.clone());
        assert_eq!(complaints, Vec::<String>::new());
        let node = self.viewer.assigned(&self.net)[0];
        let mut session = self.viewer.open(&self.net, node).await;
        let Reply::Views(views) = session.ask(Request::Views { limit: 10 }).await else {
            panic!("no views");
        };
        let ViewFate::Settled { value, .. } = views[0].fate else {
            panic!("not settled: {:?}", views[0].fate);
        };
        value
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_of_what_a_view_showed_are_paid_and_all_verifiers_agree_on_it() {
    let mut watching = Watching::start(4).await;
    for id in [3, 5, 7] {
        attach(&watching.net, &watching.video, id, 0..Round::MAX);
    }
    let (_, data) = watching.play(0, &[3, 7]).await;
    watching.session.finish(data).await.expect("an honest view");
    let value = watching.value().await;
    assert!(value > 0);
    let each = value * 50_000 / 1_000_000 / 2;
    let accounts = [enhancer(3), enhancer(5), enhancer(7)];
    assert_eq!(watching.claimable(accounts).await, [each, 0, each]);
    let adopted = watching.net.chain.read(|state| state.adopted);
    assert_eq!(adopted.map(|triple| triple.sum), Some(value));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_showed_nothing_leaves_the_enhancers_part_to_the_producer() {
    let mut watching = Watching::start(1).await;
    attach(&watching.net, &watching.video, 3, 0..Round::MAX);
    let (_, data) = watching.play(0, &[]).await;
    watching.session.finish(data).await.expect("an honest view");
    let value = watching.value().await;
    let [producer, enhancer] = watching.claimable([PRODUCER, enhancer(3)]).await;
    assert_eq!((producer, enhancer), (value * 45 / 100, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn k_the_issuer_refuses_what_was_not_attached_or_is_named_twice_and_takes_the_minute_without_it()
 {
    let mut watching = Watching::start(1).await;
    let other = watching.net.publish(2, 60_000);
    attach(&watching.net, &watching.video, 3, 0..Round::MAX);
    attach(&watching.net, &watching.video, 5, 0..Round::MAX);
    attach(&watching.net, &other, 6, 0..Round::MAX);
    let (_, data) = watching.play(0, &[]).await;
    for (shown, refusal) in [
        (&[4][..], Refusal::EnhancementNotAttached),
        (&[3, 6][..], Refusal::EnhancementNotAttached),
        (&[5, 3][..], Refusal::EnhancementsNotInOrder),
        (&[3, 3][..], Refusal::EnhancementsNotInOrder),
    ] {
        let data = watching.showing(data.clone(), shown);
        assert_eq!(watching.session.finish(data).await, Err(refusal));
    }
    // Whoever puts an enhancement into a claim that the viewer signed without it gets nowhere.
    let mut forged = data.clone();
    forged.claim.enhancements = vec![3].try_into().expect("one");
    let refused = watching.session.finish(forged).await;
    assert_eq!(refused, Err(Refusal::BadSignature));
    let right = watching.showing(data, &[3, 5]);
    assert!(watching.session.finish(right).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_what_ends_while_a_minute_plays_is_paid_for_it_and_what_begins_is_not_named_yet() {
    let mut watching = Watching::start(4).await;
    let (ticket, data) = watching.play(0, &[3]).await;
    let issued = ticket.ticket.round;
    assert!(watching.net.chain.read(|state| state.round) > issued);
    attach(&watching.net, &watching.video, 3, 0..issued + 1);
    attach(&watching.net, &watching.video, 5, issued + 1..Round::MAX);
    let early = watching.showing(data.clone(), &[3, 5]);
    let refused = watching.session.finish(early).await;
    assert_eq!(refused, Err(Refusal::EnhancementNotAttached));
    watching.session.finish(data).await.expect("an honest view");
    let value = watching.value().await;
    let paid = watching.claimable([enhancer(3), enhancer(5)]).await;
    assert_eq!(paid, [value * 50_000 / 1_000_000, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn d4_a_lone_verifier_gives_keys_of_a_layer_in_step_with_its_film_and_takes_the_minute() {
    let mut watching = Watching::start(1).await;
    let layer = watching.net.publish(2, 120_000);
    let other = watching.net.publish(3, 120_000);
    let counted = CountedEnhancement {
        id: 3,
        owner: enhancer(3),
        hash: layer.magnet.0,
    };
    let issued = watching.net.chain.read(|state| state.round);
    attach_counted(&watching.net, &watching.video, counted, 0..issued + 6);
    let key = |video: &Video, cell| Request::ContentKey {
        video: video.magnet,
        rendition: 0,
        cell,
    };
    let net = &mut watching.net;
    let session = &mut watching.session;
    let receipts = session.receipts(net, &watching.video, 0).await;
    let ticket = session.start(&watching.video, 0).await;
    let given = |reply| matches!(reply, Reply::ContentKey(_));
    assert!(given(session.ask(key(&watching.video, 0)).await));
    assert!(given(session.ask(key(&layer, 0)).await));
    for early in [key(&layer, 1), key(&other, 0)] {
        assert_eq!(session.refusal(early).await, Refusal::TicketOpen);
    }
    // Once it has ended it is a video like any other; in rounds of 7.2 s that is before the minute is over.
    net.pass(45_000).await;
    assert!(net.chain.read(|state| state.round) >= issued + 6);
    assert_eq!(session.refusal(key(&layer, 1)).await, Refusal::TicketOpen);
    net.pass(15_000).await;
    let mut data = watching
        .viewer
        .play(net, &watching.video, &ticket, receipts);
    data.claim.enhancements = vec![3].try_into().expect("one");
    watching.viewer.sign_claim(&mut data);
    assert!(
        session.finish(data).await.is_ok(),
        "it counted in the ticket's round"
    );
}
