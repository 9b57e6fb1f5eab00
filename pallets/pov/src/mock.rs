//! A runtime with this pallet and balances. Videos are what a test registers; what would be paid is recorded; bonds are kept
//! as simply as they can be.

use alloc::collections::{BTreeMap, BTreeSet};
use chainflix_primitives::{
    AccountId, Magnet, Round,
    emission::CFX,
    ratio::MiningRatio,
    registry::{
        Discipline, EnhancementRegistry, JudgedBlock, RegistryError, Settlement, VideoRegistry,
        VideoState, VideoTerms,
    },
    report::EarningsTriple,
};
use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU128, fungible::Mutate},
};
use frame_system::offchain::{
    CreateAuthorizedTransaction, CreateTransaction, CreateTransactionBase,
};
use sp_runtime::{
    AccountId32, MultiSignature, generic,
    traits::{BlakeTwo256, IdentityLookup},
};

pub(crate) type TxExtension = frame_system::AuthorizeCall<Test>;
pub(crate) type Extrinsic =
    generic::UncheckedExtrinsic<AccountId32, RuntimeCall, MultiSignature, TxExtension>;
pub(crate) type Block = generic::Block<generic::Header<u64, BlakeTwo256>, Extrinsic>;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Pov: crate,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountId = AccountId32;
    type Lookup = IdentityLookup<AccountId32>;
    type AccountData = pallet_balances::AccountData<u128>;
    type DbWeight = frame_support::weights::constants::RocksDbWeight;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type AccountStore = System;
    type Balance = u128;
    type ExistentialDeposit = ConstU128<{ CFX / 100 }>;
    type RuntimeHoldReason = RuntimeHoldReason;
}

parameter_types! {
    /// Time of the block, in ms.
    pub static NowMs: u64 = 0;
    pub const SlotMs: u64 = 2_400;
    /// Where lost deposits go.
    pub const Treasury: AccountId32 = AccountId32::new([0xfe; 32]);
    /// Bonds of verifiers, in units.
    pub static Bonds: BTreeMap<AccountId, u128> = BTreeMap::new();
    /// Verifiers that are suspended.
    pub static Suspended: BTreeSet<AccountId> = BTreeSet::new();
    /// Registered videos, each with its states by round of effect.
    pub static Videos: BTreeMap<Magnet, (VideoTerms, BTreeMap<Round, VideoState>)> = BTreeMap::new();
    /// Enhancements: of which video, from which round on, and up to which.
    pub static Enhancements: BTreeMap<u32, (Magnet, Round, Round)> = BTreeMap::new();
    /// What was handed over for settlement, in order.
    pub static Settled: Vec<(Round, Vec<JudgedBlock>, Vec<AccountId>)> = Vec::new();
    /// What was voted for, in order.
    pub static Votes: Vec<(AccountId, EarningsTriple, u32)> = Vec::new();
}

impl crate::Config for Test {
    type Now = NowMs;
    type SlotMs = SlotMs;
    type Videos = Videos;
    type Enhancements = Enhancements;
    type Settlement = Recorder;
    type Discipline = Bonds;
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Treasury = Treasury;
    type ParametersOrigin = frame_system::EnsureRoot<AccountId32>;
    type SettlementWeights = ();
    type WeightInfo = crate::weights::MeasuredWeight<()>;
    type BenchmarkHelper = Bonds;
}

impl crate::BenchmarkHelper for Bonds {
    fn bonded_verifier(number: u32) -> AccountId {
        let mut bytes = [0x20; 32];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        let verifier = AccountId(bytes);
        Self::mutate(|bonds| bonds.insert(verifier, 1_000_000 * CFX));
        Suspended::mutate(|suspended| suspended.remove(&verifier));
        verifier
    }

    fn register_video(video: Magnet, terms: VideoTerms) {
        Videos::mutate(|videos| videos.insert(video, (terms, [(0, VideoState::Active)].into())));
    }

    fn attach_enhancement(enhancement: u32, video: Magnet, from: Round) {
        Enhancements::mutate(|known| known.insert(enhancement, (video, from, Round::MAX)));
    }

    fn endow(account: &AccountId, amount: u128) {
        Balances::mint_into(&AccountId32::new(account.0), amount).expect("an account takes it");
    }

    fn set_now(now_ms: u64) {
        NowMs::set(now_ms);
    }
}

