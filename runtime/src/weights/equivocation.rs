//! What GRANDPA's calls weigh.
//!
//! The SDK measures the check of an equivocation apart from what follows. What follows is ours: the proof of who owned the
//! key, and the punishment. It is measured with the report of an equivocation of Aura, which does the same, and more of it.

use super::{Authorities, Database, grandpa::Measured};
use frame_support::weights::Weight;
use pallet_authorities::WeightInfo as _;

/// Weights of GRANDPA.
pub struct Grandpa;

impl pallet_grandpa::WeightInfo for Grandpa {
    /// Reads the session of the reported set and of the one before it, besides.
    fn report_equivocation(_validator_count: u32, _max_nominators_per_validator: u32) -> Weight {
        Authorities::report_aura_equivocation()
            .saturating_add(Measured::<Database>::check_equivocation_proof(1))
            .saturating_add(Database::get().reads(2))
    }

    fn note_stalled() -> Weight {
        Measured::<Database>::note_stalled()
    }
}
