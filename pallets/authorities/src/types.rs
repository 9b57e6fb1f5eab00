//! Whose turn it is to make a set secret.

use chainflix_primitives::{AccountId, Round};

/// Rounds in which one verifier may make the set secret, and in which its acknowledgements are awaited.
///
/// > "without more than 51 % acknowledgements in 10 rounds the next in order makes another"
pub const MAKER_ROUNDS: u32 = 10;

/// The key epoch with which a chain begins.
pub const FIRST_EPOCH: u32 = 0;

/// Whose turn it is in round `now` to make a secret, of `verifiers` in ascending order.
///
/// Without a commitment, since the epoch opened in round `since`: the first has ten rounds, then the second, and so
/// on, round and round. After a commitment that `last_maker` made in round `since`: nobody for ten rounds, then each
/// verifier after the last maker has ten.
#[must_use]
pub fn set_secret_maker(
    verifiers: &[AccountId],
    last_maker: Option<&AccountId>,
    since: Round,
    now: Round,
) -> Option<AccountId> {
    let turns = now.saturating_sub(since).checked_div(MAKER_ROUNDS)?;
    let first = match last_maker {
        None => 0,
        Some(_) if turns == 0 => return None,
        // The place of the last maker, or where it would stand if it has left the set: the first turn after it is
        // its successor's.
        Some(maker) => match verifiers.binary_search(maker) {
            Ok(place) => place,
            Err(place) => place.checked_add(verifiers.len())?.checked_sub(1)?,
        },
    };
    let place = first
        .checked_add(usize::try_from(turns).ok()?)?
        .checked_rem(verifiers.len())?;
    verifiers.get(place).copied()
}
