//! Views: a ticket whose Play Data was accepted, as it stands in a view block.

use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::hash::{Hash32, Hasher, label};
use crate::ids::{AccountId, AddressTag, CellId, Magnet, PlayCode, RandomConstant, Signature64};
use crate::merkle;
use crate::possession::NonceInput;
use crate::rounds::{Cycle, Round, RoundClock};
use crate::ticket::{TICKET_VERSION, Ticket};
use crate::window::{self, MIN_EARNING_MS};

/// Version of [`ViewClaim`].
pub const VIEW_VERSION: u8 = 1;
/// Most providers named in a view.
pub const MAX_PROVIDERS: u32 = 8;
/// Most enhancements shown in a view.
pub const MAX_ENHANCEMENTS: u32 = 4;
/// A leaf is never longer than this, in bytes.
pub const MAX_LEAF_BYTES: usize = 512;
/// Acceptance may lie so far outside the header's round, in ms: verifiers' clocks differ.
pub const CLOCK_TOLERANCE_MS: u64 = 5_000;

/// Bytes of a cell that one provider delivered.
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
pub struct Delivery {
    /// Index of the provider on chain.
    pub provider: u32,
    /// Bytes by its last receipt, at most the cell's length.
    pub bytes: u32,
}

/// An advertisement that the view was.
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
pub struct AdShown {
    /// The campaign.
    pub campaign: u32,
    /// The video in which it ran.
    pub host_video: Magnet,
    /// Whether the viewer followed it.
    pub clicked: bool,
}

/// What the viewer claims and signs.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ViewClaim {
    /// [`VIEW_VERSION`].
    pub version: u8,
    /// The viewer.
    pub viewer: AccountId,
    /// Hash of the delegation whose session key signs.
    pub delegation: Hash32,
    /// The video.
    pub video: Magnet,
    /// The minute.
    pub minute: u16,
    /// The rendition.
    pub rendition: u8,
    /// Time of issue from the ticket, ms since the Unix epoch.
    pub issue_ms: u64,
    /// Random constant from the ticket.
    pub constant: RandomConstant,
    /// PlayCode from the ticket.
    pub play_code: PlayCode,
    /// The accumulator after the eighth leaf.
    pub acc: Hash32,
    /// The nonce.
    pub nonce: u64,
    /// Who delivered how much, by ascending provider index.
    pub deliveries: BoundedVec<Delivery, ConstU32<MAX_PROVIDERS>>,
    /// Enhancements shown, ascending.
    pub enhancements: BoundedVec<u32, ConstU32<MAX_ENHANCEMENTS>>,
    /// The advertisement, when the view was one.
    pub ad: Option<AdShown>,
}

/// One leaf of a view block: the viewer's claim and what the issuing verifier adds to it.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ViewLeaf {
    /// What the viewer signed.
    pub claim: ViewClaim,
    /// ed25519 by the viewer's session key over [`ViewClaim::signing_payload`].
    pub signature: Signature64,
    /// Time from handing out the constant to receiving Play Data, in ms on the issuer's monotonic clock.
    pub elapsed_ms: u32,
    /// Index of the ticket in the issuer's list of its round.
    pub ticket_index: u32,
    /// Tag of the viewer's address group in the round of acceptance.
    pub address_tag: AddressTag,
}

impl ViewClaim {
    /// What the session key signs.
    #[must_use]
    pub fn signing_payload(&self, genesis: &Hash32) -> Vec<u8> {
        [label::VIEW, genesis, &self.encode()].concat()
    }

    /// Id of the cell.
    #[must_use]
    pub fn cell_id<H: Hasher>(&self) -> CellId {
        CellId::of::<H>(&self.video, self.rendition, self.minute)
    }

    /// Whether every enhancement is named once, in ascending order: each takes an equal part of what the view is worth to
    /// enhancers.
    #[must_use]
    pub fn has_enhancements_in_order(&self) -> bool {
        self.enhancements.windows(2).all(|pair| match pair {
            [a, b] => a < b,
            _ => false,
        })
    }

    /// What the nonce was mined over.
    #[must_use]
    pub fn nonce_input<H: Hasher>(&self, genesis: Hash32, cycle: Cycle) -> NonceInput {
        NonceInput {
            genesis,
            acc: self.acc,
            viewer: self.viewer,
            cell: self.cell_id::<H>(),
            play_code: self.play_code,
            cycle,
        }
    }
}

impl ViewLeaf {
    /// Leaf of the view block's tree.
    #[must_use]
    pub fn leaf_hash<H: Hasher>(&self) -> Hash32 {
        merkle::leaf_hash::<H>(&self.encode())
    }

    /// Order in a view block: by viewer, then time of issue.
    #[must_use]
    pub fn sort_key(&self) -> (AccountId, u64) {
        (self.claim.viewer, self.claim.issue_ms)
    }

