//! A runtime of the pallet and balances, with a registry of videos that keeps one state each.

#![allow(unreachable_pub, reason = "the runtime macros ask for public items")]

use crate::{self as pallet_supervisors, Pallet, SupervisorProfile, weights::MeasuredWeight};
use chainflix_primitives::{
    AccountId as RawAccount, Magnet, Round,
    ids::UploadId,
    ratio::MiningRatio,
    registry::{CurrentRound, RegistryError, VideoRegistry, VideoState, VideoTerms},
};
use frame_support::{derive_impl, parameter_types, traits::ConstU128};
use sp_core::crypto::AccountId32;
use sp_runtime::{BuildStorage, traits::IdentityLookup};
use std::collections::BTreeMap;

pub type AccountId = AccountId32;
type Block = frame_system::mocking::MockBlock<Test>;

/// One CFX in units.
pub const CFX: u128 = chainflix_primitives::emission::CFX;
/// How long an application may stay open, in rounds.
pub const DECISION_ROUNDS: u32 = 50;
/// How long an approval holds, in rounds.
pub const APPROVAL_ROUNDS: u32 = 1_000;
/// How long a temporary restriction lasts, in rounds.
pub const TEMPORARY_ROUNDS: u32 = 20;

/// How long an appeal can be decided, in rounds.
pub const APPEAL_ROUNDS: u32 = 30;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Supervisors: pallet_supervisors,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountId = AccountId;
    type Lookup = IdentityLookup<AccountId>;
    type AccountData = pallet_balances::AccountData<u128>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type AccountStore = System;
    type Balance = u128;
    type ExistentialDeposit = ConstU128<{ CFX / 100 }>;
    type RuntimeHoldReason = RuntimeHoldReason;
}

parameter_types! {
    /// The current round.
    pub static Now: Round = 1_000;
    /// Videos with their state.
    pub static Registered: BTreeMap<Magnet, VideoState> = BTreeMap::new();
    /// Producer of all videos, and the supervisor that approved it.
    pub static Parties: (AccountId, AccountId) = (producer(), library());
    /// What the registry answers to a change, when it is not to make it.
    pub static RegistryAnswer: Option<RegistryError> = None;
    pub const MaxSupervisors: u32 = 3;
    pub const DecisionRounds: u32 = DECISION_ROUNDS;
    pub const ApprovalRounds: u32 = APPROVAL_ROUNDS;
    pub const AppealRounds: u32 = APPEAL_ROUNDS;
    pub const TemporaryRestrictionRounds: u32 = TEMPORARY_ROUNDS;
}

pub struct TestRounds;
impl CurrentRound for TestRounds {
    fn current_round() -> Round {
        Now::get()
    }
}

/// All videos are of [`Parties`]. A change takes effect at once.
pub struct TestVideos;

impl TestVideos {
    fn switch(video: &Magnet, from: VideoState, to: VideoState) -> Result<(), RegistryError> {
        if let Some(error) = RegistryAnswer::get() {
            return Err(error);
        }
        let mut videos = Registered::get();
        let state = videos.get_mut(video).ok_or(RegistryError::Unknown)?;
        if *state != from {
            return Err(RegistryError::WrongState);
        }
        *state = to;
        Registered::set(videos);
        Ok(())
    }
}

impl VideoRegistry for TestVideos {
    fn terms(video: &Magnet) -> Option<VideoTerms> {
        Registered::get().get(video).map(|_| VideoTerms {
            producer: RawAccount(Parties::get().0.into()),
            supervisor: RawAccount(Parties::get().1.into()),
            title: b"Sintel".to_vec().try_into().expect("short"),
            total_playtime_ms: 888_000,
            renditions: 1,
            manifest_root: [7; 32],
            ratio: MiningRatio::whitepaper(),
            key_epoch: 0,
            upload_id: UploadId([1; 16]),
            from_round: 2,
        })
    }
    fn state_in(video: &Magnet, _round: Round) -> Option<VideoState> {
        Registered::get().get(video).copied()
    }
    fn restrict(video: &Magnet) -> Result<(), RegistryError> {
        Self::switch(video, VideoState::Active, VideoState::Restricted)
    }
    fn reinstate(video: &Magnet) -> Result<(), RegistryError> {
        Self::switch(video, VideoState::Restricted, VideoState::Active)
    }
}

