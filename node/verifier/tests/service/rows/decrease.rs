//! Row B: earnings that a majority adopted, and that took from an account.

use std::sync::Arc;

use chainflix_primitives::{AccountId, report::EarningsTriple};

use crate::net::Net;
use crate::viewer::Viewer;
use crate::villain::Villain;

/// A net of two in which one has voted for other earnings than the node that is left, and they were adopted.
async fn robbed(shows_them: bool) -> (Net, EarningsTriple) {
    let mut net = Net::start(2).await;
    let video = net.publish(1, 60_000);
    net.watch(&Viewer::new(9), &video, 0).await;
    net.pass_rounds(10).await;
    let villain = Villain::take_over(&mut net, 1).await;
    net.is_impaired = true;
    net.pass_rounds(4).await;
    // What the other had voted for on its way is adopted by now, and nothing after it.
    let honest = net.chain.read(|state| state.adopted.expect("adopted"));
    assert!(honest.sum > 0);
    let as_of = net
        .chain
        .read(|state| state.settled[state.settled.len() - 2].round);
    assert!(as_of > honest.as_of, "it is not adopted without the other");
    // Everything is somebody else's now.
    let totals = vec![(AccountId([0x77; 32]), honest.sum)];
    let stolen = villain.show_totals(as_of, totals);
    if !shows_them {
        let key = net.nodes[1].network_key;
        let refuses = |_: &[u8]| vec![0, 2];
        net.network.set_puppet(key, Arc::new(refuses));
    }
    net.chain.change(|state| {
        state.adopted_before = vec![honest];
        state.adopted = Some(stolen);
    });
    net.pass_rounds(4).await;
    (net, honest)
}

#[tokio::test(flavor = "multi_thread")]
async fn b1_a_verifier_proves_by_itself_that_adopted_earnings_took_from_an_account() {
    let (mut net, honest) = robbed(true).await;
    let (adopted, by) = net
        .chain
        .read(|state| (state.adopted, state.voided_by.clone()));
    assert_eq!(
        adopted,
        Some(honest),
        "the earnings before are the last again"
    );
    assert_eq!(by, [net.nodes[0].account], "once");
    // It agrees with what is adopted again, and goes on voting.
    let round = net.chain.read(|state| state.round);
    net.pass_rounds(6).await;
    let votes = net.chain.read(|state| state.votes.clone());
    assert!(votes[&net.nodes[0].account].as_of + 8 > round);
    let complaints = net.chain.read(|state| state.complaints.clone());
    let refused = complaints.iter().find(|why| why.starts_with("decrease"));
    assert_eq!(refused, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn b1_earnings_whose_totals_nobody_shows_are_proven_by_nobody() {
    let (net, honest) = robbed(false).await;
    let (adopted, by) = net
        .chain
        .read(|state| (state.adopted, state.voided_by.clone()));
    assert_ne!(adopted, Some(honest));
    assert_eq!(by, []);
}
