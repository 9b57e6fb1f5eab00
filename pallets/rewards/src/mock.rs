//! A runtime of the pallet and balances; the current round is set by each test.

#![allow(unreachable_pub, reason = "the runtime macros ask for public items")]

use crate::{self as pallet_rewards, Pallet, weights::MeasuredWeight};
use chainflix_primitives::{
    AccountId as RawAccount, Round, Sha256,
    campaign::{PaidCampaign, sum_debits},
    earnings,
    emission::EmissionPreset,
    hash::Hash32,
    merkle,
    registry::{AdSettlement, CurrentRound, Discipline, JudgedBlock, Settlement},
    report::{Debit, EARNINGS_VERSION, EarningsTriple},
    rounds::PRODUCTION_ROUND_MS,
};
use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU32, ConstU64, ConstU128},
};
use sp_core::crypto::AccountId32;
use sp_runtime::{
    BuildStorage, DispatchResult,
    traits::{BlakeTwo256, IdentityLookup},
};

pub type AccountId = AccountId32;
pub type TxExtension = frame_system::AuthorizeCall<Test>;
pub type Extrinsic = sp_runtime::testing::TestXt<RuntimeCall, TxExtension>;
type Block = sp_runtime::generic::Block<sp_runtime::generic::Header<u64, BlakeTwo256>, Extrinsic>;

/// One CFX in units.
pub const CFX: u128 = chainflix_primitives::emission::CFX;
/// The least balance of an account, and the least claim without fee, in units.
pub const EXISTENTIAL_DEPOSIT: u128 = CFX / 100;
/// How long settled rounds are kept in these tests.
pub const KEPT: u32 = 300;
/// Rounds between two earnings roots in these tests.
pub const INTERVAL: u32 = 10;
/// Rounds until a root can be claimed under.
pub const DELAY: u32 = 20;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Rewards: pallet_rewards,
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
    type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
}

parameter_types! {
    /// The current round.
    pub static Now: Round = 0;
    /// Verifiers whose bonds were slashed, in order.
    pub static Slashed: Vec<RawAccount> = Vec::new();
    /// What every campaign together can still pay, in units.
    pub storage Escrow: u128 = 0;
}

/// An escrow of campaigns that pays all it is asked for, out of what a test put there.
pub struct TestEscrow;
impl AdSettlement for TestEscrow {
    fn pay(_round: Round, debits: Vec<Debit>) -> Vec<PaidCampaign> {
        let pay = |debit: Debit| {
            let left = Escrow::get();
            let paid = left.min(debit.amount);
            Escrow::set(&(left - paid));
            PaidCampaign {
                campaign: debit.campaign,
                debits: debit.amount,
                paid,
            }
        };
        sum_debits(debits).into_iter().map(pay).collect()
    }
}

pub struct TestRounds;
impl CurrentRound for TestRounds {
    fn current_round() -> Round {
        Now::get()
    }
}

/// Takes 50 CFX out of an approver's bond of any size, and remembers whose.
pub struct Bonds;
impl Discipline for Bonds {
    fn is_suspended(_verifier: &RawAccount) -> bool {
        false
    }

    fn issuer_at_fault(_issuer: &RawAccount) -> u128 {
        0
    }

    fn approver_at_fault(approver: &RawAccount) -> u128 {
        Slashed::mutate(|slashed| slashed.push(*approver));
        50 * CFX
    }

    fn pay_from_bond(_verifier: &RawAccount, _to: &RawAccount, _amount: u128) -> u128 {
        0
    }
}

impl crate::Config for Test {
    type Currency = Balances;
    type Rounds = TestRounds;
    type Discipline = Bonds;
    type ParametersOrigin = frame_system::EnsureRoot<AccountId>;
    type Ads = TestEscrow;
    type SettledRoundsKept = ConstU32<KEPT>;
    type LeastFeelessClaim = ConstU128<EXISTENTIAL_DEPOSIT>;
    type ClaimPriority = ConstU64<7>;
    type ClaimLongevity = ConstU64<64>;
    type WeightInfo = MeasuredWeight<()>;
    type BenchmarkHelper = Bonds;
}

impl crate::BenchmarkHelper for Bonds {
    fn bonded_verifier(number: u32) -> RawAccount {
        raw(u8::try_from(number).expect("few verifiers"))
    }
}

impl<LocalCall> frame_system::offchain::CreateTransactionBase<LocalCall> for Test
where
    RuntimeCall: From<LocalCall>,
{
    type RuntimeCall = RuntimeCall;
    type Extrinsic = Extrinsic;
}

impl<LocalCall> frame_system::offchain::CreateTransaction<LocalCall> for Test
where
    RuntimeCall: From<LocalCall>,
{
    type Extension = TxExtension;
    fn create_transaction(call: RuntimeCall, extension: TxExtension) -> Extrinsic {
        Extrinsic::new_transaction(call, extension)
    }
}

impl<LocalCall> frame_system::offchain::CreateAuthorizedTransaction<LocalCall> for Test
where
    RuntimeCall: From<LocalCall>,
{
    fn create_extension() -> TxExtension {
        TxExtension::new()
    }
}

