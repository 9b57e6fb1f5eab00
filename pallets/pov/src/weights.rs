//! What the pallet costs, by counting: database accesses, signature checks, hashes and bytes.
//!
//! The costs of the primitives were measured on one core of the two-core machines that the project builds on:
//! an ed25519 check by ZIP-215 rules 59 µs, an sr25519 check 64 µs, SHA-256 of a 65-byte tree node 0.12 µs and 1.5 GB/s in
//! bulk. A call of a host function out of wasm is taken as 0.9 µs, and every byte that is decoded, copied or encoded
//! in wasm as 10 ns; both are on the safe side. Lists are counted at the length that they can have.

use chainflix_primitives::{
    fault::{FaultEvidence, FaultProof},
    missing::{MOST_BLOCKS, MissingView},
    possession::SLICES,
    report::{DRAWN_LEAVES, MAX_LATE_TICKETS, MAX_VERIFIERS, Report},
};
use codec::Encode;
use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{RuntimeDbWeight, Weight, constants::RocksDbWeight},
};

/// What the pallet costs.
pub trait WeightInfo {
    /// A block within a round.
    fn block() -> Weight;
    /// Closing a round, without what follows from it.
    fn round_closed() -> Weight;
    /// Fixing a draw out of so many reports.
    fn draw_fixed(reports: u32) -> Weight;
    /// Judging a round with so many headers, on which so many verifiers may have voted.
    fn round_settled(headers: u32, voters: u32) -> Weight;
    /// Dropping so many rounds with so many items.
    fn pruned(rounds: u32, items: u32) -> Weight;
    /// Letting a report into the pool or a block.
    fn authorize_report(report: &Report) -> Weight;
    /// Keeping a report and judging its openings.
    fn report(report: &Report) -> Weight;
    /// Changing the parameters.
    fn set_parameters() -> Weight;
    /// Changing the length of cycles.
    fn set_cycle_rounds() -> Weight;
    /// Judging a proof of a fault, and punishing the issuer.
    fn report_fault(proof: &FaultProof) -> Weight;
    /// Punishing so many approvers of one block, at most.
    fn approvers_punished(approvers: u32) -> Weight;
    /// Judging a proof that a view is missing, and paying for it.
    fn claim_missing(proof: &MissingView) -> Weight;
}

/// What the pallet that pays costs, by its own count.
pub trait SettlementWeights {
    /// Settling a round with so many blocks, which debit advertising campaigns so many times in all.
    fn settle(blocks: u32, debits: u32) -> Weight;
    /// One vote for lifetime earnings.
    fn vote_earnings() -> Weight;
}

impl SettlementWeights for () {
    fn settle(_blocks: u32, _debits: u32) -> Weight {
        Weight::zero()
    }

    fn vote_earnings() -> Weight {
        Weight::zero()
    }
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
/// Looks at a verifier set in a report's check: up to three for the key, two for the verdicts.
const SET_LOOKUPS: u64 = 5;
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
/// Reads and writes of punishing or paying out of one bond, in the pallet that keeps them: bond, standing, both accounts and
/// issuance.
const BOND_ACCESSES: u64 = 6;
/// Bytes of a history of parameters or cycle lengths.
const HISTORY_BYTES: u64 = 64 * 41;
/// Bytes of a header without lists, and of a report's record.
const RECORD_BYTES: u64 = 300;

/// Counted weights, with the database of `D`.
pub struct Counted<D>(PhantomData<D>);

/// Counted weights with the runtime's database.
pub type CountedWeight<T> = Counted<<T as frame_system::Config>::DbWeight>;

fn time(ps: u64) -> Weight {
    Weight::from_parts(ps, 0)
}

fn of(amount: u64, each: u64) -> u64 {
    amount.saturating_mul(each)
}

/// Bytes of a report at its length.
fn report_bytes(report: &Report) -> u64 {
    let openings = report.openings.len() as u64;
    let personal = u64::from(report.personal_opening.is_some());
    REPORT_BYTES
        .saturating_add(of(report.verdicts.len() as u64, VERDICT_BYTES))
        .saturating_add(of(report.header.debits.len() as u64, DEBIT_BYTES))
        .saturating_add(of(report.header.late_tickets.len() as u64, LATE_BYTES))
        .saturating_add(of(openings, OPENING_BYTES))
        .saturating_add(of(personal, PERSONAL_BYTES))
}

/// What every check of a report costs, but for the signature.
fn admission<D: Get<RuntimeDbWeight>>(report: &Report) -> Weight {
    let bytes = report_bytes(report)
        .saturating_add(of(SET_LOOKUPS, SET_BYTES))
        .saturating_add(ISSUERS_BYTES);
    let hashes = 6u64.saturating_add(report.header.late_tickets.len() as u64);
    D::get()
        .reads(ADMISSION_READS)
        .saturating_add(time(of(bytes, BYTE)))
        .saturating_add(time(of(hashes, HASH)))
}

impl<D: Get<RuntimeDbWeight>> WeightInfo for Counted<D> {
    fn block() -> Weight {
        // Slot, clock and progress.
        D::get()
            .reads_writes(3, 2)
            .saturating_add(time(of(5, MICROSECOND)))
    }

