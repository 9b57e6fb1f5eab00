use std::sync::LazyLock;

use chainflix_primitives::{
    AccountId, RandomConstant, Sha256,
    merkle::Tree,
    report::personal_leaf_hash,
    rounds::{CycleRule, MAX_CARRY_ROUNDS},
    view::{CLOCK_TOLERANCE_MS, LeafContext, LeafError, ViewClaim, ViewLeaf},
};
use proptest::prelude::*;

use crate::samples::{CLOCK, account, bounded, bytes, claim, genesis, is_signed, leaf_of, ticket};

const DIFFICULTY: u8 = 8;
/// The round in which the sample ticket was issued.
const ISSUED: u32 = 20_001;

fn cycle() -> u32 {
    CycleRule::from_genesis(10_000)
        .cycle_of(ISSUED)
        .expect("a cycle")
}

fn mined(mut claim: ViewClaim) -> ViewClaim {
    let input = claim.nonce_input::<Sha256>(genesis(), cycle());
    claim.nonce = input
        .mine::<Sha256>(DIFFICULTY, 0..1_000_000)
        .expect("10⁶ tries");
    claim
}

/// A leaf with its nonce mined once.
fn leaf() -> ViewLeaf {
    static LEAF: LazyLock<ViewLeaf> = LazyLock::new(|| leaf_of(mined(claim())));
    LEAF.clone()
}

/// The leaf accepted at this instant, and a context whose header is of this round.
fn accepted_at(ms: u64, header_round: u32) -> Result<u32, LeafError> {
    let mut leaf = leaf();
    let elapsed = u64::from(leaf.elapsed_ms);
    leaf.claim.issue_ms = ms - elapsed;
    leaf.check::<Sha256>(&LeafContext {
        header_round,
        carried_from: header_round.saturating_sub(MAX_CARRY_ROUNDS),
        ..context()
    })
}

fn context() -> LeafContext {
    LeafContext {
        genesis: genesis(),
        clock: CLOCK,
        // Issued 1.2 s into round 20,001, accepted 60.1 s later.
        header_round: ISSUED + 1,
        carried_from: ISSUED + 1 - MAX_CARRY_ROUNDS,
        cycle: cycle(),
        difficulty: DIFFICULTY,
        playtime_ms: 60_000,
    }
}

#[test]
fn an_honest_leaf_is_right_and_tells_its_round_of_issue() {
    assert_eq!(leaf().check::<Sha256>(&context()), Ok(ISSUED));
}

#[test]
fn w1_a_leaf_finished_at_half_its_playtime_or_too_late_is_wrong() {
    for (elapsed_ms, right) in [
        (30_000, false),
        (59_999, false),
        (60_000, true),
        (84_000, true),
        (90_001, false),
        (u32::MAX, false),
    ] {
        let checked = ViewLeaf {
            elapsed_ms,
            ..leaf()
        }
        .check::<Sha256>(&context());
        let expected = if right {
            Ok(ISSUED)
        } else {
            Err(LeafError::OutsideWindow)
        };
        assert_eq!(checked, expected, "{elapsed_ms} ms");
    }
}

#[test]
fn a_last_cell_under_5_s_plays_but_earns_nothing() {
    let context = LeafContext {
        playtime_ms: 4_999,
        ..context()
    };
    let leaf = ViewLeaf {
        elapsed_ms: 5_000,
        ..leaf()
    };
    assert_eq!(leaf.check::<Sha256>(&context), Err(LeafError::CellTooShort));
}

#[test]
fn r3_a_view_of_another_chain_has_a_wrong_nonce_here() {
    let context = LeafContext {
        genesis: bytes("another chain"),
        ..context()
    };
    assert_eq!(leaf().check::<Sha256>(&context), Err(LeafError::WrongNonce));
}

#[test]
fn r4_a_view_of_the_cycle_before_has_a_wrong_nonce_in_this_one() {
    let context = LeafContext {
        cycle: cycle() + 1,
        ..context()
    };
    assert_eq!(leaf().check::<Sha256>(&context), Err(LeafError::WrongNonce));
}

