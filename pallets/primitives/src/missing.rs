//! Missing views: proof that a verifier's signed acceptance stands in none of the blocks that it could be in.
//!
//! A view block is sorted by viewer and time of issue, so that two neighbours between which a view would stand prove that
//! it is not there. At most 21 blocks can hold a view, those of the counted rounds from its acceptance on, so that the proof
//! is bounded: about 3 KiB a block.

use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::duty;
use crate::fault::PlacedLeaf;
use crate::hash::{Hash32, Hasher};
use crate::ids::{AccountId, Signature64};
use crate::registry::VerifierAnnouncement;
use crate::report::Header;
use crate::rounds::{MAX_CARRY_ROUNDS, Round};
use crate::ticket::{Acceptance, Ticket};

/// Most blocks that can hold one view: that of the first counted round from its acceptance on, and those into which it may
/// be carried.
pub const MOST_BLOCKS: u32 = MAX_CARRY_ROUNDS + 1;

/// A verifier's word, by its `pov` session key, that a service key is its own; as it stands in its announcement.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ServiceCertificate {
    /// What it announced.
    pub announcement: VerifierAnnouncement,
    /// How many announcements it had made before.
    pub sequence: u32,
    /// A round in which the key that signed was its `pov` session key.
    pub round: Round,
    /// The signature of the announcement.
    pub signature: Signature64,
}

impl ServiceCertificate {
    /// What the `pov` session key signed.
    #[must_use]
    pub fn signing_payload(&self, genesis: &Hash32, verifier: &AccountId) -> alloc::vec::Vec<u8> {
        let mut payload = duty::announcement_payload(genesis, verifier, &self.announcement);
        self.sequence.encode_to(&mut payload);
        payload
    }
}

/// The neighbours between which a view would stand in one view block.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Absence {
    /// Round of the block.
    pub round: Round,
    /// The last leaf before it; none when it would be the first.
    pub before: Option<PlacedLeaf>,
    /// The first leaf after it; none when it would be the last.
    pub after: Option<PlacedLeaf>,
}

/// Proof that an accepted view is missing.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct MissingView {
    /// The ticket.
    pub ticket: Ticket,
    /// The issuer's word that it accepted the view.
    pub acceptance: Acceptance,
    /// Whose key signed that.
    pub certificate: ServiceCertificate,
    /// The first counted round from the acceptance on: that of the first block that could hold the view.
    pub first: Round,
    /// By ascending round, for each of the issuer's blocks that could hold it and has leaves.
    pub absences: BoundedVec<Absence, ConstU32<MOST_BLOCKS>>,
}

impl MissingView {
    /// Whether the acceptance is of this ticket and issuer.
    #[must_use]
    pub fn is_of_one_view<H: Hasher>(&self) -> bool {
        is_of_one_view::<H>(&self.ticket, &self.acceptance)
    }

    /// Whether the view stands in none of the issuer's `blocks`, ascending by round, those without a header included: there
    /// is one proof for each that has leaves, in that order, and no other.
    #[must_use]
    pub fn is_absent_from<H: Hasher>(
        &self,
        blocks: impl IntoIterator<Item = (Round, Option<Header>)>,
    ) -> bool {
        let mut absences = self.absences.iter();
        let absent = blocks.into_iter().all(|(round, header)| {
            let header = header.filter(|header| header.count > 0);
            header.is_none_or(|header| {
                absences.next().is_some_and(|absence| {
                    absence.round == round && absence.proves::<H>(&self.ticket, &header)
                })
            })
        });
        absent && absences.next().is_none()
    }
}

/// Version of [`AbsencesRequest`].
pub const ABSENCES_VERSION: u8 = 1;

/// What a verifier is shown that is asked for the neighbours of a missing view: only for a view that its issuer accepted,
/// since neighbours tell what others watched.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct AbsencesRequest {
    /// [`ABSENCES_VERSION`].
    pub version: u8,
    /// The ticket.
    pub ticket: Ticket,
    /// The issuer's word that it accepted the view.
    pub acceptance: Acceptance,
    /// Whose key signed that.
    pub certificate: ServiceCertificate,
}

impl AbsencesRequest {
    /// Whether the acceptance is of this ticket and issuer.
    #[must_use]
    pub fn is_of_one_view<H: Hasher>(&self) -> bool {
        is_of_one_view::<H>(&self.ticket, &self.acceptance)
    }
}

/// What a verifier shows of the blocks that could hold a view.
#[derive(
    Clone,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Absences {
    /// Where the view stands, when it does: then nothing else is shown.
    pub stands: Option<StandsIn>,
    /// By ascending round, for each block with leaves whose body it has.
    pub absences: BoundedVec<Absence, ConstU32<MOST_BLOCKS>>,
    /// Rounds of those whose bodies it does not have.
    pub lacking: BoundedVec<Round, ConstU32<MOST_BLOCKS>>,
}

/// A view in a view block of its issuer.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct StandsIn {
    /// Round of the block.
    pub round: Round,
    /// The leaf, and its place.
    pub placed: PlacedLeaf,
}

impl StandsIn {
    /// Whether it shows the view of `ticket` under `header`, the issuer's of that round.
    #[must_use]
    pub fn proves<H: Hasher>(&self, ticket: &Ticket, header: &Header) -> bool {
        self.placed.leaf.ticket(ticket.issuer, ticket.round) == *ticket
            && self.placed.stands_under::<H>(header)
    }
}

fn is_of_one_view<H: Hasher>(ticket: &Ticket, acceptance: &Acceptance) -> bool {
    acceptance.issuer == ticket.issuer && acceptance.ticket == ticket.leaf_hash::<H>()
}

impl Absence {
    /// Whether it proves that no view of `ticket` stands under `header`, the block of a verifier that sorted it.
    #[must_use]
    pub fn proves<H: Hasher>(&self, ticket: &Ticket, header: &Header) -> bool {
        let key = (ticket.viewer, ticket.issue_ms);
        let stands = |placed: &PlacedLeaf| placed.stands_under::<H>(header);
        // At the very place may stand another view: its ticket is another.
        let precedes = |placed: &PlacedLeaf| {
            let leaf = &placed.leaf;
            leaf.sort_key() < key
                || (leaf.sort_key() == key && leaf.ticket(ticket.issuer, ticket.round) != *ticket)
        };
        let follows = |placed: &PlacedLeaf| placed.leaf.sort_key() > key;
        let before_fits = self
            .before
            .as_ref()
            .is_none_or(|before| stands(before) && precedes(before));
        let after_fits = self
            .after
            .as_ref()
            .is_none_or(|after| stands(after) && follows(after));
        let first_after = self
            .before
            .as_ref()
            .map_or(Some(0), |before| before.index.checked_add(1));
        let next = self
            .after
            .as_ref()
            .map_or(header.count, |after| after.index);
        before_fits && after_fits && first_after == Some(next)
    }
}
