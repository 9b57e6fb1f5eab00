//! The chain and the model side by side: whatever happens, happens to both, and both agree after it.

mod compare;
mod earnings;

use super::{
    model::{
        ACCOUNTS, Block, CFX, Model, POT, Refusal, Report, TREASURY, VERIFIERS, Vesting, Vote, Who,
    },
    storage::Storage,
};
use crate::{
    AccountId, Balances, Executive, Pov, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin,
    Supervisors, System, TreasuryAccount, UncheckedExtrinsic,
    constants::time::SESSION,
    invariants,
    presets::accounts,
    simulation::{
        network::{Network, Request},
        walk::{Walk, signed, two_blocks},
    },
};
use chainflix_primitives::{AccountId as Raw, Magnet, Round, report::Verdict};
use frame_support::dispatch::GetDispatchInfo;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{DispatchError, traits::Dispatchable};
use std::collections::{BTreeMap, BTreeSet};

/// The video that viewers watch, published by the producer.
pub(super) const WATCHED: u8 = 0;
/// The producer.
pub(super) const PRODUCER: Who = 4;
/// Those who earn, two of whom have no account yet.
pub(super) const EARNERS: [Who; 5] = [PRODUCER, 5, 8, 9, 0];
/// Sequences end before the second session of which somebody could be missing.
const LAST_BLOCK: u32 = 170;

/// Lifetime totals of an adopted root.
type Ledger = BTreeMap<Who, u128>;

/// How the verifiers vote.
pub(super) struct Voting {
    pub(super) voters: usize,
    pub(super) shares: [u8; 5],
    pub(super) greedy: bool,
}

pub(super) struct World<'a> {
    walk: &'a mut Walk,
    pub(super) network: Network,
    pub(super) model: Model,
    first_slot: u64,
    reported: Option<Round>,
    pub(super) missing: BTreeSet<usize>,
    pub(super) absent: BTreeSet<(usize, usize)>,
    pub(super) voting: Option<Voting>,
    /// Ledgers by round and root: what was ever voted for.
    ledgers: BTreeMap<(Round, [u8; 32]), Ledger>,
}

impl<'a> World<'a> {
    /// A chain of four verifiers on which the producer has published a video, in the round from which it may be watched.
    pub(super) fn start(walk: &'a mut Walk, rate: Option<u128>, vesting: Vesting) -> Self {
        let network = Network::local();
        network.share_secret();
        walk.begin_block();
        let producer = account(&network, PRODUCER);
        let apply = Supervisors::apply(
            RuntimeOrigin::signed(producer.clone()),
            accounts::supervisor(),
            [2; 32],
        );
        let decide = Supervisors::decide(
            RuntimeOrigin::signed(accounts::supervisor()),
            producer,
            pallet_supervisors::Decision::Approve,
        );
        assert!(apply.is_ok() && decide.is_ok());
        let owned = (0..ACCOUNTS)
            .map(|who| owned_by(&account(&network, who)))
            .collect();
        let mut model = Model::new(owned, rate);
        model.issued = Balances::total_issuance();
        model.registry.approvals.insert(PRODUCER, false);
        model.vesting = Some(vesting);
        model.locked = vesting.locked;
        let mut world = Self {
            first_slot: walk.slot,
            walk,
            network,
            model,
            reported: None,
            missing: BTreeSet::new(),
            absent: BTreeSet::new(),
            voting: None,
            ledgers: BTreeMap::new(),
        };
        world.model.begin_block(0);
        world.walk.end_block();
        world.compare();
        world
    }

    pub(super) fn is_over(&self) -> bool {
        System::block_number() >= LAST_BLOCK
    }

    pub(super) fn account(&self, who: Who) -> AccountId {
        account(&self.network, who)
    }

    fn round(&self) -> Round {
        ((self.walk.slot - self.first_slot) / 3) as Round
    }

    /// No block is made for so many slots.
    pub(super) fn halt(&mut self, slots: u16) {
        self.walk.slot += u64::from(slots);
    }

    /// One block, with the reports that are due and whatever `inside` does.
    pub(super) fn block<R>(&mut self, inside: impl FnOnce(&mut Self) -> R) -> R {
        self.walk.begin_block();
        self.model.begin_block(self.round());
        if System::block_number().is_multiple_of(SESSION) {
            self.model.end_session();
        }
        self.compare();
        self.report();
        let done = inside(self);
        self.compare();
        self.walk.end_block();
        self.compare();
        assert_eq!(invariants::check(), Ok(()));
        done
    }

