//! What the pallet costs, by counting: database accesses, signature checks, hashes and bytes.
//!
//! The costs of the primitives were measured on one core of the two-core machines that the project builds on:
//! an ed25519 check by ZIP-215 rules 59 µs, an sr25519 check 64 µs, SHA-256 of a 65-byte tree node 0.12 µs and 1.5 GB/s in
//! bulk. A call of a host function out of wasm is taken as 0.9 µs, and every byte that is decoded, copied or encoded
//! in wasm as 10 ns; both are on the safe side. Lists are counted at the length that they can have.

use chainflix_primitives::{
    missing::MOST_BLOCKS,
    possession::SLICES,
    report::{MAX_LATE_TICKETS, MAX_VERIFIERS},
};
use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// What the parts cost of which the pallet's work is made.
pub trait WeightInfo {
    /// A block within a round.
    fn begin_block() -> Weight;
    /// Closing a round, without what follows from it.
    fn close_round() -> Weight;
    /// Setting the seed of a cycle.
    fn begin_cycle() -> Weight;
    /// Fixing a draw out of `r` reports.
    fn fix_draw(r: u32) -> Weight;
    /// Judging a round with `h` headers, on which `v` verifiers may have voted.
    fn judge_round(h: u32, v: u32) -> Weight;
    /// Dropping `r` rounds with `i` items.
    fn prune(r: u32, i: u32) -> Weight;
    /// Punishing `a` approvers of one block, at most.
    fn punish_approvers(a: u32) -> Weight;
    /// Noting the largest verifier set. Runs within the block hook of the pallet that changes sessions.
    fn change_set() -> Weight;
    /// Letting a report into the pool or a block: `v` verdicts, `d` debits, `l` late tickets, `o` leaves opened.
    fn authorize_report(v: u32, d: u32, l: u32, o: u32) -> Weight;
    /// Keeping a report: `v` verdicts, `d` debits, `l` late tickets. Without what it opens, and without earnings.
    fn report(v: u32, d: u32, l: u32) -> Weight;
    /// Judging one opened leaf of a header.
    fn header_opening() -> Weight;
    /// Judging the opened leaf of a personal root.
    fn personal_opening() -> Weight;
    /// Counting who is not suspended, for a vote for earnings.
    fn count_active() -> Weight;
    /// Changing the parameters.
    fn set_parameters() -> Weight;
    /// Changing the length of cycles.
    fn set_cycle_rounds() -> Weight;
    /// Proving what a leaf shows by itself: nonce, window, video.
    fn fault_of_leaf() -> Weight;
    /// Proving what stands at a ticket's index.
    fn fault_of_ticket() -> Weight;
    /// Proving what two leaves show.
    fn fault_of_two_leaves() -> Weight;
    /// Proving that an issuer was not assigned.
    fn fault_of_assignment() -> Weight;
    /// Proving wrong possession.
    fn fault_of_possession() -> Weight;
    /// Proving that a view is missing from `b` blocks, and paying for it.
    fn claim_missing(b: u32) -> Weight;
}

/// One µs, in ps.
const MICROSECOND: u64 = 1_000_000;
/// An ed25519 check.
const ED25519: u64 = 60 * MICROSECOND;
/// An sr25519 check, the dearer of the two.
const SR25519: u64 = 65 * MICROSECOND;
/// SHA-256 of little.
const HASH: u64 = MICROSECOND;
/// A byte decoded, copied or encoded.
const BYTE: u64 = 10_000;
/// Bytes of a verifier set.
const SET_BYTES: u64 = 64 * MAX_VERIFIERS as u64;
/// Looks at a verifier set in a report's check: up to three for the key, one for the verdicts.
const SET_LOOKUPS: u64 = 4;
/// Reads in a report's check: sequence and duplicate, standing, index and set each time, issuers, last commitment twice.
const ADMISSION_READS: u64 = 3 + 2 * SET_LOOKUPS + 3;
/// Bytes of the list of a round's issuers.
const ISSUERS_BYTES: u64 = 36 * MAX_VERIFIERS as u64;
/// Bytes of a report without its lists.
const REPORT_BYTES: u64 = 400;
/// Bytes of a verdict, with its event.
const VERDICT_BYTES: u64 = 160;
/// Bytes of a debit.
const DEBIT_BYTES: u64 = 20;
/// Bytes of a late tickets root.
const LATE_BYTES: u64 = 40;
/// Bytes of an opening with the longest paths, and of what is hashed and signed in it.
const OPENING_BYTES: u64 = 2_760 + 2_000;
/// Hashes of an opening with the longest paths: leaf, ticket, delegation, cell, nonce and two paths.
const OPENING_HASHES: u64 = 6 + 2 * 32;
/// Bytes of a personal opening.
const PERSONAL_BYTES: u64 = 2_600 + 1_000;
/// Hashes of a personal opening.
const PERSONAL_HASHES: u64 = 3 + 2 * 32;
/// Hashes of a placed leaf with the longest path: the leaf, and one for each step.
const PLACED_HASHES: u64 = 1 + 32;
/// Bytes of a placed leaf with the longest path.
const PLACED_BYTES: u64 = 1_600;
/// Bytes of a proof of wrong possession.
const POSSESSION_BYTES: u64 = 8 * 2_100 + 2_000;
/// Reads and writes of punishing or paying out of one bond, in the pallet that keeps them: bond, standing, both accounts and
/// issuance.
const BOND_ACCESSES: u64 = 6;
/// Bytes of a history of parameters or cycle lengths.
const HISTORY_BYTES: u64 = 64 * 41;
/// Bytes of a header without lists, and of a report's record.
const RECORD_BYTES: u64 = 300;

