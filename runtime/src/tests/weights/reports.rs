//! The largest network reports and settles within what is kept for it.

use crate::{
    Runtime, RuntimeCall,
    constants::block::{MAX_WEIGHT, NORMAL_RATIO},
    figures::{charged, settlement},
    weights::Pov as Weights,
};
use chainflix_primitives::{
    AccountId, Magnet, PlayCode, RandomConstant, Signature64,
    delegation::{Delegation, SignedDelegation, WalletSignature},
    ids::AddressTag,
    play_data::Path,
    report::{
        DRAWN_LEAVES, Debit, EARNINGS_VERSION, EarningsTriple, Header, HeaderOpening, LateTickets,
        MAX_DEBITS, MAX_LATE_TICKETS, MAX_VERIFIERS, PersonalOpening, PersonalRoot, REPORT_VERSION,
        Report, TicketsRoot, Verdict, VerdictOn,
    },
    view::{VIEW_VERSION, ViewClaim, ViewLeaf},
};
use frame_support::{BoundedVec, weights::Weight};
use frame_system::limits::BlockWeights;
use pallet_pov::WeightInfo;

/// Blocks of a round.
const BLOCKS: u64 = 18;
/// Rounds whose records and tickets are dropped when a round closes, as long as every round has blocks.
const PRUNED: u32 = 2;

fn leaf() -> ViewLeaf {
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
            deliveries: BoundedVec::default(),
            enhancements: BoundedVec::default(),
            ad: None,
        },
        signature: Signature64([8; 64]),
        elapsed_ms: 60_100,
        ticket_index: 0,
        address_tag: AddressTag([9; 8]),
    }
}

/// Everything that a report may have, as often as it may.
fn largest() -> Report {
    let path = || Path::truncate_from(vec![[1; 32]; 32]);
    let tickets = TicketsRoot {
        root: [1; 32],
        count: u32::MAX,
    };
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
        path: path(),
        delegation: delegation.clone(),
        ticket_path: path(),
    };
    let debit = |campaign| Debit {
        campaign,
        amount: 1,
    };
    let late = |round| LateTickets { round, tickets };
    let verdict = VerdictOn {
        issuer: AccountId([0; 32]),
        verdict: Verdict::Absent,
    };
    Report {
        version: REPORT_VERSION,
        round: 1,
        verifier: AccountId([0; 32]),
        header: Header {
            root: [1; 32],
            count: u32::MAX,
            playtime_ms: 1,
            debits: BoundedVec::truncate_from((0..MAX_DEBITS).map(debit).collect()),
            tickets,
            late_tickets: BoundedVec::truncate_from((0..MAX_LATE_TICKETS).map(late).collect()),
        },
        verdicts: BoundedVec::truncate_from(vec![verdict; MAX_VERIFIERS as usize]),
        personal: PersonalRoot {
            root: [1; 32],
            count: 1,
        },
        openings: BoundedVec::truncate_from((0..DRAWN_LEAVES).map(opening).collect()),
        personal_opening: Some(PersonalOpening {
            leaf: leaf(),
            personal_path: path(),
            header_path: path(),
        }),
        reveal: Some([1; 32]),
        commitment: [2; 32],
        earnings: Some(EarningsTriple {
            as_of: 0,
            root: [3; 32],
            count: 1,
            sum: 1,
            version: EARNINGS_VERSION,
        }),
    }
}

#[test]
fn q_all_reports_of_the_largest_network_fit_into_what_a_round_keeps_for_them() {
    let call = RuntimeCall::Pov(pallet_pov::Call::report {
        report: Box::new(largest()),
        signature: Signature64([0; 64]),
    });
    let reports = charged(&call).saturating_mul(MAX_VERIFIERS.into());
    let kept = MAX_WEIGHT.ref_time() - NORMAL_RATIO.mul_floor(MAX_WEIGHT.ref_time());
    // The first block of a round settles, and has no room that is counted on.
    let room = kept * (BLOCKS - 1);
    assert!(reports.ref_time() <= room, "{reports:?} of {room}");
    // The same must not be true of just any room.
    assert!(reports.ref_time() > kept, "{reports:?} of {kept}");
}

#[test]
fn q_the_block_that_closes_the_fullest_round_has_room_for_its_transactions() {
    let limits: BlockWeights = <Runtime as frame_system::Config>::BlockWeights::get();
    let hooks = [
        limits.base_block,
        Weights::begin_block(),
        Weights::punish_approvers(MAX_VERIFIERS),
        Weights::close_round(),
        Weights::begin_cycle(),
        Weights::fix_draw(MAX_VERIFIERS),
        settlement(),
        Weights::prune(PRUNED, PRUNED * 2 * MAX_VERIFIERS),
    ];
    let closing = hooks
        .iter()
        .fold(Weight::zero(), |sum, part| sum.saturating_add(*part));
    let quarter = MAX_WEIGHT.ref_time() / 4;
    assert!(closing.ref_time() <= quarter, "{closing:?} of {quarter}");
}
