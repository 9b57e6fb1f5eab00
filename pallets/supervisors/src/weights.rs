//! Weights, estimated by counting what a call reads, writes and does.
//!
//! `weight = BASE + reads + writes`, where a read and a write cost what the runtime's database weight says. A call is
//! charged for the longest way through it; none has a loop. An account and its holds are two reads and two writes
//! each time something is held or released. Storage proofs are not limited on a chain of its own, so the proof size
//! is 0.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Decoding, checking and dispatching a call whose arguments are below 1 KiB: 20 µs, in picoseconds.
const BASE: u64 = 20_000_000;

/// Weights of the calls.
pub trait WeightInfo {
    /// Putting a supervisor in office.
    fn add_supervisor() -> Weight;
    /// Removing a supervisor.
    fn remove_supervisor() -> Weight;
    /// Replacing a profile.
    fn update_profile() -> Weight;
    /// Applying.
    fn apply() -> Weight;
    /// Withdrawing an application.
    fn withdraw_application() -> Weight;
    /// Deciding an application.
    fn decide() -> Weight;
    /// Taking an approval back.
    fn revoke_approval() -> Weight;
    /// Removing an approval.
    fn remove_approval() -> Weight;
    /// Restricting a video.
    fn restrict() -> Weight;
    /// Confirming a restriction.
    fn confirm_restriction() -> Weight;
    /// Lifting a restriction.
    fn reinstate() -> Weight;
    /// Lifting a restriction that has lapsed.
    fn lift_lapsed() -> Weight;
    /// Appealing.
    fn appeal() -> Weight;
    /// Deciding an appeal.
    fn decide_appeal() -> Weight;
    /// Closing an appeal.
    fn close_appeal() -> Weight;
}

/// The estimate, with the runtime's database weights.
pub struct EstimatedWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> EstimatedWeight<T> {
    fn of(reads: u64, writes: u64) -> Weight {
        Weight::from_parts(BASE, 0).saturating_add(T::DbWeight::get().reads_writes(reads, writes))
    }
}

impl<T: frame_system::Config> WeightInfo for EstimatedWeight<T> {
    /// Supervisor, count, round; writes supervisor and count.
    fn add_supervisor() -> Weight {
        Self::of(3, 2)
    }

    /// Supervisor, count; writes both.
    fn remove_supervisor() -> Weight {
        Self::of(2, 2)
    }

    /// Supervisor.
    fn update_profile() -> Weight {
        Self::of(1, 1)
    }

    /// Supervisor, round, application, account and holds; writes the last three.
    fn apply() -> Weight {
        Self::of(5, 3)
    }

    /// Application, account and holds.
    fn withdraw_application() -> Weight {
        Self::of(3, 3)
    }

    /// Supervisor, application, round, approval, account and holds; writes the application, the approval, account and
    /// holds.
    fn decide() -> Weight {
        Self::of(6, 4)
    }

    /// Supervisor and approval; writes the approval.
    fn revoke_approval() -> Weight {
        Self::of(2, 1)
    }

    /// Approval, round, supervisor, account and holds; writes approval, account and holds.
    fn remove_approval() -> Weight {
        Self::of(5, 3)
    }

    /// Supervisor, video, round; writes the video and the restriction.
    fn restrict() -> Weight {
        Self::of(3, 2)
    }

    /// Supervisor, restriction, video; writes the restriction.
    fn confirm_restriction() -> Weight {
        Self::of(3, 1)
    }

    /// Supervisor, restriction, video, round, appeal, account and holds; writes the video, the restriction and the
    /// last three.
    fn reinstate() -> Weight {
        Self::of(7, 5)
    }

    /// Restriction, video, round, appeal, account and holds; writes all but the round.
    fn lift_lapsed() -> Weight {
        Self::of(6, 5)
    }

    /// Video, restriction, round, account and holds; writes the restriction, the appeal, account and holds.
    fn appeal() -> Weight {
        Self::of(5, 4)
    }

    /// Appeal, round, video, restriction, account and holds; writes all but the round.
    fn decide_appeal() -> Weight {
        Self::of(6, 5)
    }

    /// Appeal, round, account and holds; writes all but the round.
    fn close_appeal() -> Weight {
        Self::of(4, 3)
    }
}
