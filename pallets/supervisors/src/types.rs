//! Supervisors, applications, approvals and restrictions.
//!
//! Nothing here can hold a person's data: the only free text is the name of an institution.

use chainflix_primitives::{Round, hash::Hash32, registry::Endpoint};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{BoundedVec, traits::ConstU32};
use scale_info::TypeInfo;

/// Longest name of a supervisor, in bytes of UTF-8.
pub const MAX_NAME_BYTES: u32 = 64;

/// What a supervisor, an institution, says of itself.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SupervisorProfile {
    /// Name of the institution, UTF-8.
    pub name: BoundedVec<u8, ConstU32<MAX_NAME_BYTES>>,
    /// Where producers hand in their dossiers, a URL; may be empty.
    pub endpoint: Endpoint,
    /// X25519 public key to which dossiers are sealed.
    pub exchange_key: [u8; 32],
}

/// A supervisor in office.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Supervisor {
    /// What it says of itself.
    pub profile: SupervisorProfile,
    /// Round in which it was put in office.
    pub since: Round,
}

/// Why a producer is refused, or its approval taken back.
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
pub enum RefusalReason {
    /// The dossier lacks something that the supervisor asks for.
    #[codec(index = 0)]
    DossierIncomplete,
    /// Who the producer is could not be established.
    #[codec(index = 1)]
    IdentityNotEstablished,
    /// The producer holds no rights to what it wants to publish.
    #[codec(index = 2)]
    RightsNotShown,
    /// What it wants to publish, or published, is unlawful.
    #[codec(index = 3)]
    UnlawfulContent,
    /// The producer is not in this supervisor's remit: another one may approve it.
    #[codec(index = 4)]
    OutsideRemit,
    /// What the dossier says turned out to be untrue.
    #[codec(index = 5)]
    DossierUntrue,
    /// The producer no longer meets the conditions of its approval.
    #[codec(index = 6)]
    ConditionsNotMet,
}

/// What a supervisor decides.
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
pub enum Decision {
    /// The producer may publish.
    #[codec(index = 0)]
    Approve,
    /// It may not.
    #[codec(index = 1)]
    Refuse(RefusalReason),
}

/// Where an application stands.
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
pub enum ApplicationState {
    /// It can be decided in rounds before this one.
    #[codec(index = 0)]
    Open {
        /// First round in which it has lapsed.
        lapses: Round,
    },
    /// It was refused.
    #[codec(index = 1)]
    Refused {
        /// Why.
        reason: RefusalReason,
        /// In which round.
        round: Round,
    },
}

/// A producer's application to a supervisor.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Application<AccountId> {
    /// To whom.
    pub supervisor: AccountId,
    /// SHA-256 of the dossier as sealed to the supervisor.
    pub dossier_hash: Hash32,
    /// Where it stands.
    pub state: ApplicationState,
    /// What is held for it, in units.
    pub deposit: u128,
}

/// A supervisor's word that a producer may publish.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Approval<AccountId> {
    /// By whom.
    pub supervisor: AccountId,
    /// SHA-256 of the dossier as sealed to the supervisor.
    pub dossier_hash: Hash32,
    /// Round of the decision.
    pub since: Round,
    /// First round in which it no longer holds.
    pub until: Round,
    /// Why the supervisor took it back, when it did.
    pub revoked: Option<RefusalReason>,
    /// What is held for it, in units.
    pub deposit: u128,
}

/// Why a video is restricted.
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
pub enum RestrictionReason {
    /// Somebody else holds the rights.
    #[codec(index = 0)]
    Copyright,
    /// A court or authority ordered it.
    #[codec(index = 1)]
    LegalOrder,
    /// It is unlawful where the supervisor has its seat.
    #[codec(index = 2)]
    UnlawfulContent,
    /// It harms or shows minors unlawfully.
    #[codec(index = 3)]
    ProtectionOfMinors,
    /// It breaks somebody's privacy.
    #[codec(index = 4)]
    Privacy,
    /// It deceives viewers, for instance about what it is.
    #[codec(index = 5)]
    Deception,
}

/// Why a restriction is lifted before it lapses.
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
pub enum ReinstatementReason {
    /// The producer holds the rights, or came to terms with who does.
    #[codec(index = 0)]
    RightsShown,
    /// The court or authority took its order back.
    #[codec(index = 1)]
    OrderLifted,
    /// It was found to be lawful.
    #[codec(index = 2)]
    FoundLawful,
    /// Whoever it concerned agrees.
    #[codec(index = 3)]
    ConsentGiven,
    /// It should not have been restricted.
    #[codec(index = 4)]
    ImposedInError,
}

/// How a restriction came to be lifted.
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
pub enum LiftCause {
    /// It was temporary, and its time was over.
    #[codec(index = 0)]
    Lapsed,
    /// The video is registered no longer.
    #[codec(index = 1)]
    VideoGone,
    /// An appeal was granted.
    #[codec(index = 2)]
    AppealGranted,
    /// A supervisor or a motion lifted it.
    #[codec(index = 3)]
    Reinstated {
        /// Why.
        reason: ReinstatementReason,
        /// SHA-256 of what shows it.
        evidence_hash: Hash32,
    },
}

/// A restricted video.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Restriction<AccountId> {
    /// By whom.
    pub supervisor: AccountId,
    /// Why.
    pub reason: RestrictionReason,
    /// SHA-256 of the evidence, which stays with the supervisor.
    pub evidence_hash: Hash32,
    /// Round of the call; it takes effect two rounds later.
    pub since: Round,
    /// First round in which anybody may lift it. `None` when it does not lapse.
    pub lapses: Option<Round>,
    /// Whether it was appealed against: that is possible once.
    pub appealed: bool,
}

/// A producer's appeal against the restriction of its video.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Appeal<AccountId> {
    /// By whom.
    pub producer: AccountId,
    /// SHA-256 of what the producer has to say.
    pub evidence_hash: Hash32,
    /// Round of the call.
    pub since: Round,
    /// First round in which it can no longer be decided.
    pub until: Round,
    /// What is held for it, in units.
    pub deposit: u128,
}

/// What is decided on an appeal.
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
pub enum AppealVerdict {
    /// The restriction is lifted.
    #[codec(index = 0)]
    Granted,
    /// The restriction stays as it is.
    #[codec(index = 1)]
    Dismissed,
}

/// How an appeal ended.
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
pub enum AppealOutcome {
    /// It was granted, and the restriction lifted.
    #[codec(index = 0)]
    Granted,
    /// It was dismissed.
    #[codec(index = 1)]
    Dismissed,
    /// Nobody decided it in time: the restriction stands as if there had been no appeal.
    #[codec(index = 2)]
    Undecided,
    /// Its producer withdrew it.
    #[codec(index = 3)]
    Withdrawn,
    /// The restriction ended otherwise.
    #[codec(index = 4)]
    RestrictionEnded,
}