impl crate::Config for Test {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type SupervisorOrigin = frame_system::EnsureRoot<AccountId>;
    type AppealOrigin = frame_system::EnsureSignedBy<Verifiers, AccountId>;
    type Rounds = TestRounds;
    type Videos = TestVideos;
    type MaxSupervisors = MaxSupervisors;
    type DecisionRounds = DecisionRounds;
    type ApprovalRounds = ApprovalRounds;
    type TemporaryRestrictionRounds = TemporaryRestrictionRounds;
    type AppealRounds = AppealRounds;
    type DepositPerEntry = ConstU128<{ CFX / 10 }>;
    type DepositPerByte = ConstU128<{ CFX / 1_000 }>;
    type WeightInfo = MeasuredWeight<()>;
    type BenchmarkHelper = Benchmarks;
}

/// What benchmarks arrange in these tests.
pub struct Benchmarks;
impl crate::BenchmarkHelper<AccountId> for Benchmarks {
    fn begin_round(round: Round) {
        Now::set(round);
    }
    fn register(video: Magnet, producer: &AccountId, supervisor: &AccountId, restricted: bool) {
        let state = if restricted {
            VideoState::Restricted
        } else {
            VideoState::Active
        };
        Parties::set((producer.clone(), supervisor.clone()));
        Registered::mutate(|videos| {
            videos.insert(video, state);
        });
    }
}

pub fn producer() -> AccountId {
    AccountId::new([1; 32])
}

pub fn stranger() -> AccountId {
    AccountId::new([3; 32])
}

/// The supervisor that approves [`producer`].
pub fn library() -> AccountId {
    AccountId::new([8; 32])
}

/// Another supervisor.
pub fn agency() -> AccountId {
    AccountId::new([9; 32])
}

/// A reason to lift a restriction.
pub const RIGHTS_SHOWN: crate::ReinstatementReason = crate::ReinstatementReason::RightsShown;

/// The account whose word is a motion of the verifiers.
pub fn verifiers() -> AccountId {
    AccountId::new([10; 32])
}

/// Lets [`verifiers`] decide appeals.
pub struct Verifiers;
impl frame_support::traits::SortedMembers<AccountId> for Verifiers {
    fn sorted_members() -> Vec<AccountId> {
        vec![verifiers()]
    }
}

/// A profile with this name.
pub fn profile(name: &str) -> SupervisorProfile {
    SupervisorProfile {
        name: name
            .as_bytes()
            .to_vec()
            .try_into()
            .expect("a name that fits"),
        endpoint: Default::default(),
        exchange_key: [5; 32],
    }
}

/// Runs a test on [`new_state`], and checks the invariants.
pub fn run(test: impl FnOnce()) {
    new_state().execute_with(|| {
        test();
        Pallet::<Test>::do_try_state().expect("the invariants hold");
    });
}

/// State at block 1, round 1,000, with two supervisors.
pub fn new_state() -> sp_io::TestExternalities {
    Now::set(1_000);
    Registered::set(BTreeMap::new());
    RegistryAnswer::set(None);
    Parties::set((producer(), library()));
    let mut storage = frame_system::GenesisConfig::<Test>::default()
        .build_storage()
        .expect("an empty genesis builds");
    pallet_balances::GenesisConfig::<Test> {
        balances: [producer(), stranger(), library(), agency()]
            .map(|account| (account, 1_000 * CFX))
            .to_vec(),
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .expect("balances build");
    pallet_supervisors::GenesisConfig::<Test> {
        supervisors: vec![
            (library(), "National Library".into(), [5; 32]),
            (agency(), "Media Agency".into(), [6; 32]),
        ],
    }
    .assimilate_storage(&mut storage)
    .expect("supervisors build");
    let mut state = sp_io::TestExternalities::from(storage);
    state.execute_with(|| System::set_block_number(1));
    state
}
