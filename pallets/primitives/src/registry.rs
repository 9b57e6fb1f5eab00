//! Records that pallets keep for each other and for everybody, and the traits through which pallets meet.
//!
//! No pallet reads another's storage. Whatever a view depends on and may change carries the round from which it holds.

use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::campaign::{MAX_PAID_CAMPAIGNS, PaidCampaign};
use crate::hash::{Hash32, Hasher};
use crate::ids::{AccountId, Magnet, Signature64, UploadId};
use crate::manifest::CellEntry;
use crate::merkle;
use crate::ratio::MiningRatio;
use crate::rounds::{MAX_CARRY_ROUNDS, Round};

mod settling;

pub use crate::parameters::{PARAMETER_DELAY, PovParameters};
pub use settling::{AdSettlement, JudgedBlock, Settlement};

/// A change holds from so many rounds after the call on.
pub const ROUNDS_UNTIL_EFFECT: u32 = 2;
/// Longest endpoint, in bytes.
pub const MAX_ENDPOINT_BYTES: u32 = 128;

/// An endpoint as a URL.
pub type Endpoint = BoundedVec<u8, ConstU32<MAX_ENDPOINT_BYTES>>;

/// What is registered of a video and never changes.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct VideoTerms {
    /// The account that published it.
    pub producer: AccountId,
    /// The supervisor that had approved the producer.
    pub supervisor: AccountId,
    /// Title, UTF-8.
    pub title: BoundedVec<u8, ConstU32<{ crate::manifest::MAX_TITLE_BYTES as u32 }>>,
    /// Playtime in ms.
    pub total_playtime_ms: u32,
    /// Number of renditions.
    pub renditions: u8,
    /// Root over the cell entries of all renditions.
    pub manifest_root: Hash32,
    /// How a view's value splits.
    pub ratio: MiningRatio,
    /// Key epoch from which its keys are derived.
    pub key_epoch: u32,
    /// The upload under which its content keys were derived.
    pub upload_id: UploadId,
    /// First round in which a view of it counts.
    pub from_round: Round,
}

impl VideoTerms {
    /// Playtime in ms of cell `minute` of a rendition. `None` when there is no such cell.
    #[must_use]
    pub fn playtime_of(&self, rendition: u8, minute: u16) -> Option<u32> {
        let playtime = crate::window::cell_playtime(self.total_playtime_ms, minute);
        playtime.filter(|_| rendition < self.renditions)
    }

    /// Whether `entry` is a cell of the video, as its manifest root commits to it by `path`.
    #[must_use]
    pub fn holds_cell<H: Hasher>(&self, entry: &CellEntry, path: &[Hash32]) -> bool {
        self.place_of(entry).is_some_and(|(place, count)| {
            merkle::verify::<H>(
                entry.leaf_hash::<H>(),
                place,
                count,
                path,
                &self.manifest_root,
            )
        })
    }

    /// Place of a cell in the manifest tree, and the size of that; `None` when playtime or size are not a cell's.
    fn place_of(&self, entry: &CellEntry) -> Option<(u32, u32)> {
        let playtime = self.playtime_of(entry.rendition, entry.index)?;
        if playtime != entry.playtime_ms || !entry.has_fitting_size() {
            return None;
        }
        let cells = u32::from(crate::window::cell_count(self.total_playtime_ms)?);
        let before = u32::from(entry.rendition).checked_mul(cells)?;
        let place = before.checked_add(u32::from(entry.index))?;
        Some((place, u32::from(self.renditions).checked_mul(cells)?))
    }
}

/// Whether a video may be watched.
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
pub enum VideoState {
    /// Keys are issued and views count.
    #[codec(index = 0)]
    Active,
    /// Restricted by a supervisor.
    #[codec(index = 1)]
    Restricted,
    /// Withdrawn by its producer.
    #[codec(index = 2)]
    Withdrawn,
}

