//! Weights, estimated by counting what a call reads, writes and does.
//!
//! `weight = BASE + signatures + reads + writes`, where a read and a write cost what the runtime's database weight
//! says. The set is one read of at most 100 accounts, sorting it costs some microseconds and is in the base. Storage
//! proofs are not limited on a chain of its own, so the proof size is 0.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Decoding, checking and dispatching a call whose arguments are below 1 KiB: 30 µs, in picoseconds.
const BASE: u64 = 30_000_000;
/// Checking one sr25519 signature through the host: 64 µs were measured, 80 µs with the way there, in picoseconds.
const SIGNATURE: u64 = 80_000_000;
/// Moving funds to or from a hold: 40 µs, in picoseconds.
const HOLD: u64 = 40_000_000;
/// Reading and writing the largest set, its keys or its queue: 50 µs, in picoseconds.
const SET: u64 = 50_000_000;
/// Decoding and hashing two headers of 128 KiB: 400 µs, in picoseconds.
const HEADERS: u64 = 400_000_000;
/// Decoding the keys of the largest set, or checking a path of a historical tree: 200 µs, in picoseconds.
const KEY_OWNER: u64 = 200_000_000;

/// Weights of the calls.
pub trait WeightInfo {
    /// Noting an announcement.
    fn announce() -> Weight;
    /// Letting an announcement in.
    fn authorize_announce() -> Weight;
    /// Noting a commitment to a set secret.
    fn commit_set_secret() -> Weight;
    /// Letting a commitment in.
    fn authorize_commit_set_secret() -> Weight;
    /// Noting an acknowledgement of a set secret.
    fn acknowledge_set_secret() -> Weight;
    /// Letting an acknowledgement in.
    fn authorize_acknowledge_set_secret() -> Weight;
    /// Noting an application.
    fn apply() -> Weight;
    /// Taking one back.
    fn withdraw_application() -> Weight;
    /// Changing a profile.
    fn update_profile() -> Weight;
    /// Admitting a candidate.
    fn admit() -> Weight;
    /// Removing a verifier.
    fn remove() -> Weight;
    /// Suspending.
    fn suspend() -> Weight;
    /// Lifting a suspension.
    fn readmit() -> Weight;
    /// Leaving.
    fn exit() -> Weight;
    /// Adding to a bond.
    fn top_up_bond() -> Weight;
    /// Taking a bond back.
    fn withdraw_bond() -> Weight;
    /// Removing session keys.
    fn forget_session_keys() -> Weight;
    /// Proving an equivocation of Aura by the keys that are remembered, and punishing it.
    fn report_aura_equivocation() -> Weight;
    /// Letting the proof in.
    fn authorize_report_aura_equivocation() -> Weight;
    /// Finding a key's owner under the root of a past session.
    fn key_owner_by_root() -> Weight;
    /// Finding a key's owner among the keys that are remembered.
    fn key_owner_by_set() -> Weight;
    /// Punishing one offender.
    fn punish() -> Weight;
    /// Planning a session. Runs within the block hook of pallet-session, which takes a whole block.
    fn new_session() -> Weight;
    /// Beginning a session in which everybody is another. Runs within the same hook.
    fn start_session() -> Weight;
}

/// The estimate, with the runtime's database weights.
pub struct EstimatedWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> EstimatedWeight<T> {
    fn of(time: u64, reads: u64, writes: u64) -> Weight {
        Weight::from_parts(time, 0).saturating_add(T::DbWeight::get().reads_writes(reads, writes))
    }
}

impl<T: frame_system::Config> WeightInfo for EstimatedWeight<T> {
    /// Reads the set, count, announcement and number of announcements; writes the last three.
    fn announce() -> Weight {
        Self::of(BASE, 4, 3)
    }

    /// Reads the set, count, announcement, genesis hash and session keys; one signature.
    fn authorize_announce() -> Weight {
        Self::of(BASE.saturating_add(SIGNATURE), 5, 0)
    }

    /// Reads the set, secret, epoch, round and acknowledgements; writes secret and acknowledgements.
    fn commit_set_secret() -> Weight {
        Self::of(BASE.saturating_add(SET), 5, 2)
    }

    /// Reads the set, secret, epoch, round, genesis hash and session keys; one signature.
    fn authorize_commit_set_secret() -> Weight {
        Self::of(BASE.saturating_add(SIGNATURE).saturating_add(SET), 6, 0)
    }

