//! Weights, estimated by counting what a call reads, writes and does.
//!
//! `weight = BASE + hashes + reads + writes`, where a read and a write cost what the runtime's database weight says.
//! A claim is charged for the longest proof. Settlement and votes are no calls of their own: they run inside calls and
//! hooks of the `pov` pallet, which adds these weights to its own. Storage proofs are not limited on a chain of its own,
//! so the proof size is 0.

use chainflix_primitives::{merkle::MAX_PROOF_LEN, report::MAX_VERIFIERS};
use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Decoding, checking and dispatching a call whose arguments are about 1 KiB: 30 µs, in picoseconds.
const BASE: u64 = 30_000_000;
/// SHA-256 of 65 bytes through the host: 0.12 µs were measured, 1 µs with the way there, in picoseconds.
const HASH: u64 = 1_000_000;
/// Hashes of a claim with the longest path: the leaf, and one for each step.
const CLAIM_HASHES: u64 = MAX_PROOF_LEN as u64 + 1;
/// Weighing, rewarding and encoding one view block, or comparing one vote: 1 µs, in picoseconds.
const PER_VERIFIER: u64 = 1_000_000;
/// Reads and writes of slashing one bond: bond, standing, both accounts and issuance.
const BOND_ACCESSES: u64 = 6;
/// Reads of a bisection over two cycles of settled rounds.
const BISECTION_READS: u64 = 15;

/// Weights of the calls, and of what other pallets make this one do.
pub trait WeightInfo {
    /// Paying a claim with a path of `n` steps.
    fn claim(n: u32) -> Weight;
    /// Letting a claim without fee in, with a path of `n` steps.
    fn authorize_claim(n: u32) -> Weight;
    /// Paying `c` claims.
    fn claim_batch(c: u32) -> Weight;
    /// Letting `c` claims without fee in.
    fn authorize_batch(c: u32) -> Weight;
    /// Changing the most rate.
    fn set_max_rate() -> Weight;
    /// Voiding earnings and slashing all of their signers.
    fn prove_decrease() -> Weight;
    /// Settling a round with `b` view blocks for which `c` campaigns pay, without taking their money out of escrow.
    fn settle(b: u32, c: u32) -> Weight;
    /// Counting a vote for earnings and adopting them.
    fn vote_earnings() -> Weight;
}

/// The estimate, with the runtime's database weights.
pub struct EstimatedWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> EstimatedWeight<T> {
    fn of(time: u64, reads: u64, writes: u64) -> Weight {
        Weight::from_parts(time, 0).saturating_add(T::DbWeight::get().reads_writes(reads, writes))
    }
}

impl<T: frame_system::Config> WeightInfo for EstimatedWeight<T> {
    /// Reads the root, rules, round, claimed, totals, account and issuance; writes claimed, totals, account and
    /// issuance.
    fn claim(n: u32) -> Weight {
        let hashes = u64::from(n).saturating_add(1);
        Self::of(BASE.saturating_add(HASH.saturating_mul(hashes)), 7, 4)
    }

    /// Reads the same as a claim and writes nothing.
    fn authorize_claim(n: u32) -> Weight {
        let hashes = u64::from(n).saturating_add(1);
        Self::of(BASE.saturating_add(HASH.saturating_mul(hashes)), 7, 0)
    }

    /// Each claim costs what a single one with the longest path does.
    fn claim_batch(c: u32) -> Weight {
        Self::claim(MAX_PROOF_LEN as u32).saturating_mul(u64::from(c.max(1)))
    }

    /// The same for letting them in.
    fn authorize_batch(c: u32) -> Weight {
        Self::authorize_claim(MAX_PROOF_LEN as u32).saturating_mul(u64::from(c.max(1)))
    }

    /// Reads round, the last settled entry with its place, and the changes; writes these.
    fn set_max_rate() -> Weight {
        Self::of(BASE, 4, 1)
    }

    /// Three leaves and their paths; reads both roots, signers, the last adopted and up to a hundred numbers, with the bond,
    /// standing, account and issuance of each signer; writes both records of the root, signers, the last adopted and the
    /// same of each signer.
    fn prove_decrease() -> Weight {
        let signers = u64::from(MAX_VERIFIERS);
        let work = PER_VERIFIER.saturating_mul(signers.saturating_mul(20));
        let hashes = HASH.saturating_mul(CLAIM_HASHES.saturating_mul(3));
        let bonds = signers.saturating_mul(BOND_ACCESSES);
        Self::of(
            BASE.saturating_add(work).saturating_add(hashes),
            bonds
                .saturating_add(u64::from(crate::CLAIMABLE_ROOTS))
                .saturating_add(5),
            bonds.saturating_add(4),
        )
    }

    /// Reads rules and changes of the rate, places, the last and the two oldest entries, and totals; writes the record, its entry, places,
    /// totals, and two records and entries that are removed.
    fn settle(b: u32, c: u32) -> Weight {
        let work = PER_VERIFIER.saturating_mul(u64::from(b.saturating_add(c)));
        Self::of(BASE.saturating_add(work), 7, 8)
    }

    /// Reads rules, the last adopted, entries by bisection, open rounds, votes, round and the oldest adopted; writes
    /// votes, open rounds, all votes that are removed, and the adopted earnings in three places, with two of the
    /// oldest removed.
    fn vote_earnings() -> Weight {
        let work = PER_VERIFIER.saturating_mul(u64::from(MAX_VERIFIERS));
        let removed = u64::from(crate::MAX_OPEN_VOTES);
        Self::of(
            BASE.saturating_add(work),
            BISECTION_READS.saturating_add(8),
            removed.saturating_add(9),
        )
    }
}
