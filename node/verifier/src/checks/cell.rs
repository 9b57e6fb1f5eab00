//! The cell that was played, and that it was at hand.

use chainflix_primitives::{
    Sha256,
    manifest::CellEntry,
    play_data::{self, PlainOpening, PossessionError},
    possession::ChainStart,
    refusal::Refusal,
    registry::VideoTerms,
    view::ViewClaim,
};

/// Playtime in ms of a minute that the video's record has in this rendition.
pub(crate) fn playtime(terms: &VideoTerms, rendition: u8, minute: u16) -> Option<u32> {
    terms.playtime_of(rendition, minute)
}

/// Checks that `entry` is the claim's cell, as the video's record commits to it.
pub(crate) fn check_entry(
    terms: &VideoTerms,
    claim: &ViewClaim,
    entry: &CellEntry,
    path: &[[u8; 32]],
) -> Result<(), Refusal> {
    let is_claimed = (entry.rendition, entry.index) == (claim.rendition, claim.minute);
    if is_claimed && terms.holds_cell::<Sha256>(entry, path) {
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
