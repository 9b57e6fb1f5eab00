//! A chain with the largest set and full histories, and the verifier whose report is due.

use alloc::vec::Vec;
use chainflix_primitives::{
    AccountId, Magnet, Round, Signature64, draw,
    hash::Hash32,
    manifest::{CellEntry, MAX_RENDITIONS, MAX_TITLE_BYTES},
    merkle,
    missing::MOST_BLOCKS,
    ratio::MiningRatio,
    registry::{CountedRound, PovParameters, VideoTerms},
    report::{
        Debit, Header, LateTickets, MAX_DEBITS, MAX_LATE_TICKETS, MAX_VERIFIERS, TicketsRoot,
    },
    rounds::{CYCLE_ROUNDS, CycleRule, MAX_CARRY_ROUNDS, PRODUCTION_ROUND_MS, RoundClock},
    window::{CELL_MS, MAX_CELLS},
};
use frame_support::BoundedVec;
use sp_application_crypto::RuntimeAppPublic;

use super::{BenchmarkHelper, uniform::Uniform};
use crate::{
    Clock, Config, Counted, CountedRounds, CycleRules, CycleSeeds, Headers, Issuers, JudgedIn,
    OpenFaults, Pallet, Parameters, Progress, SetRounds, VerifierSets,
    crypto::{HostHasher, Public},
    impls::session::sign_with,
    types::{
        CycleSeed, Issued, MAX_CYCLE_RULES, MAX_OPEN_FAULTS, MAX_PARAMETER_CHANGES, MAX_SEEDS,
        MAX_SETS, RoundProgress, Since, Verifier,
    },
};

/// Start of round 0: a slot's.
const START_MS: u64 = 1_760_000_400_000;
/// The round of which reports are due. None between it and [`JUDGED`] counted, so that tickets of all of them are late.
pub(super) const HEADER: Round = 200;
/// The round whose headers are judged.
pub(super) const JUDGED: Round = HEADER - MAX_LATE_TICKETS - 1;
/// The round whose leaves are opened.
pub(super) const OPENED: Round = JUDGED - 1;
/// The round that was settled last.
pub(super) const SETTLED: Round = OPENED - 1;
/// The current round.
pub(super) const NOW: Round = HEADER + 1;
/// The video that everybody watches.
pub(super) const VIDEO: Magnet = Magnet([7; 32]);
/// Leaves of the largest plaintext: 1,500,000,000 bytes in leaves of 1 KiB, none of them shorter.
pub(super) const PLAIN_LEAVES: u32 = 1_464_843;
/// Bytes of a leaf of the plaintext.
pub(super) const PLAIN_BYTES: usize = 1_024;

impl<T: Config> Pallet<T> {
    /// Makes `verifier` one of the largest set in every round, with a new key, and signs with that.
    pub fn sign_as(verifier: &AccountId, payload: &[u8]) -> Signature64 {
        let key = Public::generate_pair(None);
        let mut set: Vec<_> = strangers(MAX_VERIFIERS - 1)
            .into_iter()
            .chain([*verifier])
            .map(|account| Verifier {
                account,
                key: key.clone(),
            })
            .collect();
        set.sort_unstable_by_key(|verifier| verifier.account);
        let later = (1..MAX_SETS).map(|number| 1_000_000 + number);
        let rounds: Vec<Round> = [0].into_iter().chain(later).collect();
        SetRounds::<T>::put(BoundedVec::truncate_from(rounds));
        VerifierSets::<T>::insert(0, BoundedVec::truncate_from(set));
        sign_with(&key, payload).expect("the key was just generated")
    }
}

/// A verifier with its `pov` session key in the keystore.
pub(super) struct Reporter {
    pub(super) account: AccountId,
    pub(super) key: Public,
}

