//! L2, K, P2, W1: false views are found by the other verifiers and proven on chain, whatever is false about them.

use chainflix_primitives::{
    AccountId, Round, Sha256,
    api::{Reply, Request, ViewFate},
    fault::FaultKind,
    play_data::PlayData,
    ticket::SignedTicket,
    view::ViewLeaf,
};

use super::enhancements::attach;
use crate::chain::GENESIS;
use crate::net::Net;
use crate::video::Video;
use crate::viewer::Viewer;
use crate::villain::{self, Villain};

/// A view that its issuer may change.
struct View {
    ticket: SignedTicket,
    data: PlayData,
}

impl View {
    fn leaf(&self) -> ViewLeaf {
        ViewLeaf {
            claim: self.data.claim.clone(),
            signature: self.data.signature,
            elapsed_ms: 60_000,
            ticket_index: self.ticket.ticket.index,
            address_tag: Default::default(),
        }
    }
}

/// A net of five, a viewer of its fifth verifier, and whole plays of two cells there that were never handed in: of the
/// same cell, when `again`; `gap_ms` after each other.
struct Plot {
    net: Net,
    video: Video,
    viewer: Viewer,
    villain: Villain,
    views: Vec<View>,
}

async fn plot(plays: &[(u16, u64)]) -> Plot {
    let mut net = Net::start(5).await;
    let video = net.publish(1, 180_000);
    let node = 4;
    let viewer = (9..)
        .map(Viewer::new)
        .find(|viewer| viewer.assigned(&net)[0] == node)
        .expect("one of many");
    let mut session = viewer.open(&net, node).await;
    let mut views = Vec::new();
    for (cell, wait_ms) in plays {
        let receipts = session.receipts(&net, &video, *cell).await;
        let ticket = session.start(&video, *cell).await;
        let data = viewer.play(&net, &video, &ticket, receipts);
        views.push(View { ticket, data });
        net.pass(*wait_ms).await;
        session.ask(Request::AbandonCell { ticket: None }).await;
    }
    let villain = Villain::take_over(&mut net, node).await;
    net.is_impaired = true;
    for view in &views {
        villain.show_ticket(&view.ticket);
    }
    Plot {
        net,
        video,
        viewer,
        villain,
        views,
    }
}

impl Plot {
    fn show(&self, leaves: &[ViewLeaf]) {
        for leaf in leaves {
            let view = self
                .views
                .iter()
                .find(|view| view.ticket.ticket.constant == leaf.claim.constant);
            let data = &view.unwrap_or(&self.views[0]).data;
            self.villain.show_view(leaf, &self.viewer.delegation, data);
        }
    }

    /// Puts leaves under a header, and lets two rounds pass in which the others judge it.
    async fn attest(&mut self, leaves: Vec<ViewLeaf>) -> Round {
        self.show(&leaves);
        let round = self.villain.report(&mut self.net, leaves).await;
        self.net.pass_rounds(3).await;
        round
    }

    /// What was proven against the block of `round`.
    fn proven(&self, round: Round) -> Option<(FaultKind, AccountId)> {
        self.net.chain.read(|state| {
            let (proof, by) = state.faults.get(&(round, self.villain.account))?;
            Some((proof.evidence.kind(), *by))
        })
    }

    fn sign(&self, leaf: &mut ViewLeaf) {
        leaf.signature = self.viewer.sign(&leaf.claim.signing_payload(&GENESIS));
    }
}