    fn round_closed() -> Weight {
        // Cycle rules twice, sequence, draw and seeds for a new cycle, the round before; three events.
        D::get()
            .reads_writes(5, 3)
            .saturating_add(time(of(20, MICROSECOND)))
    }

    fn draw_fixed(reports: u32) -> Weight {
        // Every report is found by its key and read.
        let reports = u64::from(reports);
        D::get()
            .reads_writes(reports.saturating_mul(2).saturating_add(1), 1)
            .saturating_add(time(of(reports, of(RECORD_BYTES, BYTE))))
    }

    fn round_settled(headers: u32, voters: u32) -> Weight {
        let (headers, voters) = (u64::from(headers), u64::from(voters));
        // Per header: header, report and fault; per voter: report and standing; set with index, issuers, tree, cycle
        // rules.
        let reads = headers
            .saturating_mul(3)
            .saturating_add(voters.saturating_mul(2))
            .saturating_add(6);
        let bytes = of(reads, RECORD_BYTES)
            .saturating_add(SET_BYTES)
            .saturating_add(ISSUERS_BYTES);
        // A leaf and at most two nodes on average for each header; a mark looked at for each pair.
        let hashes = headers.saturating_mul(3);
        D::get()
            .reads_writes(reads, 1)
            .saturating_add(time(of(bytes, BYTE)))
            .saturating_add(time(of(hashes, HASH)))
            .saturating_add(time(of(headers.saturating_mul(voters), 20_000)))
    }

    fn pruned(rounds: u32, items: u32) -> Weight {
        // Sequence, cycle rules and cursor; per round draw, issuers and two looks for items; per item its key, a report
        // and its verifier's last commitment, and the two of them removed; paid tickets and the next round go with it.
        let (rounds, items) = (u64::from(rounds), u64::from(items));
        let reads = of(rounds, 4).saturating_add(of(items, 3));
        let writes = of(rounds, 3).saturating_add(of(items, 2));
        D::get().reads_writes(reads.saturating_add(3), writes.saturating_add(1))
    }

    fn authorize_report(report: &Report) -> Weight {
        // Genesis hash and clock; the signature is over SHA-less bytes, hashed by merlin in the host.
        admission::<D>(report)
            .saturating_add(D::get().reads(2))
            .saturating_add(time(SR25519))
            .saturating_add(time(of(report_bytes(report), BYTE)))
    }

    fn report(report: &Report) -> Weight {
        let late = report.header.late_tickets.len() as u64;
        let openings = (report.openings.len() as u64).min(u64::from(DRAWN_LEAVES));
        let personal = u64::from(report.personal_opening.is_some());
        // Issuers, header, record, tickets, commitment; draw, own header and record, clock, cycle rules, parameters,
        // genesis hash; earnings interval and set, with the standing of each of its members.
        let fixed = D::get().reads_writes(10u64.saturating_add(u64::from(MAX_VERIFIERS)), 6);
        // Per opening: tickets root, terms and state of the video, and the values of its round.
        let per_opening = D::get()
            .reads(6)
            .saturating_add(time(SR25519.saturating_add(ED25519)))
            .saturating_add(time(of(OPENING_HASHES, HASH)));
        // Record of the report before, issuers and one header.
        let per_personal = D::get()
            .reads_writes(4, 1)
            .saturating_add(time(of(PERSONAL_HASHES, HASH)))
            .saturating_add(time(of(ISSUERS_BYTES, BYTE)));
        admission::<D>(report)
            .saturating_add(fixed)
            .saturating_add(time(of(DRAWN_LEAVES.into(), HASH)))
            .saturating_add(D::get().writes(late))
            .saturating_add(per_opening.saturating_mul(openings))
            .saturating_add(per_personal.saturating_mul(personal))
            .saturating_add(time(of(report_bytes(report), BYTE)))
    }

    fn set_parameters() -> Weight {
        // Progress, cursor and history; one event.
        D::get()
            .reads_writes(3, 1)
            .saturating_add(time(of(20, MICROSECOND)))
            .saturating_add(time(of(2, of(HISTORY_BYTES, BYTE))))
    }

    fn set_cycle_rounds() -> Weight {
        // Progress, cursor, and the history twice.
        Self::set_parameters().saturating_add(D::get().reads(1))
    }