/// Makes the chain: [`MAX_VERIFIERS`] in every set, of which the first is returned.
pub(super) fn make<T: Config>() -> Reporter {
    T::BenchmarkHelper::set_now(start_of(NOW));
    Clock::<T>::put(clock());
    Progress::<T>::put(RoundProgress {
        round: NOW,
        blocks: 1,
    });
    let earlier = (SETTLED - MOST_BLOCKS..SETTLED).rev();
    let latest_first: Vec<Round> = [HEADER, JUDGED, OPENED, SETTLED]
        .into_iter()
        .chain(earlier)
        .collect();
    count::<T>(&latest_first);
    Counted::<T>::put(BoundedVec::truncate_from(latest_first));
    fill_histories::<T>();
    let key = Public::generate_pair(None);
    let account = T::BenchmarkHelper::bonded_verifier(0);
    set_sets::<T>(&account, &key);
    Reporter { account, key }
}

/// Has rounds counted, of which each but the last was judged in the one before it in the list; views are carried as far as may be.
pub(super) fn count<T: Config>(latest_first: &[Round]) {
    for (place, round) in latest_first.iter().enumerate() {
        let counted = CountedRound {
            before: latest_first.get(place + 1).copied(),
            carried_from: round.saturating_sub(MAX_CARRY_ROUNDS),
        };
        CountedRounds::<T>::insert(round, counted);
    }
    for pair in latest_first.windows(2) {
        JudgedIn::<T>::insert(pair[1], pair[0]);
    }
}

pub(super) fn clock() -> RoundClock {
    RoundClock {
        genesis_ms: START_MS,
        round_ms: PRODUCTION_ROUND_MS,
    }
}

/// First millisecond of a round.
pub(super) fn start_of(round: Round) -> u64 {
    clock().start_of(round).expect("it is not that late")
}

/// As many changes to come as are remembered, before which the first entry holds.
fn fill_histories<T: Config>() {
    let since = |number: u32| if number == 0 { 0 } else { 1_000_000 + number };
    let parameters = |number| Since {
        round: since(number),
        value: PovParameters {
            difficulty: 8,
            ..Default::default()
        },
    };
    let rule = |number| CycleRule {
        first_round: since(number),
        first_cycle: since(number),
        length: CYCLE_ROUNDS,
    };
    Parameters::<T>::put(BoundedVec::truncate_from(
        (0..MAX_PARAMETER_CHANGES)
            .map(parameters)
            .collect::<Vec<_>>(),
    ));
    CycleRules::<T>::put(BoundedVec::truncate_from(
        (0..MAX_CYCLE_RULES).map(rule).collect::<Vec<_>>(),
    ));
    let seed = |cycle| CycleSeed {
        cycle,
        seed: draw::first_cycle_seed::<HostHasher>(),
    };
    CycleSeeds::<T>::put(BoundedVec::truncate_from(
        (0..MAX_SEEDS).map(seed).collect::<Vec<_>>(),
    ));
}

/// As many sets as are remembered. One holds from round 0 on, another since the header's round.
fn set_sets<T: Config>(account: &AccountId, key: &Public) {
    let later = |number: u32| 1_000_000 + number;
    let rounds: Vec<Round> = [0, HEADER]
        .into_iter()
        .chain((2..MAX_SETS).map(later))
        .collect();
    SetRounds::<T>::put(BoundedVec::truncate_from(rounds));
    let set = set_with::<T>(account, key, MAX_VERIFIERS);
    VerifierSets::<T>::insert(0, BoundedVec::truncate_from(set.clone()));
    VerifierSets::<T>::insert(HEADER, BoundedVec::truncate_from(set));
}

/// `size` verifiers with bonds, the reporter among them.
pub(super) fn set_with<T: Config>(account: &AccountId, key: &Public, size: u32) -> Vec<Verifier> {
    let other = |number| Verifier {
        account: T::BenchmarkHelper::bonded_verifier(number),
        key: key.clone(),
    };
    let mut set: Vec<_> = (1..size).map(other).collect();
    set.push(Verifier {
        account: *account,
        key: key.clone(),
    });
    set.sort_unstable_by_key(|verifier| verifier.account);
    set
}

