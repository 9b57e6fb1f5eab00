//! What benchmarks need around the pallet. A trait of every build, so that unit tests of the runtime compile what it does for them.

use chainflix_primitives::{AccountId, Magnet, Round, registry::VideoTerms};

/// What the surroundings of the pallet arrange for its benchmarks.
pub trait BenchmarkHelper {
    /// A verifier in good standing, with a bond that no punishment exhausts; another for every number.
    fn bonded_verifier(number: u32) -> AccountId;
    /// Puts a video on record that is active from round 0 on, with as many later changes of its state as there may be.
    fn register_video(video: Magnet, terms: VideoTerms);
    /// Puts an enhancement of a video on record, with as many owners as there may be, of whom the first has it from `from` on.
    fn attach_enhancement(enhancement: u32, video: Magnet, from: Round);
    /// Gives an account so many units.
    fn endow(account: &AccountId, amount: u128);
    /// Sets the time of the block, in ms since the Unix epoch: the start of a slot.
    fn set_now(now_ms: u64);
}
