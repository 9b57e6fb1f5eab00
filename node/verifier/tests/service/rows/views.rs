//! Views as their parties see them: where they stand, what shows it, and who may ask.

use chainflix_primitives::{
    AccountId, Hash32, Sha256,
    api::{Reply, Request, ViewFate, ViewPlace, ViewRecord, ViewStatus},
    refusal::Refusal,
    registry::CountedEnhancement,
};

use crate::net::Net;
use crate::viewer::{Session, Viewer};

async fn views(session: &mut Session) -> Vec<ViewStatus> {
    match session.ask(Request::Views { limit: 10 }).await {
        Reply::Views(views) => views,
        other => panic!("no views: {other:?}"),
    }
}

async fn shown(session: &mut Session, view: Hash32) -> ViewRecord {
    match session.ask(Request::View { view }).await {
        Reply::View(record) => *record,
        other => panic!("not shown: {other:?}"),
    }
}

/// Whether a record's path leads to the root that its issuer reported.
fn is_under_reported_root(net: &Net, record: &ViewRecord) -> bool {
    let ViewPlace::InBlock {
        issuer,
        round,
        placed,
    } = &record.view
    else {
        return false;
    };
    net.chain.read(|state| {
        let report = state.reports.get(&(*round, *issuer));
        report.is_some_and(|report| placed.stands_under::<Sha256>(&report.header))
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_is_shown_with_its_path_under_the_reported_root_by_every_verifier() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 60_000);
    // Three at one verifier at once, so that a path has hashes in it.
    let issuer = Viewer::new(9).assigned(&net)[0];
    let of_issuer = |viewer: &Viewer| viewer.assigned(&net)[0] == issuer;
    let viewers: Vec<Viewer> = (9..).map(Viewer::new).filter(of_issuer).take(3).collect();
    let mut playing = Vec::new();
    for viewer in &viewers {
        let mut session = viewer.open(&net, issuer).await;
        let receipts = session.receipts(&net, &video, 0).await;
        let ticket = session.start(&video, 0).await;
        playing.push((session, viewer.play(&net, &video, &ticket, receipts)));
    }
    net.pass(60_000).await;
    for (session, data) in &mut playing {
        session.finish(data.clone()).await.expect("an honest view");
    }
    let viewer = &viewers[0];
    let mut session = viewer.open(&net, issuer).await;
    let accepted = views(&mut session).await;
    assert_eq!(accepted.len(), 1);
    let id = accepted[0].view;
    let early = shown(&mut session, id).await;
    assert!(matches!(early.view, ViewPlace::Nowhere(_)), "{early:?}");
    assert_eq!(early.fate, Some(ViewFate::Pending));
    assert_eq!(early.view.leaf().leaf_hash::<Sha256>(), id);

    net.pass_rounds(10).await;
    for node in 0..4 {
        let mut session = viewer.open(&net, node).await;
        let record = shown(&mut session, id).await;
        assert!(is_under_reported_root(&net, &record), "node {node}");
        let ViewPlace::InBlock { placed, .. } = &record.view else {
            panic!("it stands nowhere");
        };
        assert!(!placed.path.is_empty(), "others stand beside it");
        assert_eq!(record.delegation.as_ref(), Some(&viewer.delegation));
        let is_issuer = node == issuer;
        let settled = matches!(record.fate, Some(ViewFate::Settled { .. }));
        assert_eq!(settled, is_issuer, "only the issuer says what it came to");
        assert_eq!(record.fate.is_some(), is_issuer);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_is_shown_to_whom_it_pays_and_to_nobody_else() {
    let mut net = Net::start(1).await;
    let video = net.publish(1, 60_000);
    let (producer, supervisor) = (Viewer::new(20), Viewer::new(21));
    let (owner, stranger) = (Viewer::new(22), Viewer::new(23));
    let (enhancer, other_enhancer) = (Viewer::new(24), Viewer::new(25));
    let accounts: [AccountId; 3] = [producer.account(), supervisor.account(), owner.account()];
    let enhancers = [enhancer.account(), other_enhancer.account()];
    net.chain.change(|state| {
        let terms = state.videos.get_mut(&video.magnet).expect("published");
        (terms.producer, terms.supervisor) = (accounts[0], accounts[1]);
        state.providers[1].owner = accounts[2];
        let counted = (0..).zip(enhancers).map(|(id, owner)| {
            let hash = [0xee; 32];
            (0..u32::MAX, CountedEnhancement { id, owner, hash })
        });
        state.enhancements.insert(video.magnet, counted.collect());
    });
    let viewer = Viewer::new(9);
    let mut session = viewer.open(&net, 0).await;
    let (_, mut data) = net.play(&viewer, &mut session, &video, 0).await;
    data.claim.enhancements = vec![0].try_into().expect("one");
    viewer.sign_claim(&mut data);
    session.finish(data).await.expect("an honest view");
    let id = views(&mut session).await[0].view;
    let own = shown(&mut session, id).await;
    for party in [&producer, &supervisor, &owner, &enhancer] {
        let mut session = party.open(&net, 0).await;
        assert_eq!(shown(&mut session, id).await, own);
        assert!(views(&mut session).await.is_empty(), "it is not their view");
    }
    for nobody in [&stranger, &other_enhancer] {
        let mut session = nobody.open(&net, 0).await;
        for view in [id, [7; 32]] {
            let refusal = session.refusal(Request::View { view }).await;
            assert_eq!(refusal, Refusal::UnknownView, "as if there were none");
        }
    }
}