/// A storage provider as everybody needs to know it.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ProviderRecord {
    /// The account that earns.
    pub owner: AccountId,
    /// ed25519 public key of its libp2p peer id; signs receipts.
    pub peer_key: [u8; 32],
    /// X25519 public key to which verifiers seal its token key.
    pub exchange_key: [u8; 32],
    /// How available it is.
    pub class: ProviderClass,
    /// Region code, ISO 3166-1 alpha-2.
    pub region: [u8; 2],
    /// Declared space in bytes.
    pub space_bytes: u64,
    /// First round in which its receipts count.
    pub from_round: Round,
}

/// How available a storage provider is.
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
pub enum ProviderClass {
    /// A machine in a data centre, or run like one.
    #[codec(index = 0)]
    AlwaysOn,
    /// A machine at home.
    #[codec(index = 1)]
    Home,
    /// A viewer that shares what it has watched.
    #[codec(index = 2)]
    SharingViewer,
}

/// What a verifier announces of itself, signed by its `pov` session key.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct VerifierAnnouncement {
    /// Where players reach its API, a `ws://` or `wss://` URL.
    pub endpoint: Endpoint,
    /// libp2p peer id of its node, ed25519 public key: other verifiers accept its streams from there only.
    pub network_key: [u8; 32],
    /// X25519 public key for sessions and for sealed set secrets.
    pub exchange_key: [u8; 32],
    /// ed25519 service key that signs tickets and acceptances.
    pub service_key: [u8; 32],
}

/// Where time stands, by the last block.
pub trait CurrentRound {
    /// The current round.
    fn current_round() -> Round;

    /// First round from which views may be carried into the header of `round`, a counted one; of a round that did not
    /// count, or is forgotten, as if every round had counted.
    fn carried_from(round: Round) -> Round {
        round.saturating_sub(MAX_CARRY_ROUNDS)
    }
}

/// Where a round stands among those that counted.
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
pub struct CountedRound {
    /// The counted round before it; none before the first.
    pub before: Option<Round>,
    /// First round from which views may be carried into its header: [`crate::rounds::carried_from`].
    pub carried_from: Round,
}

/// Who may publish.
pub trait EligibleProducers {
    /// The supervisor that approved `producer`, when the approval still holds.
    fn approving_supervisor(producer: &AccountId) -> Option<AccountId>;
    /// Whether `account` is a supervisor in office.
    fn is_supervisor(account: &AccountId) -> bool;
}

/// Registered videos.
pub trait VideoRegistry {
    /// What never changes of a video.
    fn terms(video: &Magnet) -> Option<VideoTerms>;
    /// Its state in a round.
    fn state_in(video: &Magnet, round: Round) -> Option<VideoState>;
    /// Restricts a video with effect from the earliest round; for supervisors.
    ///
    /// # Errors
    /// When there is no such active video.
    fn restrict(video: &Magnet) -> Result<(), RegistryError>;
    /// Lifts a restriction with effect from the earliest round; for supervisors.
    ///
    /// # Errors
    /// When there is no such restricted video.
    fn reinstate(video: &Magnet) -> Result<(), RegistryError>;
}

/// Enhancements attached to videos: subtitles, dubs, effects.
pub trait EnhancementRegistry {
    /// Who owned an enhancement in `round`, when it was attached to `video` then: whom the enhancers' share of a view
    /// issued in that round goes to. `None` when it earned nothing.
    fn owner_in(enhancement: u32, video: &Magnet, round: Round) -> Option<AccountId>;
}

/// An enhancement that counted for its video in a round.
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
pub struct CountedEnhancement {
    /// The id by which views name it.
    pub id: u32,
    /// Who owned it then, and is paid when a view of the round showed it.
    pub owner: AccountId,
    /// SHA-256 of its file; the magnet of what is published as cells.
    pub hash: Hash32,
}

/// Why a registry refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistryError {
    /// There is no such item.
    Unknown,
    /// The item is not in the state that the call needs.
    WrongState,
    /// A change is pending already; it has to take effect first.
    ChangePending,
    /// The item has changed too often lately; older changes have to leave its history first.
    HistoryFull,
}