    /// Time in which the cell was played, `[start, end)` in ms since the Unix epoch.
    #[must_use]
    pub fn interval(&self) -> (u64, u64) {
        let start = self.claim.issue_ms;
        (start, start.saturating_add(u64::from(self.elapsed_ms)))
    }

    /// The ticket behind the view, when `issuer` issued it in `round`.
    #[must_use]
    pub fn ticket(&self, issuer: AccountId, round: Round) -> Ticket {
        Ticket {
            version: TICKET_VERSION,
            issuer,
            round,
            index: self.ticket_index,
            viewer: self.claim.viewer,
            delegation: self.claim.delegation,
            video: self.claim.video,
            minute: self.claim.minute,
            rendition: self.claim.rendition,
            issue_ms: self.claim.issue_ms,
            constant: self.claim.constant,
            play_code: self.claim.play_code,
        }
    }

    /// Checks everything that follows from the leaf and public values alone: the pallet does at opened leaves, every
    /// verifier does at all of them. Signature, ticket path and receipts are not among it.
    ///
    /// # Errors
    /// The first rule that does not hold.
    pub fn check<H: Hasher>(&self, context: &LeafContext) -> Result<Round, LeafError> {
        if self.claim.version != VIEW_VERSION {
            return Err(LeafError::UnknownVersion);
        }
        let playtime = context.playtime_ms;
        window::check_elapsed(playtime, self.elapsed_ms).map_err(|_| LeafError::OutsideWindow)?;
        if playtime < MIN_EARNING_MS {
            return Err(LeafError::CellTooShort);
        }
        let issue_round = context
            .clock
            .round_at(self.claim.issue_ms)
            .ok_or(LeafError::OutsideRound)?;
        if !self.accepted_for(context) {
            return Err(LeafError::OutsideRound);
        }
        if !strictly_ascending(&self.claim.deliveries) {
            return Err(LeafError::DeliveriesNotInOrder);
        }
        if !self.claim.has_enhancements_in_order() {
            return Err(LeafError::EnhancementsNotInOrder);
        }
        let input = self.claim.nonce_input::<H>(context.genesis, context.cycle);
        if !input.is_met::<H>(self.claim.nonce, context.difficulty) {
            return Err(LeafError::WrongNonce);
        }
        Ok(issue_round)
    }

    /// Whether the acceptance lies in the header's round, give or take the clock tolerance, or within the rounds that
    /// may be carried into it.
    fn accepted_for(&self, context: &LeafContext) -> bool {
        let (_, accepted_ms) = self.interval();
        let (Some(earliest), Some(end)) = (
            context.clock.start_of(context.carried_from),
            context
                .header_round
                .checked_add(1)
                .and_then(|next| context.clock.start_of(next)),
        ) else {
            return false;
        };
        accepted_ms >= earliest.saturating_sub(CLOCK_TOLERANCE_MS)
            && accepted_ms < end.saturating_add(CLOCK_TOLERANCE_MS)
    }
}

/// Public values that a leaf is judged by: those of its ticket's round of issue, and the header it stands under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeafContext {
    /// Genesis hash of the chain.
    pub genesis: Hash32,
    /// The chain's round clock.
    pub clock: RoundClock,
    /// Round of the header under which the leaf stands.
    pub header_round: Round,
    /// First round from which views may be carried into it, by the chain: [`crate::rounds::carried_from`].
    pub carried_from: Round,
    /// Cycle of the ticket's round.
    pub cycle: Cycle,
    /// Difficulty in the ticket's round.
    pub difficulty: u8,
    /// Playtime of the cell, in ms.
    pub playtime_ms: u32,
}

/// Why a leaf is wrong, provably from itself and public values.
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
pub enum LeafError {
    /// The version is not known.
    #[codec(index = 0)]
    UnknownVersion,
    /// Elapsed time is not within playtime and 1.5 × playtime.
    #[codec(index = 1)]
    OutsideWindow,
    /// A cell under 5 s earns nothing.
    #[codec(index = 2)]
    CellTooShort,
    /// Accepted neither in the header's round nor in one that may be carried into it.
    #[codec(index = 3)]
    OutsideRound,
    /// Deliveries are missing, or not by ascending provider.
    #[codec(index = 4)]
    DeliveriesNotInOrder,
    /// The nonce does not meet the difficulty.
    #[codec(index = 5)]
    WrongNonce,
    /// Enhancements are not by ascending id, or named twice.
    #[codec(index = 6)]
    EnhancementsNotInOrder,
}

fn strictly_ascending(deliveries: &[Delivery]) -> bool {
    !deliveries.is_empty()
        && deliveries.windows(2).all(|pair| match pair {
            [a, b] => a.provider < b.provider,
            _ => false,
        })
}
