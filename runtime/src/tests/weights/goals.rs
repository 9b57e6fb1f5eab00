//! What the chain promises of its weights, held against the weights and figures that are committed: whoever measures again on a
//! busy machine, or makes a call dearer, learns it here.

use crate::figures::{settlement_per_mille, transfers_per_s};
use pallet_rewards::{WeightInfo, weights::MeasuredWeight};

/// Transfers a second that weights have to allow: nearly three times what the SDK's own do.
const TRANSFERS_PER_S: u64 = 900;
/// Picoseconds that a claim may take without the database, and for each node of its path.
const CLAIM: (u64, u64) = (131_000_000, 600_000);
/// Longest path of a claim.
const NODES: u32 = 32;

/// A figure of the last committed run of `scripts/bench.sh chain`.
fn committed(key: &str) -> u64 {
    let file = include_str!("../../../../docs/benchmarks/chain.json");
    let figures: serde_json::Value = serde_json::from_str(file).expect("it is JSON");
    figures[key].as_u64().expect("a number")
}

#[test]
fn weights_allow_900_transfers_a_second_and_the_committed_figure_is_theirs() {
    let allowed = transfers_per_s();
    assert!(allowed >= TRANSFERS_PER_S, "{allowed} transfers a second");
    let shown = committed("transfers_per_s_by_weight");
    assert_eq!(allowed, shown, "scripts/bench.sh chain has to be run again");
}

#[test]
fn settling_100_view_blocks_takes_at_most_a_quarter_of_a_block_and_the_committed_figure_is_it() {
    let taken = settlement_per_mille();
    assert!(taken <= 250, "{taken} thousandths of a block");
    let shown = committed("settlement_per_mille_100_blocks");
    assert_eq!(taken, shown, "scripts/bench.sh chain has to be run again");
}

#[test]
fn a_claim_takes_no_longer_than_131_us_and_0_6_us_a_node() {
    // Without the database. The goal is for a machine that checks an sr25519 signature in 41 µs; here weights stand as they were
    // measured, which is the stricter the slower that machine was, and no time of this one comes in.
    let (fixed, a_node) = CLAIM;
    for nodes in 0..=NODES {
        let signed = MeasuredWeight::<()>::claim(nodes);
        // Without a signature its proof is checked once more, when it is let in.
        let free = signed.saturating_add(MeasuredWeight::<()>::authorize_claim(nodes));
        let most = fixed + a_node * u64::from(nodes);
        assert!(signed.ref_time() <= most, "{signed:?} with {nodes} nodes");
        assert!(free.ref_time() <= most, "{free:?} with {nodes} nodes");
    }
    for key in ["claim_weight_us", "claim_weight_us_feeless"] {
        assert!(committed(key) * 1_000_000 <= fixed + a_node * 20, "{key}");
    }
}
