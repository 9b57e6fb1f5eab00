//! What is kept of a verifier, and whose turn it is to make a set secret.

pub use chainflix_primitives::duty::{MAKER_ROUNDS, set_secret_maker};
use chainflix_primitives::{Round, registry::Endpoint, report::MAX_VERIFIERS};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{BoundedVec, traits::ConstU32};
use scale_info::TypeInfo;

/// What a candidate says of itself when it applies, for the verifiers that vote on it. Where players reach a verifier
/// in force is in its announcement.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct VerifierProfile {
    /// Where its API is going to be, a `ws://` or `wss://` URL.
    pub endpoint: Endpoint,
    /// Region code, ISO 3166-1 alpha-2.
    pub region: [u8; 2],
    /// X25519 key for what is sealed to it.
    pub exchange_key: [u8; 32],
    /// BLAKE2-256 hashing by one core, in MiB/s, as its operator says; `chainflix verifier apply` measures it. The chain checks
    /// nothing of it.
    pub hardware_score: u32,
    /// What its line carries upstream, in kbit/s, as its operator says. The chain checks nothing of it.
    pub bandwidth_kbps: u32,
}

/// Where an account stands on its way into the set and out of it.
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
pub enum VerifierStatus {
    /// It applied.
    #[codec(index = 0)]
    Candidate,
    /// It is in the set, or will be two sessions after its admission.
    #[codec(index = 1)]
    Member,
    /// It equivocated while the set was at its minimum: disabled, and out as soon as another is admitted.
    #[codec(index = 2)]
    Expelled,
    /// It is to leave, and in force until the session named in the event.
    #[codec(index = 3)]
    Leaving,
    /// It left.
    #[codec(index = 4)]
    Left,
}

/// What is kept of a candidate or verifier, until it has taken its bond back.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct VerifierRecord {
    /// Where it stands.
    pub status: VerifierStatus,
    /// What it said of itself. `None` of verifiers of genesis that said nothing since.
    pub profile: Option<VerifierProfile>,
    /// Held for the record, in units.
    pub deposit: u128,
    /// Held as its bond, in units.
    pub bond: u128,
    /// From this round on the bond may be withdrawn, unless the account is in the set or leaving it.
    pub unlocks: Round,
    /// Whether it is suspended: it neither issues nor judges.
    pub suspended: bool,
}

impl VerifierRecord {
    /// A record that holds nothing yet.
    pub(crate) fn new(status: VerifierStatus, profile: Option<VerifierProfile>) -> Self {
        Self {
            status,
            profile,
            deposit: 0,
            bond: 0,
            unlocks: 0,
            suspended: false,
        }
    }
}

/// Why a verifier leaves the set.
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
pub enum LeavingCause {
    /// It wants to.
    #[codec(index = 0)]
    Exit,
    /// The verifiers decided so.
    #[codec(index = 1)]
    Removal,
    /// It equivocated.
    #[codec(index = 2)]
    Equivocation,
}

/// Why a bond was slashed.
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
pub enum SlashCause {
    /// It equivocated.
    #[codec(index = 0)]
    Equivocation,
    /// It issued views that break a rule.
    #[codec(index = 1)]
    IssuerFault,
    /// It approved a body that breaks a rule.
    #[codec(index = 2)]
    ApproverFault,
}

/// A key epoch: the span in which new videos take their keys from one set secret.
#[derive(
    Clone,
    Copy,
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
pub struct KeyEpoch {
    /// Its number; a chain begins with 0.
    pub epoch: u32,
    /// The round in which it opened: turns to make its secret are counted from there.
    pub opened: Round,
}

/// Most bytes of a public session key: an ECDSA key has 33.
pub const MAX_KEY_BYTES: u32 = 33;
/// Most session keys of a set: four kinds.
pub const MAX_SET_KEYS: u32 = 4 * MAX_VERIFIERS;
/// For so many sets the keys in force are remembered.
pub const MAX_KEY_SETS: u32 = 32;

/// A session key in force and whose it is.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct OwnedKey<AccountId> {
    /// The verifier.
    pub owner: AccountId,
    /// Key type: `aura`, `gran` or `povv`.
    pub kind: [u8; 4],
    /// The public key.
    pub key: BoundedVec<u8, ConstU32<MAX_KEY_BYTES>>,
}

/// The session keys of a set.
pub type KeysOfSet<AccountId> = BoundedVec<OwnedKey<AccountId>, ConstU32<MAX_SET_KEYS>>;
