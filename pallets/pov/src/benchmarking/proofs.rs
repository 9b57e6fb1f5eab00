//! Proofs of faults and of missing views that hold, with the longest paths.

use alloc::{boxed::Box, vec, vec::Vec};
use core::ops::RangeInclusive;

use chainflix_primitives::{
    AccountId, Round, Signature64, draw,
    fault::{FaultEvidence, FaultProof, OtherLeaf, PlacedLeaf, TicketThere},
    merkle,
    missing::{Absence, MissingView, ServiceCertificate},
    play_data::{Path, PlainOpening},
    possession::{self, ChainStart, SLICES},
    registry::{MAX_ENDPOINT_BYTES, PovParameters, VerifierAnnouncement},
    report::{Header, LateTickets, MAX_LATE_TICKETS, MAX_VERIFIERS, TicketsRoot},
    rounds::MAX_CARRY_ROUNDS,
    ticket::Acceptance,
    view::{MAX_ENHANCEMENTS, ViewLeaf},
};
use frame_benchmarking::v2::whitelisted_caller;
use frame_support::BoundedVec;

use super::{
    BenchmarkHelper,
    uniform::Uniform,
    views::{KEYS, unsigned},
    world::{self, NOW, PLAIN_BYTES, PLAIN_LEAVES, Reporter},
};
use crate::{
    Call, Config, Headers, Pallet, SetRounds, VerifierSets,
    crypto::HostHasher,
    impls::{faults::MOST_COUNTED_SINCE_ISSUE, session::sign_with},
    types::{MAX_OPEN_FAULTS, MAX_SETS},
};

/// The round of faulty blocks, long settled.
const FAULTY: Round = 100;
/// The viewer of every view.
const VIEWER: AccountId = AccountId([0x40; 32]);
/// Leaves of the largest tree.
const LEAVES: u32 = u32::MAX;

/// An account that can pay the deposit.
fn accuser<T: Config>() -> T::AccountId {
    let accuser: T::AccountId = whitelisted_caller();
    let deposit = PovParameters::default().fault_deposit;
    T::BenchmarkHelper::endow(&AccountId(accuser.clone().into()), 1_000 * deposit);
    accuser
}

/// A leaf that was accepted too early.
pub(super) fn of_leaf<T: Config>() -> (T::AccountId, FaultProof) {
    let reporter = world::make::<T>();
    world::publish::<T>();
    let mut leaf = view();
    leaf.elapsed_ms -= 1;
    let proof = against::<T>(reporter.account, leaf, FaultEvidence::OutsideWindow);
    (accuser::<T>(), proof)
}

/// A leaf at whose ticket's index another stands.
pub(super) fn of_ticket<T: Config>() -> (T::AccountId, FaultProof) {
    let reporter = world::make::<T>();
    world::publish::<T>();
    (accuser::<T>(), ticket_elsewhere::<T>(reporter.account))
}

/// A leaf with an enhancement that was its video's only later.
pub(super) fn of_enhancement<T: Config>() -> (T::AccountId, FaultProof) {
    let reporter = world::make::<T>();
    world::publish::<T>();
    // The last of those that the leaf names.
    let enhancement = MAX_ENHANCEMENTS - 1;
    T::BenchmarkHelper::attach_enhancement(enhancement, world::VIDEO, NOW);
    let evidence = FaultEvidence::EnhancementInactive { enhancement };
    let proof = against::<T>(reporter.account, view(), evidence);
    (accuser::<T>(), proof)
}

/// Two leaves that overlap.
pub(super) fn of_two_leaves<T: Config>() -> (T::AccountId, FaultProof) {
    let reporter = world::make::<T>();
    world::publish::<T>();
    let leaf = view();
    let evidence = overlap(&leaf);
    let proof = against::<T>(reporter.account, leaf, evidence);
    (accuser::<T>(), proof)
}

/// A leaf of an issuer that the viewer was not assigned to.
pub(super) fn of_assignment<T: Config>() -> (T::AccountId, FaultProof) {
    world::make::<T>();
    world::publish::<T>();
    let proof = against::<T>(unassigned::<T>(), view(), FaultEvidence::NotAssigned);
    (accuser::<T>(), proof)
}

/// A leaf with an accumulator that its cell does not lead to.
pub(super) fn of_possession<T: Config>() -> (T::AccountId, FaultProof) {
    let reporter = world::make::<T>();
    let leaf = view();
    let evidence = true_leaves::<T>(&leaf);
    let proof = against::<T>(reporter.account, leaf, evidence);
    (accuser::<T>(), proof)
}