#[test]
fn a_wrong_nonce_is_wrong() {
    let mut wrong = leaf();
    let input = wrong.claim.nonce_input::<Sha256>(genesis(), cycle());
    wrong.claim.nonce = (0..)
        .find(|n| !input.is_met::<Sha256>(*n, DIFFICULTY))
        .expect("one");
    assert_eq!(
        wrong.check::<Sha256>(&context()),
        Err(LeafError::WrongNonce)
    );
}

#[test]
fn an_unknown_version_is_wrong() {
    let mut other = leaf();
    other.claim.version = 2;
    assert_eq!(
        other.check::<Sha256>(&context()),
        Err(LeafError::UnknownVersion)
    );
}

#[test]
fn k3_deliveries_must_be_named_once_each_and_in_order() {
    let [first, second] = [claim().deliveries[0], claim().deliveries[1]];
    for deliveries in [
        bounded([]),
        bounded([second, first]),
        bounded([first, first]),
    ] {
        let wrong = leaf_of(mined(ViewClaim {
            deliveries,
            ..claim()
        }));
        assert_eq!(
            wrong.check::<Sha256>(&context()),
            Err(LeafError::DeliveriesNotInOrder)
        );
    }
}

#[test]
fn k_enhancements_must_be_named_once_each_and_in_order() {
    for (enhancements, right) in [
        (bounded([]), true),
        (bounded([0, 7, 9, u32::MAX]), true),
        (bounded([9, 7]), false),
        (bounded([7, 7]), false),
        (bounded([7, 9, 9]), false),
    ] {
        let checked = leaf_of(mined(ViewClaim {
            enhancements,
            ..claim()
        }))
        .check::<Sha256>(&context());
        let expected = if right {
            Ok(ISSUED)
        } else {
            Err(LeafError::EnhancementsNotInOrder)
        };
        assert_eq!(checked, expected);
    }
}

#[test]
fn t1_acceptance_lies_in_the_headers_round_5_s_around_it_or_in_the_carry_over() {
    let header = ISSUED + 50;
    let begin = CLOCK.start_of(header - MAX_CARRY_ROUNDS).expect("a round");
    let end = CLOCK.start_of(header + 1).expect("a round");
    for right in [
        begin - CLOCK_TOLERANCE_MS,
        begin,
        end - 1,
        end + CLOCK_TOLERANCE_MS - 1,
    ] {
        // The nonce does not hang on the time of issue, so the leaf stays right in all else.
        assert!(accepted_at(right, header).is_ok(), "{right}");
    }
    for wrong in [
        begin - CLOCK_TOLERANCE_MS - 1,
        end + CLOCK_TOLERANCE_MS,
        end + 60_000,
        end + 600_000,
    ] {
        assert_eq!(
            accepted_at(wrong, header),
            Err(LeafError::OutsideRound),
            "{wrong}"
        );
    }
}

#[test]
fn v6_what_waited_while_no_round_counted_may_be_carried_from_where_the_chain_says_and_no_earlier() {
    // 20 counted rounds reach back 70 rounds: fifty did not count.
    let header = ISSUED + 80;
    let carried_from = header - 70;
    let begin = CLOCK.start_of(carried_from).expect("a round") - CLOCK_TOLERANCE_MS;
    let check = |ms: u64, carried_from: u32| {
        let mut leaf = leaf();
        leaf.claim.issue_ms = ms - u64::from(leaf.elapsed_ms);
        leaf.check::<Sha256>(&LeafContext {
            header_round: header,
            carried_from,
            ..context()
        })
    };
    assert!(check(begin, carried_from).is_ok());
    for (ms, carried_from) in [(begin - 1, carried_from), (begin, carried_from + 1)] {
        assert_eq!(check(ms, carried_from), Err(LeafError::OutsideRound));
    }
}

#[test]
fn t1_a_leaf_from_before_the_chain_is_wrong_and_nothing_overflows() {
    let mut early = leaf();
    early.claim.issue_ms = 0;
    assert_eq!(
        early.check::<Sha256>(&context()),
        Err(LeafError::OutsideRound)
    );
    early.claim.issue_ms = u64::MAX;
    assert_eq!(
        early.check::<Sha256>(&context()),
        Err(LeafError::OutsideRound)
    );
    let last = LeafContext {
        header_round: u32::MAX,
        ..context()
    };
    assert_eq!(leaf().check::<Sha256>(&last), Err(LeafError::OutsideRound));
}

