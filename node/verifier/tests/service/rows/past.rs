//! What verifiers keep of earnings, and what they say when the chain does not have the past any more.

use std::sync::Arc;

use chainflix_primitives::{AccountId, api::ClaimProof};
use jsonrpsee::{
    core::{ClientError, client::ClientT},
    rpc_params,
};
use serde_json::{Value, json};

use crate::net::{Net, PRODUCER};
use crate::viewer::Viewer;

/// The proof that a node gives of an account's earnings, or which reason there is for none.
pub(super) async fn proof(
    net: &Net,
    node: usize,
    account: AccountId,
    as_of: Option<u32>,
) -> Result<ClaimProof, String> {
    let client = net.client(node).await;
    let params = rpc_params![account.to_string(), as_of];
    match client.request("verifier_claimProof", params).await {
        Ok(proof) => Ok(proof),
        Err(ClientError::Call(error)) => {
            let data = error.data().expect("a reason").get();
            Err(serde_json::from_str(data).expect("a name"))
        }
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_of_adopted_earnings_are_kept_while_they_can_be_claimed_from_and_no_longer() {
    let mut net = Net::unstarted(1, crate::net::ROUND_MS, Default::default());
    net.nodes[0].claimable_roots = 3;
    let mut net = net.started().await;
    let video = net.publish(1, 60_000);
    net.watch(&Viewer::new(9), &video, 0).await;
    let mut adopted: Vec<u32> = Vec::new();
    for _ in 0..60 {
        net.pass(2_400).await;
        let last = net.chain.read(|state| state.adopted);
        let last = last.map(|triple| triple.as_of);
        adopted.extend(last.filter(|last| !adopted.contains(last)));
    }
    // The last ones are not final yet.
    let newest = proof(&net, 0, PRODUCER, None).await.expect("a proof").as_of;
    let mut given = Vec::new();
    for as_of in &adopted {
        if proof(&net, 0, PRODUCER, Some(*as_of)).await.is_ok() {
            given.push(*as_of);
        }
    }
    assert!(adopted.len() > 5, "{adopted:?}");
    assert_eq!(given.len(), 3, "{given:?} of {adopted:?}");
    assert!(
        given.contains(&newest) && given[0] > adopted[2],
        "{given:?} of {adopted:?}"
    );
    let refused = proof(&net, 0, PRODUCER, Some(adopted[0])).await;
    assert_eq!(refused.err().as_deref(), Some("NothingClaimable"));
}

pub(super) async fn missed_rounds(net: &Net, node: usize) -> Value {
    let client = net.client(node).await;
    let info: Value = client
        .request("verifier_info", rpc_params![])
        .await
        .expect("info");
    info["missedRounds"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verifier_that_was_away_for_longer_than_the_chain_keeps_rounds_says_so_and_proves_nothing()
 {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 60_000);
    let viewers = (9..).map(Viewer::new);
    let away = 3;
    let mut viewers = viewers.filter(|viewer| !viewer.assigned(&net).contains(&away));
    let (first, second) = (
        viewers.next().expect("one"),
        viewers.next().expect("one more"),
    );
    // Nobody shows a snapshot.
    net.network
        .set_tamper(Some(Arc::new(|_, request, answer| match request[0] {
            10 => vec![0, 2],
            _ => answer,
        })));
    net.is_impaired = true;
    net.kill(away).await;
    net.watch(&first, &video, 0).await;
    net.pass_rounds(18).await;
    // What was settled until six rounds ago is gone.
    let now = net.chain.read(|state| state.round);
    net.chain.change(|state| state.kept_from = now - 6);
    net.nodes[away].settled_rounds_kept = 6;
    let account = net.nodes[away].account;
    net.revive(away).await;
    net.watch(&second, &video, 0).await;
    net.pass_rounds(8).await;

    let missed = missed_rounds(&net, away).await;
    assert!(missed["from"].as_u64() < Some(4), "{missed}");
    assert_eq!(missed["until"], json!(now - 6));
    let refused = proof(&net, away, PRODUCER, None).await;
    assert_eq!(refused.err().as_deref(), Some("RoundsMissed"));
    let voted = net.chain.read(|state| {
        let own = state
            .reports
            .iter()
            .filter(|((of, by), _)| *by == account && *of >= now);
        own.map(|(_, report)| report.earnings.is_some())
            .collect::<Vec<_>>()
    });
    assert!(voted.len() > 3 && !voted.contains(&true), "{voted:?}");
    // Nor does a restart make it forget that.
    net.kill(away).await;
    net.revive(away).await;
    net.pass_rounds(1).await;
    assert_eq!(missed_rounds(&net, away).await, missed);

    // Those who were there go on.
    assert_eq!(missed_rounds(&net, 0).await, Value::Null);
    let earned = proof(&net, 0, PRODUCER, None).await.expect("a proof");
    let adopted = net.chain.read(|state| state.adopted).expect("adopted");
    assert!(earned.total > 0 && adopted.as_of >= now);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_away_and_finds_all_that_was_settled_has_missed_nothing() {
    let mut net = Net::start(4).await;
    for node in &mut net.nodes {
        node.settled_rounds_kept = 6;
    }
    let video = net.publish(1, 60_000);
    net.watch(&Viewer::new(9), &video, 0).await;
    net.pass_rounds(6).await;
    net.is_impaired = true;
    net.kill(3).await;
    net.pass_rounds(9).await;
    // The chain has all that was settled: who was away applies it.
    net.revive(3).await;
    net.pass_rounds(6).await;
    assert_eq!(missed_rounds(&net, 3).await, Value::Null);
    let theirs = proof(&net, 0, PRODUCER, None).await.expect("a proof");
    let own = proof(&net, 3, PRODUCER, Some(theirs.as_of)).await;
    assert_eq!(own.expect("a proof").total, theirs.total);
}

#[tokio::test(flavor = "multi_thread")]
async fn b2_a_verifier_one_settlement_behind_the_others_comes_to_the_same_root() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 120_000);
    let away = 3;
    let mut viewers = (9..).map(Viewer::new);
    let viewer = viewers.find(|viewer| !viewer.assigned(&net).contains(&away));
    let viewer = viewer.expect("one of many");
    net.watch(&viewer, &video, 0).await;
    let paid = |net: &Net| {
        net.chain.read(|state| {
            let mut rounds = state.settled.iter();
            rounds
                .rfind(|round| round.settled > 0)
                .map(|round| round.round)
        })
    };
    while paid(&net).is_none() {
        net.pass(2_400).await;
    }
    let first = net.chain.read(|state| {
        let rounds = state.settled.iter();
        rounds.map(|round| round.settled).sum::<u128>()
    });
    // It has applied all but the settlement of this one, with views in it.
    net.watch(&viewer, &video, 1).await;
    net.is_impaired = true;
    let before = paid(&net);
    net.kill(away).await;
    while paid(&net) == before {
        net.pass(2_400).await;
    }
    let back = net.chain.read(|state| state.round);
    let account = net.nodes[away].account;
    net.revive(away).await;
    net.pass_rounds(8).await;
    net.chain.read(|state| {
        let votes = |of: bool| {
            let reports = state.reports.iter();
            let later =
                reports.filter(move |((round, by), _)| *round > back && (*by == account) == of);
            later.filter_map(|(_, report)| report.earnings)
        };
        let own: Vec<_> = votes(true).collect();
        assert!(own.last().is_some_and(|vote| vote.sum > first), "{own:?}");
        let mut compared = 0;
        for vote in &own {
            for other in votes(false).filter(|other| other.as_of == vote.as_of) {
                assert_eq!(*vote, other);
                compared += 1;
            }
        }
        assert!(compared >= 3, "all four vote for one");
    });
}
