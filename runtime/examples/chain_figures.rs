//! What the chain's weights allow and what a round of Proof-of-View costs on it, as JSON on stdout: the part of
//! `scripts/bench.sh chain` that needs no network.
//!
//! | key | meaning |
//! |---|---|
//! | `transfers_per_s_by_weight` | transfers that fill what user transactions may take of the blocks of one second |
//! | `claim_weight_us` | execution of a claim with a path of 20 nodes, without the database, on a machine that checks an sr25519 signature in 41 µs |
//! | `claim_weight_us_feeless` | the same with letting it in without a signature, for which its proof is checked once more |
//! | `settlement_per_mille_100_blocks` | judging and settling a round of 100 view blocks with all the debits that they may have, in thousandths of a block |
//! | `round_weight_us`, `round_bytes` | weight (µs) and bytes of all reports of a round of four verifiers, by views in the round |
//! | `round_weight_ratio_1e6_vs_1e2` | weight with a million views over weight with a hundred |
//! | `runtime_wasm_kib` | compressed runtime |

use chainflix_primitives::{
    AccountId, Magnet, PlayCode, RandomConstant, Signature64,
    delegation::{Delegation, SignedDelegation, WalletSignature},
    ids::AddressTag,
    play_data::Path,
    report::{
        DRAWN_LEAVES, Header, HeaderOpening, PersonalOpening, PersonalRoot, REPORT_VERSION, Report,
        TicketsRoot, Verdict, VerdictOn,
    },
    view::{Delivery, MAX_PROVIDERS, VIEW_VERSION, ViewClaim, ViewLeaf},
};
use chainflix_runtime::{
    RuntimeCall, UncheckedExtrinsic,
    figures::{charged, settlement_per_mille, transfers_per_s},
    wasm,
};
use codec::Encode;
use frame_support::weights::Weight;
use pallet_rewards::{WeightInfo as _, weights::MeasuredWeight};

/// Verifiers of the measured round.
const VERIFIERS: u32 = 4;
/// Nodes of the path of the claim that is looked at.
const CLAIM_NODES: u32 = 20;
/// Checking an sr25519 signature on the machine that the goal for claims is stated for, in ns.
const REFERENCE_SIGNATURE_NS: u128 = 41_000;
/// Picoseconds in a microsecond.
const PS_PER_US: u64 = 1_000_000;

/// A path in a tree of so many leaves: of the length that the deepest leaf has.
fn path(leaves: u32) -> Path {
    let depth = leaves.next_power_of_two().trailing_zeros();
    Path::truncate_from((0..depth).map(|_| [7; 32]).collect())
}

/// A leaf with as many providers as one may have.
fn leaf() -> ViewLeaf {
    let deliveries = (0..MAX_PROVIDERS).map(|provider| Delivery {
        provider,
        bytes: 1_000_000,
    });
    ViewLeaf {
        claim: ViewClaim {
            version: VIEW_VERSION,
            viewer: AccountId([1; 32]),
            delegation: [2; 32],
            video: Magnet([3; 32]),
            minute: 1,
            rendition: 0,
            issue_ms: 1,
            constant: RandomConstant([4; 32]),
            play_code: PlayCode([5; 16]),
            acc: [6; 32],
            nonce: 1,
            deliveries: deliveries
                .collect::<Vec<_>>()
                .try_into()
                .expect("as many as may"),
            enhancements: Default::default(),
            ad: None,
        },
        signature: Signature64([8; 64]),
        elapsed_ms: 60_100,
        ticket_index: 0,
        address_tag: AddressTag([9; 8]),
    }
}

