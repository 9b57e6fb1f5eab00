//! The cell that was played, and that it was at hand.

use chainflix_primitives::{
    Sha256,
    manifest::CellEntry,
    merkle,
    play_data::{self, PlainOpening, PossessionError},
    possession::ChainStart,
    refusal::Refusal,
    registry::VideoTerms,
    view::ViewClaim,
    window,
};

/// Playtime in ms of a minute that the video's record has in this rendition.
pub(crate) fn playtime(terms: &VideoTerms, rendition: u8, minute: u16) -> Option<u32> {
    if rendition >= terms.renditions {
        return None;
    }
    window::cell_playtime(terms.total_playtime_ms, minute)
}

/// Checks that `entry` is the claim's cell, as the video's record commits to it.
pub(crate) fn check_entry(
    terms: &VideoTerms,
    claim: &ViewClaim,
    entry: &CellEntry,
    path: &[[u8; 32]],
) -> Result<(), Refusal> {
    let is_claimed = (entry.rendition, entry.index) == (claim.rendition, claim.minute)
        && playtime(terms, entry.rendition, entry.index) == Some(entry.playtime_ms)
        && entry.has_fitting_size();
    let cells = window::cell_count(terms.total_playtime_ms).ok_or(Refusal::BadCell)?;
    // At most eight renditions of 1,440 cells: nothing overflows, and a record beyond that is no good cell.
    let place = u32::from(entry.rendition)
        .checked_mul(u32::from(cells))
        .and_then(|before| before.checked_add(u32::from(entry.index)))
        .ok_or(Refusal::BadCell)?;
    let count = u32::from(terms.renditions)
        .checked_mul(u32::from(cells))
        .ok_or(Refusal::BadCell)?;
    let leaf = entry.leaf_hash::<Sha256>();
    if is_claimed && merkle::verify::<Sha256>(leaf, place, count, path, &terms.manifest_root) {
        Ok(())
    } else {
        Err(Refusal::BadCell)
    }
}

/// Checks that the opened leaves are those of the cell that the chain asks for, and lead to the claim's accumulator.
pub(crate) fn check_possession(
    claim: &ViewClaim,
    entry: &CellEntry,
    openings: &[PlainOpening],
) -> Result<(), Refusal> {
    let start = ChainStart {
        constant: claim.constant,
        play_code: claim.play_code,
        viewer: claim.viewer,
        cell: claim.cell_id::<Sha256>(),
    };
    play_data::check_possession::<Sha256>(&start, entry, openings, &claim.acc).map_err(|error| {
        match error {
            PossessionError::WrongCount | PossessionError::LeafNotUnderRoot => Refusal::BadOpenings,
            PossessionError::WrongAccumulator => Refusal::BadPossession,
        }
    })
}
