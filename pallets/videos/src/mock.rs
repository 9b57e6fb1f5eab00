//! A runtime of the registry and balances; the current round, producers and key epochs are set by each test.

#![allow(unreachable_pub, reason = "the runtime macros ask for public items")]

use crate::{self as pallet_videos, Pallet, weights::MeasuredWeight};
use chainflix_primitives::{
    AccountId as RawAccount, Magnet, Round,
    ids::UploadId,
    ratio::MiningRatio,
    registry::{CurrentRound, EligibleProducers, KeyEpochs},
};
use frame_support::{derive_impl, parameter_types, traits::ConstU128};
use sp_core::crypto::AccountId32;
use sp_runtime::{BuildStorage, DispatchResult, traits::IdentityLookup};

pub type AccountId = AccountId32;
type Block = frame_system::mocking::MockBlock<Test>;

/// One CFX in units.
pub const CFX: u128 = chainflix_primitives::emission::CFX;
/// How long records are kept in these tests, in rounds.
pub const RECORD_ROUNDS: u32 = 100;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Videos: pallet_videos,
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
    /// Accounts that a supervisor approved.
    pub static Approved: Vec<AccountId> = vec![producer(), other_producer()];
    pub const RecordRounds: u32 = RECORD_ROUNDS;
}

pub struct TestRounds;
impl CurrentRound for TestRounds {
    fn current_round() -> Round {
        Now::get()
    }
}

pub struct TestProducers;
impl EligibleProducers for TestProducers {
    fn approving_supervisor(producer: &RawAccount) -> Option<RawAccount> {
        let approved = Approved::get().contains(&AccountId::from(producer.0));
        approved.then_some(RawAccount(supervisor().into()))
    }
    fn is_supervisor(account: &RawAccount) -> bool {
        AccountId::from(account.0) == supervisor()
    }
}

parameter_types! {
    /// The key epoch that came in force last; all before it did too.
    pub static NewestEpoch: u32 = 0;
}

pub struct TestEpochs;
impl KeyEpochs for TestEpochs {
    fn is_in_force(epoch: u32) -> bool {
        epoch <= NewestEpoch::get()
    }
    fn takes_new_videos(epoch: u32) -> bool {
        epoch == NewestEpoch::get()
    }
}

impl crate::Config for Test {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Rounds = TestRounds;
    type Producers = TestProducers;
    type KeyEpochs = TestEpochs;
    type DepositPerEntry = ConstU128<{ CFX / 10 }>;
    type DepositPerByte = ConstU128<{ CFX / 1_000 }>;
    type RecordRounds = RecordRounds;
    type WeightInfo = MeasuredWeight<()>;
    type BenchmarkHelper = Benchmarks;
}

/// What benchmarks arrange in these tests.
pub struct Benchmarks;
impl crate::BenchmarkHelper<AccountId> for Benchmarks {
    fn begin_round(round: Round) {
        Now::set(round);
    }
    fn approve(producer: &AccountId) {
        Approved::mutate(|approved| approved.push(producer.clone()));
    }
    fn key_epoch() -> u32 {
        NewestEpoch::get()
    }
}

pub fn producer() -> AccountId {
    AccountId::new([1; 32])
}

pub fn other_producer() -> AccountId {
    AccountId::new([2; 32])
}

pub fn stranger() -> AccountId {
    AccountId::new([3; 32])
}

pub fn supervisor() -> AccountId {
    AccountId::new([9; 32])
}

/// What a test publishes; each field can be changed before [`Draft::publish`].
#[derive(Clone)]
pub struct Draft {
    pub magnet: Magnet,
    pub title: Vec<u8>,
    pub total_playtime_ms: u32,
    pub renditions: u8,
    pub ratio: MiningRatio,
    pub key_epoch: u32,
    pub upload_id: UploadId,
}

/// A video that may be published; `seed` makes magnet and upload id.
pub fn draft(seed: u8) -> Draft {
    Draft {
        magnet: Magnet([seed; 32]),
        title: b"Sintel".to_vec(),
        total_playtime_ms: 888_000,
        renditions: 1,
        ratio: MiningRatio::whitepaper(),
        key_epoch: 0,
        upload_id: UploadId([seed; 16]),
    }
}

impl Draft {
    pub fn publish(self, by: AccountId) -> DispatchResult {
        Videos::publish(
            RuntimeOrigin::signed(by),
            self.magnet,
            self.title.try_into().expect("a title that fits"),
            self.total_playtime_ms,
            self.renditions,
            [7; 32],
            self.ratio,
            self.key_epoch,
            self.upload_id,
        )
    }
}

/// Proposes Korean subtitles that are not for sale; returns their id.
pub fn propose(by: AccountId, magnet: Magnet) -> u32 {
    let id = Videos::next_enhancement();
    let subtitles = crate::EnhancementKind::Subtitles;
    let language = b"ko".to_vec().try_into().expect("short");
    let origin = RuntimeOrigin::signed(by);
    Videos::propose_enhancement(
        origin,
        magnet,
        subtitles,
        language,
        [id as u8 + 1; 32],
        None,
    )
    .expect("it may be proposed");
    id
}

/// Runs a test on [`new_state`], and checks the invariants.
pub fn run(test: impl FnOnce()) {
    new_state().execute_with(|| {
        test();
        Pallet::<Test>::do_try_state().expect("the invariants hold");
    });
}

/// State at block 1, round 1,000, with two approved producers of 1,000 CFX each.
pub fn new_state() -> sp_io::TestExternalities {
    Now::set(1_000);
    NewestEpoch::set(0);
    Approved::set(vec![producer(), other_producer()]);
    let mut storage = frame_system::GenesisConfig::<Test>::default()
        .build_storage()
        .expect("an empty genesis builds");
    pallet_balances::GenesisConfig::<Test> {
        balances: [producer(), other_producer(), stranger()]
            .map(|account| (account, 1_000 * CFX))
            .to_vec(),
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .expect("balances build");
    let mut state = sp_io::TestExternalities::from(storage);
    state.execute_with(|| System::set_block_number(1));
    state
}
