//! Arbitrary bytes, read as blocks with transactions and calls of everybody.
//!
//! [`run`] never panics, whatever the bytes are, unless the runtime panics or an invariant breaks: that is a defect. Any call
//! of the runtime can be made, also one that is added later: its arguments are decoded from the bytes, guided so that they
//! name accounts, videos, rounds and amounts that there are.

mod input;
mod issuance;
mod summary;

pub use self::summary::Summary;

use self::{
    input::{Bytes, Guided, calls},
    issuance::Issuance,
};
use super::{
    genesis::{chain_of, genesis_json, overlay},
    network::{Network, Request},
    walk::{Walk, authorized, signed, two_blocks, walk_in},
};
use crate::{
    AccountId, Executive, Pov, Rewards, Runtime, RuntimeCall, RuntimeOrigin, Session, Supervisors,
    VerifierCollective, configs::Enactable, invariants, presets::accounts,
};
use chainflix_primitives::{
    AccountId as Raw, Magnet, Sha256, earnings,
    ids::UploadId,
    ratio::MiningRatio,
    report::{EARNINGS_VERSION, EarningsTriple, earnings_due},
};
use codec::DecodeLimit;
use frame_support::traits::Contains;
use frame_system::RawOrigin;
use serde_json::{Value, json};
use sp_keyring::Sr25519Keyring;
use sp_runtime::traits::Dispatchable;
use std::{collections::BTreeSet, sync::OnceLock};

/// Most that is done of one input, so that every input ends soon.
const MOST_BLOCKS: u32 = 300;
const MOST_ACTIONS: u32 = 400;
/// Most bytes that one call reads, and how deep calls may lie in calls.
const MOST_CALL_BYTES: usize = 8 * 1024;
const MOST_DEPTH: u32 = 16;

/// Those who sign.
const SIGNERS: [Sr25519Keyring; 7] = [
    Sr25519Keyring::Alice,
    Sr25519Keyring::Bob,
    Sr25519Keyring::Charlie,
    Sr25519Keyring::Dave,
    Sr25519Keyring::Eve,
    Sr25519Keyring::Ferdie,
    Sr25519Keyring::One,
];
/// The producer, whom all earnings are given to.
const PRODUCER: Sr25519Keyring = Sr25519Keyring::Eve;
/// The first registered video.
const VIDEO: Magnet = Magnet([1; 32]);

/// Runs the input on a new chain of four verifiers.
///
/// # Panics
/// When the runtime does, or an invariant breaks.
#[must_use]
pub fn run(bytes: &[u8]) -> Summary {
    static GENESIS: OnceLock<Value> = OnceLock::new();
    let genesis = GENESIS.get_or_init(|| {
        let mut genesis = genesis_json("local_testnet");
        overlay(&mut genesis, json!({ "pov": { "difficulty": 8 } }));
        genesis
    });
    walk_in(chain_of(genesis), |walk| {
        let mut run = Run {
            network: Network::local(),
            walk,
            bytes: Bytes(bytes),
            summary: Summary::default(),
            issuance: Issuance::now(),
            reported: None,
            missing: BTreeSet::new(),
            request: Request::default(),
            votes: false,
        };
        run.start();
        run.take_all();
        run.summary
    })
}

struct Run<'a> {
    walk: &'a mut Walk,
    network: Network,
    bytes: Bytes<'a>,
    summary: Summary,
    issuance: Issuance,
    reported: Option<u32>,
    missing: BTreeSet<usize>,
    request: Request,
    votes: bool,
}

