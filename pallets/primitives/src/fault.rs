//! Faults: what one issuer's own signed data proves against it. Everything is under roots that it reported, so that nobody
//! else can make such a proof.
//!
//! | kind | proved by |
//! |---|---|
//! | wrong nonce, elapsed outside the window, not assigned, video inactive, enhancement inactive | the leaf |
//! | ticket not at its index | the leaf, and what stands there under the tickets root |
//! | two of one minute, two that overlap | two leaves of one viewer |
//! | wrong possession | the leaf, the cell's entry, and the eight true plaintext leaves |
//!
//! What is no fault: a ticket whose round has no tickets root (a report may get lost in a reorganisation; the block is
//! rejected), and a leaf that stands in two blocks because the first was not approved.

use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::draw;
use crate::hash::{Hash32, Hasher, label};
use crate::ids::AccountId;
use crate::manifest::CellEntry;
use crate::merkle;
use crate::play_data::{Path, PlainOpening, PossessionError, check_possession};
use crate::possession::{ChainStart, SLICES};
use crate::registry::{VideoState, VideoTerms};
use crate::report::{Header, TicketsRoot};
use crate::rounds::{Cycle, Round};
use crate::view::ViewLeaf;
use crate::window;

/// A leaf with its place in a view block.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct PlacedLeaf {
    /// Its index.
    pub index: u32,
    /// The leaf.
    pub leaf: ViewLeaf,
    /// Its path under the header's root.
    pub path: Path,
}

impl PlacedLeaf {
    /// Whether it stands at its index under `header`.
    #[must_use]
    pub fn stands_under<H: Hasher>(&self, header: &Header) -> bool {
        merkle::verify::<H>(
            self.leaf.leaf_hash::<H>(),
            self.index,
            header.count,
            &self.path,
            &header.root,
        )
    }
}

/// The second of two leaves, in the same view block or in an earlier one of the same issuer.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct OtherLeaf {
    /// Round of its view block.
    pub round: Round,
    /// The leaf.
    pub placed: PlacedLeaf,
}

/// What stands at a ticket's index.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct TicketThere {
    /// Leaf hash of the ticket that stands there.
    pub hash: Hash32,
    /// Its path under the tickets root.
    pub path: Path,
}

/// What proves a fault of one leaf, beside the leaf.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum FaultEvidence {
    /// The nonce does not meet the difficulty.
    #[codec(index = 0)]
    WrongNonce,
    /// Elapsed time is not within playtime and 1.5 × playtime.
    #[codec(index = 1)]
    OutsideWindow,
    /// The leaf's ticket is not the one at its index.
    #[codec(index = 2)]
    TicketElsewhere {
        /// What stands there instead; nothing when the list ends before.
        there: Option<TicketThere>,
    },
    /// Another leaf is of the same viewer, minute and cycle, and neither is an advertisement.
    #[codec(index = 3)]
    SameMinute {
        /// The other.
        other: OtherLeaf,
    },
    /// The playing time of another leaf of the viewer overlaps this one's.
    #[codec(index = 4)]
    Overlap {
        /// The other.
        other: OtherLeaf,
    },
    /// The issuer was not among the viewer's two assigned verifiers.
    #[codec(index = 5)]
    NotAssigned,
    /// The video was not active in the ticket's round, or has no such cell.
    #[codec(index = 6)]
    VideoInactive,
    /// The true plaintext leads to another accumulator.
    #[codec(index = 7)]
    WrongPossession {
        /// The cell as the manifest commits to it.
        cell: CellEntry,
        /// Path of that entry under the video's manifest root.
        cell_path: Path,
        /// The eight leaves that the chain reads, in order.
        openings: BoundedVec<PlainOpening, ConstU32<SLICES>>,
    },
    /// The leaf names an enhancement that was not attached to the video in the ticket's round.
    #[codec(index = 8)]
    EnhancementInactive {
        /// Which.
        enhancement: u32,
    },
}

/// Proof of a fault in a view block.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct FaultProof {
    /// Whose view block.
    pub issuer: AccountId,
    /// Its round.
    pub round: Round,
    /// The wrong leaf; of two, the one in the later block.
    pub leaf: PlacedLeaf,
    /// What is wrong.
    pub evidence: FaultEvidence,
}