/// The full report of one verifier in a round with so many views of its own.
fn report(own: u32) -> Report {
    let others = VERIFIERS - 1;
    let delegation = SignedDelegation {
        delegation: Delegation {
            genesis: [0; 32],
            account: AccountId([1; 32]),
            session_key: [2; 32],
            exchange_key: [3; 32],
            first_round: 0,
            last_round: 1,
        },
        signature: WalletSignature::Sr25519(Signature64([4; 64])),
    };
    let opening = |index| HeaderOpening {
        index,
        leaf: leaf(),
        path: path(own),
        delegation: delegation.clone(),
        ticket_path: path(own),
    };
    let verdict = |number: u32| VerdictOn {
        issuer: AccountId([u8::try_from(number).expect("few"); 32]),
        verdict: Verdict::Approve,
    };
    let tickets = TicketsRoot {
        root: [1; 32],
        count: own,
    };
    Report {
        version: REPORT_VERSION,
        round: 1,
        verifier: AccountId([0; 32]),
        header: Header {
            root: [1; 32],
            count: own,
            playtime_ms: u64::from(own) * 60_000,
            debits: Default::default(),
            tickets,
            late_tickets: Default::default(),
        },
        verdicts: (0..others)
            .map(verdict)
            .collect::<Vec<_>>()
            .try_into()
            .expect("few"),
        personal: PersonalRoot {
            root: [1; 32],
            count: own * others,
        },
        openings: (0..DRAWN_LEAVES)
            .map(opening)
            .collect::<Vec<_>>()
            .try_into()
            .expect("as many as may"),
        personal_opening: Some(PersonalOpening {
            leaf: leaf(),
            personal_path: path(own * others),
            header_path: path(own),
        }),
        reveal: Some([1; 32]),
        commitment: [2; 32],
        earnings: None,
    }
}

/// Weight (µs) and bytes of a round's reports.
fn round(views: u32) -> (u64, usize) {
    let call = RuntimeCall::Pov(pallet_pov::Call::report {
        report: Box::new(report(views / VERIFIERS)),
        signature: Signature64([0; 64]),
    });
    let weight = charged(&call).ref_time();
    let bytes = UncheckedExtrinsic::new_bare(call).encode().len();
    (
        u64::from(VERIFIERS) * weight / PS_PER_US,
        VERIFIERS as usize * bytes,
    )
}

/// Checking an sr25519 signature on this machine, in ns: the median of many.
fn signature_ns() -> u64 {
    use sp_core::{Pair, sr25519};
    let pair = sr25519::Pair::from_seed(&[7; 32]);
    let message = [8; 100];
    let signature = pair.sign(&message);
    let public = pair.public();
    let mut taken: Vec<u64> = (0..1_001)
        .map(|_| {
            let begun = std::time::Instant::now();
            assert!(sr25519::Pair::verify(&signature, message, &public));
            u64::try_from(begun.elapsed().as_nanos()).expect("it is short")
        })
        .collect();
    taken.sort_unstable();
    taken[taken.len() / 2]
}

/// Execution in µs of the machine that the goal is stated for; here checking a signature takes `signature_ns`.
fn reference_us(weight: Weight, signature_ns: u64) -> u64 {
    let reference = u128::from(weight.ref_time()) * REFERENCE_SIGNATURE_NS;
    let here = u128::from(signature_ns) * u128::from(PS_PER_US);
    u64::try_from(reference / here).expect("it is short")
}

fn main() {
    let signature_ns = signature_ns();
    let claim = MeasuredWeight::<()>::claim(CLAIM_NODES);
    let let_in = MeasuredWeight::<()>::authorize_claim(CLAIM_NODES);
    let views = [100, 10_000, 1_000_000];
    let rounds = views.map(|views| (views.to_string(), round(views)));
    let weights = rounds
        .iter()
        .map(|(views, (weight, _))| (views.clone(), (*weight).into()));
    let bytes = rounds
        .iter()
        .map(|(views, (_, bytes))| (views.clone(), (*bytes).into()));
    let weights: serde_json::Map<String, serde_json::Value> = weights.collect();
    let bytes: serde_json::Map<String, serde_json::Value> = bytes.collect();
    let ratio = |of: u64, to: u64| (of * 1_000 / to) as f64 / 1_000.0;
    let report = serde_json::json!({
        "transfers_per_s_by_weight": transfers_per_s(),
        "claim_weight_us": reference_us(claim, signature_ns),
        "claim_weight_us_feeless": reference_us(claim.saturating_add(let_in), signature_ns),
        "settlement_per_mille_100_blocks": settlement_per_mille(),
        "round_weight_us": weights,
        "round_bytes": bytes,
        "round_weight_ratio_1e6_vs_1e2": ratio(rounds[2].1.0, rounds[0].1.0),
        "runtime_wasm_kib": wasm::WASM_BINARY.map(|blob| blob.len().div_ceil(1_024)),
    });
    println!("{report}");
}
