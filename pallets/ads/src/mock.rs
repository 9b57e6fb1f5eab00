//! A runtime of the pallet and balances; the current round and the videos are set by each test.

#![allow(unreachable_pub, reason = "the runtime macros ask for public items")]

use crate::{self as pallet_ads, Pallet, Tags, weights::MeasuredWeight};
use chainflix_primitives::{
    AccountId as RawAccount, Magnet, Round,
    campaign::{CampaignState, PaidCampaign},
    ratio::MiningRatio,
    registry::{AdSettlement, CurrentRound, RegistryError, VideoRegistry, VideoState, VideoTerms},
    report::Debit,
};
use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU128, fungible::InspectHold},
};
use sp_core::crypto::AccountId32;
use sp_runtime::{
    BuildStorage, DispatchResult,
    traits::{Dispatchable, IdentityLookup},
};
use std::collections::BTreeMap;

pub type AccountId = AccountId32;
type Block = frame_system::mocking::MockBlock<Test>;

/// One CFX in units.
pub const CFX: u128 = chainflix_primitives::emission::CFX;
/// How long records are kept in these tests, in rounds.
pub const RECORD_ROUNDS: u32 = 100;
/// What every account of a test owns.
pub const ENDOWMENT: u128 = 1_000 * CFX;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Ads: pallet_ads,
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
    /// Rounds among the last twenty that did not count.
    pub static Uncounted: Round = 0;
    /// Playtime in ms and first active round of each video.
    pub static Published: BTreeMap<Magnet, (u32, Round)> = BTreeMap::new();
    pub const RecordRounds: u32 = RECORD_ROUNDS;
}

pub struct TestRounds;
impl CurrentRound for TestRounds {
    fn current_round() -> Round {
        Now::get()
    }

    fn carried_from(round: Round) -> Round {
        round.saturating_sub(20 + Uncounted::get())
    }
}

pub struct TestVideos;
impl VideoRegistry for TestVideos {
    fn terms(video: &Magnet) -> Option<VideoTerms> {
        let (total_playtime_ms, from_round) = *Published::get().get(video)?;
        Some(VideoTerms {
            producer: RawAccount([90; 32]),
            supervisor: RawAccount([91; 32]),
            title: b"Creative".to_vec().try_into().expect("a short title"),
            total_playtime_ms,
            renditions: 1,
            manifest_root: [3; 32],
            ratio: MiningRatio::whitepaper(),
            key_epoch: 0,
            upload_id: Default::default(),
            from_round,
        })
    }

    fn state_in(video: &Magnet, round: Round) -> Option<VideoState> {
        let (_, from_round) = *Published::get().get(video)?;
        (from_round <= round).then_some(VideoState::Active)
    }

    fn restrict(_video: &Magnet) -> Result<(), RegistryError> {
        Err(RegistryError::Unknown)
    }

    fn reinstate(_video: &Magnet) -> Result<(), RegistryError> {
        Err(RegistryError::Unknown)
    }
}

impl crate::Config for Test {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Rounds = TestRounds;
    type Videos = TestVideos;
    type DepositPerEntry = ConstU128<{ CFX / 10 }>;
    type DepositPerByte = ConstU128<{ CFX / 1_000 }>;
    type RecordRounds = RecordRounds;
    type WeightInfo = MeasuredWeight<()>;
    type BenchmarkHelper = TestRounds;
}

impl crate::BenchmarkHelper for TestRounds {
    fn register_creative(creative: Magnet) {
        Published::mutate(|published| published.insert(creative, (60_000, 0)));
    }

    fn begin_round(round: Round) {
        Now::set(round);
    }
}

/// Account `number`.
pub fn account(number: u8) -> AccountId {
    AccountId::new([number; 32])
}

pub fn advertiser() -> AccountId {
    account(1)
}

pub fn stranger() -> AccountId {
    account(2)
}

/// The video that campaigns of these tests show: one cell of 20 s.
pub const CREATIVE: Magnet = Magnet([7; 32]);