impl Run<'_> {
    /// A video is published and may be watched.
    fn start(&mut self) {
        self.network.share_secret();
        self.begin_block();
        let supervisor = accounts::supervisor();
        let producer = PRODUCER.to_account_id();
        let origin = RuntimeOrigin::signed(producer.clone());
        let apply = Supervisors::apply(origin.clone(), supervisor.clone(), [2; 32]);
        let approve = pallet_supervisors::Decision::Approve;
        let decide = Supervisors::decide(RuntimeOrigin::signed(supervisor), producer, approve);
        let publish = crate::Videos::publish(
            origin,
            VIDEO,
            b"Film".to_vec().try_into().expect("short"),
            65_000,
            1,
            [3; 32],
            MiningRatio::whitepaper(),
            0,
            UploadId([4; 16]),
        );
        assert!(apply.is_ok() && decide.is_ok() && publish.is_ok());
        self.end_block();
        (0..6).for_each(|_| self.block());
    }

    fn take_all(&mut self) {
        self.begin_block();
        for _ in 0..MOST_ACTIONS {
            if self.bytes.0.is_empty() || self.summary.blocks >= MOST_BLOCKS {
                break;
            }
            self.take();
        }
        self.end_block();
        // What is under way is settled.
        (0..12).for_each(|_| self.block());
        let totals = Rewards::totals();
        self.summary.claimed = u32::from(totals.paid > 0);
        let settled = Rewards::settled_after(None, 100);
        let paid = settled.iter().filter(|round| round.settled > 0);
        self.summary.settled = paid.count() as u32;
        self.summary.faults = pallet_pov::Faults::<Runtime>::iter_keys().count() as u32;
        let barred = pallet_authorities::BarredUntil::<Runtime>::iter_keys();
        self.summary.equivocations = barred.count() as u32;
    }

    fn begin_block(&mut self) {
        self.walk.begin_block();
        self.summary.blocks += 1;
        self.report();
    }

    fn end_block(&mut self) {
        self.walk.end_block();
        self.issuance.check_block();
        assert_eq!(invariants::check(), Ok(()));
    }

    fn block(&mut self) {
        self.begin_block();
        self.end_block();
    }

    /// The reports that are due, less those that are lost.
    fn report(&mut self) {
        let last = Pov::standing().counted.first().copied();
        if last == self.reported {
            return;
        }
        self.reported = last;
        let missing = std::mem::take(&mut self.missing);
        self.request.earnings = self.vote();
        for place in 0..self.network.nodes.len() {
            if missing.contains(&place) {
                if let Some(last) = last {
                    self.network.carry(place, last);
                }
                continue;
            }
            // Refused when the verifier is no longer one.
            if let Some(said) = self.network.report(place, &self.request) {
                let _ = Executive::apply_extrinsic(said.transaction);
            }
        }
    }

    /// Everything that was earned is the producer's.
    fn vote(&self) -> Option<EarningsTriple> {
        if !self.votes {
            return None;
        }
        let reported = Pov::standing().counted.first().copied()?;
        let as_of = earnings_due(reported, Pov::earnings_interval())?;
        let settled = Rewards::settled_after(None, 100);
        let owed = settled.iter().filter(|record| record.round <= as_of);
        let sum = owed
            .map(|record| {
                let ads = record.ads.iter().map(|paid| paid.paid);
                record.settled + ads.sum::<u128>()
            })
            .sum();
        let producer = Raw(PRODUCER.to_account_id().into());
        // A tree of one leaf is its hash.
        Some(EarningsTriple {
            as_of,
            root: earnings::leaf_hash::<Sha256>(&producer, sum),
            count: 1,
            sum,
            version: EARNINGS_VERSION,
        })
    }

    /// Takes one action.
    fn take(&mut self) {
        match self.bytes.byte() % 16 {
            0..=6 => self.call(true),
            7 => self.call(false),
            8..=10 => {
                self.end_block();
                let more = self.bytes.byte() % 8;
                (0..more).for_each(|_| self.block());
                self.begin_block();
            }
            11 => {
                let (place, views) = (self.place(), u32::from(self.bytes.byte() % 16));
                let honest = !self.bytes.byte().is_multiple_of(4);
                let each_ms = u64::from(self.bytes.byte()) * 230;
                let playtime = u64::from(views) * each_ms;
                self.network
                    .accept(place, (VIDEO, 1), views, honest, playtime);
                if self.bytes.byte().is_multiple_of(2) {
                    let campaign = u32::from(self.bytes.byte() % 4);
                    let amount = self.bytes.amount();
                    // A sum of debits beyond all money is for others to try.
                    self.network.debit(place, campaign, amount >> 2);
                }
            }
            12 => self.disturb(),
            13 => self.claim(),
            14 => self.fault(),
            _ => self.equivocate(),
        }
    }

    fn place(&mut self) -> usize {
        usize::from(self.bytes.byte()) % self.network.nodes.len()
    }

    /// Slots without blocks, reports that are lost, approvals that are not given, votes.
    fn disturb(&mut self) {
        let (kind, place, other) = (self.bytes.byte() % 8, self.place(), self.place());
        match kind {
            0 => self.walk.slot += u64::from(self.bytes.byte()),
            1 => self.walk.slot += u64::from(self.bytes.byte()) * 300,
            2 | 3 => {
                self.missing.insert(place);
            }
            4 => {
                let issuer = self.network.nodes[other].account;
                if !self.request.absent.remove(&issuer) {
                    self.request.absent.insert(issuer);
                }
            }
            _ => self.votes = !self.votes,
        }
    }

    /// What the producer has under the last adopted earnings.
    fn claim(&mut self) {
        let Some(last) = Rewards::last_adopted() else {
            return;
        };
        let call: RuntimeCall = pallet_rewards::Call::claim {
            account: PRODUCER.to_account_id(),
            as_of: last.triple.as_of,
            total: last.triple.sum,
            index: 0,
            count: 1,
            proof: Default::default(),
        }
        .into();
        let transaction = if self.bytes.byte().is_multiple_of(2) {
            authorized(call)
        } else {
            signed(SIGNERS[0], call)
        };
        self.apply(transaction);
    }

    fn fault(&mut self) {
        let (place, ago) = (self.place(), usize::from(self.bytes.byte() % 4));
        let Some(round) = Pov::standing().counted.get(ago).copied() else {
            return;
        };
        let Some((proof, _)) = self.network.fault(place, round) else {
            return;
        };
        let call = pallet_pov::Call::report_fault {
            proof: Box::new(proof),
        };
        let signer = self.signer();
        self.apply(signed(signer, call));
    }

    fn equivocate(&mut self) {
        use pallet_authorities::runtime_api::runtime_decl_for_authorities_api::AuthoritiesApiV1;
        let keyring = self.network.nodes[self.bytes.byte() as usize % 4].keyring;
        let [first, second] = two_blocks(keyring, self.walk.slot);
        let key = keyring.public().into();
        let _ = <Runtime as AuthoritiesApiV1<crate::Block>>::report_aura_equivocation(
            key, first, second,
        );
        for transaction in self.walk.submitted() {
            self.apply(transaction);
        }
    }

    fn signer(&mut self) -> Sr25519Keyring {
        SIGNERS[usize::from(self.bytes.byte()) % SIGNERS.len()]
    }

    /// Any call by anybody; decoded as it stands, or guided.
    fn call(&mut self, guided: bool) {
        let by = self.bytes.byte();
        let Some(call) = self.decode(guided) else {
            self.summary.undecodable += 1;
            return;
        };
        let members = |yes| {
            let members = Session::validators().len() as u32;
            pallet_collective::RawOrigin::<AccountId, VerifierCollective>::Members(yes, members)
        };
        let origin: RuntimeOrigin = match by % 24 {
            0..=13 => {
                let signer = SIGNERS[usize::from(by) % SIGNERS.len()];
                return self.apply(signed(signer, call));
            }
            14 | 15 => return self.apply(authorized(call)),
            16 | 17 => RawOrigin::Signed(accounts::supervisor()).into(),
            18 | 19 => members(3).into(),
            20 => members(4).into(),
            // The time of a block is set once; a second time is refused before it gets here.
            21 if !matches!(call, RuntimeCall::Timestamp(..)) => RawOrigin::None.into(),
            // Nothing but a motion is root, and it can't be all that root can.
            22 if Enactable::contains(&call) => RawOrigin::Root.into(),
            _ => return,
        };
        match call.dispatch(origin) {
            Ok(_) => self.summary.made += 1,
            Err(_) => self.summary.refused += 1,
        }
    }

    fn apply(&mut self, transaction: crate::UncheckedExtrinsic) {
        match Executive::apply_extrinsic(transaction) {
            Ok(Ok(())) => self.summary.made += 1,
            Ok(Err(_)) | Err(_) => self.summary.refused += 1,
        }
    }

    fn decode(&mut self, guided: bool) -> Option<RuntimeCall> {
        if !guided {
            let length = usize::from(self.bytes.byte()) * 4;
            let (call, rest) = self.bytes.0.split_at(length.min(self.bytes.0.len()));
            self.bytes.0 = rest;
            return RuntimeCall::decode_with_depth_limit(MOST_DEPTH, &mut &call[..]).ok();
        }
        let calls = calls();
        let place = u16::from_le_bytes([self.bytes.byte(), self.bytes.byte()]);
        let mut input = Guided {
            start: calls[usize::from(place) % calls.len()].to_vec(),
            bytes: &mut self.bytes,
            left: MOST_CALL_BYTES,
            round: Pov::standing().round,
        };
        RuntimeCall::decode_with_depth_limit(MOST_DEPTH, &mut input).ok()
    }
}
