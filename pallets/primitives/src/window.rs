//! Playtime of a cell, and when Play Data for it is accepted.

/// Playtime of every cell but the last, in ms.
pub const CELL_MS: u32 = 60_000;
/// A last cell shorter than this plays but earns nothing, in ms.
pub const MIN_EARNING_MS: u32 = 5_000;
/// Most cells of one rendition: a day of video.
pub const MAX_CELLS: u16 = 1_440;

/// Number of cells of a video of `total_ms`. `None` for an empty or too long video.
#[must_use]
pub fn cell_count(total_ms: u32) -> Option<u16> {
    let count = u16::try_from(total_ms.div_ceil(CELL_MS)).ok()?;
    (1..=MAX_CELLS).contains(&count).then_some(count)
}

/// Playtime of cell `index` of a video of `total_ms`: 60,000 ms, of the last the rest. `None` when there is no such cell.
#[must_use]
pub fn cell_playtime(total_ms: u32, index: u16) -> Option<u32> {
    if index >= cell_count(total_ms)? {
        return None;
    }
    let before = u32::from(index).checked_mul(CELL_MS)?;
    Some(total_ms.checked_sub(before)?.min(CELL_MS))
}

/// Why the time between handing out the random constant and receiving Play Data does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowError {
    /// Less than the playtime has passed.
    ///
    /// > "If the time between receiving the random constant and the nonce is less than the playtime, it fails."
    TooEarly,
    /// More than 1.5 times the playtime has passed.
    ///
    /// > "It fails if the playback time is 1.5 times longer than the nonce time."
    TooLate,
}

/// Checks `playtime ≤ elapsed ≤ 1.5 × playtime`, both in ms on the verifier's monotonic clock.
///
/// # Errors
/// Which side of the window was missed.
pub fn check_elapsed(playtime_ms: u32, elapsed_ms: u32) -> Result<(), WindowError> {
    if elapsed_ms < playtime_ms {
        return Err(WindowError::TooEarly);
    }
    let doubled_elapsed = u64::from(elapsed_ms).saturating_mul(2);
    let tripled_playtime = u64::from(playtime_ms).saturating_mul(3);
    if doubled_elapsed > tripled_playtime {
        return Err(WindowError::TooLate);
    }
    Ok(())
}

/// Whether two intervals `[start, end)` overlap. One that ends when the other starts does not.
#[must_use]
pub fn overlap(a: (u64, u64), b: (u64, u64)) -> bool {
    overlap_ms(a, b) > 0
}

/// How many ms two intervals `[start, end)` have in common.
#[must_use]
pub fn overlap_ms(a: (u64, u64), b: (u64, u64)) -> u64 {
    a.1.min(b.1).saturating_sub(a.0.max(b.0))
}