/// What a test opens; each field can be changed before [`Draft::open`].
#[derive(Clone)]
pub struct Draft {
    pub creative: Magnet,
    pub price_per_play: u128,
    pub price_per_click: u128,
    pub limit_per_round: u128,
    pub views_per_day: u16,
    pub tags: Vec<&'static str>,
    pub budget: u128,
}

/// A campaign of 3 CFX a play and 5 a click, at most 20 CFX a round and 100 in all.
pub fn draft() -> Draft {
    Draft {
        creative: CREATIVE,
        price_per_play: 3 * CFX,
        price_per_click: 5 * CFX,
        limit_per_round: 20 * CFX,
        views_per_day: 3,
        tags: vec!["cooking", "travel"],
        budget: 100 * CFX,
    }
}

pub fn tags(words: &[&str]) -> Tags {
    let tag = |word: &&str| word.as_bytes().to_vec().try_into().expect("a short tag");
    words
        .iter()
        .map(tag)
        .collect::<Vec<_>>()
        .try_into()
        .expect("few tags")
}

impl Draft {
    pub fn open(self, by: AccountId) -> DispatchResult {
        let call = crate::Call::<Test>::open {
            creative: self.creative,
            price_per_play: self.price_per_play,
            price_per_click: self.price_per_click,
            limit_per_round: self.limit_per_round,
            views_per_day: self.views_per_day,
            least_account_age: 0,
            tags: tags(&self.tags),
            budget: self.budget,
        };
        // As a transaction does it: what fails changes nothing.
        RuntimeCall::from(call)
            .dispatch(RuntimeOrigin::signed(by))
            .map(|_| ())
            .map_err(|error| error.error)
    }
}

/// Opens a campaign of the advertiser, and goes on until it is active. Its number.
pub fn open(draft: Draft) -> u32 {
    let campaign = crate::NextCampaign::<Test>::get();
    draft.open(advertiser()).expect("a campaign that may open");
    Now::mutate(|now| *now += 2);
    campaign
}

pub fn debit(campaign: u32, amount: u128) -> Debit {
    Debit { campaign, amount }
}

/// Settles the round four rounds back, in which approved blocks debited so much.
pub fn settle(debits: Vec<Debit>) -> Vec<PaidCampaign> {
    let paid = Ads::pay(Now::get() - 4, debits);
    Now::mutate(|now| *now += 1);
    paid
}

/// What a campaign paid of such debits.
pub fn paid(campaign: u32, debits: u128, paid: u128) -> PaidCampaign {
    PaidCampaign {
        campaign,
        debits,
        paid,
    }
}

/// What is held of an account as escrow.
pub fn escrow(of: &AccountId) -> u128 {
    Balances::balance_on_hold(&crate::HoldReason::Budget.into(), of)
}

pub fn balance(campaign: u32) -> u128 {
    Ads::campaign(campaign)
        .expect("it is on record")
        .funds
        .balance
}

pub fn state_now(campaign: u32) -> Option<CampaignState> {
    Ads::campaign_state(campaign, Now::get())
}

/// Runs a test at block 1, round 1,000, with accounts 1 to 4 of 1,000 CFX each and a creative, and checks the invariants.
pub fn run(test: impl FnOnce()) {
    Now::set(1_000);
    Published::set(BTreeMap::from([(CREATIVE, (20_000, 900))]));
    externalities().execute_with(|| {
        System::set_block_number(1);
        test();
        Pallet::<Test>::do_try_state().expect("the invariants hold");
    });
}

/// The state at genesis.
pub fn externalities() -> sp_io::TestExternalities {
    let mut storage = frame_system::GenesisConfig::<Test>::default()
        .build_storage()
        .expect("an empty genesis builds");
    pallet_balances::GenesisConfig::<Test> {
        balances: (1..=4).map(|number| (account(number), ENDOWMENT)).collect(),
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .expect("balances build");
    storage.into()
}