    fn report_fault(proof: &FaultProof) -> Weight {
        let bytes = proof.encoded_size() as u64;
        // Leaf, ticket and nonce; a hash for each verifier in an assignment.
        let hashes = match &proof.evidence {
            FaultEvidence::WrongPossession { .. } => of(
                u64::from(SLICES).saturating_add(1),
                PLACED_HASHES.saturating_add(1),
            ),
            FaultEvidence::NotAssigned => u64::from(MAX_VERIFIERS),
            _ => of(2, PLACED_HASHES),
        };
        let late = match &proof.evidence {
            FaultEvidence::TicketElsewhere { .. } => u64::from(MAX_LATE_TICKETS).saturating_add(2),
            _ => 0,
        };
        // Two headers, earlier fault, queue, progress twice, clock, cycle rules thrice, parameters thrice, set rounds
        // twice, set, seeds, video and its state, sequence, genesis hash; deposit held and released or taken.
        D::get()
            .reads_writes(24, 8)
            .saturating_add(D::get().reads_writes(BOND_ACCESSES, BOND_ACCESSES))
            .saturating_add(D::get().reads(late))
            .saturating_add(time(of(100, MICROSECOND)))
            .saturating_add(time(of(
                hashes.saturating_add(PLACED_HASHES).saturating_add(4),
                HASH,
            )))
            .saturating_add(time(of(
                of(3, bytes)
                    .saturating_add(SET_BYTES)
                    .saturating_add(HISTORY_BYTES),
                BYTE,
            )))
    }

    fn approvers_punished(approvers: u32) -> Weight {
        if approvers == 0 {
            return D::get().reads(2);
        }
        let approvers = u64::from(approvers);
        // Queue, sequence, index and set, next round, issuers; per approver its report and its bond, with an event.
        let each = D::get()
            .reads_writes(BOND_ACCESSES.saturating_add(1), BOND_ACCESSES)
            .saturating_add(time(of(20, MICROSECOND)))
            .saturating_add(time(of(RECORD_BYTES, BYTE)));
        D::get()
            .reads_writes(6, 1)
            .saturating_add(time(of(SET_BYTES.saturating_add(ISSUERS_BYTES), BYTE)))
            .saturating_add(each.saturating_mul(approvers))
    }

    fn claim_missing(proof: &MissingView) -> Weight {
        let bytes = proof.encoded_size() as u64;
        let blocks = u64::from(MOST_BLOCKS);
        let absences = proof.absences.len() as u64;
        // Sequence, progress, cycle rules, paid ticket, genesis hash, parameters; per block its draw, the set with its
        // index, and its header.
        D::get()
            .reads_writes(of(blocks, 4).saturating_add(8), 1)
            .saturating_add(D::get().reads_writes(BOND_ACCESSES, BOND_ACCESSES))
            .saturating_add(time(SR25519.saturating_add(ED25519)))
            .saturating_add(time(of(50, MICROSECOND)))
            .saturating_add(time(of(of(absences, 2), of(PLACED_HASHES, HASH))))
            .saturating_add(time(of(
                of(3, bytes).saturating_add(of(blocks, SET_BYTES.saturating_add(RECORD_BYTES))),
                BYTE,
            )))
    }
}

impl WeightInfo for () {
    fn block() -> Weight {
        Counted::<RocksDbWeight>::block()
    }

    fn round_closed() -> Weight {
        Counted::<RocksDbWeight>::round_closed()
    }

    fn draw_fixed(reports: u32) -> Weight {
        Counted::<RocksDbWeight>::draw_fixed(reports)
    }

    fn round_settled(headers: u32, voters: u32) -> Weight {
        Counted::<RocksDbWeight>::round_settled(headers, voters)
    }

    fn pruned(rounds: u32, items: u32) -> Weight {
        Counted::<RocksDbWeight>::pruned(rounds, items)
    }

    fn authorize_report(report: &Report) -> Weight {
        Counted::<RocksDbWeight>::authorize_report(report)
    }

    fn report(report: &Report) -> Weight {
        Counted::<RocksDbWeight>::report(report)
    }

    fn set_parameters() -> Weight {
        Counted::<RocksDbWeight>::set_parameters()
    }

    fn set_cycle_rounds() -> Weight {
        Counted::<RocksDbWeight>::set_cycle_rounds()
    }

    fn report_fault(proof: &FaultProof) -> Weight {
        Counted::<RocksDbWeight>::report_fault(proof)
    }

    fn approvers_punished(approvers: u32) -> Weight {
        Counted::<RocksDbWeight>::approvers_punished(approvers)
    }

    fn claim_missing(proof: &MissingView) -> Weight {
        Counted::<RocksDbWeight>::claim_missing(proof)
    }
}
