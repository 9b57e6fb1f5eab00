//! What a round costs the chain, by the number of views in it: executed, not computed from weights.
//!
//! `ROUND_COST_VIEWS="100 10000 1000000" ROUND_COST_JSON=FILE` measures other rounds, and writes what it found. A million views are
//! a million leaves that are mined and signed: that takes minutes.

use crate::{
    Executive, Pov, Rewards, RuntimeOrigin, Supervisors, UncheckedExtrinsic, Videos,
    presets::accounts,
    simulation::{
        genesis::{chain_of, genesis_json, overlay},
        network::{Network, Request},
        walk::Walk,
    },
};
use chainflix_primitives::{Magnet, ids::UploadId, ratio::MiningRatio};
use codec::Encode;
use serde_json::json;
use sp_keyring::Sr25519Keyring;
use std::time::{Duration, Instant};

const VIDEO: Magnet = Magnet([1; 32]);
/// Verifiers of the local network.
const VERIFIERS: u32 = 4;
/// Blocks of a round there, and those from a round's end until its views are settled: in the first block of the fourth round after.
const ROUND: u32 = 3;
const UNTIL_SETTLED: u32 = 3 * ROUND + 1;

/// What the blocks took in which a round is reported, judged, opened and settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cost {
    /// Nodes of the state's trie that were read, to look something up or to change it, and their bytes.
    nodes: usize,
    proof_bytes: usize,
    /// Entries of the state that were written.
    writes: usize,
    /// Bytes of the reports.
    report_bytes: usize,
    /// Units that the round was worth.
    settled: u128,
    /// Execution, natively.
    took: Duration,
}

/// A chain whose blocks are counted.
struct Counted {
    chain: sp_io::TestExternalities,
    walk: Walk,
    network: Network,
    reported: Option<u32>,
    cost: Cost,
}

impl Counted {
    fn start() -> Self {
        let mut genesis = genesis_json("local_testnet");
        // However little is watched, the whole emission of the round is paid.
        let patch = json!({ "pov": { "difficulty": 8 }, "rewards": { "maxRatePerSecond": null } });
        overlay(&mut genesis, patch);
        let mut chain = chain_of(&genesis);
        let walk = Walk::on(&mut chain);
        let network = chain.execute_with(Network::local);
        let mut counted = Self {
            chain,
            walk,
            network,
            reported: None,
            cost: Cost::default(),
        };
        counted
            .chain
            .execute_with(|| counted.network.share_secret());
        counted.block(publish);
        // The video may be watched.
        (0..2 * ROUND).for_each(|_| counted.block(|| ()));
        counted
    }

    /// One block with the reports that are due, executed on the state that the block before left in the trie.
    fn block(&mut self, inside: impl FnOnce()) {
        self.chain.commit_all().expect("no block is open");
        // What verifiers look up to write their reports is not of the chain's cost.
        let reports = self.reports();
        let walk = &mut self.walk;
        let bytes: usize = reports.iter().map(Encode::encoded_size).sum();
        let (took, proof) = self.chain.execute_and_prove(|| {
            let begun = Instant::now();
            walk.begin_block();
            for report in reports {
                assert_eq!(Executive::apply_extrinsic(report), Ok(Ok(())));
            }
            inside();
            walk.end_block();
            begun.elapsed()
        });
        let cost = &mut self.cost;
        cost.nodes += proof.len();
        cost.proof_bytes += proof.encoded_size();
        cost.writes += self.chain.overlayed_changes().changes().count();
        cost.report_bytes += bytes;
        cost.took += took;
    }

    /// The reports of the round that counted last, once, in the block after the one in which it was counted.
    fn reports(&mut self) -> Vec<UncheckedExtrinsic> {
        let (network, reported) = (&self.network, &mut self.reported);
        self.chain.execute_with(|| {
            let last = Pov::standing().counted.first().copied();
            if last == *reported {
                return Vec::new();
            }
            *reported = last;
            let request = Request::default();
            let places = 0..network.nodes.len();
            let said = places.filter_map(|place| network.report(place, &request));
            said.map(|said| said.transaction).collect()
        })
    }
}