/// Key epochs of the verifiers' set secret.
pub trait KeyEpochs {
    /// Whether enough verifiers hold the secret of `epoch`: keys derived from it can be had from then on, for good.
    fn is_in_force(epoch: u32) -> bool;
    /// Whether new videos may take their keys from `epoch`: no later one is in force. Who has left the set since knows
    /// the secrets of earlier ones.
    fn takes_new_videos(epoch: u32) -> bool {
        Self::is_in_force(epoch)
    }
}

/// The verifier set in force.
pub trait VerifierSet {
    /// Accounts in ascending order; their place is the verifier index.
    fn verifiers() -> Vec<AccountId>;
}

/// The verifiers' bonds and standing, for whoever proves what they did; the authorities pallet.
pub trait Discipline {
    /// Whether a verifier is suspended: it neither issues nor judges until it is readmitted.
    fn is_suspended(verifier: &AccountId) -> bool;
    /// A fault of an issuer is proven: slashes its bond and suspends it until it is readmitted. Returns what was slashed,
    /// in units.
    fn issuer_at_fault(issuer: &AccountId) -> u128;
    /// An approver let a provably bad body pass: slashes a tenth of what the issuer pays. Returns what was slashed, in
    /// units.
    fn approver_at_fault(approver: &AccountId) -> u128;
    /// Pays `to` out of a verifier's bond, at most `amount` units and what the bond holds. Returns what was paid.
    fn pay_from_bond(verifier: &AccountId, to: &AccountId, amount: u128) -> u128;
}

/// A view block as it was settled.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SettledBlock {
    /// The verifier that accepted the views.
    pub issuer: AccountId,
    /// Root of the view block.
    pub root: Hash32,
    /// Its leaves.
    pub count: u32,
    /// Its playtime in ms.
    pub playtime_ms: u64,
    /// Whether more than 51 % approved and the drawn leaves were opened rightly.
    pub approved: bool,
    /// Whether a fault was proven in it before it was settled: it weighs nothing, and its views are lost.
    pub voided: bool,
    /// Its capped weight in ms.
    pub weight_ms: u64,
    /// What it was paid, in units; 0 when not approved.
    pub reward: u128,
}

/// A settled round: all that anybody needs, with the bodies, to compute what each account earned in it.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SettledRound {
    /// The round.
    pub round: Round,
    /// What the schedule grants the round, in units.
    pub emission: u128,
    /// What its approved blocks were paid, in units.
    pub settled: u128,
    /// Blocks by ascending issuer.
    pub blocks: BoundedVec<SettledBlock, ConstU32<{ crate::report::MAX_VERIFIERS }>>,
    /// Verifiers with a complete report of verdicts on the round, ascending.
    pub reporters: BoundedVec<AccountId, ConstU32<{ crate::report::MAX_VERIFIERS }>>,
    /// What campaigns paid for the ad views of its approved blocks, by ascending campaign. No part of `settled`.
    pub ads: BoundedVec<PaidCampaign, ConstU32<MAX_PAID_CAMPAIGNS>>,
}

/// The verifiers' `pov` session keys, in the runtime and in its off-chain worker.
pub trait VerifierKeys {
    /// Whether `signature` is by the `pov` session key of a verifier in force.
    fn is_signed_by(verifier: &AccountId, payload: &[u8], signature: &Signature64) -> bool;
    /// Signs with the local key of `verifier`; off-chain only. `None` when this node does not hold it.
    fn sign(verifier: &AccountId, payload: &[u8]) -> Option<Signature64>;
    /// The verifier in force whose key this node holds; off-chain only.
    fn local_verifier() -> Option<AccountId>;
}

/// Where the counted rounds stand. Reports, verdicts, openings and settlement follow counted rounds, not all.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Standing {
    /// The current round.
    pub round: Round,
    /// The last counted rounds before it, latest first, at most four: a report is due of the first, verdicts are due
    /// on the headers of the second, openings of the third; the fourth is settled.
    pub counted: BoundedVec<Round, ConstU32<4>>,
}
