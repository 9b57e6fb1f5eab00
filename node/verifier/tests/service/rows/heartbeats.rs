//! Which storage nodes verifiers find alive.

use chainflix_primitives::{
    AccountId, Signature64,
    heartbeat::{HEARTBEAT_ROUNDS, Heartbeat, PAGE_PROVIDERS, SignOfLife, SignedSignOfLife},
};
use chainflix_verifier::{Limits, Rate};
use codec::Encode;
use ed25519_zebra::SigningKey;
use jsonrpsee::{
    core::{ClientError, client::ClientT},
    rpc_params,
};

use crate::chain::GENESIS;
use crate::net::{Net, ROUND_MS};

/// Code of the refusal of a sign of life.
const NOT_SEEN: i32 = 904;

/// What `provider` says to a node in the period that runs.
pub(super) fn sign(net: &Net, node: usize, provider: u32) -> SignOfLife {
    SignOfLife {
        genesis: GENESIS,
        verifier: net.nodes[node].account,
        provider,
        period: period(net),
    }
}

/// A sign of life with the signature of `key`, in hex.
pub(super) fn signed(sign: SignOfLife, key: &SigningKey) -> String {
    let signature = Signature64(key.sign(&sign.signing_payload()).to_bytes());
    hex::encode(SignedSignOfLife { sign, signature }.encode())
}

fn period(net: &Net) -> u32 {
    net.chain.read(|state| state.round) / HEARTBEAT_ROUNDS
}

/// What a node answers, or the code of its refusal.
async fn show(net: &Net, node: usize, message: String) -> Result<u32, i32> {
    let client = net.client(node).await;
    match client
        .request("verifier_signOfLife", rpc_params![message])
        .await
    {
        Ok(period) => Ok(period),
        Err(ClientError::Call(error)) => Err(error.code()),
        Err(other) => panic!("{other:?}"),
    }
}

/// Provider `provider` of the net shows itself to a node.
async fn shows(net: &Net, node: usize, provider: u32) -> Result<u32, i32> {
    let key = &net.providers[provider as usize].peer;
    show(net, node, signed(sign(net, node, provider), key)).await
}

/// Lets time pass until the next period has begun.
async fn next_period(net: &mut Net) {
    let now = period(net);
    while period(net) == now {
        net.pass(ROUND_MS.into()).await;
    }
}

fn left_by(net: &Net, node: usize) -> Option<Heartbeat> {
    net.chain.heartbeat(net.nodes[node].account)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_showed_itself_is_attested_in_the_next_period_by_each_verifier_that_it_came_to_also_after_a_kill()
 {
    let mut net = Net::start(4).await;
    next_period(&mut net).await;
    let now = period(&net);
    for node in 0..4 {
        assert_eq!(shows(&net, node, 0).await, Ok(now));
        assert_eq!(shows(&net, node, 0).await, Ok(now), "twice is once");
    }
    assert_eq!(shows(&net, 1, 1).await, Ok(now));
    net.kill(2).await;
    net.pass(u64::from(ROUND_MS) * 2).await;
    net.revive(2).await;
    next_period(&mut net).await;
    for node in 0..4 {
        let expected = if node == 1 { vec![0, 1] } else { vec![0] };
        assert_eq!(left_by(&net, node), Some(Heartbeat::of(now, 0, expected)));
    }
    // Nobody comes in the next one.
    next_period(&mut net).await;
    for node in 0..4 {
        assert_eq!(left_by(&net, node), Some(Heartbeat::of(now + 1, 0, [])));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verifier_that_was_away_for_most_of_a_period_attests_nothing_of_it() {
    let mut net = Net::start(4).await;
    next_period(&mut net).await;
    net.kill(3).await;
    net.pass(u64::from(ROUND_MS) * 7).await;
    net.revive(3).await;
    assert!(left_by(&net, 3).is_some(), "that of the period before");
    next_period(&mut net).await;
    assert!(left_by(&net, 2).is_some());
    assert_eq!(left_by(&net, 3), None);
    next_period(&mut net).await;
    assert!(left_by(&net, 3).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn r3_a_sign_of_life_of_another_key_period_verifier_chain_page_or_provider_makes_nobody_seen()
{
    let mut net = Net::start(2).await;
    next_period(&mut net).await;
    let now = period(&net);
    let (honest, key) = (sign(&net, 0, 0), net.providers[0].peer);
    let other = net.providers[1].peer;
    let old = signed(honest, &key);
    assert_eq!(show(&net, 0, signed(honest, &other)).await, Err(NOT_SEEN));
    type Change = fn(&mut SignOfLife);
    let changes: [(Change, i32); 7] = [
        (|sign| sign.period -= 1, NOT_SEEN),
        (|sign| sign.period += 1, NOT_SEEN),
        (|sign| sign.verifier = AccountId([2; 32]), NOT_SEEN),
        (|sign| sign.genesis = [1; 32], NOT_SEEN),
        (|sign| sign.provider = PAGE_PROVIDERS, NOT_SEEN),
        (|sign| sign.provider = 1, NOT_SEEN),
        (|sign| sign.provider = 99, 902),
    ];
    for (place, (change, code)) in changes.into_iter().enumerate() {
        let mut changed = honest;
        change(&mut changed);
        let answer = show(&net, 0, signed(changed, &key)).await;
        assert_eq!(answer, Err(code), "change {place}");
    }
    // What was signed for one verifier is worth nothing at the other.
    assert_eq!(show(&net, 1, old.clone()).await, Err(NOT_SEEN));
    assert_eq!(show(&net, 0, "00".into()).await, Err(1_000));
    next_period(&mut net).await;
    assert_eq!(left_by(&net, 0), Some(Heartbeat::of(now, 0, [])));
    // The honest one, but late.
    assert_eq!(show(&net, 0, old).await, Err(NOT_SEEN));
    next_period(&mut net).await;
    assert_eq!(left_by(&net, 0), Some(Heartbeat::of(now + 1, 0, [])));
}

#[tokio::test(flavor = "multi_thread")]
async fn q3_who_sends_too_many_signs_of_life_is_told_to_wait() {
    let limits = Limits {
        calls: Rate {
            burst: 20,
            per_kilosecond: 1_000,
        },
        ..Limits::default()
    };
    let net = Net::start_with(1, ROUND_MS, limits).await;
    let stranger = SigningKey::from([0xcc; 32]);
    let forged = signed(sign(&net, 0, 0), &stranger);
    let mut answers = Vec::new();
    for _ in 0..30 {
        answers.push(show(&net, 0, forged.clone()).await);
    }
    assert_eq!(answers.iter().filter(|a| **a == Err(NOT_SEEN)).count(), 20);
    assert_eq!(answers.iter().filter(|a| **a == Err(1_026)).count(), 10);
}