/// The state at genesis of a node that holds keys.
pub(crate) fn benchmark_externalities() -> sp_io::TestExternalities {
    use sp_keystore::{KeystoreExt, testing::MemoryKeystore};
    use sp_runtime::BuildStorage;
    let storage = RuntimeGenesisConfig::default()
        .build_storage()
        .expect("genesis builds");
    let mut externalities = sp_io::TestExternalities::from(storage);
    externalities.register_extension(KeystoreExt::new(MemoryKeystore::new()));
    externalities
}

/// What the bond of an issuer at fault loses, in units.
pub(crate) const ISSUER_PAYS: u128 = 500 * CFX;
/// What that of an approver loses.
pub(crate) const APPROVER_PAYS: u128 = ISSUER_PAYS / 10;

impl Bonds {
    /// Takes up to `amount` out of a bond.
    fn slash(verifier: &AccountId, amount: u128) -> u128 {
        Self::mutate(|bonds| {
            let bond = bonds.entry(*verifier).or_default();
            let taken = amount.min(*bond);
            *bond -= taken;
            taken
        })
    }
}

impl Discipline for Bonds {
    fn is_suspended(verifier: &AccountId) -> bool {
        Suspended::get().contains(verifier)
    }

    fn issuer_at_fault(issuer: &AccountId) -> u128 {
        Suspended::mutate(|suspended| suspended.insert(*issuer));
        Self::slash(issuer, ISSUER_PAYS)
    }

    fn approver_at_fault(approver: &AccountId) -> u128 {
        Self::slash(approver, APPROVER_PAYS)
    }

    fn pay_from_bond(verifier: &AccountId, to: &AccountId, amount: u128) -> u128 {
        let paid = Self::slash(verifier, amount);
        if paid == 0 {
            return 0;
        }
        Balances::mint_into(&AccountId32::new(to.0), paid).expect("the test's account can take it");
        paid
    }
}

impl VideoRegistry for Videos {
    fn terms(video: &Magnet) -> Option<VideoTerms> {
        Self::get().get(video).map(|(terms, _)| terms.clone())
    }

    fn state_in(video: &Magnet, round: Round) -> Option<VideoState> {
        let videos = Self::get();
        let (_, states) = videos.get(video)?;
        states.range(..=round).next_back().map(|(_, state)| *state)
    }

    fn restrict(_video: &Magnet) -> Result<(), RegistryError> {
        Err(RegistryError::Unknown)
    }

    fn reinstate(_video: &Magnet) -> Result<(), RegistryError> {
        Err(RegistryError::Unknown)
    }
}

impl EnhancementRegistry for Enhancements {
    fn owner_in(enhancement: u32, video: &Magnet, round: Round) -> Option<AccountId> {
        let known = Self::get();
        let (of, from, until) = known.get(&enhancement)?;
        (of == video && (*from..*until).contains(&round)).then_some(AccountId([0x0e; 32]))
    }
}

/// Registers an active video of 65 s, that is a cell of 60 s and one of 5 s.
pub(crate) fn register_video(video: Magnet) {
    let terms = VideoTerms {
        producer: AccountId([1; 32]),
        supervisor: AccountId([2; 32]),
        title: b"Sintel".to_vec().try_into().expect("a short title"),
        total_playtime_ms: 65_000,
        renditions: 1,
        manifest_root: [3; 32],
        ratio: MiningRatio::whitepaper(),
        key_epoch: 0,
        upload_id: Default::default(),
        from_round: 0,
    };
    Videos::mutate(|videos| videos.insert(video, (terms, [(0, VideoState::Active)].into())));
}

/// Records settlements and votes.
pub struct Recorder;

impl Settlement for Recorder {
    fn settle(round: Round, blocks: Vec<JudgedBlock>, reporters: Vec<AccountId>) {
        Settled::mutate(|settled| settled.push((round, blocks, reporters)));
    }

    fn vote_earnings(verifier: AccountId, triple: EarningsTriple, set_size: u32) {
        Votes::mutate(|votes| votes.push((verifier, triple, set_size)));
    }
}

impl<LocalCall> CreateTransactionBase<LocalCall> for Test
where
    RuntimeCall: From<LocalCall>,
{
    type Extrinsic = Extrinsic;
    type RuntimeCall = RuntimeCall;
}

impl<LocalCall> CreateTransaction<LocalCall> for Test
where
    RuntimeCall: From<LocalCall>,
{
    type Extension = TxExtension;

    fn create_transaction(call: RuntimeCall, extension: TxExtension) -> Extrinsic {
        Extrinsic::new_transaction(call, extension)
    }
}

impl<LocalCall> CreateAuthorizedTransaction<LocalCall> for Test
where
    RuntimeCall: From<LocalCall>,
{
    fn create_extension() -> TxExtension {
        TxExtension::new()
    }
}