    /// Everybody whose report of the last counted round is due makes it.
    fn report(&mut self) {
        let last = self.model.counted.last().copied();
        assert_eq!(Pov::standing().counted.first().copied(), last);
        if last == self.reported {
            return;
        }
        self.reported = last;
        let missing = std::mem::take(&mut self.missing);
        let (vote, ledger) = self.vote(last.unwrap_or(0)).unzip();
        if let (Some(vote), Some(ledger)) = (vote, ledger) {
            self.ledgers.insert((vote.as_of, vote.root), ledger);
        }
        for place in 0..VERIFIERS {
            if missing.contains(&place) {
                if let Some(last) = last {
                    self.network.carry(place, last);
                }
                continue;
            }
            let voters = self.voting.as_ref().map_or(0, |voting| voting.voters);
            let absent = self.absent.iter().filter(|(voter, _)| *voter == place);
            let absent: BTreeSet<usize> = absent.map(|(_, issuer)| *issuer).collect();
            let request = Request {
                absent: absent
                    .iter()
                    .map(|issuer| self.network.nodes[*issuer].account)
                    .collect(),
                earnings: vote.filter(|_| place < voters),
            };
            let Some(said) = self.network.report(place, &request) else {
                continue;
            };
            let done = Executive::apply_extrinsic(said.transaction);
            assert_eq!(done, Ok(Ok(())), "a report that follows every rule");
            let report = &said.report;
            let header = &report.header;
            let debits = header.debits.iter();
            let approves = report
                .verdicts
                .iter()
                .filter(|entry| entry.verdict == Verdict::Approve);
            let approves = approves.map(|entry| self.place_of(&entry.issuer)).collect();
            let told = Report {
                block: (!self.model.suspended[place]).then(|| Block {
                    views: header.count,
                    playtime_ms: header.playtime_ms.into(),
                    debits: debits
                        .map(|debit| (debit.campaign as usize, debit.amount))
                        .collect(),
                }),
                approves,
                approves_views: report.personal.count > 0,
                opens: said.opens_rightly,
                vote: report.earnings.map(|triple| Vote {
                    as_of: triple.as_of,
                    root: triple.root,
                    sum: triple.sum,
                }),
            };
            self.model.take_report(place, told);
        }
    }

    fn place_of(&self, verifier: &Raw) -> usize {
        let nodes = self.network.nodes.iter();
        nodes
            .clone()
            .position(|node| node.account == *verifier)
            .expect("one of four")
    }

    /// Somebody signs a call. The model says what becomes of it: whether it is free, or why it is refused. What is refused
    /// changes nothing, and costs a fee all the same.
    pub(super) fn call(
        &mut self,
        by: Who,
        call: impl Into<RuntimeCall>,
        foretell: impl FnOnce(&mut Model) -> Result<bool, Refusal>,
    ) {
        let call: RuntimeCall = call.into();
        if self.model.free[by] < CFX / 10 {
            // It could not pay a fee: nothing of its gets into a block.
            return;
        }
        self.leave_full_block();
        self.block(|world| {
            let mut after = world.model.clone();
            let foretold = foretell(&mut after);
            let before = foretold.is_err().then(Storage::read);
            let events = System::events().len();
            let weight = call.get_dispatch_info().call_weight;
            let transaction = signed(world.keyring(by), call.clone());
            let bytes = codec::Encode::encoded_size(&transaction);
            let done = Executive::apply_extrinsic(transaction).expect("it can pay");
            let fee = fee_since(events);
            match foretold {
                Ok(free) => {
                    assert_eq!(done, Ok(()), "foretold to be made: {call:?}");
                    assert_eq!(fee == 0, free, "{call:?}");
                    world.model = after;
                }
                Err(refusal) => {
                    let error = done.expect_err(refusal);
                    assert_eq!(name_of(&error), refusal, "{call:?}");
                    let before = before.expect("read before");
                    let touched = [world.account(by), TreasuryAccount::get()];
                    before.assert_unchanged_but_for_the_fee(&touched);
                    // The caller pays for at least the weight and the bytes.
                    let least = u128::from(weight.ref_time()) * 10 + bytes as u128 * 10_000_000;
                    assert!(fee >= least, "{fee} of {least} for {call:?}");
                }
            }
            world.model.pay_fee(by, fee);
        });
    }