    /// Reads the set, secret, epoch and acknowledgements; writes secret, epoch in force and acknowledgements.
    fn acknowledge_set_secret() -> Weight {
        Self::of(BASE.saturating_add(SET), 4, 3)
    }

    /// Reads the set, secret, epoch, acknowledgements, genesis hash and session keys; one signature.
    fn authorize_acknowledge_set_secret() -> Weight {
        Self::of(BASE.saturating_add(SIGNATURE).saturating_add(SET), 6, 0)
    }

    /// Reads bar, session, record, keys and account; writes record, its count and account with its holds.
    fn apply() -> Weight {
        Self::of(BASE.saturating_add(HOLD), 7, 4)
    }

    /// Reads record and account; writes record, its count and account with its holds.
    fn withdraw_application() -> Weight {
        Self::of(BASE.saturating_add(HOLD), 4, 4)
    }

    /// Reads and writes the record.
    fn update_profile() -> Weight {
        Self::of(BASE, 1, 1)
    }

    /// Reads record, bar, session, keys, members, emission (rules, clock, cycle rules) and account; writes record,
    /// members, expelled and account; lets at most one go, with the queue and the set in force read and its record
    /// written.
    fn admit() -> Weight {
        Self::of(BASE.saturating_add(HOLD).saturating_add(SET), 16, 8)
    }

    /// Reads members, expelled, minimum, queue, set in force, session and record; writes members and record.
    fn remove() -> Weight {
        Self::of(BASE.saturating_add(SET), 8, 3)
    }

    /// Reads and writes the record.
    fn suspend() -> Weight {
        Self::of(BASE, 1, 1)
    }

    /// Reads session, bar and record; writes the record.
    fn readmit() -> Weight {
        Self::of(BASE, 3, 1)
    }

    /// The same as being removed.
    fn exit() -> Weight {
        Self::remove()
    }

    /// Reads record and account; writes record and account with its holds.
    fn top_up_bond() -> Weight {
        Self::of(BASE.saturating_add(HOLD), 4, 4)
    }

    /// Reads record, round and account; writes record, its count, the announcement, its count, and account with holds.
    fn withdraw_bond() -> Weight {
        Self::of(BASE.saturating_add(HOLD).saturating_add(HOLD), 7, 7)
    }

    /// Reads record and set in force; reads and writes the keys, their four owners and the account.
    fn forget_session_keys() -> Weight {
        Self::of(BASE.saturating_add(HOLD), 9, 7)
    }

    /// What letting it in does, again; reads and writes the offence and its index, and punishes.
    fn report_aura_equivocation() -> Weight {
        Self::authorize_report_aura_equivocation()
            .saturating_add(Self::of(BASE, 2, 2))
            .saturating_add(Self::punish())
    }

    /// Two headers, a proof of key ownership, two signatures. Reads session, two slots of sessions, current slot, sessions of
    /// keys, keys or root, and bar.
    fn authorize_report_aura_equivocation() -> Weight {
        let time = BASE
            .saturating_add(HEADERS)
            .saturating_add(KEY_OWNER)
            .saturating_add(SIGNATURE)
            .saturating_add(SIGNATURE);
        Self::of(time, 8, 0)
    }

    /// Reads session, bar, set, disabled, record, members, expelled, minimum, queue and two accounts; writes bar,
    /// disabled, record, members, expelled, two accounts and a digest.
    fn punish() -> Weight {
        Self::of(BASE.saturating_add(HOLD).saturating_add(SET), 14, 10)
    }

    /// A path of a trie; reads its root and session.
    fn key_owner_by_root() -> Weight {
        Self::of(KEY_OWNER, 2, 0)
    }

    /// Reads the session, the sessions of keys, and keys.
    fn key_owner_by_set() -> Weight {
        Self::of(KEY_OWNER, 3, 0)
    }

    /// Reads members, expelled, queue, and the keys of each.
    fn new_session() -> Weight {
        Self::of(SET.saturating_mul(3), 103, 0)
    }

    /// Reads set before and now, queue, keys before, session, slot, bars and records of everybody; writes records, members of the
    /// collective, set, keys and slot.
    fn start_session() -> Weight {
        Self::of(SET.saturating_mul(10), 310, 110)
    }
}
