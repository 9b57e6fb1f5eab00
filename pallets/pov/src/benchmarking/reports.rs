//! The report that is due, and what it opens.

use alloc::{vec, vec::Vec};
use chainflix_primitives::{
    AccountId, Round, draw,
    merkle::empty_root,
    report::{
        DRAWN_LEAVES, HeaderOpening, MAX_VERIFIERS, PersonalOpening, PersonalRoot, REPORT_VERSION,
        RejectReason, Report, TicketsRoot, Verdict, VerdictOn, personal_leaf_hash,
    },
};
use frame_support::BoundedVec;

use super::{
    uniform::Uniform,
    views::{self, Viewer},
    world::{self, HEADER, JUDGED, OPENED, Reporter},
};
use crate::{
    Commitments, Config, Draws, Headers, Issuers, Reports, TicketsRoots,
    crypto::HostHasher,
    types::{Ballot, Issued, Marks, Opened, ReportRecord},
};

/// What the last report committed to.
const PREIMAGE: [u8; 32] = [5; 32];
/// Leaves of the largest tree.
const LEAVES: u32 = u32::MAX;

/// The report that is due of a verifier with a header of every earlier round, with `verdicts` that are all refusals.
pub(super) fn due<T: Config>(
    reporter: &Reporter,
    verdicts: u32,
    debits: u32,
    late_tickets: u32,
) -> Report {
    let others = world::strangers(MAX_VERIFIERS);
    world::note_headers::<T>(JUDGED, &others, 1);
    world::note_headers::<T>(OPENED, &[reporter.account], LEAVES);
    Draws::<T>::insert(OPENED, [4; 32]);
    Reports::<T>::insert(OPENED, reporter.account, record(None));
    Commitments::<T>::insert(
        reporter.account,
        (JUDGED, draw::commitment::<HostHasher>(&PREIMAGE)),
    );
    let list: Vec<_> = others
        .iter()
        .skip(1)
        .map(|issuer| issued(*issuer, 1))
        .collect();
    Issuers::<T>::insert(HEADER, BoundedVec::truncate_from(list));
    let refusal = |issuer: &AccountId| VerdictOn {
        issuer: *issuer,
        verdict: Verdict::Reject {
            reason: RejectReason::Possession,
            leaf: u32::MAX,
        },
    };
    let verdicts: Vec<_> = others.iter().take(verdicts as usize).map(refusal).collect();
    let mut header = world::header([3; 32], LEAVES);
    header.debits = world::debits(debits);
    header.late_tickets = world::late_tickets(late_tickets);
    Report {
        version: REPORT_VERSION,
        round: HEADER,
        verifier: reporter.account,
        header,
        verdicts: BoundedVec::truncate_from(verdicts),
        personal: PersonalRoot {
            root: empty_root::<HostHasher>(),
            count: 0,
        },
        openings: BoundedVec::default(),
        personal_opening: None,
        reveal: Some(PREIMAGE),
        commitment: [6; 32],
        earnings: None,
    }
}

/// Puts so many opened leaves into a report, the last of five that of its personal root.
pub(super) fn open<T: Config>(reporter: &Reporter, leaves: u32, report: &mut Report) {
    let (_, opening) = opened_leaf::<T>(reporter);
    if leaves > DRAWN_LEAVES {
        report.personal_opening = Some(PersonalOpening {
            leaf: opening.leaf.clone(),
            personal_path: opening.path.clone(),
            header_path: opening.path.clone(),
        });
    }
    let openings = vec![opening; leaves.min(DRAWN_LEAVES) as usize];
    report.openings = BoundedVec::truncate_from(openings);
}

/// A header of [`OPENED`] in the largest tree, and a leaf of it that is right in every way.
pub(super) fn opened_leaf<T: Config>(
    reporter: &Reporter,
) -> (chainflix_primitives::report::Header, HeaderOpening) {
    let viewer = Viewer::new::<T>();
    let leaf = viewer.view::<T>(world::start_of(OPENED) - 30_000);
    let issued_in = OPENED - 1;
    let ticket = leaf.ticket(reporter.account, issued_in);
    let tickets = Uniform::of(ticket.leaf_hash::<HostHasher>());
    TicketsRoots::<T>::insert(
        issued_in,
        reporter.account,
        TicketsRoot {
            root: tickets.root(LEAVES),
            count: LEAVES,
        },
    );
    let tree = Uniform::of(leaf.leaf_hash::<HostHasher>());
    let header = world::header(tree.root(LEAVES), LEAVES);
    let opening = HeaderOpening {
        index: 0,
        path: tree.path(0, LEAVES),
        ticket_path: tickets.path(leaf.ticket_index, LEAVES),
        delegation: viewer.delegation,
        leaf,
    };
    (header, opening)
}

/// The drawn leaf of a personal root over the largest tree. Of all approved headers the last holds it.
pub(super) fn opened_personal_leaf<T: Config>(reporter: &Reporter) -> PersonalOpening {
    let draw = [4; 32];
    let leaf = views::unsigned(AccountId([0x40; 32]), world::start_of(OPENED));
    let personal = Uniform::of(personal_leaf_hash::<HostHasher>(&reporter.account, &leaf));
    let root = personal.root(LEAVES);
    let drawn =
        draw::drawn_leaf::<HostHasher>(&draw, &root, LEAVES, 0).expect("a tree with leaves");
    let tree = Uniform::of(leaf.leaf_hash::<HostHasher>());
    let issuers = world::strangers(MAX_VERIFIERS);
    let last = issuers[issuers.len() - 1];
    let count = |issuer: &AccountId| if *issuer == last { LEAVES } else { 0 };
    let list: Vec<_> = issuers
        .iter()
        .map(|issuer| issued(*issuer, count(issuer)))
        .collect();
    Issuers::<T>::insert(OPENED, BoundedVec::truncate_from(list));
    Headers::<T>::insert(OPENED, last, world::header(tree.root(LEAVES), LEAVES));
    Draws::<T>::insert(OPENED, draw);
    let ballot = Ballot {
        personal: PersonalRoot {
            root,
            count: LEAVES,
        },
        opened: false,
        ..approvals(OPENED)
    };
    Reports::<T>::insert(JUDGED, reporter.account, record(Some(ballot)));
    PersonalOpening {
        leaf,
        personal_path: personal.path(drawn, LEAVES),
        header_path: tree.path(drawn, LEAVES),
    }
}

/// Verdicts of one verifier that approve every header of `round`, and count.
pub(super) fn approvals(round: Round) -> Ballot {
    let mut all = Marks::default();
    (0..MAX_VERIFIERS as usize).for_each(|index| all.set(index));
    Ballot {
        round,
        judged: all,
        approved: all,
        complete: true,
        entitled: true,
        personal: PersonalRoot {
            root: [8; 32],
            count: LEAVES,
        },
        opened: true,
    }
}

/// What remains of a report whose leaves were opened.
pub(super) fn record(ballot: Option<Ballot>) -> ReportRecord {
    ReportRecord {
        ballot,
        reveal: Some(PREIMAGE),
        opened: Opened::Right,
    }
}

fn issued(issuer: AccountId, count: u32) -> Issued {
    Issued { issuer, count }
}