/// The largest header: as many debits and late tickets as there may be.
pub(super) fn header(root: Hash32, count: u32) -> Header {
    Header {
        root,
        count,
        playtime_ms: u64::from(count) * u64::from(CELL_MS),
        debits: debits(MAX_DEBITS),
        tickets: tickets(),
        late_tickets: late_tickets(MAX_LATE_TICKETS),
    }
}

pub(super) fn tickets() -> TicketsRoot {
    TicketsRoot {
        root: [2; 32],
        count: u32::MAX,
    }
}

/// Debits of so many campaigns.
pub(super) fn debits(
    campaigns: u32,
) -> BoundedVec<Debit, frame_support::traits::ConstU32<MAX_DEBITS>> {
    let debit = |campaign| Debit {
        campaign,
        amount: u128::MAX / 1_000_000,
    };
    BoundedVec::truncate_from((0..campaigns).map(debit).collect::<Vec<_>>())
}

/// Tickets of the last rounds before the header's.
pub(super) fn late_tickets(
    rounds: u32,
) -> BoundedVec<LateTickets, frame_support::traits::ConstU32<MAX_LATE_TICKETS>> {
    let late = |round| LateTickets {
        round,
        tickets: tickets(),
    };
    BoundedVec::truncate_from((HEADER - rounds..HEADER).map(late).collect::<Vec<_>>())
}

/// Headers of a round, by as many issuers, with the largest header each. Accounts are given ascending.
pub(super) fn note_headers<T: Config>(round: Round, issuers: &[AccountId], count: u32) {
    let issued = |issuer: &AccountId| Issued {
        issuer: *issuer,
        count,
    };
    let list: Vec<_> = issuers.iter().map(issued).collect();
    Issuers::<T>::insert(round, BoundedVec::truncate_from(list));
    for issuer in issuers {
        Headers::<T>::insert(round, issuer, header([3; 32], count));
    }
}

/// `number` accounts that never verified, ascending.
pub(super) fn strangers(number: u32) -> Vec<AccountId> {
    let stranger = |number: u32| {
        let mut bytes = [0x80; 32];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        AccountId(bytes)
    };
    (0..number).map(stranger).collect()
}

/// Puts the video on record: a day long, in as many renditions as there may be, all cells the same plaintext. Returns
/// its first cell with the path.
pub(super) fn publish<T: Config>() -> (CellEntry, chainflix_primitives::play_data::Path) {
    let plain = Uniform::of(merkle::leaf_hash::<HostHasher>(&[9; PLAIN_BYTES]));
    let cell = CellEntry {
        rendition: 0,
        index: 0,
        playtime_ms: CELL_MS,
        bytes: PLAIN_LEAVES * PLAIN_BYTES as u32,
        plain_root: plain.root(PLAIN_LEAVES),
        cipher_root: [1; 32],
    };
    let cells = u32::from(MAX_RENDITIONS) * u32::from(MAX_CELLS);
    let manifest = Uniform::of(cell.leaf_hash::<HostHasher>());
    T::BenchmarkHelper::register_video(
        VIDEO,
        VideoTerms {
            producer: AccountId([1; 32]),
            supervisor: AccountId([2; 32]),
            title: BoundedVec::truncate_from(alloc::vec![b'a'; MAX_TITLE_BYTES]),
            total_playtime_ms: u32::from(MAX_CELLS) * CELL_MS,
            renditions: MAX_RENDITIONS,
            manifest_root: manifest.root(cells),
            ratio: MiningRatio::whitepaper(),
            key_epoch: 0,
            upload_id: Default::default(),
            from_round: 0,
        },
    );
    (cell, manifest.path(0, cells))
}

/// Leaves no room but for one more among the faults whose approvers are still to be punished; none of them is settled.
pub(super) fn fill_open_faults<T: Config>(faults: u32) {
    let later = |number| (NOW + number, AccountId([number as u8; 32]));
    let open: Vec<_> = (0..faults.min(MAX_OPEN_FAULTS)).map(later).collect();
    OpenFaults::<T>::put(BoundedVec::truncate_from(open));
}

/// Genesis hash of the chain.
pub(super) fn genesis<T: Config>() -> Hash32 {
    Pallet::<T>::genesis_hash()
}