/// Kinds of faults.
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
pub enum FaultKind {
    /// See [`FaultEvidence::WrongNonce`].
    #[codec(index = 0)]
    WrongNonce,
    /// See [`FaultEvidence::OutsideWindow`].
    #[codec(index = 1)]
    OutsideWindow,
    /// See [`FaultEvidence::TicketElsewhere`].
    #[codec(index = 2)]
    TicketElsewhere,
    /// See [`FaultEvidence::SameMinute`].
    #[codec(index = 3)]
    SameMinute,
    /// See [`FaultEvidence::Overlap`].
    #[codec(index = 4)]
    Overlap,
    /// See [`FaultEvidence::NotAssigned`].
    #[codec(index = 5)]
    NotAssigned,
    /// See [`FaultEvidence::VideoInactive`].
    #[codec(index = 6)]
    VideoInactive,
    /// See [`FaultEvidence::WrongPossession`].
    #[codec(index = 7)]
    WrongPossession,
    /// See [`FaultEvidence::EnhancementInactive`].
    #[codec(index = 8)]
    EnhancementInactive,
}

/// Values that a leaf is held against: those of its ticket's round.
#[derive(Clone, Copy, Debug)]
pub struct FaultFacts<'a> {
    /// Genesis hash of the chain.
    pub genesis: Hash32,
    /// Round of the ticket.
    pub issued_in: Round,
    /// Its cycle.
    pub cycle: Cycle,
    /// Seed of that cycle.
    pub seed: Hash32,
    /// The verifiers in force, ascending.
    pub set: &'a [AccountId],
    /// The difficulty.
    pub difficulty: u8,
    /// The video's record.
    pub terms: Option<&'a VideoTerms>,
    /// Its state.
    pub state: Option<VideoState>,
    /// Whether the enhancement that the evidence names was attached to the video; of no matter for other evidence.
    pub is_enhanced: bool,
    /// The issuer's tickets root, if it reported one.
    pub tickets: Option<TicketsRoot>,
    /// The header of the wrong leaf.
    pub header: &'a Header,
    /// Header, and cycle of the ticket, of the other leaf where there are two.
    pub other: Option<(&'a Header, Cycle)>,
}

impl FaultEvidence {
    /// What kind of fault it is about.
    #[must_use]
    pub const fn kind(&self) -> FaultKind {
        match self {
            Self::WrongNonce => FaultKind::WrongNonce,
            Self::OutsideWindow => FaultKind::OutsideWindow,
            Self::TicketElsewhere { .. } => FaultKind::TicketElsewhere,
            Self::SameMinute { .. } => FaultKind::SameMinute,
            Self::Overlap { .. } => FaultKind::Overlap,
            Self::NotAssigned => FaultKind::NotAssigned,
            Self::VideoInactive => FaultKind::VideoInactive,
            Self::WrongPossession { .. } => FaultKind::WrongPossession,
            Self::EnhancementInactive { .. } => FaultKind::EnhancementInactive,
        }
    }

    /// The second leaf, where there is one.
    #[must_use]
    pub const fn other(&self) -> Option<&OtherLeaf> {
        match self {
            Self::SameMinute { other } | Self::Overlap { other } => Some(other),
            _ => None,
        }
    }
}

impl FaultProof {
    /// What a verifier signs with its `pov` session key to bring it forward without a deposit.
    #[must_use]
    pub fn signing_payload(&self, genesis: &Hash32, verifier: &AccountId) -> Vec<u8> {
        [label::FAULT, genesis, &verifier.0, &self.encode()].concat()
    }

    /// Whether whoever checks the whole body, as every approver has to, sees the fault: not what only openings show, and
    /// not what takes an earlier body.
    #[must_use]
    pub fn is_shown_by_body(&self) -> bool {
        match &self.evidence {
            FaultEvidence::WrongPossession { .. } => false,
            evidence => evidence
                .other()
                .is_none_or(|other| other.round == self.round),
        }
    }