/// What a verifier in force sends of a proof, and the proof.
pub(super) fn by_verifier<T: Config>(proof: FaultProof) -> (Call<T>, FaultProof) {
    let set = Pallet::<T>::set_in(NOW);
    let verifier = set.last().expect("a set has members");
    let payload = proof.signing_payload(&world::genesis::<T>(), &verifier.account);
    let call = Call::prove_fault {
        proof: Box::new(proof.clone()),
        verifier: verifier.account,
        signature: sign_with(&verifier.key, &payload).expect("all have the key that was made"),
    };
    (call, proof)
}

/// A view of [`FAULTY`] that breaks no rule but the one that a proof is about.
fn view() -> ViewLeaf {
    unsigned(VIEWER, world::start_of(FAULTY) - 30_000)
}

/// A proof against `issuer`, whose block consists of nothing but `leaf`. There is room for one more fault.
fn against<T: Config>(issuer: AccountId, leaf: ViewLeaf, evidence: FaultEvidence) -> FaultProof {
    let tree = Uniform::of(leaf.leaf_hash::<HostHasher>());
    let header = world::header(tree.root(LEAVES), LEAVES);
    Headers::<T>::insert(FAULTY, issuer, header);
    world::fill_open_faults::<T>(MAX_OPEN_FAULTS - 1);
    FaultProof {
        issuer,
        round: FAULTY,
        leaf: placed(&tree, leaf, 0),
        evidence,
    }
}

fn placed(tree: &Uniform, leaf: ViewLeaf, index: u32) -> PlacedLeaf {
    PlacedLeaf {
        index,
        leaf,
        path: tree.path(index, LEAVES),
    }
}

/// Another leaf of the same block that overlaps.
fn overlap(leaf: &ViewLeaf) -> FaultEvidence {
    let tree = Uniform::of(leaf.leaf_hash::<HostHasher>());
    FaultEvidence::Overlap {
        other: OtherLeaf {
            round: FAULTY,
            placed: placed(&tree, leaf.clone(), 1),
        },
    }
}

/// Another ticket at the index of a leaf's, issued as many counted rounds before as may be. Its round's root was brought
/// after by the last report that could.
fn ticket_elsewhere<T: Config>(issuer: AccountId) -> FaultProof {
    let issued_in = FAULTY - MOST_COUNTED_SINCE_ISSUE;
    let brought_in = issued_in + MAX_LATE_TICKETS;
    let leaf = unsigned(VIEWER, world::start_of(issued_in));
    let hash = [0xee; 32];
    let tickets = Uniform::of(hash);
    let there = TicketThere {
        hash,
        path: tickets.path(leaf.ticket_index, LEAVES),
    };
    let evidence = FaultEvidence::TicketElsewhere { there: Some(there) };
    let proof = against::<T>(issuer, leaf, evidence);
    count::<T>(issued_in..=FAULTY);
    for round in issued_in + 1..brought_in {
        Headers::<T>::insert(round, issuer, world::header([3; 32], 1));
    }
    let late = |round| LateTickets {
        round,
        tickets: TicketsRoot {
            root: tickets.root(LEAVES),
            count: LEAVES,
        },
    };
    let mut header = world::header([3; 32], 1);
    let rounds: Vec<_> = (issued_in..brought_in).map(late).collect();
    header.late_tickets = BoundedVec::truncate_from(rounds);
    Headers::<T>::insert(brought_in, issuer, header);
    proof
}

/// A verifier with a bond that is not assigned to the viewer.
fn unassigned<T: Config>() -> AccountId {
    let set = Pallet::<T>::accounts_in(FAULTY);
    let seed = draw::first_cycle_seed::<HostHasher>();
    let assigned = draw::assigned_verifiers::<HostHasher>(&seed, &VIEWER, &set);
    (0..MAX_VERIFIERS)
        .map(T::BenchmarkHelper::bonded_verifier)
        .find(|verifier| !assigned.contains(verifier))
        .expect("only two are assigned")
}

/// The true leaves of the cell that a view's chain reads.
fn true_leaves<T: Config>(leaf: &ViewLeaf) -> FaultEvidence {
    let (cell, cell_path) = world::publish::<T>();
    let bytes = [9; PLAIN_BYTES];
    let plain = Uniform::of(merkle::leaf_hash::<HostHasher>(&bytes));
    let claim = &leaf.claim;
    let mut acc = possession::start::<HostHasher>(&ChainStart {
        constant: claim.constant,
        play_code: claim.play_code,
        viewer: claim.viewer,
        cell: claim.cell_id::<HostHasher>(),
    });
    let mut openings = Vec::new();
    for slice in 0..SLICES {
        let index = possession::leaf_index(slice, PLAIN_LEAVES, &acc).expect("a slice with leaves");
        openings.push(PlainOpening {
            bytes: BoundedVec::truncate_from(bytes.to_vec()),
            path: plain.path(index, PLAIN_LEAVES),
        });
        acc = possession::step::<HostHasher>(slice, &acc, &bytes);
    }
    FaultEvidence::WrongPossession {
        cell,
        cell_path,
        openings: BoundedVec::truncate_from(openings),
    }
}