/// One false view of a kind is attested, and proven as that kind by exactly one other verifier.
async fn caught(plays: &[(u16, u64)], kind: FaultKind, falsify: impl Fn(&Plot) -> Vec<ViewLeaf>) {
    let mut plot = plot(plays).await;
    let leaves = falsify(&plot);
    let round = plot.attest(leaves).await;
    let (proven, by) = plot.proven(round).unwrap_or_else(|| {
        let complaints = plot.net.chain.read(|state| state.complaints.clone());
        panic!("{kind:?} is not proven: {complaints:?}")
    });
    assert_eq!(proven, kind);
    assert_ne!(by, plot.villain.account);
    plot.net.pass_rounds(4).await;
    let villain = plot.villain.account;
    plot.net.chain.read(|state| {
        assert_eq!(state.faults.len(), 1, "once among all");
        assert_eq!(state.suspended, vec![villain]);
        assert!(state.punished.is_empty(), "nobody approved it");
        let block = state
            .settled
            .iter()
            .filter(|settled| settled.round == round)
            .flat_map(|settled| &settled.blocks)
            .find(|block| block.issuer == villain)
            .expect("settled");
        assert!(block.voided && !block.approved && block.reward == 0);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn l2_a_view_with_a_wrong_nonce_is_proven_on_chain() {
    caught(&[(0, 60_000)], FaultKind::WrongNonce, |plot| {
        let mut leaf = plot.views[0].leaf();
        let input = leaf.claim.nonce_input::<Sha256>(GENESIS, 0);
        let bad = (0..).find(|nonce| !input.is_met::<Sha256>(*nonce, 8));
        leaf.claim.nonce = bad.expect("most are bad");
        plot.sign(&mut leaf);
        vec![leaf]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn w1_a_view_that_took_too_little_time_is_proven_on_chain() {
    caught(&[(0, 60_000)], FaultKind::OutsideWindow, |plot| {
        let mut leaf = plot.views[0].leaf();
        leaf.elapsed_ms = 59_999;
        vec![leaf]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k1_a_view_without_a_ticket_under_the_reported_root_is_proven_on_chain() {
    caught(&[(0, 60_000)], FaultKind::TicketElsewhere, |plot| {
        let mut leaf = plot.views[0].leaf();
        leaf.ticket_index += 7;
        vec![leaf]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k2_a_view_of_a_viewer_of_others_is_proven_on_chain() {
    caught(&[(0, 60_000)], FaultKind::NotAssigned, |plot| {
        let mut leaf = plot.views[0].leaf();
        let node = plot.net.index_of(&plot.villain.account);
        let other = (20..)
            .map(Viewer::new)
            .find(|viewer| !viewer.assigned(&plot.net).contains(&node));
        let other = other.expect("one of many");
        leaf.claim.viewer = other.account();
        leaf.claim.delegation = other.delegation.delegation.hash::<Sha256>();
        leaf.signature = other.sign(&leaf.claim.signing_payload(&GENESIS));
        let data = &plot.views[0].data;
        plot.villain.show_view(&leaf, &other.delegation, data);
        vec![leaf]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn h_a_view_of_a_video_that_nobody_may_watch_is_proven_on_chain() {
    caught(&[(0, 60_000)], FaultKind::VideoInactive, |plot| {
        let mut leaf = plot.views[0].leaf();
        leaf.claim.video.0[0] ^= 1;
        plot.sign(&mut leaf);
        vec![leaf]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k_a_view_with_an_enhancement_that_is_not_attached_is_proven_on_chain() {
    caught(&[(0, 60_000)], FaultKind::EnhancementInactive, |plot| {
        attach(&plot.net, &plot.video, 3, 0..Round::MAX);
        let mut leaf = plot.views[0].leaf();
        leaf.claim.enhancements = vec![3, 4].try_into().expect("two");
        plot.sign(&mut leaf);
        vec![leaf]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r1_one_minute_twice_in_a_block_is_proven_on_chain() {
    caught(&[(0, 60_000), (0, 60_000)], FaultKind::SameMinute, |plot| {
        plot.views.iter().map(View::leaf).collect()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_two_views_of_one_time_in_a_block_are_proven_on_chain() {
    caught(&[(0, 20_000), (1, 60_000)], FaultKind::Overlap, |plot| {
        plot.views.iter().map(View::leaf).collect()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn h1_a_view_whose_true_openings_lead_elsewhere_is_proven_on_chain() {
    caught(&[(0, 60_000)], FaultKind::WrongPossession, |plot| {
        let mut data = plot.views[0].data.clone();
        data.claim.acc[0] ^= 1;
        plot.viewer.mine_and_sign(&plot.net, &mut data);
        let mut leaf = plot.views[0].leaf();
        leaf.claim = data.claim;
        leaf.signature = data.signature;
        vec![leaf]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_two_views_of_one_time_in_two_blocks_of_one_issuer_are_proven_on_chain() {
    let mut plot = plot(&[(0, 20_000), (1, 60_000)]).await;
    let (first, second) = (plot.views[0].leaf(), plot.views[1].leaf());
    plot.show(&[first.clone(), second.clone()]);
    let earlier = plot.villain.report(&mut plot.net, vec![first]).await;
    plot.net.pass_rounds(1).await;
    let later = plot.villain.report(&mut plot.net, vec![second]).await;
    plot.net.pass_rounds(3).await;
    assert_eq!(plot.proven(earlier), None, "by itself it is right");
    let complaints = plot.net.chain.read(|state| state.complaints.clone());
    let (kind, _) = plot
        .proven(later)
        .unwrap_or_else(|| panic!("not proven: {complaints:?}"));
    assert_eq!(kind, FaultKind::Overlap);
}

#[tokio::test(flavor = "multi_thread")]
async fn l2_who_approves_without_looking_is_punished_when_others_prove_the_fault() {
    let mut plot = plot(&[(0, 60_000)]).await;
    let lazy = plot.net.nodes[3].account;
    plot.net.kill(3).await;
    let mut leaf = plot.views[0].leaf();
    leaf.elapsed_ms = 59_999;
    plot.show(&[leaf.clone()]);
    let round = plot.villain.report(&mut plot.net, vec![leaf.clone()]).await;
    plot.net.pass_rounds(1).await;
    villain::approve(&plot.net, lazy, plot.villain.account, &[leaf]);
    plot.net.pass_rounds(4).await;
    assert!(plot.proven(round).is_some());
    plot.net
        .chain
        .read(|state| assert_eq!(state.punished, vec![lazy]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_block_of_the_same_issuer_proves_nothing() {
    let mut plot = plot(&[(0, 60_000), (1, 60_000)]).await;
    let leaves: Vec<ViewLeaf> = plot.views.iter().map(View::leaf).collect();
    let round = plot.attest(leaves).await;
    assert_eq!(plot.proven(round), None);
    assert_eq!(plot.video.terms.renditions, 1);
    plot.net
        .chain
        .read(|state| assert!(state.faults.is_empty() && state.suspended.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn views_of_a_void_block_are_lost_and_their_suspended_verifier_tells_their_viewers() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 60_000);
    let viewer = Viewer::new(9);
    let node = viewer.assigned(&net)[0];
    let account = net.nodes[node].account;
    net.watch(&viewer, &video, 0).await;
    let reported = |net: &Net| {
        net.chain.read(|state| {
            let mut reports = state.reports.iter();
            let found = reports.find(|(_, report)| report.header.count > 0);
            found.map(|((round, _), _)| *round)
        })
    };
    while reported(&net).is_none() {
        net.pass(2_400).await;
    }
    let round = reported(&net).expect("reported");
    // As if somebody had proven a fault of another view of the block.
    net.chain.change(|state| {
        state.void.push((round, account));
        state.suspended.push(account);
    });
    net.pass_rounds(8).await;
    let mut session = viewer.open(&net, node).await;
    let Reply::Views(views) = session.ask(Request::Views { limit: 10 }).await else {
        panic!("no views");
    };
    assert_eq!(views[0].fate, ViewFate::Voided);
    let earned = net.chain.read(|state| {
        let settled = state.settled.iter();
        settled.map(|round| round.settled).sum::<u128>()
    });
    assert_eq!(earned, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn l_a_block_that_is_told_hash_by_hash_is_not_read_to_its_end_and_holds_up_no_other() {
    let mut plot = plot(&[(0, 60_000), (1, 60_000)]).await;
    plot.villain.trickle();
    let leaves: Vec<ViewLeaf> = plot.views.iter().map(View::leaf).collect();
    let round = plot.attest(leaves).await;
    let asked = plot.villain.asked_from();
    assert!(
        !asked.is_empty() && asked.iter().all(|first| *first == 0),
        "{asked:?}"
    );
    plot.net.pass_rounds(4).await;
    let villain = plot.villain.account;
    plot.net.chain.read(|state| {
        let settled = state.settled.iter().find(|settled| settled.round == round);
        for block in &settled.expect("settled").blocks {
            assert_eq!(block.approved, block.issuer != villain);
        }
    });
}