#[test]
fn r2_a_claim_signed_by_one_session_is_not_signed_for_another_account() {
    let mine = leaf();
    let payload = mine.claim.signing_payload(&genesis());
    assert!(is_signed("session", &mine.signature, &payload));
    let theirs = ViewClaim {
        viewer: account("somebody else"),
        ..mine.claim.clone()
    };
    assert!(!is_signed(
        "session",
        &mine.signature,
        &theirs.signing_payload(&genesis())
    ));
    let elsewhere = mine.claim.signing_payload(&bytes("another chain"));
    assert!(!is_signed("session", &mine.signature, &elsewhere));
}

#[test]
fn j3_the_list_of_providers_is_under_the_viewers_signature() {
    let mut rewritten = leaf();
    rewritten.claim.deliveries[0].provider = 3;
    let payload = rewritten.claim.signing_payload(&genesis());
    assert!(!is_signed("session", &rewritten.signature, &payload));
}

#[test]
fn k1_a_view_whose_ticket_is_not_under_the_root_has_no_path() {
    let issuer = account("verifier 0");
    let tickets: Vec<_> = (0..9u32)
        .map(|index| {
            let mut issued = ticket();
            issued.index = index;
            if index != 7 {
                issued.constant = RandomConstant(bytes(&format!("constant {index}")));
            }
            issued.leaf_hash::<Sha256>()
        })
        .collect();
    let tree = Tree::new::<Sha256>(tickets);
    let path = tree.proof(7).expect("a leaf");
    let is_under = |leaf: &ViewLeaf, issuer: AccountId, round: u32| {
        let ticket = leaf.ticket(issuer, round).leaf_hash::<Sha256>();
        let root = tree.root();
        chainflix_primitives::merkle::verify::<Sha256>(ticket, leaf.ticket_index, 9, &path, &root)
    };
    assert_eq!(leaf().ticket(issuer, ISSUED), ticket());
    assert!(is_under(&leaf(), issuer, ISSUED));
    assert!(!is_under(&leaf(), issuer, ISSUED + 1));
    assert!(!is_under(&leaf(), account("verifier 1"), ISSUED));
    let mut invented = leaf();
    invented.claim.constant = RandomConstant(bytes("invented later"));
    assert!(!is_under(&invented, issuer, ISSUED));
    let mut earlier = leaf();
    earlier.claim.issue_ms -= 1;
    assert!(!is_under(&earlier, issuer, ISSUED));
    let mut moved = leaf();
    moved.ticket_index = 6;
    assert!(!is_under(&moved, issuer, ISSUED));
}

#[test]
fn l1_a_personal_leaf_is_of_one_voter_only() {
    let mine = personal_leaf_hash::<Sha256>(&account("verifier 1"), &leaf());
    assert_ne!(
        mine,
        personal_leaf_hash::<Sha256>(&account("verifier 2"), &leaf())
    );
    assert_ne!(mine, leaf().leaf_hash::<Sha256>());
}

#[test]
fn leaves_sort_by_viewer_and_then_by_time_of_issue() {
    let at = |viewer: u8, issue_ms: u64| {
        let mut leaf = leaf();
        leaf.claim.viewer = AccountId([viewer; 32]);
        leaf.claim.issue_ms = issue_ms;
        leaf.sort_key()
    };
    assert!(at(1, 900) < at(2, 100));
    assert!(at(1, 100) < at(1, 200));
}

proptest! {
    #[test]
    fn a_leaf_of_any_numbers_is_judged_without_a_panic(
        issue_ms: u64, elapsed_ms: u32, playtime_ms: u32, header_round: u32, round_ms: u32,
        carried_from: u32, genesis_ms: u64, difficulty: u8,
    ) {
        let mut any = leaf();
        any.claim.issue_ms = issue_ms;
        any.elapsed_ms = elapsed_ms;
        let clock = chainflix_primitives::rounds::RoundClock { genesis_ms, round_ms };
        let context = LeafContext {
            clock,
            playtime_ms,
            header_round,
            carried_from,
            difficulty,
            ..context()
        };
        let _ = any.check::<Sha256>(&context);
        let (start, end) = any.interval();
        prop_assert!(start <= end);
    }
}