/// Counted weights, with the runtime's database.
pub struct EstimatedWeight<T>(PhantomData<T>);

fn of(amount: u64, each: u64) -> u64 {
    amount.saturating_mul(each)
}

impl<T: frame_system::Config> EstimatedWeight<T> {
    fn weight(ps: u64, reads: u64, writes: u64) -> Weight {
        Weight::from_parts(ps, 0).saturating_add(T::DbWeight::get().reads_writes(reads, writes))
    }

    /// What every check of a report costs, but for the signature.
    fn admission(bytes: u64, late: u32) -> Weight {
        let bytes = bytes
            .saturating_add(of(SET_LOOKUPS, SET_BYTES))
            .saturating_add(ISSUERS_BYTES);
        let hashes = 6u64.saturating_add(late.into());
        Self::weight(
            of(bytes, BYTE).saturating_add(of(hashes, HASH)),
            ADMISSION_READS,
            0,
        )
    }

    /// A proof of a fault with so many hashes and bytes, and reads of its own.
    fn fault(hashes: u64, bytes: u64, reads: u64) -> Weight {
        // Two headers, earlier fault, queue, progress twice, clock, cycle rules thrice, parameters thrice, set rounds
        // twice, set, seeds, video and its state, sequence, genesis hash; deposit held and released or taken.
        let bytes = of(3, bytes)
            .saturating_add(SET_BYTES)
            .saturating_add(HISTORY_BYTES);
        let hashes = hashes.saturating_add(PLACED_HASHES).saturating_add(4);
        Self::weight(
            of(100, MICROSECOND)
                .saturating_add(of(hashes, HASH))
                .saturating_add(of(bytes, BYTE)),
            reads.saturating_add(24).saturating_add(BOND_ACCESSES),
            BOND_ACCESSES.saturating_add(8),
        )
    }
}

/// Bytes of a report's lists.
fn list_bytes(verdicts: u32, debits: u32, late: u32) -> u64 {
    REPORT_BYTES
        .saturating_add(of(verdicts.into(), VERDICT_BYTES))
        .saturating_add(of(debits.into(), DEBIT_BYTES))
        .saturating_add(of(late.into(), LATE_BYTES))
}

impl<T: frame_system::Config> WeightInfo for EstimatedWeight<T> {
    /// Slot, clock, progress, queue of faults and sequence.
    fn begin_block() -> Weight {
        Self::weight(of(200, MICROSECOND), 5, 1)
    }

    /// Cycle rules twice, sequence and the round before; two events.
    fn close_round() -> Weight {
        Self::weight(of(20, MICROSECOND), 4, 2)
    }

    /// Sequence, draw and seeds; one event.
    fn begin_cycle() -> Weight {
        Self::weight(of(10, MICROSECOND), 3, 1)
    }

    /// Every report is found by its key and read.
    fn fix_draw(r: u32) -> Weight {
        let reports = u64::from(r);
        Self::weight(
            of(reports, of(RECORD_BYTES, BYTE)),
            of(reports, 2).saturating_add(1),
            1,
        )
    }

    /// Per header: header, report and fault; per voter: report and standing; set with index, issuers, tree, cycle rules. A
    /// leaf and at most two nodes on average for each header; a mark looked at for each pair.
    fn judge_round(h: u32, v: u32) -> Weight {
        let (headers, voters) = (u64::from(h), u64::from(v));
        let reads = of(headers, 3)
            .saturating_add(of(voters, 2))
            .saturating_add(6);
        let bytes = of(reads, RECORD_BYTES)
            .saturating_add(SET_BYTES)
            .saturating_add(ISSUERS_BYTES);
        let time = of(bytes, BYTE)
            .saturating_add(of(of(headers, 3), HASH))
            .saturating_add(of(of(headers, voters), 20_000));
        Self::weight(time, reads, 1)
    }

    /// Sequence, cycle rules and cursor; per round draw, issuers and two looks for items; per item its key, a report and its
    /// verifier's last commitment, and the two of them removed; paid tickets and the next round go with it.
    fn prune(r: u32, i: u32) -> Weight {
        let (rounds, items) = (u64::from(r), u64::from(i));
        Self::weight(
            0,
            of(rounds, 4).saturating_add(of(items, 3)).saturating_add(3),
            of(rounds, 3).saturating_add(of(items, 2)).saturating_add(1),
        )
    }

