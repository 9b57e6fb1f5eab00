//! A chain that stands still, and what waited for it.

use chainflix_primitives::api::{Reply, Request, ViewFate};

use crate::chain::SLOT_MS;
use crate::net::{Net, ROUND_MS, START_MS};
use crate::viewer::Viewer;

/// Lets time pass in which the chain makes no block, and goes on at the right time afterwards.
fn halt(net: &mut Net, ms: u64) {
    net.stand_still(ms);
    net.chain.change(|state| state.now_ms += ms);
}

#[tokio::test(flavor = "multi_thread")]
async fn v6_verifiers_of_a_chain_that_stood_still_for_over_25_rounds_have_all_that_waited_paid_once()
 {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 240_000);
    let viewer = Viewer::new(9);
    let node = viewer.assigned(&net)[0];
    // One view before the halt; one that was started before it, one that was started in it: its tickets come late.
    net.watch(&viewer, &video, 0).await;
    let mut session = viewer.open(&net, node).await;
    for cell in [1, 2] {
        let receipts = session.receipts(&net, &video, cell).await;
        let ticket = session.start(&video, cell).await;
        let data = viewer.play(&net, &video, &ticket, receipts);
        halt(&mut net, 61_000);
        session.finish(data).await.expect("a pause");
    }
    let before = net.chain.read(|state| state.round);
    halt(&mut net, 26 * u64::from(ROUND_MS));
    // The chain goes on with the first block of a round: there is time for the reports that were due all the while.
    let next_ms = net.chain.read(|state| state.now_ms - START_MS) + SLOT_MS;
    let round_ms = u64::from(ROUND_MS);
    halt(&mut net, (round_ms - next_ms % round_ms) % round_ms);
    // The last settlement before the halt is not final when reports are due again: for that they wait a while.
    net.is_impaired = true;
    net.pass_rounds(12).await;

    net.chain.read(|state| {
        let last = state.counted.iter().rfind(|round| **round <= before);
        let next = state.counted.iter().find(|round| **round > before);
        let (last, next) = (last.expect("one"), next.expect("one after it"));
        assert!(next - last > 40, "{last} and {next}");
        assert_eq!(state.complaints, Vec::<String>::new());
        assert!(state.faults.is_empty() && state.punished.is_empty());
        let blocks = state.settled.iter().flat_map(|settled| &settled.blocks);
        let paid: u32 = blocks
            .filter(|block| block.approved && block.reward > 0)
            .map(|block| block.count)
            .sum();
        assert_eq!(paid, 3, "each once");
        let waited = state.settled.iter().find(|settled| settled.round == *next);
        let waited = waited.expect("settled").blocks.iter();
        assert_eq!(waited.map(|block| block.count).sum::<u32>(), 2);
    });
    let mut session = viewer.open(&net, node).await;
    let Reply::Views(views) = session.ask(Request::Views { limit: 9 }).await else {
        panic!("no views");
    };
    assert_eq!(views.len(), 3);
    for view in views {
        let is_settled = matches!(view.fate, ViewFate::Settled { .. });
        assert!(is_settled, "{view:?}");
    }
}
