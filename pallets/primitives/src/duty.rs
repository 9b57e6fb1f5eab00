//! Duties: what the verifier service leaves in the node's off-chain storage for the off-chain worker to put on chain.
//!
//! The mirror is a cache of the service's own store, rebuilt at start. A value is at most [`MAX_DUTY_BYTES`] long. The
//! worker reads it, compares it with chain state, and submits what is still due; only chain state counts as success.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::hash::{Hash32, label};
use crate::ids::AccountId;
use crate::registry::VerifierAnnouncement;
use crate::rounds::Round;

/// Most bytes of a mirrored value.
pub const MAX_DUTY_BYTES: usize = 64 * 1024;
/// Prefix under which a node keeps what off-chain workers see as persistent local storage.
pub const STORAGE_PREFIX: &[u8] = b"storage";
/// Key of the announcement, a SCALE-encoded [`VerifierAnnouncement`].
pub const ANNOUNCEMENT_KEY: &[u8] = b"chainflix/duty/announcement";
/// Key of the set-secret duty, a SCALE-encoded [`SetSecretDuty`].
pub const SET_SECRET_KEY: &[u8] = b"chainflix/duty/set-secret";
/// Key of the heartbeat of the last period, a SCALE-encoded [`crate::heartbeat::Heartbeat`].
pub const HEARTBEAT_KEY: &[u8] = b"chainflix/duty/heartbeat";
/// Key of the proof of a fault that is to be brought forward next, a SCALE-encoded [`crate::fault::FaultProof`].
pub const FAULT_KEY: &[u8] = b"chainflix/duty/fault";
/// Key of the proof that adopted earnings took from an account, a SCALE-encoded [`crate::decrease::DecreaseProof`].
pub const DECREASE_KEY: &[u8] = b"chainflix/duty/decrease";
/// Key of the account that the node verifies for, a SCALE-encoded [`AccountId`].
pub const ACCOUNT_KEY: &[u8] = b"chainflix/duty/account";

/// Key of the report of `round`, a SCALE-encoded, unsigned [`crate::report::Report`].
#[must_use]
pub fn report_key(round: Round) -> Vec<u8> {
    [b"chainflix/duty/report/".as_slice(), &round.to_be_bytes()].concat()
}

/// What a verifier has to say about a set secret.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum SetSecretDuty {
    /// It made the secret of an epoch.
    #[codec(index = 0)]
    Commit {
        /// The epoch.
        epoch: u32,
        /// `SHA-256(label ‖ epoch ‖ secret)`.
        commitment: Hash32,
    },
    /// It holds the secret behind a commitment.
    #[codec(index = 1)]
    Acknowledge {
        /// The epoch.
        epoch: u32,
        /// The commitment on chain.
        commitment: Hash32,
    },
}

/// What a verifier signs with its `pov` session key to announce itself; the call appends how many announcements it made
/// before, as `u32`, so that an old one can't be played again.
#[must_use]
pub fn announcement_payload(
    genesis: &Hash32,
    verifier: &AccountId,
    announcement: &VerifierAnnouncement,
) -> Vec<u8> {
    [
        label::ANNOUNCEMENT,
        genesis,
        &verifier.0,
        &announcement.encode(),
    ]
    .concat()
}

/// What a verifier signs with its `pov` session key to commit to, or acknowledge, a set secret.
#[must_use]
pub fn set_secret_payload(genesis: &Hash32, verifier: &AccountId, duty: &SetSecretDuty) -> Vec<u8> {
    [
        label::SET_SECRET,
        b"/vote",
        genesis.as_slice(),
        &verifier.0,
        &duty.encode(),
    ]
    .concat()
}

/// Bytes whose SHA-256 is the commitment to the set secret of an epoch.
#[must_use]
pub fn set_secret_commitment_preimage(epoch: u32, secret: &[u8; 32]) -> Vec<u8> {
    [
        label::SET_SECRET,
        b"/commitment",
        epoch.to_le_bytes().as_slice(),
        secret,
    ]
    .concat()
}

/// Set secret of an epoch as the chain knows it.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SetSecretRecord {
    /// Who made it.
    pub maker: AccountId,
    /// The commitment.
    pub commitment: Hash32,
    /// Round of the commitment; after ten rounds without enough acknowledgements the next in order may make another.
    pub since: Round,
    /// Whether more than 51 % of the set acknowledged it: it is in force for good.
    pub in_force: bool,
    /// Once it is in force: the round from which on PlayCodes and address tags are derived from it, two rounds after it
    /// came in force.
    pub from_round: Option<Round>,
}

/// Rounds that each verifier in turn has to make a set secret that enough others acknowledge.
///
/// > "without more than 51 % acknowledgements in 10 rounds the next in order makes another"
pub const MAKER_ROUNDS: u32 = 10;

/// Whose turn it is in round `now` to make a secret, of `verifiers` in ascending order.
///
/// Without a commitment, since the epoch opened in round `since`: the first has ten rounds, then the second, and so on,
/// round and round. After a commitment that `last_maker` made in round `since`: nobody for ten rounds, then each verifier
/// after the last maker has ten; a maker that has left the set leaves its place to its successor.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_verifier_in_turn_has_ten_rounds_to_make_the_secret() {
        let set: Vec<AccountId> = [1, 2, 4].map(|n| AccountId([n; 32])).into();
        let turn = |last: Option<u8>, since, now| {
            let last = last.map(|n| AccountId([n; 32]));
            set_secret_maker(&set, last.as_ref(), since, now).map(|account| account.0[0])
        };
        assert_eq!(
            [0, 9, 10, 20, 30].map(|now| turn(None, 0, now)),
            [1, 1, 2, 4, 1].map(Some)
        );
        assert_eq!([3, 12].map(|now| turn(Some(1), 3, now)), [None, None]);
        assert_eq!(
            [13, 23, 33].map(|now| turn(Some(1), 3, now)),
            [2, 4, 1].map(Some)
        );
        assert_eq!(turn(Some(4), 3, 13), Some(1));
        assert_eq!(
            turn(Some(3), 3, 13),
            Some(4),
            "the successor of one that has left"
        );
        assert_eq!(set_secret_maker(&[], None, 0, 0), None);
    }
}