    /// Queue, sequence, index and set, next round, issuers; per approver its report and its bond, with an event.
    fn punish_approvers(a: u32) -> Weight {
        let each = Self::weight(
            of(20, MICROSECOND).saturating_add(of(RECORD_BYTES, BYTE)),
            BOND_ACCESSES.saturating_add(1),
            BOND_ACCESSES,
        );
        let bytes = SET_BYTES.saturating_add(ISSUERS_BYTES);
        Self::weight(of(bytes, BYTE), 6, 1).saturating_add(each.saturating_mul(a.into()))
    }

    /// Index and set, clock and progress; the oldest set removed.
    fn change_set() -> Weight {
        Self::weight(of(of(4, SET_BYTES), BYTE), 5, 3)
    }

    /// Genesis hash and clock; the signature is over SHA-less bytes, hashed by merlin in the host.
    fn authorize_report(v: u32, d: u32, l: u32, o: u32) -> Weight {
        let bytes = list_bytes(v, d, l).saturating_add(of(o.into(), OPENING_BYTES));
        Self::admission(bytes, l).saturating_add(Self::weight(
            SR25519.saturating_add(of(bytes, BYTE)),
            2,
            0,
        ))
    }

    /// Issuers, header, record, tickets, commitment; draw, own header and record, earnings interval; four drawn leaves.
    fn report(v: u32, d: u32, l: u32) -> Weight {
        let bytes = list_bytes(v, d, l);
        Self::admission(bytes, l).saturating_add(Self::weight(
            of(4, HASH).saturating_add(of(bytes, BYTE)),
            10,
            6u64.saturating_add(l.into()),
        ))
    }

    /// Clock, cycle rules, parameters, genesis hash, tickets root, terms and state of the video; two signatures.
    fn header_opening() -> Weight {
        let time = SR25519
            .saturating_add(ED25519)
            .saturating_add(of(OPENING_HASHES, HASH))
            .saturating_add(of(of(2, OPENING_BYTES), BYTE));
        Self::weight(time, 9, 0)
    }

    /// Record of the report before, issuers and one header.
    fn personal_opening() -> Weight {
        let bytes = of(2, PERSONAL_BYTES).saturating_add(ISSUERS_BYTES);
        let time = of(PERSONAL_HASHES, HASH).saturating_add(of(bytes, BYTE));
        Self::weight(time, 4, 1)
    }

    /// Index and set, and the standing of each of its members.
    fn count_active() -> Weight {
        Self::weight(
            of(SET_BYTES, BYTE),
            u64::from(MAX_VERIFIERS).saturating_add(2),
            0,
        )
    }

    /// Progress, cursor and history; one event.
    fn set_parameters() -> Weight {
        let time = of(20, MICROSECOND).saturating_add(of(2, of(HISTORY_BYTES, BYTE)));
        Self::weight(time, 3, 1)
    }

    /// Progress, cursor, and the history twice.
    fn set_cycle_rounds() -> Weight {
        Self::set_parameters().saturating_add(T::DbWeight::get().reads(1))
    }

    /// A leaf.
    fn fault_of_leaf() -> Weight {
        Self::fault(2, PLACED_BYTES, 0)
    }

    /// A leaf and a path, and the headers that may have brought the ticket after.
    fn fault_of_ticket() -> Weight {
        let reads = u64::from(MAX_LATE_TICKETS).saturating_add(2);
        Self::fault(PLACED_HASHES, of(2, PLACED_BYTES), reads)
    }

    /// Two leaves.
    fn fault_of_two_leaves() -> Weight {
        Self::fault(PLACED_HASHES, of(2, PLACED_BYTES), 0)
    }

    /// A leaf, and a hash for each verifier.
    fn fault_of_assignment() -> Weight {
        Self::fault(MAX_VERIFIERS.into(), PLACED_BYTES, 0)
    }

    /// A leaf, its cell, and the eight leaves that its chain reads.
    fn fault_of_possession() -> Weight {
        let paths = u64::from(SLICES).saturating_add(1);
        let hashes = of(paths, PLACED_HASHES.saturating_add(1));
        Self::fault(hashes, PLACED_BYTES.saturating_add(POSSESSION_BYTES), 0)
    }

    /// Sequence, progress, cycle rules, paid ticket, genesis hash, parameters; per block its draw, the set with its
    /// index, and its header.
    fn claim_missing(b: u32) -> Weight {
        let blocks = u64::from(MOST_BLOCKS);
        let absences = u64::from(b);
        let bytes = of(of(absences, 6), PLACED_BYTES)
            .saturating_add(of(blocks, SET_BYTES.saturating_add(RECORD_BYTES)));
        let time = SR25519
            .saturating_add(ED25519)
            .saturating_add(of(50, MICROSECOND))
            .saturating_add(of(of(absences, 2), of(PLACED_HASHES, HASH)))
            .saturating_add(of(bytes, BYTE));
        Self::weight(
            time,
            of(blocks, 4)
                .saturating_add(8)
                .saturating_add(BOND_ACCESSES),
            BOND_ACCESSES.saturating_add(1),
        )
    }
}