/// The producer's video.
fn publish() {
    let producer = Sr25519Keyring::Eve.to_account_id();
    let supervisor = accounts::supervisor();
    let origin = RuntimeOrigin::signed(producer.clone());
    let apply = Supervisors::apply(origin.clone(), supervisor.clone(), [2; 32]);
    let approve = pallet_supervisors::Decision::Approve;
    let decide = Supervisors::decide(RuntimeOrigin::signed(supervisor), producer, approve);
    let publish = Videos::publish(
        origin,
        VIDEO,
        b"Film".to_vec().try_into().expect("short"),
        65_000,
        1,
        [3; 32],
        MiningRatio::whitepaper(),
        0,
        UploadId([4; 16]),
    );
    assert!(apply.is_ok() && decide.is_ok() && publish.is_ok());
}

/// What a round with so many views costs until it is paid.
fn cost_of_round(views: u32) -> Cost {
    let mut counted = Counted::start();
    // To the first block of a round.
    let round = |counted: &mut Counted| counted.chain.execute_with(|| Pov::standing().round);
    let before = round(&mut counted);
    while round(&mut counted) == before {
        counted.block(|| ());
    }
    let watched = round(&mut counted);
    let network = &mut counted.network;
    counted.chain.execute_with(|| {
        for place in 0..VERIFIERS {
            let of_verifier = views / VERIFIERS;
            let playtime = u64::from(of_verifier) * 5_000;
            network.accept(place as usize, (VIDEO, 1), of_verifier, true, playtime);
        }
    });
    counted.cost = Cost::default();
    (0..ROUND - 1 + UNTIL_SETTLED).for_each(|_| counted.block(|| ()));
    let mut cost = counted.cost;
    cost.settled = counted.chain.execute_with(|| {
        let settled = Rewards::settled_after(None, 100);
        let of_round = settled.iter().find(|record| record.round == watched);
        of_round.expect("it is settled").settled
    });
    cost
}

/// The rounds that are asked for.
fn asked() -> Vec<u32> {
    let asked = std::env::var("ROUND_COST_VIEWS").unwrap_or("100 10000".into());
    asked
        .split_whitespace()
        .map(|views| views.parse().expect("a number of views"))
        .collect()
}

#[test]
fn a_round_costs_the_chain_as_much_however_many_views_are_in_it() {
    let views = asked();
    let costs: Vec<Cost> = views.iter().map(|views| cost_of_round(*views)).collect();
    let figures: serde_json::Map<_, _> = views
        .iter()
        .zip(&costs)
        .map(|(views, cost)| {
            let figures = json!({
                "trie_nodes": cost.nodes,
                "trie_bytes": cost.proof_bytes,
                "writes": cost.writes,
                "report_bytes": cost.report_bytes,
                "native_us": cost.took.as_micros() as u64,
            });
            (views.to_string(), figures)
        })
        .collect();
    let figures = serde_json::Value::Object(figures);
    println!("{figures}");
    if let Ok(file) = std::env::var("ROUND_COST_JSON") {
        std::fs::write(&file, figures.to_string()).expect("the file can be written");
    }

    let first = costs[0];
    assert!(first.settled > 0 && first.writes > 0 && first.nodes > 0);
    for (views, cost) in views.iter().zip(&costs) {
        assert_eq!(cost.settled, first.settled, "{views} views: another reward");
        assert_eq!(cost.writes, first.writes, "{views} views: other writes");
        // Where entries lie in the trie is by hash, and a few more or less share a branch.
        let close = |one: usize, other: usize| one.abs_diff(other) * 50 <= other;
        assert!(
            close(cost.nodes, first.nodes),
            "{views}: {cost:?}, {first:?}"
        );
        assert!(
            close(cost.proof_bytes, first.proof_bytes),
            "{views}: {cost:?}, {first:?}"
        );
        // Paths to what is opened grow by a node with every doubling: five leaves of each verifier, each with two paths.
        let doublings = (views / views.min(&100)).ilog2() as usize + 1;
        let paths = VERIFIERS as usize * 5 * 2 * 32 * doublings;
        assert!(
            cost.report_bytes <= first.report_bytes + paths,
            "{views}: {cost:?}, {first:?}"
        );
    }
}