/// A proof that a view is missing from `blocks` blocks of a verifier that joined with the last round in which the view
/// could stand; the others have no leaves.
pub(super) fn missing<T: Config>(reporter: &Reporter, blocks: u32) -> MissingView {
    let (first, last) = (FAULTY, FAULTY + MAX_CARRY_ROUNDS);
    join_late::<T>(reporter, last);
    count::<T>(first..=last);
    let ticket = unsigned(VIEWER, world::start_of(first)).ticket(reporter.account, first);
    let (header, absence) = absence(ticket.issue_ms);
    let absences: Vec<_> = (first..first + blocks)
        .map(|round| Absence {
            round,
            ..absence.clone()
        })
        .collect();
    for absence in &absences {
        Headers::<T>::insert(absence.round, reporter.account, &header);
    }
    let genesis = world::genesis::<T>();
    let service = sp_io::crypto::ed25519_generate(KEYS, None);
    let hash = ticket.leaf_hash::<HostHasher>();
    let payload = Acceptance::signing_payload(&genesis, &reporter.account, &hash, first);
    let signature =
        sp_io::crypto::ed25519_sign(KEYS, &service, &payload).expect("the key was just generated");
    MissingView {
        acceptance: Acceptance {
            issuer: reporter.account,
            ticket: hash,
            round: first,
            signature: Signature64(signature.0),
        },
        certificate: certificate::<T>(reporter, service.0, last),
        ticket,
        first,
        absences: BoundedVec::truncate_from(absences),
    }
}

/// Has all of `rounds` counted.
fn count<T: Config>(rounds: RangeInclusive<Round>) {
    let (before, after) = (rounds.start() - 1, rounds.end() + 1);
    let latest_first: Vec<Round> = (before..=after).rev().collect();
    world::count::<T>(&latest_first);
}

/// Two sets of the largest size, of which only that from `round` on has the reporter.
fn join_late<T: Config>(reporter: &Reporter, round: Round) {
    let sets: Vec<Round> = [0, round]
        .into_iter()
        .chain((2..MAX_SETS).map(|number| 1_000_000 + number))
        .collect();
    SetRounds::<T>::put(BoundedVec::truncate_from(sets));
    let set = world::set_with::<T>(&reporter.account, &reporter.key, MAX_VERIFIERS);
    VerifierSets::<T>::insert(round, BoundedVec::truncate_from(set.clone()));
    let before: Vec<_> = set
        .into_iter()
        .filter(|verifier| verifier.account != reporter.account)
        .collect();
    VerifierSets::<T>::insert(0, BoundedVec::truncate_from(before));
}

/// The word of the reporter's session key that `service_key` is its own.
fn certificate<T: Config>(
    reporter: &Reporter,
    service_key: [u8; 32],
    round: Round,
) -> ServiceCertificate {
    let mut endpoint = b"wss://".to_vec();
    endpoint.resize(MAX_ENDPOINT_BYTES as usize, b'a');
    let mut certificate = ServiceCertificate {
        announcement: VerifierAnnouncement {
            endpoint: BoundedVec::truncate_from(endpoint),
            network_key: [1; 32],
            exchange_key: [2; 32],
            service_key,
        },
        sequence: 1,
        round,
        signature: Signature64([0; 64]),
    };
    let payload = certificate.signing_payload(&world::genesis::<T>(), &reporter.account);
    certificate.signature = sign_with(&reporter.key, &payload).expect("the key was just generated");
    certificate
}

/// A header in whose block the view would stand between the first two leaves, with both.
fn absence(issue_ms: u64) -> (Header, Absence) {
    let before = unsigned(AccountId([0x3f; 32]), issue_ms);
    let after = unsigned(AccountId([0x41; 32]), issue_ms);
    let rest = Uniform::of([7; 32]).path(0, LEAVES);
    let beside = |leaf: &ViewLeaf| -> Path {
        let sibling = vec![leaf.leaf_hash::<HostHasher>()];
        let path = sibling.into_iter().chain(rest.iter().skip(1).copied());
        BoundedVec::truncate_from(path.collect())
    };
    let path = beside(&after);
    let root =
        merkle::root_from_proof::<HostHasher>(before.leaf_hash::<HostHasher>(), 0, LEAVES, &path)
            .expect("a path that fits index and count");
    let absence = Absence {
        round: 0,
        after: Some(PlacedLeaf {
            index: 1,
            path: beside(&before),
            leaf: after,
        }),
        before: Some(PlacedLeaf {
            index: 0,
            leaf: before,
            path,
        }),
    };
    (world::header(root, LEAVES), absence)
}