    /// A call that nobody signs, let in by its own check.
    pub(super) fn authorized_call(
        &mut self,
        transaction: UncheckedExtrinsic,
        foretell: impl FnOnce(&mut Model) -> Result<(), Refusal>,
    ) {
        self.leave_full_block();
        self.block(|world| {
            let mut after = world.model.clone();
            match foretell(&mut after) {
                Ok(()) => {
                    assert_eq!(Executive::apply_extrinsic(transaction), Ok(Ok(())));
                    world.model = after;
                }
                Err(refusal) => {
                    let before = Storage::read();
                    let refused = Executive::apply_extrinsic(transaction);
                    assert!(refused.is_err(), "let in although {refusal}");
                    before.assert_unchanged_but_for_the_fee(&[]);
                }
            }
        });
    }

    /// What somebody decides who is not in the model, and pays nothing for it.
    pub(super) fn decision(
        &mut self,
        by: RuntimeOrigin,
        call: impl Into<RuntimeCall>,
        foretell: impl FnOnce(&mut Model) -> Result<(), Refusal>,
    ) {
        let call: RuntimeCall = call.into();
        self.leave_full_block();
        self.block(|world| {
            let mut after = world.model.clone();
            let foretold = foretell(&mut after);
            let before = Storage::read();
            let done = call.clone().dispatch(by);
            match foretold {
                Ok(()) => {
                    assert!(done.is_ok(), "foretold to be made: {call:?}");
                    world.model = after;
                }
                Err(refusal) => {
                    let error = done.expect_err(refusal).error;
                    assert_eq!(name_of(&error), refusal, "{call:?}");
                    before.assert_unchanged_but_for_the_fee(&[]);
                }
            }
        });
    }

    /// A block in which a session ends has no room for anything else.
    fn leave_full_block(&mut self) {
        if (System::block_number() + 1).is_multiple_of(SESSION) {
            self.block(|_| ());
        }
    }

    fn keyring(&self, who: Who) -> Sr25519Keyring {
        match who {
            0..VERIFIERS => self.network.nodes[who].keyring,
            PRODUCER => Sr25519Keyring::Eve,
            5 => Sr25519Keyring::Ferdie,
            _ => Sr25519Keyring::One,
        }
    }

    /// A verifier's two blocks of the last slot, as its node would submit them.
    pub(super) fn equivocate(&mut self, verifier: usize) {
        if self.model.barred[verifier] {
            return;
        }
        let keyring = self.network.nodes[verifier].keyring;
        let [first, second] = two_blocks(keyring, self.walk.slot);
        let key = sp_consensus_aura::sr25519::AuthorityId::from(keyring.public());
        use pallet_authorities::runtime_api::runtime_decl_for_authorities_api::AuthoritiesApiV1;
        assert!(
            <Runtime as AuthoritiesApiV1<crate::Block>>::report_aura_equivocation(
                key, first, second
            )
        );
        let submitted = self.walk.submitted();
        self.block(|world| {
            for transaction in submitted {
                assert_eq!(Executive::apply_extrinsic(transaction), Ok(Ok(())));
            }
            world.model.equivocate(verifier);
        });
    }
}

/// The magnet of a video.
pub(super) fn magnet(video: u8) -> Magnet {
    Magnet([video.wrapping_add(1); 32])
}

fn account(network: &Network, who: Who) -> AccountId {
    match who {
        0..VERIFIERS => network.nodes[who].keyring.to_account_id(),
        PRODUCER => Sr25519Keyring::Eve.to_account_id(),
        5 => Sr25519Keyring::Ferdie.to_account_id(),
        6 => Sr25519Keyring::One.to_account_id(),
        TREASURY => TreasuryAccount::get(),
        POT => pallet_funds::founders_pot(),
        stranger => AccountId::new([stranger as u8; 32]),
    }
}

fn owned_by(account: &AccountId) -> (u128, u128) {
    let data = System::account(account).data;
    (data.free, data.reserved)
}

/// What signers paid since the block had so many events.
fn fee_since(events: usize) -> u128 {
    let new = System::events().into_iter().skip(events);
    new.map(|record| match record.event {
        RuntimeEvent::TransactionPayment(
            pallet_transaction_payment::Event::TransactionFeePaid { actual_fee, .. },
        ) => actual_fee,
        _ => 0,
    })
    .sum()
}

/// The name of an error, as wallets show it.
pub(crate) fn name_of(error: &DispatchError) -> String {
    match error {
        DispatchError::Module(error) => error.message.expect("it has a name").into(),
        DispatchError::Token(error) => format!("{error:?}"),
        other => format!("{other:?}"),
    }
}
