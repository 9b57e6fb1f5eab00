//! From an accepted view to a claim.

use chainflix_primitives::{
    AccountId, Sha256,
    api::{ClaimProof, Reply, Request, ViewFate},
    earnings, merkle,
    registry::SettledRound,
};
use jsonrpsee::{core::client::ClientT, rpc_params};

use crate::net::{Net, PRODUCER, SUPERVISOR};
use crate::viewer::Viewer;

#[tokio::test(flavor = "multi_thread")]
async fn a_verifier_that_comes_to_other_earnings_than_were_adopted_votes_for_none() {
    let mut net = Net::start(1).await;
    let video = net.publish(1, 60_000);
    net.watch(&Viewer::new(9), &video, 0).await;
    net.pass_rounds(10).await;
    let votes_after = |net: &Net, round: u32| {
        net.chain.read(|state| {
            let later = state.reports.values().filter(|report| report.round > round);
            later.filter(|report| report.earnings.is_some()).count()
        })
    };
    assert!(votes_after(&net, 0) > 0);
    // The others, it seems, came to another root as of a round that is settled and finalized here.
    let mut other = net.chain.read(|state| state.adopted.expect("adopted"));
    other.root = [7; 32];
    other.as_of = net
        .chain
        .read(|state| state.settled[state.settled.len() - 2].round);
    net.chain.change(|state| state.adopted = Some(other));
    net.pass_rounds(2).await;
    let noticed = net.chain.read(|state| state.round);
    net.pass_rounds(4).await;
    assert_eq!(votes_after(&net, noticed), 0);
    let adopted = net.chain.read(|state| state.adopted);
    assert_eq!(adopted, Some(other));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_view_is_settled_adopted_and_can_be_claimed_to_the_last_unit() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 120_000);
    let viewer = Viewer::new(9);
    net.watch(&viewer, &video, 0).await;
    net.pass_rounds(10).await;
    let complaints = net.chain.read(|state| state.complaints.clone());
    assert_eq!(complaints, Vec::<String>::new());

    let settled: Vec<SettledRound> = net.chain.read(|state| state.settled.clone());
    let paid: Vec<&SettledRound> = settled.iter().filter(|round| round.settled > 0).collect();
    assert_eq!(paid.len(), 1, "one round was watched");
    assert_eq!(
        paid[0].reporters.len(),
        4,
        "all four reported verdicts that count"
    );
    let adopted = net
        .chain
        .read(|state| state.adopted)
        .expect("adopted earnings");
    assert!(adopted.as_of >= paid[0].round);
    assert_eq!(
        adopted.sum, paid[0].settled,
        "everything settled belongs to somebody"
    );

    let node = viewer.assigned(&net)[0];
    let client = net.client(node).await;
    let mut claimed = 0;
    let mut accounts = vec![viewer.account(), PRODUCER, SUPERVISOR];
    accounts.extend(net.nodes.iter().map(|node| node.account));
    accounts.extend(net.providers.iter().map(|provider| provider.owner));
    for account in accounts {
        let proof: ClaimProof = client
            .request("verifier_claimProof", rpc_params![account.to_string()])
            .await
            .expect("a proof");
        assert!(proof.total > 0, "{account} earned nothing");
        let root = merkle::root_from_proof::<Sha256>(
            earnings::leaf_hash::<Sha256>(&proof.account, proof.total),
            proof.index,
            proof.count,
            &proof.path,
        );
        let votes = net.chain.read(|state| state.votes.clone());
        assert!(
            votes.values().any(|vote| Some(vote.root) == root),
            "the proof leads to the root"
        );
        claimed += proof.total;
    }
    assert_eq!(claimed, paid[0].settled);
    let nobody = AccountId([0xee; 32]).to_string();
    let refused = client
        .request::<ClaimProof, _>("verifier_claimProof", rpc_params![nobody])
        .await;
    assert!(
        refused.is_err(),
        "an account that earned nothing has no proof"
    );

    let mut session = viewer.open(&net, node).await;
    let Reply::Views(views) = session.ask(Request::Views { limit: 10 }).await else {
        panic!("no views");
    };
    assert_eq!(views.len(), 1);
    let ViewFate::Settled { value, viewer_part } = views[0].fate else {
        panic!("not settled: {:?}", views[0].fate);
    };
    assert_eq!(value, paid[0].settled);
    assert_eq!(viewer_part, value * 300_000 / 1_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn b3_a_verifier_killed_between_settlements_proves_the_same_earnings_of_then_and_of_now() {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 240_000);
    let viewer = Viewer::new(9);
    let proof = async |net: &Net, node: usize, account: AccountId, as_of: Option<u32>| {
        let client = net.client(node).await;
        let parameters = rpc_params![account.to_string(), as_of];
        let proof = client.request("verifier_claimProof", parameters).await;
        let proof: ClaimProof = proof.unwrap_or_else(|error| panic!("node {node}: {error}"));
        proof
    };
    let mut of_then: Vec<ClaimProof> = Vec::new();
    for minute in 0..3 {
        net.watch(&viewer, &video, minute).await;
        net.pass_rounds(8).await;
        let issuer = viewer.assigned(&net)[0];
        of_then.push(proof(&net, issuer, viewer.account(), None).await);
        // One that did not issue the view loses nothing of what it had applied.
        let other = (issuer + 1) % 4;
        net.kill(other).await;
        net.pass_rounds(1).await;
        net.revive(other).await;
        net.until_ready().await;
        net.pass_rounds(3).await;
        for account in [viewer.account(), PRODUCER, SUPERVISOR] {
            let now = proof(&net, issuer, account, None).await;
            let same = proof(&net, other, account, Some(now.as_of)).await;
            assert_eq!(now, same, "minute {minute}");
        }
        for then in &of_then {
            for node in [issuer, other] {
                let same = proof(&net, node, viewer.account(), Some(then.as_of)).await;
                assert_eq!(*then, same, "as of {}, node {node}", then.as_of);
            }
        }
    }
    let totals: Vec<u128> = of_then.iter().map(|proof| proof.total).collect();
    assert!(totals.is_sorted_by(|a, b| a < b), "{totals:?}");
}