/// Account `number`; accounts ascend with numbers.
pub fn account(number: u8) -> AccountId {
    AccountId::new([number; 32])
}

/// The same as verifiers and pallets know it.
pub fn raw(number: u8) -> RawAccount {
    RawAccount([number; 32])
}

/// A header of `issuer` with `seconds` of playtime.
pub fn header(issuer: u8, seconds: u64, approved: bool) -> JudgedBlock {
    JudgedBlock {
        issuer: raw(issuer),
        root: [issuer; 32],
        count: u32::try_from(seconds.div_ceil(60)).expect("a sane playtime"),
        playtime_ms: seconds * 1_000,
        approved,
        voided: false,
        debits: Vec::new(),
    }
}

/// A header of `issuer` that debits campaign 1 so much.
pub fn debiting(issuer: u8, amount: u128, approved: bool) -> JudgedBlock {
    JudgedBlock {
        debits: vec![Debit {
            campaign: 1,
            amount,
        }],
        ..header(issuer, 60, approved)
    }
}

/// Settles a round with one approved header of an hour, which is given the whole emission.
pub fn settle(round: Round) {
    Rewards::settle(round, vec![header(1, 3_600, true)], vec![raw(1)]);
}

/// Lifetime totals of accounts as verifiers hold them.
#[derive(Clone, Debug, Default)]
pub struct Earnings(std::collections::BTreeMap<u8, u128>);

impl Earnings {
    pub fn of(totals: &[(u8, u128)]) -> Self {
        Self(totals.iter().copied().collect())
    }

    pub fn total(&self, number: u8) -> u128 {
        self.0.get(&number).copied().unwrap_or(0)
    }

    pub fn credit(&mut self, number: u8, amount: u128) {
        *self.0.entry(number).or_default() += amount;
    }

    fn leaves(&self) -> Vec<Hash32> {
        self.0
            .iter()
            .map(|(number, total)| earnings::leaf_hash::<Sha256>(&raw(*number), *total))
            .collect()
    }

    pub fn triple(&self, as_of: Round) -> EarningsTriple {
        EarningsTriple {
            as_of,
            root: merkle::root::<Sha256>(&self.leaves()),
            count: u32::try_from(self.0.len()).expect("few accounts"),
            sum: self.0.values().sum(),
            version: EARNINGS_VERSION,
        }
    }

    /// The claim of account `number`, with its proof.
    pub fn claim(&self, number: u8, as_of: Round) -> Claim {
        let index = self
            .0
            .keys()
            .position(|key| *key == number)
            .expect("an account in the tree");
        Claim {
            account: account(number),
            as_of,
            total: self.total(number),
            index: u32::try_from(index).expect("few accounts"),
            count: u32::try_from(self.0.len()).expect("few accounts"),
            proof: merkle::proof::<Sha256>(&self.leaves(), index).expect("a leaf of the tree"),
        }
    }
}

/// The arguments of a claim.
#[derive(Clone, Debug)]
pub struct Claim {
    pub account: AccountId,
    pub as_of: Round,
    pub total: u128,
    pub index: u32,
    pub count: u32,
    pub proof: Vec<Hash32>,
}

impl Claim {
    pub fn call(&self) -> crate::Call<Test> {
        crate::Call::claim {
            account: self.account.clone(),
            as_of: self.as_of,
            total: self.total,
            index: self.index,
            count: self.count,
            proof: self.proof.clone().try_into().expect("a proof that fits"),
        }
    }

    /// Submits it, signed by account `by`.
    pub fn submit(&self, by: u8) -> DispatchResult {
        use frame_support::traits::UnfilteredDispatchable;
        self.call()
            .dispatch_bypass_filter(RuntimeOrigin::signed(account(by)))
            .map(|_| ())
            .map_err(|error| error.error)
    }
}

/// Four verifiers vote for earnings, of whom three are enough.
pub fn adopt(earnings: &Earnings, as_of: Round) {
    for verifier in 1..=3 {
        Rewards::vote_earnings(raw(verifier), earnings.triple(as_of), 4);
    }
}

/// Runs a test at block 1, round 0, with the paper's schedule, and checks the invariants.
pub fn run(test: impl FnOnce()) {
    run_with(EmissionPreset::Whitepaper, None, test);
}

/// Runs a test with a schedule and a most rate per second.
pub fn run_with(emission: EmissionPreset, max_rate: Option<u128>, test: impl FnOnce()) {
    Now::set(0);
    Slashed::set(Vec::new());
    externalities(emission, max_rate).execute_with(|| {
        System::set_block_number(1);
        test();
        Pallet::<Test>::do_try_state().expect("the invariants hold");
    });
}

/// The state at genesis.
pub fn externalities(emission: EmissionPreset, max_rate: Option<u128>) -> sp_io::TestExternalities {
    let storage = RuntimeGenesisConfig {
        rewards: RewardsConfig {
            emission,
            round_ms: PRODUCTION_ROUND_MS,
            max_rate_per_second: max_rate,
            earnings_interval: INTERVAL,
            claim_delay: DELAY,
            ..Default::default()
        },
        ..Default::default()
    }
    .build_storage()
    .expect("genesis builds");
    storage.into()
}