    /// Whether it proves what it says.
    #[must_use]
    pub fn holds<H: Hasher>(&self, facts: &FaultFacts<'_>) -> bool {
        if !self.leaf.stands_under::<H>(facts.header) {
            return false;
        }
        let leaf = &self.leaf.leaf;
        let claim = &leaf.claim;
        match &self.evidence {
            FaultEvidence::WrongNonce => {
                let input = claim.nonce_input::<H>(facts.genesis, facts.cycle);
                !input.is_met::<H>(claim.nonce, facts.difficulty)
            }
            FaultEvidence::OutsideWindow => facts
                .terms
                .and_then(|terms| terms.playtime_of(claim.rendition, claim.minute))
                .is_some_and(|playtime| window::check_elapsed(playtime, leaf.elapsed_ms).is_err()),
            FaultEvidence::TicketElsewhere { there } => facts
                .tickets
                .is_some_and(|tickets| self.is_elsewhere::<H>(facts, &tickets, there.as_ref())),
            FaultEvidence::SameMinute { other } => {
                let same = &other.placed.leaf.claim;
                // An advertisement spends no minute of its creative.
                let is_ad = same.ad.is_some() || claim.ad.is_some();
                let of_one_cell = !is_ad
                    && (same.viewer, same.video, same.minute)
                        == (claim.viewer, claim.video, claim.minute);
                let cycle = facts.other.map(|(_, cycle)| cycle);
                of_one_cell && cycle == Some(facts.cycle) && self.is_second::<H>(facts, other)
            }
            FaultEvidence::Overlap { other } => {
                let second = &other.placed.leaf;
                second.claim.viewer == claim.viewer
                    && window::overlap(second.interval(), leaf.interval())
                    && self.is_second::<H>(facts, other)
            }
            FaultEvidence::NotAssigned => {
                !draw::is_assigned::<H>(&facts.seed, &claim.viewer, facts.set, &self.issuer)
            }
            FaultEvidence::VideoInactive => !self.counts_in(facts),
            FaultEvidence::EnhancementInactive { enhancement } => {
                claim.enhancements.contains(enhancement) && !facts.is_enhanced
            }
            FaultEvidence::WrongPossession {
                cell,
                cell_path,
                openings,
            } => facts.terms.is_some_and(|terms| {
                (cell.rendition, cell.index) == (claim.rendition, claim.minute)
                    && terms.holds_cell::<H>(cell, cell_path)
                    && self.is_disproved_by::<H>(cell, openings)
            }),
        }
    }

    /// Whether another ticket stands at the leaf's index, or none.
    fn is_elsewhere<H: Hasher>(
        &self,
        facts: &FaultFacts<'_>,
        tickets: &TicketsRoot,
        there: Option<&TicketThere>,
    ) -> bool {
        let leaf = &self.leaf.leaf;
        let Some(there) = there else {
            return leaf.ticket_index >= tickets.count;
        };
        let own = leaf.ticket(self.issuer, facts.issued_in).leaf_hash::<H>();
        there.hash != own
            && merkle::verify::<H>(
                there.hash,
                leaf.ticket_index,
                tickets.count,
                &there.path,
                &tickets.root,
            )
    }

    /// Whether the other leaf is another: at another place of the same block, or another leaf in an earlier one.
    fn is_second<H: Hasher>(&self, facts: &FaultFacts<'_>, other: &OtherLeaf) -> bool {
        let Some((header, _)) = facts.other else {
            return false;
        };
        let differs = if other.round == self.round {
            other.placed.index != self.leaf.index
        } else {
            other.round < self.round && other.placed.leaf != self.leaf.leaf
        };
        differs && other.placed.stands_under::<H>(header)
    }

    /// Whether views of the cell counted in the ticket's round.
    fn counts_in(&self, facts: &FaultFacts<'_>) -> bool {
        let claim = &self.leaf.leaf.claim;
        facts.state == Some(VideoState::Active)
            && facts.terms.is_some_and(|terms| {
                facts.issued_in >= terms.from_round
                    && terms.playtime_of(claim.rendition, claim.minute).is_some()
            })
    }

    /// Whether the openings are the true ones, and lead elsewhere than the claim says.
    fn is_disproved_by<H: Hasher>(&self, cell: &CellEntry, openings: &[PlainOpening]) -> bool {
        let claim = &self.leaf.leaf.claim;
        let start = ChainStart {
            constant: claim.constant,
            play_code: claim.play_code,
            viewer: claim.viewer,
            cell: claim.cell_id::<H>(),
        };
        check_possession::<H>(&start, cell, openings, &claim.acc)
            == Err(PossessionError::WrongAccumulator)
    }
}
